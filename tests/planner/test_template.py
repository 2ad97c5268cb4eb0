"""Tracing rules: what becomes of sums, what is refused, and that nothing is left behind."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable
from typing import Any

import pytest

from planner.template import Binary, Item, Letter, Relation, RuleError, Sketch, Sum
from tests.planner.small import symbols, variable


@pytest.fixture
def sketch() -> Sketch:
    return Sketch(symbols())


def trace(sketch: Sketch, rule: Callable[..., Any], *sets: str) -> Any:
    return sketch.trace(rule, tuple(Letter(name) for name in sets))


def test_a_sum_over_a_set_is_one_node(sketch: Sketch) -> None:
    said = trace(sketch, lambda m, t: sum(m.flow[n, t] for n in m.arcs), "years")
    assert isinstance(said, Sum)
    assert [letter.of for letter, _ in said.letters] == ["arcs"]
    assert isinstance(said.body, Item)
    assert said.body.index[0] is said.letters[0][0]


def test_a_sum_over_two_sets_has_both_letters_outermost_first(sketch: Sketch) -> None:
    said = trace(sketch, lambda m: sum(m.stock[r, a, t] for r in m.regions for t in m.later for a in m.liked[r, t]))
    assert [letter.of for letter, _ in said.letters] == ["regions", "years", "assets"]
    assert said.letters[2][1].index == (said.letters[0][0], said.letters[1][0])


def test_sums_of_sums_keep_their_own_letters(sketch: Sketch) -> None:
    said = trace(sketch, lambda m: sum(m.weight[r] * sum(m.price[a, 0] for a in m.assets) for r in m.regions))
    assert [letter.of for letter, _ in said.letters] == ["regions"]
    assert isinstance(said.body, Binary)
    assert [letter.of for letter, _ in said.body.right.letters] == ["assets"]


def test_a_start_and_plain_numbers_are_added(sketch: Sketch) -> None:
    said = trace(sketch, lambda m: sum((m.flow[n, 0] for n in m.arcs), m.total))
    assert isinstance(said, Binary)
    assert isinstance(said.left, Item)
    assert trace(sketch, lambda m: sum(k for k in (1, 2, 3)) + sum([4, 5]) + sum(())) == 15
    constant = trace(sketch, lambda m: sum(1 for _ in m.arcs))
    assert isinstance(constant, Sum)
    assert constant.body == 1


def test_lengths_are_known_where_they_are_one_number(sketch: Sketch) -> None:
    assert trace(sketch, lambda m: len(m.regions) + len(m.later)) == 4
    with pytest.raises(RuleError, match="len of `into` differs by cell"):
        trace(sketch, lambda m: len(m.into[0]))


def test_sum_is_pythons_own_again_after_a_rule_even_a_broken_one(sketch: Sketch) -> None:
    own = builtins.sum
    trace(sketch, lambda m: sum(m.flow[n, 0] for n in m.arcs))
    assert builtins.sum is own
    with pytest.raises(ZeroDivisionError):
        trace(sketch, lambda m: 1 / 0)
    assert builtins.sum is own


def test_other_threads_sum_as_ever_while_a_rule_is_traced(sketch: Sketch) -> None:
    found: list[float] = []

    def rule(m: Any) -> Any:
        other = threading.Thread(target=lambda: found.append(sum(k / 2 for k in range(4))))
        other.start()
        other.join()
        return sum(m.flow[n, 0] for n in m.arcs) <= 1

    assert isinstance(trace(sketch, rule), Relation)
    assert found == [3.0]


def loop(m: Any) -> Any:
    total = 0
    for n in m.arcs:
        total = total + m.flow[n, 0]
    return total <= 1


REFUSED: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "loop": (lambda m, t: loop(m), "a loop or a list runs over `arcs`; write sum"),
    "list": (lambda m, t: sum([m.flow[n, t] for n in m.arcs]) <= 1, "a loop or a list runs over `arcs`"),
    "branch": (lambda m, t: m.total <= (1 if t == 0 else 2), "Python branches on a comparison"),
    "branch on an index": (lambda m, t: m.total <= (1 if t else 2), "Python branches on an index"),
    "condition": (lambda m, t: sum(m.flow[n, t] for n in m.arcs if n >= 1) <= 1, "sum over a subset"),
    "other than": (lambda m, t: sum(m.flow[n, t] for n in m.arcs if n != 1) <= 1, "!= is no constraint"),
    "chain": (lambda m, t: 0 <= m.flow[0, t] <= 1, "compares in a chain; .* write a range as"),
    "less": (lambda m, t: m.flow[0, t] < 1, "write <="),
    "more": (lambda m, t: m.flow[0, t] > 1, "write >="),
    "range": (lambda m, t: [m.flow[0, k] for k in range(t)], "'Letter' object cannot be interpreted as an integer"),
    "misspelt": (lambda m, t: m.flwo[0, t] <= 1, "`flwo` is not declared; did you mean `flow`"),
    "unknown": (lambda m, t: m.zzz <= 1, "`zzz` is not declared$"),
    "too few": (lambda m, t: m.flow[t] <= 1, r"`flow` takes 2 indices \[arcs, years\], got 1"),
    "not iterable": (lambda m, t: sum(m.total for n in m.into) <= 1, r"`into` has indices; iterate over its sets"),
    "missing letter": (lambda m: m.total <= 1, "takes 1 positional argument"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_template_says_what_to_write(sketch: Sketch, name: str) -> None:
    rule, message = REFUSED[name]
    with pytest.raises(RuleError, match=message):
        trace(sketch, rule, "years")
    assert isinstance(trace(sketch, lambda m, t: m.flow[0, t] <= 1, "years"), Relation)


def test_expressions_are_compared_by_meaning_and_kept_apart_by_identity(sketch: Sketch) -> None:
    one, other = Letter("years"), Letter("years")
    assert len({one, other}) == 2
    relation = one == other
    assert isinstance(relation, Relation)
    assert (relation.sense, relation.left, relation.right) == ("==", one, other)


def test_names_are_declared_once() -> None:
    with pytest.raises(RuleError, match="`arcs` is declared twice"):
        Sketch(symbols(variable("arcs", ())))


def test_rules_are_over_sets_or_subsets_without_indices(sketch: Sketch) -> None:
    assert sketch.quantified("later").source.name == "later"
    with pytest.raises(RuleError, match="`flow` is no set"):
        sketch.quantified("flow")
