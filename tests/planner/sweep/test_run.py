"""Running a sweep: every scenario gets its row, whatever becomes of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner.solve.again
from planner.config import read
from planner.plan import read as read_plan
from planner.solving import problem_of, search
from planner.sweep.cases import Case
from planner.sweep.run import Task, progress_line, run_cases, walk
from planner.verify import verify

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"


def cases(*limits: float) -> tuple[Case, ...]:
    return tuple(
        Case(f"c{at}", {"limit": str(x)}, (f"budgets.programme.limit={x} million CNY",)) for at, x in enumerate(limits)
    )


def test_rows_say_what_a_search_from_scratch_says():
    asked = cases(50, 80, 120)
    for case, row in zip(asked, walk(Task(TINY, asked, None)), strict=True):
        cold = search(problem_of(read(TINY, case.overrides)))
        assert row["status"] == "optimal"
        assert row["lower"] <= cold.upper
        assert row["upper"] >= cold.lower
        assert row["capital_network_million"] + row["capital_information_service_million"] == pytest.approx(
            2 * float(case.values["limit"]), rel=1e-6
        )


def test_one_without_a_plan_does_not_stop_the_rest():
    rows = list(walk(Task(TINY, (Case("bad", {}, ("objective=fairest",)), *cases(50, 100)), None)))
    assert [row["status"] for row in rows] == ["bad input", "optimal", "optimal"]
    assert "fairest" in rows[0]["why"]


def test_what_nobody_expected_is_told_in_its_row(monkeypatch):
    real, count = planner.solve.again.solve_again, []

    def sometimes(*given: object) -> object:
        count.append(1)
        if len(count) == 2:
            raise MemoryError("no room")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(planner.solve.again, "solve_again", sometimes)
    rows = list(walk(Task(TINY, cases(50, 80, 100), None)))
    assert [row["status"] for row in rows] == ["optimal", "failed", "optimal"]
    assert rows[1]["why"] == "MemoryError: no room"


def test_two_processes_give_the_rows_of_one():
    asked = cases(50, 60, 70, 80, 90)
    one = {row["name"]: row["lower"] for row in run_cases(TINY, asked, jobs=1, plans=None)}
    two = {row["name"]: row["lower"] for row in run_cases(TINY, asked, jobs=2, plans=None)}
    assert one.keys() == two.keys() == {case.name for case in asked}
    assert all(abs(one[name] - two[name]) <= 2e-6 for name in one)


def test_plans_are_written_and_hold(tmp_path):
    asked = cases(50, 100)
    rows = list(walk(Task(TINY, asked, tmp_path)))
    for case, row in zip(asked, rows, strict=True):
        plan = read_plan(tmp_path / case.name)
        assert plan.summary["bounds"]["lower"] == row["lower"]
        assert (tmp_path / case.name / str(plan.summary["config"])).samefile(TINY)
        assert verify(read(TINY, case.overrides), plan).broken is None


def test_progress_tells_the_time_left():
    said: list[str] = []
    progress_line(2, 4, [{"name": "a", "status": "optimal", "lower": 1.0}] * 2, 120.0, said.append)
    assert said == ["   2 of 4  a                optimal      1.000000  about 2.0 min left"]
