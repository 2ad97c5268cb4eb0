"""The small program of whole columns: what it determines, what it keeps, and that it finds what enumeration finds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from planner.linear import LinearProgram
from planner.solve.rounding import Rounding, determined, learn, next_numbers, rounding_program, stay_closer
from planner.solving import problem_of
from tests.planner.solve.test_integers import whole
from tests.planner.toys import trading

INF = float("inf")


def program(
    matrix: list[list[float]],
    row_lower: list[float],
    row_upper: list[float],
    integer: list[bool],
    upper: list[float] | None = None,
) -> LinearProgram:
    """Rows as they are written; columns from zero on."""
    dense = np.array(matrix)
    rows, columns = np.nonzero(dense)
    starts = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int32)
    count = dense.shape[1]
    ends = np.full(count, INF) if upper is None else np.array(upper)
    return LinearProgram(
        True, np.zeros(count), 0.0, np.zeros(count), ends, np.array(integer), np.array(row_lower, float),
        np.array(row_upper, float), starts, columns.astype(np.int32), dense[rows, columns], {}, {},
    )  # fmt: skip


def stocks() -> LinearProgram:
    """Two whole orders, a stock of each year, and money that a continuous column shares."""
    return program(
        [[-1, 0, 1, 0, 0], [-1, -1, 0, 1, 0], [0, 2, -1, 0, 0], [3, 3, 0, 0, 1]],
        [0, 0, -INF, -INF],
        [0, 0, 1, 20],
        [True, True, False, False, False],
    )


def test_balances_determine_stocks_from_orders():
    assert determined(stocks()).tolist() == [True, True, True, True, False]


def test_fixed_columns_are_known_and_inequalities_determine_nothing():
    case = program([[1, 1, 1, 0], [1, 0, 0, -1]], [5, -INF], [5, 0], [True, False, False, False], [9, 9, 4, 9])
    assert determined(case).tolist() == [True, False, False, False]
    fixed = program([[1, 1, 1, 0], [1, 0, 0, -1]], [5, -INF], [5, 0], [True, False, False, False], [9, 9, 0, 9])
    assert determined(fixed).tolist() == [True, True, True, False]


def near(point: list[float], linear: list[float], prices: list[float]) -> Rounding:
    return rounding_program(stocks(), np.array(linear), np.array(point), np.array(prices), tolerance=1e-9)


def test_rows_of_whole_columns_alone_are_kept():
    """Money for 5.9 orders in all, the second worth more: six, of which 2.3 may be the second, so 4 and 2."""
    found = next_numbers(near([3.6, 2.3, 3.6, 5.9, 2.3], [3.0, 3.1, 0, 0, 1.0], [0, 0, 0, 1.0]), 5.0)
    assert found is not None
    assert found.tolist() == [4.0, 2.0]


def test_what_a_point_was_worth_steers_the_next():
    small = near([3.5, 2.0, 3.5, 5.5, 3.5], [4.0, 4.0, 0, 0, 1.0], [0, 0, 0, 1.0])
    first = next_numbers(small, 5.0)
    assert first is not None
    learn(small, -1000.0, np.array([-500.0, 0.0]), first)
    second = next_numbers(small, 5.0)
    assert second is not None
    assert second[0] < first[0]


def test_numbers_stay_closer_when_asked():
    """An order worth a little more than its share of money: cheap rows are left for it, dear ones are not."""
    point, prices = [3.4, 2.0, 3.4, 5.4, 3.8], [0, 0, 0, 1.0]
    small = near(point, [4.2, 3.0, 0, 0, 1.0], prices)
    far = next_numbers(small, 5.0)
    stay_closer(small, 1e6)
    close = next_numbers(small, 5.0)
    assert far is not None
    assert close is not None
    money = np.array([3.0, 3.0])
    assert abs(money @ close - money @ point[:2]) <= abs(money @ far - money @ point[:2])


def test_no_whole_numbers_is_none():
    """Half a module exactly, asked by a row of whole columns alone."""
    case = program([[2.0, 0.0], [1.0, 1.0]], [1.0, -INF], [1.0, 9.0], [True, False])
    small = rounding_program(case, np.zeros(2), np.array([0.5, 8.0]), np.zeros(2), tolerance=1e-9)
    assert next_numbers(small, 5.0) is None


@pytest.mark.parametrize("seed", range(6))
def test_the_best_whole_numbers_of_a_small_program(seed: int):
    """Whole columns alone: the program is then exact, and enumeration finds no better."""
    luck = np.random.default_rng(seed)
    matrix, value = luck.integers(1, 6, (3, 3)).astype(float), luck.integers(1, 9, 3).astype(float)
    limit = matrix.sum(axis=1) * 2.5
    case = program(matrix.tolist(), [-INF] * 3, limit.tolist(), [True] * 3)
    point = np.full(3, 2.5)
    found = next_numbers(rounding_program(case, value, point, np.zeros(3), tolerance=1e-9), 5.0)
    grid = np.array(list(itertools.product(range(11), repeat=3)))
    best = (grid @ value)[(grid @ matrix.T <= limit + 1e-9).all(axis=1)].max()
    assert found is not None
    assert found @ value == pytest.approx(best)


def test_the_program_of_a_model_knows_its_stocks():
    problem = problem_of(whole(trading(), "mast", "server"))
    known = determined(problem.program)
    stock = problem.program.variables["stock"].indices
    assert known[stock[:, [0, 2]]].all()
    assert not known[stock[:, 1, -1]].any()
    assert not known[problem.goal.ratio].any()
