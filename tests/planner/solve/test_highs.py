"""Programs in HiGHS: what it holds is what was handed over, and it solves what was meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest

from planner.compile import compile_program
from planner.linear import LinearProgram
from planner.solve.highs import hand_over, name_everything
from planner.symbols import over
from tests.planner.small import INF, dense, symbols, variable


@over("regions")
def room(m: Any, r: Any) -> Any:
    return sum((a + 1) * m.order[r, a, 0] for a in m.assets) <= 10 * m.weight[r]


@over()
def band(m: Any) -> Any:
    return (1, m.total - m.order[0, 0, 0], 4)


def gain(m: Any) -> Any:
    return sum(m.order[r, a, 0] for r in m.regions for a in m.assets) - m.total + 7


def program(*more: Any, **options: Any) -> LinearProgram:
    return compile_program(symbols(*more), (room, band), gain, **options)


def held_matrix(highs: Any) -> np.ndarray:
    """The matrix that HiGHS holds, which it keeps by columns."""
    lp = highs.getLp()
    matrix = np.zeros((lp.num_row_, lp.num_col_))
    starts = list(lp.a_matrix_.start_)
    for column in range(lp.num_col_):
        for k in range(starts[column], starts[column + 1]):
            matrix[lp.a_matrix_.index_[k], column] = lp.a_matrix_.value_[k]
    return matrix


def test_highs_holds_what_was_handed_over() -> None:
    given = program()
    lp = hand_over(given).getLp()
    np.testing.assert_array_equal(held_matrix(hand_over(given)), dense(given))
    for name, array in (
        ("col_cost_", given.cost),
        ("col_lower_", given.lower),
        ("col_upper_", given.upper),
        ("row_lower_", given.row_lower),
        ("row_upper_", given.row_upper),
    ):
        np.testing.assert_array_equal(np.array(getattr(lp, name)), array, err_msg=name)
    assert lp.sense_ == highspy.ObjSense.kMaximize
    assert lp.offset_ == 7.0


def test_it_finds_the_optimum_both_ways() -> None:
    highs = hand_over(program())
    assert highs.run() == highspy.HighsStatus.kOk
    # Region n: a pays nothing, for total must exceed it by 1, so 9 of b and 2/3 of c fill 20. Region s: all 27 fit.
    assert highs.getObjectiveValue() == pytest.approx(9 + 2 / 3 + 27 - 1 + 7, abs=1e-9)
    least = hand_over(program(maximize=False))
    least.run()
    assert least.getObjectiveValue() == pytest.approx(7 - 4, abs=1e-9)
    assert least.getLp().sense_ == highspy.ObjSense.kMinimize


def test_integers_make_a_mip_and_only_integers_do() -> None:
    plain = hand_over(program())
    assert all(kind == highspy.HighsVarType.kContinuous for kind in plain.getLp().integrality_)
    given = program()
    integer = given.integer.copy()
    integer[given.variables["order"].indices] = True
    mixed = hand_over(replace(given, integer=integer))
    mixed.run()
    orders = np.array(mixed.getSolution().col_value)[given.variables["order"].indices]
    np.testing.assert_allclose(orders, orders.round(), atol=1e-6)
    assert mixed.getObjectiveValue() == pytest.approx(9 + 27 - 1 + 7, abs=1e-6)


def test_equal_bounds_fix_a_column() -> None:
    fixed = variable("fixed", ("years",), 3.0, 3.0)
    given = program(fixed)
    highs = hand_over(given)
    highs.run()
    assert np.array(highs.getSolution().col_value)[given.variables["fixed"].indices].tolist() == [3.0] * 3


def test_names_come_on_request() -> None:
    given = program()
    highs = hand_over(given)
    assert not any(highs.getLp().col_names_)
    name_everything(highs, given)
    assert list(highs.getLp().row_names_) == ["room(n)", "room(s)", "band"]
    assert list(highs.getLp().col_names_) == [given.column_name(j) for j in range(given.shape[1])]


def test_options_are_set_and_checked() -> None:
    highs = hand_over(program(), time_limit=12.5, solver="simplex")
    assert highs.getOptionValue("time_limit")[1] == 12.5
    assert highs.getOptionValue("output_flag")[1] is False
    with pytest.raises(ValueError, match="HiGHS knows no option tyme_limit = 1"):
        hand_over(program(), tyme_limit=1)


def test_a_program_without_rows_is_handed_over() -> None:
    highs = hand_over(compile_program(symbols(), (), lambda m: -m.total))
    highs.run()
    assert highs.getObjectiveValue() == 0.0


def test_a_program_that_highs_refuses_is_an_error() -> None:
    given = program()
    broken = replace(given, columns=np.full_like(given.columns, given.shape[1]))
    with pytest.raises(ValueError, match="HiGHS refuses the 3 rows and 46 columns"):
        hand_over(broken)


def test_free_rows_are_no_rows_for_the_optimum() -> None:
    given = program()
    free = replace(given, row_lower=np.full(3, -INF), row_upper=np.full(3, INF))
    highs = hand_over(free)
    highs.run()
    assert highs.getObjectiveValue() == pytest.approx(6 * 9 + 7)
