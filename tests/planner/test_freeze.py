"""Plans that follow facts: what was ordered stays, what it broke is shown, and nothing else is excused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.freeze import with_facts as frozen
from planner.instance import build_instance
from planner.plan import Plan
from planner.scenario import Booked, Growth, Scenario, Scope, Tail
from planner.solving import program_of, solve
from planner.verify import verify
from tests.planner.fact_cases import facts_of, no_facts, row, value, verified, with_facts
from tests.planner.test_time_by_hand import NONE, built, over, spent, weights
from tests.planner.toys import budget, given, tiny, trading
from tests.planner.verify_cases import MASTS, project, rich, rule

INF = float("inf")


def test_without_facts_the_program_is_the_same():
    program = program_of(build_instance(rich()))
    assert frozen(build_instance(rich()), program) is program


@pytest.mark.parametrize("scenario", [tiny(), trading(), rich()], ids=["tiny", "trading", "rich"])
@pytest.mark.parametrize("until", [2026, 2027])
def test_facts_that_are_the_plan_change_nothing(scenario, until):
    plan = solve(scenario)
    again = verified(with_facts(scenario, facts_of(scenario, plan, until)))
    assert value(again) == pytest.approx(value(plan), abs=scenario.gap)
    before, after = ({(r["budget"], r["year"]): r for r in p.tables["budgets"].records()} for p in (plan, again))
    for key, was in before.items():
        assert after[key]["spent_million"] == pytest.approx(was["spent_million"], rel=2e-2), key


@pytest.mark.parametrize("scenario", [trading(), rich(), rich(objective="total")], ids=["trading", "rich", "total"])
@pytest.mark.parametrize("until", [2026, 2027])
@pytest.mark.parametrize(("units", "paid"), [(1.3, 1.3), (3.0, 3.0), (1.0, 5.0), (0.5, 0.4), (0.0, 0.0)])
def test_no_fact_makes_a_plan_impossible(scenario, until, units, paid):
    """Every row that orders of the past break gives way; what was really ordered stands in the plan."""
    facts = facts_of(scenario, solve(scenario), until, units, paid)
    again = with_facts(scenario, facts)
    found = facts_of(again, verified(again), until)
    np.testing.assert_allclose(found.units_ordered, facts.units_ordered, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.capex_million, facts.capex_million, rtol=1e-9, atol=1e-6)


def one_asset(**changes: object) -> Scenario:
    return over(4, (built("one"),), tail=NONE, **changes)


def ordered(scenario: Scenario, *millions: float) -> Scenario:
    """Money for the one asset in the first years, half of it in each region, at 2 million a unit."""
    facts = no_facts(scenario, 2025 + len(millions))
    facts.capex_million[:] = np.array(millions)[None, None] / 2
    facts.units_ordered[:] = facts.capex_million / 2.0
    return with_facts(scenario, facts)


KEPT = replace(budget(100.0, 4), carry_over_interest=0.3)


def test_what_was_really_left_is_carried_on():
    """100 a year at 30 %; 40 were spent in 2026, so 60 * 1.3 stand beside the 100 of 2027. From there the present value
    is shared by weight: PV = 178 + 100 / 1.3 + 100 / 1.3^2, spent as w[t] / sum(w) * 1.3^t.
    """
    plan = verified(ordered(one_asset(budgets=(KEPT,)), 40.0))
    first = row(plan, "budgets", budget="programme", year=2026)
    assert (first["spent_million"], first["carried_out_million"]) == pytest.approx((40.0, 60.0))
    present = 178.0 + 100.0 / 1.3 + 100.0 / 1.3**2
    expected = present * weights(3) / weights(3).sum() * 1.3 ** np.arange(3)
    assert spent(plan, "one") == pytest.approx([40.0, *expected], rel=5e-3)


def test_what_was_overspent_is_shown_and_forgiven():
    """A year that spent 130 of 100 hands nothing on, and takes nothing from the next."""
    plan = verified(ordered(one_asset(budgets=(KEPT,)), 130.0))
    first = row(plan, "budgets", budget="programme", year=2026)
    assert (first["exceeded_million"], first["carried_out_million"]) == pytest.approx((30.0, 0.0))
    assert sum(spent(plan, "one")[1:]) <= 100.0 * (1 + 1.3 + 1.69) + 1e-6
    assert row(plan, "budgets", budget="programme", year=2026)["price_per_billion"] == 0


def test_facts_take_from_a_total():
    total = replace(budget(400.0), period="total", limits=(400.0,))
    plan = verified(ordered(one_asset(budgets=(total,)), 250.0))
    assert spent(plan, "one") == pytest.approx([250.0, *(150 * weights(3) / weights(3).sum())], rel=5e-3)


def test_a_total_that_facts_have_spent_leaves_nothing():
    total = replace(budget(400.0), period="total", limits=(400.0,))
    plan = verified(ordered(one_asset(budgets=(total,)), 250.0, 200.0))
    assert spent(plan, "one") == pytest.approx([250.0, 200.0, 0.0, 0.0], abs=1e-6)
    assert row(plan, "budgets", budget="programme", year=0)["exceeded_million"] == pytest.approx(50.0)


def test_what_was_booked_counts_instead_of_the_price_of_upkeep():
    """Upkeep of 10 % of the price is planned, 35 million were booked; what is left goes on."""
    dear = built("one", opex_share=given(0.1))
    both = replace(KEPT, kinds=("capex", "opex"))
    scenario = ordered(over(4, (dear,), tail=NONE, budgets=(both,)), 40.0)
    facts = replace(scenario.actuals, upkeep=(Booked("programme", 2026, 35.0, 0.0),))
    plan = verified(with_facts(scenario, facts))
    first = row(plan, "budgets", budget="programme", year=2026)
    assert (first["spent_million"], first["carried_out_million"]) == pytest.approx((75.0, 25.0))
    assert sum(r["opex_million"] for r in plan.tables["spending"].records() if r["year"] == 2026) == pytest.approx(4.0)


def test_stock_that_was_counted_stands_and_serves():
    """Half of what was ordered in 2026 was found standing: the year earns no more than ln of the half."""
    scenario = ordered(one_asset(), 100.0)
    seen = scenario.actuals.units_ordered * 0.5
    plan, plain = verified(with_facts(scenario, replace(scenario.actuals, units_standing=seen))), verified(scenario)
    assert row(plan, "stocks", region="north", year=2026)["units"] == pytest.approx(12.5)
    lost = 0.2 * weights(4)[0] / weights(4).sum() * np.log(2.0)
    assert value(plain) - value(plan) == pytest.approx(lost, rel=1e-3)


@pytest.mark.parametrize("until", [2026, 2027])
def test_everything_may_be_fact(until):
    """No decision is left when the last year is fact: the value is that of the orders themselves."""
    scenario = tiny(years=(2026, until) if until > 2026 else (2026,), budgets=(budget(100.0, until - 2025),))
    plan = solve(scenario)
    again = verified(with_facts(scenario, facts_of(scenario, plan, until)))
    assert value(again) == pytest.approx(value(plan), abs=1e-9)


def masts(limit: float, sense: str, years: tuple[int, ...], quantity: str = "stock") -> Scenario:
    asked = rule("asked", sense, quantity, limit, Scope(("mast",), (), years))
    return tiny(floor_share=given(0.05), rules=(asked,), assets=tuple(replace(a, lead_years=given(1)) for a in
                tiny().assets), tail=Tail("continue", 2, 2))  # fmt: skip


def bought(scenario: Scenario, masts: float) -> Scenario:
    facts = no_facts(scenario, 2026)
    facts.units_ordered[:, 0, 0], facts.capex_million[:, 0, 0] = masts / 2, masts
    return with_facts(scenario, facts)


def missed(plan: Plan) -> dict[int, float]:
    return {r["year"]: r["shortfall"] for r in plan.tables["rules"].records() if r["status"] == "missed"}


def test_a_floor_that_only_facts_could_reach_is_missed_in_fact():
    """Masts serve a year after their order: those of 2027 were ordered in 2026, 10 of 30."""
    plan = verified(bought(masts(30.0, "floor", (2027,)), 10.0))
    assert missed(plan) == pytest.approx({2027: 20.0})
    assert row(plan, "rules", rule="asked", year=2027)["price"] == 0


def test_a_cap_that_facts_have_passed_is_missed_by_that_and_no_more():
    plan = verified(bought(masts(30.0, "cap", (2027,)), 40.0))
    assert missed(plan) == pytest.approx({2027: 10.0})


def test_a_rule_that_can_still_be_kept_is_kept():
    plan = verified(bought(masts(30.0, "floor", (2027,), "order"), 10.0))
    assert missed(plan) == {}
    assert row(plan, "rules", rule="asked", year=2027)["value"] >= 30.0 - 1e-6


def test_growth_that_was_too_fast_is_missed_in_fact():
    """A tenth of the stock and nothing else was allowed, in both years; facts bind only what comes after them."""
    scenario = replace(
        masts(0.0, "floor", (2026,)), rules=(), growth_limits=(Growth("slow", ("mast",), 0.1, 0.0, "", ""),)
    )
    plan = verified(bought(scenario, 10.0))
    rows = {(r["region"], r["year"]): r for r in plan.tables["rules"].records() if r["rule"] == "slow"}
    assert rows["north", 2026]["shortfall"] == pytest.approx(5.0 - 0.1)
    assert rows["north", 2027]["status"] in ("kept", "binding")


def test_a_part_of_a_module_may_be_fact():
    """Whole modules are asked of what is still to be ordered, not of what was."""
    whole = tuple(replace(a, integer=True) for a in tiny().assets)
    scenario = tiny(assets=whole, gap=1e-3)
    facts = no_facts(scenario, 2026)
    facts.units_ordered[:], facts.capex_million[:] = 2.5, 10.0
    plan = verified(with_facts(scenario, facts))
    modules = {r["year"]: r["modules"] for r in plan.tables["orders"].records()}
    assert modules[2026] == 2.5
    assert modules[2027] == round(modules[2027])


def test_an_order_that_never_serves_may_be_fact():
    late = replace(tiny().assets[0], lead_years=given(9))
    scenario = tiny(assets=(late, tiny().assets[1]), floor_share=given(0.05))
    facts = no_facts(scenario, 2026)
    facts.units_ordered[0, 0, 0], facts.capex_million[0, 0, 0] = 3.0, 6.0
    plan = verified(with_facts(scenario, facts))
    assert row(plan, "orders", asset="mast")["in_service_year"] == 2035


def test_rules_with_a_price_stay_priced():
    """A soft floor missed in fact costs what it costs; the verifier counts it in the objective."""
    soft = rule("dream", "floor", "stock", 1e6, replace(MASTS, years=(2026,)), price=1e-4)
    scenario = rich(rules=(soft,))
    again = with_facts(scenario, facts_of(scenario, solve(scenario), 2026, 0.0, 0.0))
    short = row(verified(again), "rules", rule="dream")
    assert short["shortfall"] == pytest.approx(1e6 - short["value"])


def test_more_facts_never_gain():
    """Each frozen year takes choices away."""
    scenario = rich()
    plan = solve(scenario)
    gains = [value(verified(with_facts(scenario, facts_of(scenario, plan, year, 0.6, 0.6)))) for year in (2026, 2027)]
    assert gains[0] <= value(plan) + scenario.gap
    assert gains[1] <= gains[0] + scenario.gap


def test_verdicts_differ_without_their_facts():
    """The same plan is no plan of the scenario that has not frozen them: overspending is not excused there."""
    scenario = ordered(one_asset(budgets=(KEPT,)), 130.0)
    plan = solve(scenario)
    broken = [check.name for check in verify(replace(scenario, actuals=None), plan).checks if not check.passed]
    assert "only soft budgets are exceeded" in broken


CAMPUS = project("campus", "south", {"mast": 3.0}, years=(2026,), must=True)
TRUNK = project("trunk", "north", {"mast": 2.0}, needs=("campus",))


def test_a_project_that_is_too_late_is_not_taken_and_said_to_be_missed():
    """What was built of it stands among the orders; what needs it cannot start any more."""
    scenario = tiny(floor_share=given(0.05), projects=(CAMPUS, TRUNK))
    plan = verified(with_facts(scenario, no_facts(scenario, 2026)))
    assert {r["taken"] for r in plan.tables["projects"].records()} == {0}
    assert row(plan, "rules", rule="campus", kind="must")["status"] == "missed"


def test_a_project_that_still_has_a_year_is_taken_then():
    later = replace(CAMPUS, years=(2026, 2027))
    scenario = tiny(floor_share=given(0.05), projects=(later,))
    plan = verified(with_facts(scenario, no_facts(scenario, 2026)))
    assert row(plan, "projects", project="campus")["year"] == 2027
