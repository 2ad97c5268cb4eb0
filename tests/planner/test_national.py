"""The national plan as shipped: solved, verified, and no corner solution."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from planner.config import read
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solving import solve
from planner.verify import verify

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "objectives.json"


@pytest.mark.slow
def test_the_national_plan_is_sound(update_golden):
    """One test, as one solve takes some ten seconds."""
    scenario = read(ROOT / "configs" / "china" / "plan.yaml", ("gap=1e-3",))
    plan = solve(scenario)
    assert plan.summary["status"] == "optimal"
    verdict = verify(scenario, plan)
    assert verdict.passed, verdict.broken and verdict.broken.message
    no_region_takes_a_third(scenario, plan)
    builds_neither_rush_nor_collapse(plan)
    the_objective_is_as_noted("china", plan, update_golden)


def no_region_takes_a_third(scenario: Scenario, plan: Plan) -> None:
    """Of what is ordered of an asset, and of the money of a class, unless a rule binds there."""
    asset_class = {asset.id: asset.asset_class for asset in scenario.assets}
    bound = {row["region"] for row in plan.tables["rules"].records() if row["status"] == "binding" and row["price"] > 0}
    placed: Counter[tuple[str, str]] = Counter()
    for row in plan.tables["orders"].records():
        placed[row["asset"], row["region"]] += row["units"]
        placed[asset_class[row["asset"]], row["region"]] += row["capex_million"]
    whole: Counter[str] = Counter()
    for (thing, _), amount in placed.items():
        whole[thing] += amount
    assert set(asset_class.values()) <= set(whole)
    for (thing, region), amount in placed.items():
        assert amount <= whole[thing] / 3 or region in bound, f"{region} takes {amount / whole[thing]:.0%} of {thing}"


def builds_neither_rush_nor_collapse(plan: Plan) -> None:
    """Each year's orders cost between a third and three times the mean year."""
    paid: Counter[int] = Counter()
    for row in plan.tables["orders"].records():
        paid[row["year"]] += row["capex_million"]
    mean = sum(paid.values()) / len(plan.summary["years"])
    assert sorted(paid) == plan.summary["years"]
    assert all(mean / 3 <= amount <= 3 * mean for amount in paid.values()), dict(paid)


def the_objective_is_as_noted(name: str, plan: Plan, update: bool) -> None:
    noted = json.loads(GOLDEN.read_text("utf-8")) if GOLDEN.exists() else {}
    if update:
        noted[name] = {"objective": plan.summary["objective"], "value": round(plan.summary["bounds"]["lower"], 4)}
        GOLDEN.write_text(json.dumps(noted, indent=1) + "\n", "utf-8")
    assert plan.summary["objective"] == noted[name]["objective"]
    message = "the national optimum moved; if it should, note why in tests/golden/README.md and pass --update-golden"
    assert plan.summary["bounds"]["lower"] == pytest.approx(noted[name]["value"], rel=2e-3), message
