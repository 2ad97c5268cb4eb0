"""Rules made templates: each is called once, with index letters for indices, and the tree it returns is kept.

A rule reads as an ordinary Pyomo rule does, and builds as one; nothing of Pyomo is needed here. While a rule
is traced, `sum(... for r in m.regions)` over a set yields one Sum node instead of running through the members.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from threading import Lock, get_ident
from types import GeneratorType
from typing import Any, Literal, NoReturn

from planner.symbols import IndexSet, Param, Rule, Subsets, Symbols, Variable

_TRACING = Lock()
_builtin_sum = builtins.sum


class RuleError(ValueError):
    """A rule, or a symbol it speaks of, cannot be made a linear program; the message says what to write."""


class Expression:
    """What a rule computes with: a tree of items, sums and products, not yet numbers."""

    __slots__ = ()
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __add__(self, other: Any) -> Expression:
        return Binary("+", self, other)

    def __radd__(self, other: Any) -> Expression:
        return Binary("+", other, self)

    def __sub__(self, other: Any) -> Expression:
        return Binary("-", self, other)

    def __rsub__(self, other: Any) -> Expression:
        return Binary("-", other, self)

    def __mul__(self, other: Any) -> Expression:
        return Binary("*", self, other)

    def __rmul__(self, other: Any) -> Expression:
        return Binary("*", other, self)

    def __truediv__(self, other: Any) -> Expression:
        return Binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Expression:
        return Binary("/", other, self)

    def __pow__(self, other: Any) -> Expression:
        return Binary("**", self, other)

    def __rpow__(self, other: Any) -> Expression:
        return Binary("**", other, self)

    def __neg__(self) -> Expression:
        return Binary("*", -1.0, self)

    def __pos__(self) -> Expression:
        return self

    def __le__(self, other: Any) -> Relation:
        return Relation("<=", self, other)

    def __ge__(self, other: Any) -> Relation:
        return Relation(">=", self, other)

    def __eq__(self, other: object) -> Relation:  # type: ignore[override]
        return Relation("==", self, other)

    def __lt__(self, other: Any) -> NoReturn:
        raise RuleError("a strict < is no constraint of a linear program; write <=")

    def __gt__(self, other: Any) -> NoReturn:
        raise RuleError("a strict > is no constraint of a linear program; write >=")

    def __ne__(self, other: object) -> NoReturn:
        raise RuleError(f"!= is no constraint of a linear program, and no branch either; {_INSTEAD}")

    def __bool__(self) -> NoReturn:
        raise RuleError(f"Python branches on an index or a number of the model; {_INSTEAD}")


_INSTEAD = (
    "quantify the rule over a smaller set, sum over a subset, or multiply by a parameter of zeros and ones; "
    "write a range as (lower, expression, upper)"
)


@dataclass(eq=False, slots=True)
class Relation:
    """What a rule returns: two expressions or numbers and how they compare."""

    sense: Literal["<=", ">=", "=="]
    left: Any
    right: Any

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise RuleError(f"Python branches on a comparison, or compares in a chain; {_INSTEAD}")


@dataclass(eq=False, slots=True)
class Letter(Expression):
    """An index: any member of the set `of`."""

    of: str


@dataclass(eq=False, slots=True)
class Item(Expression):
    """A parameter or variable at indices: integers, letters or arithmetic of letters and integer parameters."""

    symbol: Param | Variable
    index: tuple[Any, ...]


@dataclass(eq=False, slots=True)
class Binary(Expression):
    """Two expressions or numbers and an operation."""

    operation: Literal["+", "-", "*", "/", "**"]
    left: Any
    right: Any


@dataclass(eq=False, slots=True)
class Sum(Expression):
    """The sum of `body` over letters, each with the members it runs through, outermost first."""

    letters: tuple[tuple[Letter, Members], ...]
    body: Any


@dataclass(eq=False, slots=True, repr=False)
class Members:
    """A set, or one subset out of a family, as a rule may sum over it."""

    source: IndexSet | Subsets
    index: tuple[Any, ...]
    opened: list[tuple[Letter, Members]]

    def __iter__(self) -> Iterator[Letter]:
        letter = Letter(self.source.of if isinstance(self.source, Subsets) else self.source.name)
        self.opened.append((letter, self))
        yield letter

    def __len__(self) -> int:
        if isinstance(self.source, IndexSet):
            return self.source.size
        if self.source.over:
            raise RuleError(f"len of `{self.source.name}` differs by cell; write sum(1 for ... in ...)")
        return len(self.source.members)

    def __repr__(self) -> str:
        return f"`{self.source.name}`"


@dataclass(eq=False, slots=True, repr=False)
class Indexed:
    """A declared symbol that a rule puts indices to."""

    symbol: Subsets | Param | Variable
    opened: list[tuple[Letter, Members]]

    def __getitem__(self, index: Any) -> Any:
        key = index if isinstance(index, tuple) else (index,)
        symbol = self.symbol
        if len(key) != len(symbol.over):
            wanted = ", ".join(symbol.over)
            raise RuleError(f"`{symbol.name}` takes {len(symbol.over)} indices [{wanted}], got {len(key)}")
        return Members(symbol, key, self.opened) if isinstance(symbol, Subsets) else Item(symbol, key)

    def __repr__(self) -> str:
        return f"`{self.symbol.name}`"

    def __iter__(self) -> NoReturn:
        sets = ", ".join(self.symbol.over)
        raise RuleError(f"`{self.symbol.name}` has indices; iterate over its sets [{sets}]")


class Sketch:
    """The model that traced rules see: m.<set>, m.<subsets>[...], m.<param>[...], m.<variable>[...]."""

    def __init__(self, symbols: Symbols) -> None:
        opened: list[tuple[Letter, Members]] = []
        names: dict[str, Any] = {s.name: Members(s, (), opened) for s in symbols.sets}
        named: list[Subsets | Param | Variable] = [*symbols.subsets, *symbols.params, *symbols.variables]
        for symbol in named:
            if symbol.name in names:
                raise RuleError(f"`{symbol.name}` is declared twice; give each symbol a name of its own")
            indexed = Indexed(symbol, opened)
            names[symbol.name] = indexed if symbol.over else indexed[()]
        self._opened = opened
        self._names = names
        self._thread = 0

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            near = get_close_matches(name, self._names, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise RuleError(f"`{name}` is not declared{hint}") from None

    def quantified(self, name: str) -> Members:
        """The members a rule may be quantified over."""
        members = getattr(self, name)
        if not isinstance(members, Members):
            raise RuleError(f"`{name}` is no set and no subset without indices; a rule is over those")
        return members

    def trace(self, rule: Rule, letters: tuple[Letter, ...]) -> Any:
        """What `rule` says about any members `letters`."""
        self._opened.clear()
        with _TRACING:
            self._thread = get_ident()
            builtins.sum = self._sum
            try:
                said = rule(self, *letters)
            except (TypeError, AttributeError, LookupError) as error:
                raise RuleError(f"{error}; {_INSTEAD}") from error
            finally:
                builtins.sum = _builtin_sum
        if self._opened:
            of = self._opened[-1][1].source.name
            raise RuleError(f"a loop or a list runs over `{of}`; write sum(... for ... in ...) instead")
        return said

    def _sum(self, iterable: Any, /, start: Any = 0) -> Any:
        if not isinstance(iterable, GeneratorType) or get_ident() != self._thread:
            return _builtin_sum(iterable, start)
        total, opened = start, self._opened
        depth = len(opened)
        for body in iterable:
            if len(opened) > depth:
                body = Sum(tuple(opened[depth:]), body)
                del opened[depth:]
            total = body if total.__class__ is int and total == 0 else total + body
        return total
