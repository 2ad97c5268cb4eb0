"""Time solved on paper: the end of the horizon, unequal lives and lead times, money carried on with interest.

Every asset supplies one factor and every factor has the same elasticity. The objective is proportional, so that a year
of service of an asset with stock S is worth  weight[t] * beta * ln(S + e)  and the regions share by their people. Base
stocks are small: S + e is the order itself to 1e-4. With W = the sum of the weights of the years that an order serves,
money in one budget is shared as W, whatever the prices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.plan import Plan
from planner.scenario import Asset, ElasticitySet, Factor, Scenario, Tail
from planner.solving import solve
from planner.verify import verify
from tests.planner.toys import asset, budget, given, tiny

DISCOUNT = 0.1


def built(name: str, life: int = 1, lead: int = 0, **changes: Any) -> Asset:
    plain = asset(name, {name: 1.0}, 2.0, [1e-3, 1e-3], life_years=given(life), lead_years=given(lead))
    return replace(plain, **changes)


def over(years: int, assets: tuple[Asset, ...], **changes: Any) -> Scenario:
    """Years of orders from 2026, 100 million in each, one factor per asset."""
    plain = tiny(
        years=tuple(range(2026, 2026 + years)),
        discount_rate=given(DISCOUNT),
        floor_share=given(0.05),
        assets=assets,
        factors=tuple(Factor(a.id, a.name, a.unit, None, None, None) for a in assets),
        elasticity_sets=(ElasticitySet("only", "By hand", {a.id: 0.2 for a in assets}, 0.0, "by hand", ""),),
        budgets=(budget(100.0, years),),
        gap=1e-8,
    )
    return replace(plain, **changes)


def solved(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert [check.message for check in verify(scenario, plan).checks if not check.passed] == []
    return plan


def spent(plan: Plan, name: str) -> list[float]:
    """Money for an asset by year, million."""
    paid = dict.fromkeys(plan.summary["years"], 0.0)
    for row in plan.tables["orders"].records():
        paid[row["year"]] += row["capex_million"] * (row["asset"] == name)
    return list(paid.values())


def units(plan: Plan, name: str, year: int) -> float:
    return sum(r["units"] for r in plan.tables["orders"].records() if (r["asset"], r["year"]) == (name, year))


def carried(plan: Plan) -> list[float]:
    return [row["carried_out_million"] for row in plan.tables["budgets"].records()]


def weights(count: int) -> np.ndarray:
    """Discounted years, the first at one."""
    return (1.0 + DISCOUNT) ** -np.arange(count, dtype=float)


LONG = Tail("continue", 5, 5)
NONE = Tail("none", 0, 0)
SALVAGE = Tail("salvage", 0, 0)


@pytest.mark.parametrize("years", [1, 3, 6])
def test_builds_with_a_lead_time_neither_collapse_at_the_end_nor_at_the_start(years):
    """Both live a year; `later` serves a year after its order: W = w[v] against w[v + 1], so 1 + d to 1 in every year.

    The tail is what makes the last year like the others.
    """
    plan = solved(over(years, (built("now"), built("later", lead=1)), tail=Tail("continue", 2, 2)))
    share = 1.0 / (2.0 + DISCOUNT)
    assert spent(plan, "later") == pytest.approx([100 * share] * years, rel=2e-3)
    assert spent(plan, "now") == pytest.approx([100 * (1 - share)] * years, rel=2e-3)


@pytest.mark.parametrize("tail", [NONE, SALVAGE], ids=["none", "salvage"])
def test_without_a_tail_what_would_serve_too_late_is_not_ordered(tail):
    plan = solved(over(3, (built("now"), built("later", lead=1)), tail=tail))
    assert spent(plan, "later")[-1] == 0
    assert spent(plan, "now")[-1] == pytest.approx(100.0)
    assert spent(plan, "later")[0] == pytest.approx(100 / (2.0 + DISCOUNT), rel=2e-3)


@pytest.mark.parametrize(
    ("tail", "of_long", "unit_price"),
    [
        (LONG, weights(5).sum() / (weights(5).sum() + 1.0), 2.0),
        (NONE, 0.5, 2.0),
        (SALVAGE, 0.5, 2.0 / 5),
    ],
    ids=["continue", "none", "salvage"],
)
def test_a_long_life_is_worth_its_years_of_service(tail, of_long, unit_price):
    """One year of orders, lives of one and five years.

    continue   W is w[0] against w[0] + ... + w[4], so money is shared as 1 to 4.170
    none       only the first year counts: halves
    salvage    halves too, but only a fifth of the life lies in the horizon, so a fifth of the price is charged
    """
    plan = solved(over(1, (built("short"), built("long", life=5)), tail=tail))
    assert spent(plan, "long") == pytest.approx([100 * of_long], rel=1e-3)
    assert units(plan, "long", 2026) == pytest.approx(100 * of_long / unit_price, rel=1e-3)


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 3), (3, 5)])
def test_unequal_lives_share_money_as_their_discounted_service(one, other):
    plan = solved(over(1, (built("one", life=one), built("other", life=other)), tail=LONG))
    worth = weights(one).sum() / (weights(one).sum() + weights(other).sum())
    assert spent(plan, "one") == pytest.approx([100 * worth], rel=1e-3)


def test_prices_that_fall_buy_more_units_for_the_same_money():
    """Shares of money do not depend on prices; the price falls from 2024 on, and units grow as it falls."""
    falling = built("one", price_decline=given(0.2))
    plan = solved(over(2, (falling, built("other")), tail=NONE, price_year=2024))
    assert spent(plan, "one") == pytest.approx([50.0, 50.0], rel=1e-3)
    assert units(plan, "one", 2027) == pytest.approx(50.0 / (2.0 * 0.8**3), rel=1e-3)


def test_a_lead_time_beyond_the_horizon_is_ordered_for_the_tail_as_long_as_it_serves_there():
    """Orders of 2026 and 2027, a tail of 2028 and 2029: with a lead of three years only the order of 2026 serves, in
    2029 at w[3]; so it shares the first year as w[3] to w[0], and gets nothing of the second.
    """
    plan = solved(over(2, (built("now"), built("late", lead=3)), tail=Tail("continue", 2, 2)))
    last = weights(4)[3]
    assert spent(plan, "late") == pytest.approx([100 * last / (1 + last), 0.0], rel=1e-3)


def test_a_lead_time_beyond_everything_is_never_ordered():
    plan = solved(over(2, (built("now"), built("late", lead=9)), tail=Tail("continue", 2, 2)))
    assert spent(plan, "late") == [0.0, 0.0]
    assert spent(plan, "now") == pytest.approx([100.0, 100.0])


def test_a_long_tail_seen_at_few_points_weighs_all_its_years():
    """A life of one year ordered for the point 2028, which stands for the block of 2028 and 2029, serves the block:
    W = (w[2] + w[3]) / w[1] of what the asset that serves at once has in 2027. That is the price of few points.
    """
    plan = solved(over(2, (built("now"), built("late", lead=1)), tail=Tail("continue", 2, 1)))
    w = weights(4)
    assert spent(plan, "late")[1] == pytest.approx(100 * (w[2] + w[3]) / (w[1] + w[2] + w[3]), rel=1e-3)


@pytest.mark.parametrize("interest", [0.0, 0.02, 0.5])
def test_money_of_the_first_year_is_spent_as_weight_times_interest(interest):
    """sum( s[t] / (1 + i)^t ) = M and worth w[t] ln s[t]: the present value spent in each year is M * w[t] / sum(w)."""
    grants = (400.0, 0.0, 0.0, 0.0)
    kept = replace(budget(400.0, 4), limits=grants, carry_over_interest=interest)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    grown = (1 + interest) ** np.arange(4)
    assert spent(plan, "one") == pytest.approx(400 * weights(4) / weights(4).sum() * grown, rel=5e-3)
    left = np.array(carried(plan))
    came = np.concatenate([[0.0], left[:-1] * (1 + interest)])
    assert np.array(grants) + came - left == pytest.approx(spent(plan, "one"), rel=1e-6)


def test_interest_below_the_discount_rate_carries_nothing():
    """Equal grants: a million kept a year loses more weight than it earns interest."""
    kept = replace(budget(100.0, 4), carry_over_interest=DISCOUNT - 0.05)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    assert spent(plan, "one") == pytest.approx([100.0] * 4, rel=1e-3)


def test_interest_above_the_discount_rate_carries_from_equal_grants():
    """Present value PV = 100 * sum( (1 + i)^-t ), of which a year gets w[t] / sum(w), as no year has to borrow."""
    kept = replace(budget(100.0, 4), carry_over_interest=0.3)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    present = 100 * (1.3 ** -np.arange(4.0)).sum()
    expected = present * weights(4) / weights(4).sum() * 1.3 ** np.arange(4)
    assert expected[0] < 100
    assert spent(plan, "one") == pytest.approx(expected, rel=5e-3)


def test_prices_of_carried_money_fall_by_its_interest():
    """Worth beta * sum( w[t] ln s[t] ) / sum(w) of both regions together: a million of year t is worth
    beta w[t] / (s[t] sum(w)), and (1 + i) times less each year later, as it can be carried there.
    """
    kept = replace(budget(100.0, 4), carry_over_interest=0.3)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    prices = np.array([row["price_per_billion"] / 1e3 for row in plan.tables["budgets"].records()])
    share = 0.2 * weights(4) / weights(4).sum()
    assert prices == pytest.approx(share / np.array(spent(plan, "one")), rel=5e-3)
    assert prices[:-1] / prices[1:] == pytest.approx([1.3] * 3, rel=1e-6)


def test_prices_of_money_that_is_not_carried_are_those_of_each_year():
    kept = replace(budget(1.0, 4), limits=(50.0, 100.0, 100.0, 100.0), carry_over_interest=0.0)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    prices = np.array([row["price_per_billion"] / 1e3 for row in plan.tables["budgets"].records()])
    assert prices == pytest.approx(0.2 * weights(4) / weights(4).sum() / [50.0, 100.0, 100.0, 100.0], rel=1e-3)


def test_money_cannot_be_borrowed_from_later_years():
    """Weights ask for more in 2026 than its grant of 50, and for no less in a year than in the next: nothing is
    carried, and nothing can be brought forward.
    """
    kept = replace(budget(1.0, 4), limits=(50.0, 100.0, 100.0, 100.0), carry_over_interest=0.0)
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(kept,)))
    assert spent(plan, "one") == pytest.approx([50.0, 100.0, 100.0, 100.0], rel=1e-3)


def test_a_total_budget_is_spent_by_discounted_weight():
    total = replace(budget(400.0), period="total", limits=(400.0,))
    plan = solved(over(4, (built("one"),), tail=NONE, budgets=(total,)))
    assert spent(plan, "one") == pytest.approx(400 * weights(4) / weights(4).sum(), rel=5e-3)


def test_an_asset_that_lives_on_is_bought_early_out_of_a_total():
    """Life of two years over two years, no tail: an order of 2026 serves both. A second year buys only a year, so all
    money goes first unless ln saturates: with S0 = 0 it is all of it, as w[1] / (x + y) < (w[0] + w[1]) / x.
    """
    total = replace(budget(100.0), period="total", limits=(100.0,))
    plan = solved(over(2, (built("one", life=2),), tail=NONE, budgets=(total,)))
    assert spent(plan, "one") == pytest.approx([100.0, 0.0], abs=0.5)
