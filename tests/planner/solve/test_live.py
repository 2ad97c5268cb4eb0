"""The live program: a point that rounding carried away from its rows is computed anew from its basis."""

from __future__ import annotations

from types import SimpleNamespace

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.solve.highs import hand_over
from planner.solve.live import DRIFT, InfeasibleError, UnfinishedError, drift, optimize
from planner.solving import problem_of
from tests.planner.toys import trading


class Drifting:
    """A HiGHS whose rows are told wrong by `off` until its basis is set anew."""

    def __init__(self, highs, off: float) -> None:
        self.highs, self.off, self.renewed = highs, off, 0

    def __getattr__(self, name: str):
        return getattr(self.highs, name)

    def setBasis(self, basis):  # noqa: N802
        self.off, self.renewed = 0.0, self.renewed + 1
        return self.highs.setBasis(basis)

    def getSolution(self):  # noqa: N802
        found = self.highs.getSolution()
        told = np.array(found.row_value)
        told[0] += self.off
        return SimpleNamespace(
            row_value=told, col_value=found.col_value, row_dual=found.row_dual, col_dual=found.col_dual
        )


def solved(*, integer: bool = False):
    """The program max x + y, x + 2 y <= 4, 3 x + y <= 6 in HiGHS, solved: x = 1.6, y = 1.2."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    x, y = highs.addVariable(0, 10), highs.addVariable(0, 10)
    highs.addConstr(x + 2 * y <= 4)
    highs.addConstr(3 * x + y <= 6)
    if integer:
        highs.changeColIntegrality(0, highspy.HighsVarType.kInteger)
    highs.maximize(x + y)
    return highs


def test_a_point_on_its_rows_has_not_drifted():
    assert drift(solved()) < 1e-12


@pytest.mark.parametrize("off", [1e-5, -0.3])
def test_drift_is_the_distance_from_the_row_over_its_size(off):
    assert drift(Drifting(solved(), off)) == pytest.approx(abs(off) / (1 + 4 + off), rel=1e-6)


def test_a_point_that_drifted_is_computed_anew():
    highs = Drifting(solved(), 1e-3)
    found = optimize(highs, time_limit_s=10, how="dual")
    assert highs.renewed == 1
    assert found.values == pytest.approx([1.6, 1.2])
    assert found.objective == pytest.approx(2.8)


def test_a_point_that_did_not_drift_is_left_alone():
    highs = Drifting(solved(), 0.1 * DRIFT)
    optimize(highs, time_limit_s=10, how="dual")
    assert highs.renewed == 0


def test_whole_columns_have_no_basis_to_start_from():
    assert drift(Drifting(solved(integer=True), 1.0)) == 0.0


def test_what_cannot_be_solved_is_said_before_any_drift():
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    x = highs.addVariable(0, 1)
    highs.addConstr(x >= 2)
    with pytest.raises(InfeasibleError):
        optimize(highs, time_limit_s=10, how="dual")


class Unsure:
    """A HiGHS that ends with another status so many times before it solves."""

    def __init__(self, highs, times: int, status=highspy.HighsModelStatus.kUnknown) -> None:
        self.highs, self.left, self.status, self.tried = highs, times, status, []

    def __getattr__(self, name: str):
        return getattr(self.highs, name)

    def run(self):
        self.tried.append(self.highs.getOptionValue("solver")[1])
        return self.highs.run()

    def getModelStatus(self):  # noqa: N802
        if len(self.tried) <= self.left:
            return self.status
        return self.highs.getModelStatus()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_ends_unknown_is_tried_by_one_method_after_the_other(times):
    highs = Unsure(solved(), times)
    assert optimize(highs, time_limit_s=10, how="dual").objective == pytest.approx(2.8)
    assert highs.tried == ["simplex", "ipx", "simplex", "simplex"][: times + 1]


class Limited(Unsure):
    """A HiGHS that tells to how many steps every run was held."""

    def run(self):
        self.limits = [*getattr(self, "limits", []), self.highs.getOptionValue("simplex_iteration_limit")[1]]
        return super().run()


def test_a_basis_that_leads_astray_is_left_for_the_interior_point():
    highs = Limited(solved(), 1, highspy.HighsModelStatus.kIterationLimit)
    assert optimize(highs, time_limit_s=10, how="primal").objective == pytest.approx(2.8)
    assert highs.tried == ["simplex", "ipx"]
    assert highs.limits == [1001, highspy.kHighsIInf], "few for its size, then as many as it takes"


def test_simplex_without_a_basis_takes_as_many_steps_as_it_needs():
    highs = Limited(solved(), 0)
    highs.clearSolver()
    optimize(highs, time_limit_s=10, how="dual")
    assert highs.limits == [highspy.kHighsIInf]


def test_what_the_interior_point_alone_calls_infeasible_is_solved_by_another_method():
    highs = Unsure(solved(), 1, highspy.HighsModelStatus.kInfeasible)
    assert optimize(highs, time_limit_s=10, how="interior").objective == pytest.approx(2.8)
    assert highs.tried == ["ipx", "simplex"]
    believed = Unsure(solved(), 9, highspy.HighsModelStatus.kInfeasible)
    with pytest.raises(InfeasibleError):
        optimize(believed, time_limit_s=10, how="interior")
    assert believed.tried == ["ipx", "simplex"]


def test_what_no_method_settles_is_said():
    with pytest.raises(UnfinishedError, match="HiGHS ended with status"):
        optimize(Unsure(solved(), 9), time_limit_s=10, how="interior")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_drift_agrees_with_dense_rows_however_the_matrix_is_stored(seed):
    rng = np.random.default_rng(seed)
    rows, columns = 4, 5
    matrix = np.where(rng.random((rows, columns)) < 0.6, rng.normal(size=(rows, columns)), 0.0)
    point, told = rng.normal(size=columns), rng.normal(size=rows)
    expected = (np.abs(matrix @ point - told) / (1 + np.abs(told))).max()
    for by_rows in (True, False):
        assert drift(stored(matrix, point, told, by_rows=by_rows)) == pytest.approx(expected)


def stored(matrix, point, told, *, by_rows: bool):
    """What `drift` asks of HiGHS, of a dense matrix."""
    lines = matrix if by_rows else matrix.T
    found = [np.flatnonzero(line) for line in lines]
    form = highspy.MatrixFormat.kRowwise if by_rows else highspy.MatrixFormat.kColwise
    sparse = SimpleNamespace(
        format_=form,
        start_=np.cumsum([0, *map(len, found)]),
        index_=np.concatenate(found),
        value_=np.concatenate([line[at] for line, at in zip(lines, found, strict=True)]),
    )
    return SimpleNamespace(
        getInfo=lambda: SimpleNamespace(mip_node_count=-1),
        getBasis=lambda: SimpleNamespace(valid=True),
        getLp=lambda: SimpleNamespace(a_matrix_=sparse),
        getSolution=lambda: SimpleNamespace(row_value=told, col_value=point),
    )


def test_a_plan_stays_on_its_rows():
    problem = problem_of(trading())
    highs = hand_over(problem.program)
    optimize(highs, time_limit_s=60, how="interior")
    assert drift(highs) < DRIFT
