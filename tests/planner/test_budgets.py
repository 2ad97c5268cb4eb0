"""Budgets as rows."""

from __future__ import annotations

from planner.budgets import Grant, Ledger, Total, Upkeep, ledger
from planner.instance import build_instance
from planner.scenario import Budget, Scope, Tail
from tests.planner.toys import budget, trading

RUNNING = ("opex", "energy")


def book(*budgets: Budget, **changes: object) -> Ledger:
    return ledger(build_instance(trading(budgets=budgets, **changes)))


def test_a_yearly_budget_is_granted_every_year():
    assert book(budget(5.0)).grants == (Grant(0, 0, 5.0, None), Grant(0, 1, 5.0, None))


def test_what_a_year_leaves_goes_to_the_next_of_the_same_budget():
    found = book(budget(5.0, carry_over_interest=0.0), budget(7.0, id="b", carry_over_interest=0.1))
    assert [grant.before for grant in found.grants] == [None, 0, None, 2]


def test_nothing_is_carried_over_a_missing_year():
    years = (2026, 2027, 2028)
    apart = budget(5.0, carry_over_interest=0.0, scope=Scope(years=(2026, 2028)))
    found = book(apart, budget(5.0, years=3), years=years)
    assert [(g.year, g.before) for g in found.grants[:2]] == [(0, None), (2, None)]


def test_a_budget_of_some_years_takes_its_limits_in_their_order():
    found = book(budget(0.0, limits=(3.0,), scope=Scope(years=(2027,))))
    assert found.grants == (Grant(0, 1, 3.0, None),)


def test_a_total_is_one_row_over_its_years():
    total = budget(0.0, period="total", limits=(9.0,))
    assert book(total).totals == (Total(0, (0, 1), 9.0),)
    assert book(total).grants == ()
    assert book(budget(0.0, period="total", limits=(9.0,), scope=Scope(years=(2027,)))).totals[0].years == (1,)


def test_upkeep_of_the_tail_stays_within_the_last_grant():
    operation = budget(0.0, kinds=RUNNING, limits=(4.0, 6.0))
    assert book(operation).upkeeps == (Upkeep(0, 2, 6.0), Upkeep(0, 3, 6.0), Upkeep(0, 4, 6.0))
    assert book(operation, tail=Tail("none", 0, 0)).upkeeps == ()


def test_budgets_that_end_before_or_pay_no_upkeep_bind_nothing_in_the_tail():
    early = budget(0.0, kinds=RUNNING, limits=(4.0,), scope=Scope(years=(2026,)))
    assert book(budget(5.0), early, budget(0.0, kinds=RUNNING, period="total", limits=(9.0,))).upkeeps == ()


def test_a_scope_chooses_regions_and_assets():
    found = book(budget(5.0, scope=Scope(("server", "mast"), ("south",))), budget(5.0))
    assert found.regions == ((1,), (0, 1))
    assert found.assets == ((0, 2), (0, 1, 2, 3))
