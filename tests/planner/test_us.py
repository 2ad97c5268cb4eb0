"""The US states as shipped: solved, verified, no corner solution, and as large as noted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from planner.config import read
from planner.plan import Plan
from planner.solving import problem_of, solve
from planner.verify import verify
from tests.planner.test_national import (
    builds_neither_rush_nor_collapse,
    no_region_takes_a_third,
    the_objective_is_as_noted,
)

US = Path(__file__).parents[2] / "configs" / "us" / "plan.yaml"


@pytest.mark.slow
def test_the_states_plan_is_sound(update_golden):
    """One test, as one solve takes half a minute; its gap is ten times that of the shipped config."""
    scenario = read(US, ("gap=1e-3",))
    plan = solve(scenario)
    assert plan.summary["status"] == "optimal"
    verdict = verify(scenario, plan)
    assert verdict.passed, verdict.broken and verdict.broken.message
    no_region_takes_a_third(scenario, plan)
    builds_neither_rush_nor_collapse(plan)
    every_machine_is_ordered_every_year(plan)
    the_objective_is_as_noted("us", plan, update_golden)


def every_machine_is_ordered_every_year(plan: Plan) -> None:
    """Prices fall by a quarter a year; a plan that waits for them in some year leaves that year without service."""
    ordered: Counter[tuple[str, int]] = Counter()
    for row in plan.tables["orders"].records():
        ordered[row["asset"], row["year"]] += row["units"]
    for asset in ("ai_pflops", "cloud_server", "datacenter_mw", "cell_site"):
        assert all(ordered[asset, year] > 0 for year in plan.summary["years"]), asset


def test_the_program_is_as_large_as_noted():
    """2026-11-23: first size. Rows and columns of the first linear program, before tangents are added."""
    assert problem_of(read(US)).program.shape == (18241, 63568)
