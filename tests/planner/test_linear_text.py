"""The text of a program, and that it can be read back to the same program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.compile import compile_program
from planner.linear import LinearProgram
from planner.linear_text import to_text
from planner.symbols import over
from tests.planner.small import INF, param, symbols, variable


@over("regions")
def spent(m: Any, r: Any) -> Any:
    return m.weight[r] * m.stock[r, 0, 0] - m.order[r, 1, 2] / 3 <= m.budget


@over("later")
def band(m: Any, t: Any) -> Any:
    return (-1, m.flow[0, t] - 2 * m.total, m.budget)


@over("regions")
def nobody(m: Any, r: Any) -> Any:
    return sum(m.stock[r, a, 0] for a in m.none[r]) <= 1


@over("years")
def settled(m: Any, t: Any) -> Any:
    return m.total == m.free[t] + m.fixed + 1e-7


def goal(m: Any) -> Any:
    return 0.1 * m.total - m.free[2] + 1e12 + 0.5


def program(**options: Any) -> LinearProgram:
    whole = variable("free", ("years",), -INF, np.array([INF, 5.0, INF]), np.array([True, False, False]))
    return compile_program(
        symbols(whole, variable("fixed", (), 2.5, 2.5), param("unused", (), 1.0)),
        (spent, band, nobody, settled),
        goal,
        **options,
    )


EXPECTED = """\
subject to
  band(27): -1 <= + 1 flow(nn,27) - 2 total <= 100
  band(28): -1 <= + 1 flow(nn,28) - 2 total <= 100
  nobody(n): 0 free
  nobody(s): 0 free
  settled(26): + 1 total - 1 free(26) - 1 fixed = 1e-07
  settled(27): + 1 total - 1 free(27) - 1 fixed = 1e-07
  settled(28): + 1 total - 1 free(28) - 1 fixed = 1e-07
bounds
  free(26) free
  free(27) <= 5
  free(28) free
  fixed = 2.5
integers
  free(26)
"""


def test_rules_by_name_with_the_columns_they_touch() -> None:
    assert to_text(program(), ["band", "nobody", "settled"]) == EXPECTED
    assert to_text(program(), ["spent"]) == (
        "subject to\n"
        "  spent(n): + 2 stock(n,a,26) - 0.333333333333 order(n,b,28) <= 100\n"
        "  spent(s): + 8 stock(s,a,26) - 0.333333333333 order(s,b,28) <= 100\n"
        "bounds\n"
        "  0 <= order(n,b,28) <= 9\n"
        "  0 <= order(s,b,28) <= 9\n"
    )


def test_the_whole_program_begins_with_its_goal() -> None:
    text = to_text(program())
    assert text.startswith("maximize\n  + 0.1 total - 1 free(28) + 1e+12\nsubject to\n  spent(n):")
    assert text.count("order(") == 18 + 2
    assert to_text(program(maximize=False)).startswith("minimize\n")


def test_a_program_of_nothing() -> None:
    assert to_text(compile_program(symbols(), (), lambda m: 0)).startswith("maximize\n  0\nsubject to\nbounds\n")


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule is called stock; the rules are spent, band, nobody, settled"):
        to_text(program(), ["stock"])


def test_the_text_says_the_same_rows_as_the_arrays() -> None:
    given = program()
    for index, line in enumerate(to_text(given).split("subject to\n")[1].splitlines()[: given.shape[0]]):
        name, _, said = line.strip().partition(": ")
        assert name == given.row_name(index)
        words = said.split()
        places = [k for k, word in enumerate(words) if word in "+-"]
        entries = [(words[k + 2], float(words[k] + words[k + 1])) for k in places]
        part = slice(given.starts[index], given.starts[index + 1])
        names = [given.column_name(int(c)) for c in given.columns[part]]
        assert [name for name, _ in entries] == names
        np.testing.assert_allclose([value for _, value in entries], given.values[part], rtol=1e-11)
