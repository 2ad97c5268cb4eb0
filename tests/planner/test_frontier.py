"""The frontier against a closed form, its shape, and that every point is a plan that verifies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.frontier import Asked, FrontierError, frontier, rows_of, summary, table
from planner.scenario import Scenario
from planner.solving import solve
from planner.tables import rows_to_csv
from planner.verify import verify
from tests.planner.toys import asset, tiny, trading

ONE = Asked(points=7, regions=1)


def drawn(scenario: Scenario, asked: Asked = ONE, **more: Any) -> list[dict[str, Any]]:
    return rows_of(frontier(scenario, asked, **more))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return drawn(tiny())


@pytest.fixture(scope="module")
def traded() -> list[dict[str, Any]]:
    return drawn(trading())


def closed_form(worst_log: float) -> float:
    """Money m of a region makes (0.75 m / 2)^0.3 (0.25 m / 5)^0.1; both start at 0.1 per head; 100 million a year."""
    made = 0.375**0.3 * 0.05**0.1
    poor = (np.exp(worst_log) / 0.1 / made) ** 2.5
    rich = max(100.0 - poor, poor)
    return float(made * (0.75 * rich**0.4 + 0.25 * poor**0.4))


def test_every_point_lies_on_the_closed_form(rows):
    assert len(rows) == 7
    for row in rows:
        assert row["total_index"] == pytest.approx(closed_form(row["worst_off_log"]), abs=3e-6)
        assert row["gap_index"] <= 2e-6


def test_the_last_point_shares_money_by_people_alone(rows):
    assert rows[-1]["worst_off_log"] == pytest.approx(np.log(0.1 * 0.375**0.3 * 0.05**0.1 * 50**0.4), abs=1e-5)
    assert rows[-1]["gini"] == pytest.approx(0.0, abs=1e-5)


def test_the_first_point_is_the_plan_of_most_total_innovation(rows):
    best = solve(tiny(objective="total")).summary["bounds"]
    assert best["lower"] - 1e-6 <= rows[0]["total_index"] <= best["upper"] + 1e-9


def test_the_last_point_is_the_max_min_plan_where_one_region_counts(rows):
    found = solve(tiny(objective="max_min")).tables["innovation"].records()
    south = [
        row["innovation_per_10k"] if "innovation_per_10k" in row else row["innovation"] / 100
        for row in found
        if row["region"] == "south" and row["phase"] == "plan"
    ]
    assert rows[-1]["worst_off_per_10k_people"] == pytest.approx(min(south), rel=1e-3)


@pytest.mark.parametrize("which", ["rows", "traded"])
def test_the_frontier_falls_and_bends_downward(which: str, request: pytest.FixtureRequest):
    found = request.getfixturevalue(which)
    worst = np.array([row["worst_off_less_penalties"] for row in found])
    total = np.array([row["total_index"] for row in found])
    assert (np.diff(worst) > 0).all()
    assert (np.diff(total) <= 1e-5).all()
    slopes = np.diff(total) / np.diff(worst)
    assert (np.diff(slopes) <= 1e-3).all()


@pytest.mark.parametrize("which", ["rows", "traded"])
def test_no_bound_is_below_its_plan(which: str, request: pytest.FixtureRequest):
    found = request.getfixturevalue(which)
    bounds = [row["bound_total_index"] for row in found]
    assert all(row["bound_total_index"] >= row["total_index"] for row in found)
    assert (np.diff(bounds) <= 1e-9).all()


@pytest.mark.parametrize("scenario", [tiny, trading])
@pytest.mark.parametrize("asked", [ONE, Asked(4, None, 0.3)])
def test_every_point_is_a_plan_that_verifies(scenario: Any, asked: Asked):
    question, plans = scenario(objective="total"), []
    found = drawn(question, asked, plan_found=lambda _, plan: plans.append(plan))
    assert len(plans) == len(found)
    for row, plan in zip(found, plans, strict=True):
        verdict = verify(question, plan)
        assert verdict.passed, verdict.broken
        shown = {r["indicator"]: r for r in plan.tables["divide"].records() if r["year"] == row["divide_year"]}
        assert list(shown["gini"].values())[2] == pytest.approx(row["gini"], abs=1e-9)


def test_points_that_are_known_are_not_solved_again(rows):
    kept: list[Any] = []
    whole = frontier(tiny(), ONE, keep=kept.append)
    assert kept == whole
    again: list[Any] = []
    part = json.loads(json.dumps(whole[:4]))
    resumed = frontier(tiny(), ONE, known=part, keep=again.append)
    assert [entry["point"] for entry in again] == [3, 4, 5, 6]
    for first, second in zip(rows_of(whole), rows_of(resumed), strict=True):
        assert first["total_index"] == pytest.approx(second["total_index"], abs=3e-6)


def test_skipping_points_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    """A flat frontier: one region gets all that it can use, so that the same plan answers many grid points."""
    monkeypatch.setattr("planner.frontier._skipped", lambda *_: 0)
    all_points = drawn(trading())
    monkeypatch.undo()
    fewer = drawn(trading())
    for row in fewer:
        same = next(other for other in all_points if other["point"] == row["point"])
        assert row["total_index"] == pytest.approx(same["total_index"], abs=2e-5)


def test_whole_modules_are_refused_with_the_remedy():
    whole = asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0], integer=True)
    scenario = tiny()
    with pytest.raises(FrontierError, match=r"--set assets\.mast\.integer=false"):
        frontier(replace(scenario, assets=(whole, scenario.assets[1])), ONE)


@pytest.mark.parametrize(("asked", "words"), [(Asked(1, 1), "two ends"), (Asked(3, 9), "9 of 2")])
def test_a_wrong_question_is_said(asked: Asked, words: str):
    with pytest.raises(FrontierError, match=words):
        frontier(tiny(), asked)


def test_the_files_say_the_same(rows):
    entries = frontier(tiny(), ONE)
    told = summary(tiny(), ONE, entries, 0.0)
    assert told["points"] == rows_of(entries)
    assert rows_to_csv(rows).splitlines()[0].startswith("point,total_index,worst_off_log,worst_off_per_10k_people")
    assert len(list(table(tiny(), rows))) == 8
