"""Near-optimal plans: closed-form extremes, order of plan and ends, what all of them share, and that each verifies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from planner.alternatives import (
    AlternativesError,
    Asked,
    Task,
    alternatives,
    best_plan,
    case_of,
    cases,
    extremes,
    no_regret_rows,
    range_rows,
    summary,
    table,
    tasks_of,
)
from planner.scenario import Parameter, Scenario
from planner.solve.near import near_program
from planner.verify import verify
from tests.planner.toys import asset, tiny, trading

MARGINS = Asked(within=(1.0, 2.0, 5.0))


def found(scenario: Scenario, asked: Asked = MARGINS) -> list[dict[str, Any]]:
    return alternatives(scenario, asked)


@pytest.fixture(scope="module")
def near_tiny() -> list[dict[str, Any]]:
    return found(tiny())


@pytest.fixture(scope="module")
def near_trading() -> list[dict[str, Any]]:
    return found(trading(objective="total"))


def spent_closed_form(give: float) -> tuple[float, float]:
    """Least and most of 200 million on masts where 0.3 ln m + 0.1 ln(1 - m) may fall by `give` from m = 3/4.

    Both years and regions share alike, as the logarithm is concave: m is the share of masts in all money.
    """
    top = 0.3 * np.log(0.75) + 0.1 * np.log(0.25)

    def fallen(m: float) -> float:
        return float(top - 0.3 * np.log(m) - 0.1 * np.log(1 - m) - give)

    return 200 * brentq(fallen, 1e-6, 0.75), 200 * brentq(fallen, 0.75, 1 - 1e-9)


@pytest.mark.parametrize("percent", [1.0, 2.0, 5.0])
def test_extremes_are_those_of_the_closed_form(near_tiny, percent: float):
    rows = range_rows(tiny(), MARGINS, near_tiny)
    row = next(r for r in rows if r["what"] == "network" and r["within_percent"] == percent)
    least, most = spent_closed_form(percent / 100)
    width = most - least
    assert row["least_proven_million"] <= least + 1e-4
    assert row["most_proven_million"] >= most - 1e-4
    assert row["least_million"] == pytest.approx(least, abs=0.06 * width)
    assert row["most_million"] == pytest.approx(most, abs=0.06 * width)


@pytest.mark.parametrize("which", ["near_tiny", "near_trading"])
def test_the_plan_lies_between_least_and_most_and_ranges_widen(which: str, request: pytest.FixtureRequest):
    scenario = tiny() if which == "near_tiny" else trading(objective="total")
    rows = range_rows(scenario, MARGINS, request.getfixturevalue(which))
    assert rows
    for row in rows:
        slack = 1e-6 * max(row["plan_million"], 1.0)
        assert row["least_proven_million"] <= row["least_million"] <= row["plan_million"] + slack
        assert row["plan_million"] - slack <= row["most_million"] <= row["most_proven_million"]
    for what, group in {(row["what"], row["group"]) for row in rows}:
        mine = [row for row in rows if (row["what"], row["group"]) == (what, group)]
        assert [row["within_percent"] for row in mine] == [1.0, 2.0, 5.0]
        assert (np.diff([row["least_million"] for row in mine]) <= 1e-6).all()
        assert (np.diff([row["most_million"] for row in mine]) >= -1e-6).all()


def test_every_extreme_reaches_its_level(near_trading):
    best = near_trading[0]["objective"]
    for entry in (e for e in near_trading if e["kind"] == "extreme"):
        assert entry["objective"] >= best * (1 - entry["within_percent"] / 100) - 1e-9


@pytest.mark.parametrize("scenario", [tiny(), trading(objective="total"), trading()])
def test_every_extreme_is_a_plan_that_verifies(scenario: Scenario):
    problem, outcome = best_plan(scenario)
    near, plans = near_program(problem.program, problem.goal, outcome.values), []
    place = scenario.groups[0].id
    extremes(problem, near, Task("extreme", "network", place), Asked((2.0,)), lambda _, plan: plans.append(plan))
    assert len(plans) == 2
    for plan in plans:
        verdict = verify(scenario, plan)
        assert verdict.passed, verdict.broken


def test_no_margin_leaves_the_plan_alone():
    asked = Asked(within=(0.0,))
    for row in range_rows(tiny(), asked, found(tiny(), asked)):
        assert row["least_million"] == pytest.approx(row["plan_million"], rel=1e-2)
        assert row["most_million"] == pytest.approx(row["plan_million"], rel=1e-2)


def test_what_is_no_regret_is_in_every_plan_found(near_trading):
    scenario = trading(objective="total")
    ids = [a.id for a in scenario.assets]
    regions = [r.id for r in scenario.regions]
    rows = no_regret_rows(scenario, MARGINS, near_trading)
    assert rows
    for row in rows:
        inside = [e for e in near_trading if "units" in e and e.get("within_percent", 0) <= row["within_percent"]]
        at = [regions.index(row["place"])] if row["place_kind"] == "region" else [0, 1]
        built = [sum(e["units"][r][ids.index(row["asset"])] for r in at) for e in inside]
        assert row["plans"] == len(inside)
        assert row["least_units"] == pytest.approx(min(built))
        assert 0 < row["least_units"] <= row["plan_units"] + 1e-9


def test_other_cases_can_only_take_away():
    """Dearer masts: fewer of them are sure."""
    plain = tiny()
    dear = replace(plain.assets[0], capex=Parameter(2.0, 1.0, 4.0, place="by hand"))
    scenario = tiny(assets=(dear, plain.assets[1]))
    asked = Asked((1.0,), cases=cases(scenario, every_set=True, prices=("low", "high")))
    assert asked.cases == (("only", "config prices"), ("only", "low prices"), ("only", "high prices"))
    assert case_of(scenario, "only", "high prices").assets[0].capex.value == 4.0
    assert case_of(scenario, "only", "low prices").assets[1].capex.value == plain.assets[1].capex.value
    entries = found(scenario, asked)
    sure = {r["asset"]: r for r in no_regret_rows(scenario, asked, entries) if r["place_kind"] == "group"}
    alone = found(scenario, Asked((1.0,)))
    before = {r["asset"]: r for r in no_regret_rows(scenario, Asked((1.0,)), alone) if r["place_kind"] == "group"}
    assert sure["mast"]["least_units"] == pytest.approx(150 / 4, rel=2e-3)
    assert sure["mast"]["least_units"] < before["mast"]["least_units"]


def test_what_is_known_is_not_looked_for_again(near_tiny):
    known = [e for e in json.loads(json.dumps(near_tiny)) if e.get("what") == "network"]
    kept: list[Any] = []
    again = alternatives(tiny(), MARGINS, known=known, keep=kept.append)
    assert {e["what"] for batch in kept for e in batch["entries"]} == {"information_service"}
    assert len(range_rows(tiny(), MARGINS, again)) == len(range_rows(tiny(), MARGINS, near_tiny))


def test_one_failure_stops_nothing_else(monkeypatch: pytest.MonkeyPatch):
    def breaks(*_: Any) -> Any:
        raise TimeoutError("too slow")

    monkeypatch.setattr("planner.alternatives.work.case_entry", breaks)
    asked = Asked((1.0,), cases=(("only", "config prices"), ("only", "low prices")))
    entries = found(tiny(), asked)
    assert [e["message"] for e in entries if e["kind"] == "failed"] == ["too slow"]
    assert len(range_rows(tiny(), asked, entries)) == 2
    told = "\n".join(table(tiny(), asked, range_rows(tiny(), asked, entries), [], entries))
    assert "failed: only in low prices: too slow" in told
    assert summary(tiny(), asked, entries, 1.0)["failed"]


def test_an_unknown_group_is_named():
    with pytest.raises(AlternativesError, match="nowhere"):
        tasks_of(tiny(), Asked(groups=("nowhere",)))


def test_whole_modules_are_refused_with_the_remedy():
    whole = asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0], integer=True)
    with pytest.raises(AlternativesError, match=r"--set assets\.mast\.integer=false"):
        found(tiny(assets=(whole, tiny().assets[1])))
