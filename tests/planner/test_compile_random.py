"""Random models from a small grammar: the template and the ordinary Pyomo model must say the same.

All numbers are small multiples of powers of two, so that sums are exact in any order and zeros are exact zeros.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.compile import compile_program, ordinary_model, program_of
from planner.solve.highs import hand_over
from planner.symbols import Rule, Symbols, over
from planner.template import RuleError
from tests.planner.small import index_set, param, subsets, variable
from tests.planner.test_compile import assert_same

SETS = ("i", "j", "k")
NUMBERS = [n / 4 for n in range(-8, 9)]
Scope = tuple[tuple[str, str], ...]
Saying = Callable[[Any, dict[str, Any]], Any]


class Grammar:
    """Draws symbols first, then sayings about them; a saying is a function of the model and of bound letters."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.sizes = {name: self.random.choice([0, 1, 2, 3, 3]) for name in SETS}
        self.symbols = self._symbols()
        self.of = {name: name for name in SETS} | {s.name: s.of for s in self.symbols.subsets}

    def _over(self) -> tuple[str, ...]:
        return tuple(self.random.choices(SETS, k=self.random.randint(0, 2)))

    def _numbers(self, names: tuple[str, ...], of: list[float]) -> np.ndarray:
        shape = [self.sizes[name] for name in names]
        return np.array(self.random.choices(of, k=math.prod(shape))).reshape(shape)

    def _symbols(self) -> Symbols:
        families = [subsets(f"after_{name}", (), name, list(range(1, n))) for name, n in self.sizes.items()]
        for number in range(3):
            names, of = self._over(), self.random.choice(SETS)
            cells = range(math.prod(self.sizes[name] for name in names))
            some = [self.random.sample(range(self.sizes[of]), self.random.randint(0, self.sizes[of])) for _ in cells]
            families.append(subsets(f"some_{number}", names, of, *some))
        params = [param(f"p_{n}", names, self._numbers(names, NUMBERS)) for n in range(3) for names in [self._over()]]
        if self.sizes["i"]:
            members = list(range(self.sizes["i"]))
            params += [param(f"pick_{name}", (name,), self._numbers((name,), members).astype(int)) for name in SETS]
        variables = []
        for n in range(3):
            names = self._over()
            low, high = self._numbers(names, [0.0, -1.0]), self._numbers(names, [0.0, 1.0, 2.0])
            variables.append(variable(f"x_{n}", names, low, high, self._numbers(names, [0, 1]).astype(bool)))
        sets = tuple(index_set(name, *(f"{name}{n}" for n in range(size))) for name, size in self.sizes.items())
        return Symbols(sets, tuple(families), tuple(params), tuple(variables))

    def _index(self, name: str, scope: Scope) -> Saying | None:
        """A member of a set: a letter, a letter less one, a picked member or a number; None if there is no way."""
        ways: list[Saying] = [lambda m, bound: 0] if self.sizes[name] else []
        for letter, source in scope:
            of = self.of[source]
            if of == name:
                ways += [lambda m, bound, letter=letter: bound[letter]] * 3
            if source == f"after_{name}":
                ways += [lambda m, bound, letter=letter: bound[letter] - 1] * 2
            if name == "i" and self.sizes["i"]:
                ways.append(lambda m, bound, letter=letter, of=of: getattr(m, f"pick_{of}")[bound[letter]])
        return self.random.choice(ways) if ways else None

    def item(self, symbols: Any, scope: Scope) -> Saying:
        symbol = self.random.choice(symbols)
        ways = [self._index(name, scope) for name in symbol.over]
        if None in ways:
            return lambda m, bound: 0.5
        if not ways:
            return lambda m, bound: getattr(m, symbol.name)
        return lambda m, bound: getattr(m, symbol.name)[tuple(way(m, bound) for way in ways if way)]

    def summed(self, scope: Scope, depth: int) -> Saying:
        letter = f"l{len(scope)}"
        source = self.random.choice([*self.symbols.sets, *self.symbols.subsets])
        body = self.expression((*scope, (letter, source.name)), depth - 1)
        ways = [self._index(name, scope) for name in getattr(source, "over", ())]
        if None in ways:
            return lambda m, bound: 0.25

        def total(m: Any, bound: dict[str, Any]) -> Any:
            members = getattr(m, source.name)
            chosen = members[tuple(way(m, bound) for way in ways if way)] if ways else members
            return sum(body(m, bound | {letter: at}) for at in chosen)

        return total

    def expression(self, scope: Scope, depth: int) -> Saying:
        kind = self.random.choice(["item", "number"] if depth == 0 else ["item", *"+-*/~", "sum", "sum", "sum"])
        if kind == "item":
            return self.item(self.symbols.variables, scope)
        numbers = [p for p in self.symbols.params if not p.name.startswith("pick")]
        if kind == "number":
            return self.item(numbers, scope)
        if kind == "sum":
            return self.summed(scope, depth)
        left = self.expression(scope, depth - 1)
        right = self.item(numbers, scope) if kind == "*" else self.expression(scope, depth - 1)
        return {
            "~": lambda m, bound: -left(m, bound),
            "*": lambda m, bound: right(m, bound) * left(m, bound),
            "/": lambda m, bound: left(m, bound) / 2,
            "+": lambda m, bound: left(m, bound) + right(m, bound),
            "-": lambda m, bound: left(m, bound) - right(m, bound) + left(m, bound) * 2,
        }[kind]

    def rule(self, name: str) -> Rule:
        sources = self.random.choices([*SETS, "after_i", "after_j"], k=self.random.randint(0, 2))
        scope = tuple((f"r{k}", source) for k, source in enumerate(sources))
        left, right = self.expression(scope, 3), self.expression(scope, 2)
        kind = self.random.choice(["<=", ">=", "==", "range"])

        def said(m: Any, *cell: Any) -> Any:
            bound = dict(zip((letter for letter, _ in scope), cell, strict=True))
            if kind == "range":
                return (-900.0, left(m, bound), 900)
            if kind == "<=":
                return left(m, bound) <= right(m, bound) + 9
            if kind == ">=":
                return left(m, bound) + 9 >= right(m, bound)
            return left(m, bound) == right(m, bound)

        said.__name__ = name
        return over(*sources)(said)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_template_and_ordinary_model_say_the_same(seed: int) -> None:
    grammar = Grammar(seed)
    symbols = grammar.symbols
    rules = tuple(grammar.rule(f"rule_{number}") for number in range(3))
    gain = grammar.expression((), 3)

    def goal(m: Any) -> Any:
        return gain(m, {})

    try:
        program = compile_program(symbols, rules, goal)
    except RuleError as error:
        if "is false" not in str(error):
            raise
        return
    other = program_of(ordinary_model(symbols, rules, goal))
    assert_same(program, other)
    best = [hand_over(same) for same in (program, other)]
    for highs in best:
        highs.run()
    assert best[0].getModelStatus() == best[1].getModelStatus()
    assert best[0].getObjectiveValue() == best[1].getObjectiveValue()
