"""Arithmetic checks: what they find by hand, and never a contradiction where there is none."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from planner.explain.arithmetic import Finding, findings
from planner.explain.ceilings import ceilings, standing, unlimited
from planner.instance import build_instance
from planner.scenario import Growth, Scenario, Scope
from planner.solving import solve
from tests.planner.explain.planted import HALLS, PLANTED, Planted, roomy
from tests.planner.explain.test_conflict import has_plan
from tests.planner.toys import budget, tiny, trading
from tests.planner.verify_cases import MASTS, rich, rule

FIRST = replace(MASTS, years=(2026,))

UNSEEN = {
    "floor against a total budget",
    "floor per head against a cap on the nation",
    "convergence against growth",
    "upkeep of what a floor adds",
    "machines that need bandwidth first",
    "a ratio of stocks against a cap on one",
    "matching funds against the fund that matches",
    "projects that have to be taken and exclude each other",
    "a project that has to be taken against its budget",
}


def found_in(scenario: Scenario) -> tuple[Finding, ...]:
    return findings(build_instance(scenario))


def blamed(found: tuple[Finding, ...]) -> set[str]:
    return {limit.id for finding in found for limit in finding.limits}


@pytest.mark.parametrize("planted", PLANTED, ids=[p.name for p in PLANTED])
def test_arithmetic_sees_most_of_what_is_planted(planted: Planted):
    """Sums over several rows of a rule are for the solver to see."""
    found = blamed(found_in(planted.plant(roomy())))
    assert found <= planted.named
    assert bool(found) is (planted.name not in UNSEEN)


@pytest.mark.parametrize("scenario", [tiny(), trading(), rich(), roomy()])
def test_arithmetic_finds_nothing_where_a_plan_exists(scenario: Scenario):
    assert found_in(scenario) == ()


@settings(max_examples=60, deadline=None)
@drawn(
    floor=st.floats(1.0, 120.0),
    cap=st.floats(1.0, 120.0),
    money=st.floats(10.0, 400.0),
    rate=st.floats(0.0, 40.0),
    quantity=st.sampled_from(["stock", "order"]),
    each=st.sampled_from(["nation", "region"]),
)
def test_what_arithmetic_finds_is_a_contradiction(
    floor: float, cap: float, money: float, rate: float, quantity: str, each: str
):
    scenario = tiny(
        budgets=(budget(money, carry_over_interest=0.05),),
        rules=(
            rule("floor", "floor", quantity, floor, replace(MASTS, years=(2027,)), each=each),
            rule("cap", "cap", quantity, cap, MASTS),
        ),
        growth_limits=(Growth("slow", ("mast",), rate, 5.0, "by hand", ""),),
    )
    if found_in(scenario):
        assert not has_plan(scenario)


def test_a_floor_that_money_cannot_reach_is_told_in_money():
    """100 masts at 2 million are 200 million; a year has 100."""
    (found,) = found_in(tiny(rules=(rule("many", "floor", "stock", 100.0, FIRST, place="rules.yaml:3"),)))
    assert (found.short, found.unit) == (100.0, "million CNY")
    assert 'floor "many" [many] (rules.yaml:3) asks for 100 mast in 2026 nationwide' in found.sentence
    assert "costs at least 200 million CNY" in found.sentence


def test_what_carries_over_may_pay():
    """A hundred in 2026 is 110 in 2027, with the hundred of 2027: 105 masts."""
    carried = budget(100.0, carry_over_interest=0.1)
    late = replace(MASTS, years=(2027,))
    assert found_in(tiny(budgets=(carried,), rules=(rule("a", "floor", "order", 104.9, late),))) == ()
    (found,) = found_in(tiny(budgets=(carried,), rules=(rule("a", "floor", "order", 105.1, late),)))
    assert found.short == pytest.approx(0.2)


def test_the_worst_row_of_a_rule_is_told():
    (found,) = found_in(tiny(rules=(rule("many", "floor", "order", 75.0, MASTS, each="region"),)))
    assert found.short == pytest.approx(50.0)


def test_growth_compounds():
    """14,400 masts of 16,000 are left in 2026; a tenth of 16,000 may be added, then a tenth of what stands."""
    scenario = trading(growth_limits=(Growth("slow", ("mast",), 0.1, 0.0, "by hand", ""),))
    instance = build_instance(scenario)
    ceiling = next(c for c in ceilings(instance) if c.limits and c.limits[0].id == "slow")
    mast = ceiling.stocks[:, 0].sum(axis=0) * 1e3
    assert mast[:2] == pytest.approx([16_000.0, 12_800.0 + 1_600.0 + 1_600.0])
    assert np.isinf(ceiling.orders[:, 2]).all()


def test_standing_stocks_are_those_of_the_program():
    """Any orders, run through the arithmetic and through the stocks of a solved plan."""
    scenario = replace(rich(), gap=1e-3)
    instance = build_instance(scenario)
    plan = solve(scenario)
    at = {(r.id, a.id): (i, j) for i, r in enumerate(scenario.regions) for j, a in enumerate(scenario.assets)}
    orders = np.zeros_like(unlimited(instance))
    for row in plan.tables["orders"].records():
        orders[(*at[row["region"], row["asset"]], scenario.years.index(row["year"]))] = row["modules"]
    stocks = standing(instance, orders) * instance.module[None, :, None]
    years = instance.timeline.year.tolist()
    for row in plan.tables["stocks"].records():
        if row["phase"] != "base":
            told = stocks[(*at[row["region"], row["asset"]], years.index(row["year"]))]
            assert told == pytest.approx(row["units"], abs=1e-3)


def test_caps_below_what_stands_already():
    (found,) = found_in(trading(rules=(rule("few", "cap", "stock", 10.0, HALLS),)))
    assert "stand already" in found.sentence
    assert found.short == pytest.approx(100 * 14 / 15 - 10)


def test_shares_in_words():
    parts = [
        rule(f"part_{r}", "floor", "order", 0.7, Scope(("mast",), (r,)), share_of=MASTS) for r in ("north", "south")
    ]
    some = rule("some", "floor", "order", 1.0, MASTS)
    found = found_in(tiny(rules=(*parts, some)))
    assert any("sum to 140 %" in finding.sentence for finding in found)


def test_upkeep_of_what_stands_is_summed_by_hand():
    short = trading(budgets=(trading().budgets[0], budget(1.0, id="operation", kinds=("opex", "energy"))))
    instance = build_instance(short)
    running = (instance.costs.opex + instance.costs.energy) * instance.base_stock + instance.costs.base_energy
    (found,) = found_in(short)
    assert found.short == pytest.approx(running[:, :, 0].sum() - 1.0)
    assert "keeping and powering what stands already" in found.sentence


def test_order_of_rules_does_not_matter():
    planted = [p for p in PLANTED if p.name not in UNSEEN][:6]
    for one, other in itertools.pairwise(planted):
        there, back = other.plant(one.plant(roomy())), one.plant(other.plant(roomy()))
        assert blamed(found_in(there)) == blamed(found_in(back))
