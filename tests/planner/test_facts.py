"""Facts as arrays, against accounts kept by hand: counted stocks, what ages, what is missing, what was booked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.facts import booked_beside_million, corrections, standing
from planner.instance import build_instance
from planner.scenario import Booked, Scenario, Tail
from planner.verify.alone import corrections as counted_again
from planner.verify.alone import standing as standing_again
from planner.verify.given import given as read_again
from tests.planner.fact_cases import no_facts, with_facts
from tests.planner.toys import asset, budget, tiny, trading
from tests.planner.toys import given as number

YEARS = (2026, 2027, 2028, 2029)


def alone(**changes: object) -> Scenario:
    """Masts that live four years and come a year after their order, ten in the north, none in the south."""
    mast = asset("mast", {"network": 1.0}, 2.0, [10.0, 0.0], life_years=number(4), lead_years=number(1))
    plain = tiny(
        years=YEARS,
        assets=(mast, tiny().assets[1]),
        floor_share=number(0.05),
        tail=Tail("none", 0, 0),
        budgets=(budget(100.0, 4),),
    )
    return replace(plain, **changes)


def ordered(scenario: Scenario, until: int, **cells: float) -> Scenario:
    """Orders of masts in the north by year, y2026=3.0."""
    facts = no_facts(scenario, until)
    for name, units in cells.items():
        facts.units_ordered[0, 0, facts.years.index(int(name[1:]))] = units
        facts.capex_million[0, 0, facts.years.index(int(name[1:]))] = 2.0 * units
    return with_facts(scenario, facts)


def seen(scenario: Scenario, year: int, units: float) -> Scenario:
    facts = scenario.actuals
    found = facts.units_standing.copy()
    found[0, 0, facts.years.index(year)] = units
    return with_facts(scenario, replace(facts, units_standing=found))


def north(scenario: Scenario) -> list[float]:
    return standing(build_instance(scenario), scenario.actuals)[0, 0].tolist()


def test_what_stands_is_what_was_ordered_and_what_is_left():
    """Base 10 * (1, 3/4, 1/2, ...) of 2025; orders of 2026 and 2027 serve four years from the next."""
    scenario = ordered(alone(), 2027, y2026=8.0, y2027=4.0)
    assert north(scenario) == pytest.approx([7.5, 5.0 + 8.0, 2.5 + 12.0, 12.0])


def test_what_was_found_beyond_the_accounts_ages_like_a_base_stock():
    """Accounts say 13 in 2027; 17 stand; the 4 lose a quarter a year."""
    scenario = seen(ordered(alone(), 2027, y2026=8.0, y2027=4.0), 2027, 17.0)
    assert north(scenario) == pytest.approx([7.5, 17.0, 14.5 + 3.0, 12.0 + 2.0])


def test_what_is_missing_is_missing_of_every_vintage_that_stood():
    """Accounts say 13 in 2027; 6.5 stand, so half of the 5 old and of the 8 new is gone; what came later is not."""
    scenario = seen(ordered(alone(), 2027, y2026=8.0, y2027=4.0), 2027, 6.5)
    assert north(scenario) == pytest.approx([7.5, 6.5, 1.25 + 4.0 + 4.0, 4.0 + 4.0])


def test_counts_build_on_each_other():
    """Nothing is left of 7.5 in 2026; the 8 of 2027 are counted as 10, so 2 more that age."""
    scenario = seen(seen(ordered(alone(), 2027, y2026=8.0), 2026, 0.0), 2027, 10.0)
    assert north(scenario) == pytest.approx([0.0, 10.0, 8.0 + 1.5, 8.0 + 1.0])


def test_a_count_that_agrees_corrects_nothing():
    scenario = seen(ordered(alone(), 2027, y2026=8.0), 2027, 13.0)
    assert np.abs(corrections(build_instance(scenario), scenario.actuals)).max() == pytest.approx(0.0, abs=1e-12)


amounts = st.floats(0.0, 50.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(amounts, min_size=3, max_size=3), st.lists(st.none() | amounts, min_size=3, max_size=3))
def test_the_verifier_keeps_the_same_accounts(units, counts):
    """Vintage by vintage there, share by share here; counted years stand as counted, and nothing is below zero."""
    scenario = ordered(alone(), 2028, **{f"y{year}": amount for year, amount in zip(YEARS, units, strict=False)})
    for year, count in zip(YEARS, counts, strict=False):
        if count is not None:
            scenario = seen(scenario, year, count)
    instance, again = build_instance(scenario), read_again(scenario)
    found = standing(instance, scenario.actuals)
    np.testing.assert_allclose(found, standing_again(again)[:, :, 1:], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        corrections(instance, scenario.actuals), counted_again(again)[:, :, 1:], rtol=1e-9, atol=1e-9
    )
    assert found.min() >= -1e-9
    for y, count in enumerate(counts):
        assert count is None or found[0, 0, y] == pytest.approx(count, abs=1e-9)


def test_orders_of_frozen_years_cost_what_was_paid():
    facts = no_facts(alone(), 2026)
    facts.units_ordered[0, 0, 0], facts.capex_million[0, 0, 0] = 4.0, 20.0
    capex = build_instance(with_facts(alone(), facts)).costs.capex
    plain = build_instance(alone()).costs.capex
    assert capex[0, 0, 0] == pytest.approx(5.0)
    plain[0, 0, 0] = 5.0
    np.testing.assert_array_equal(capex, plain)


def test_what_was_booked_stands_beside_what_the_stock_should_have_cost():
    """Masts cost 10 % of 0.2 million a year, 16,000 masts lose a tenth of the base stock by 2026: 288 million."""
    scenario = trading()
    paid = (Booked("operation", 2026, 500.0, 70.0),)
    instance = build_instance(with_facts(scenario, no_facts(scenario, 2026, upkeep=paid)))
    stock, costs = instance.base_stock[:, :, 0], instance.costs
    opex = costs.opex[:, :, 0] * stock
    assert opex[:, 0].sum() == pytest.approx(0.02 * 16000 * 0.9)
    power = (costs.energy[:, :, 0] * stock + costs.base_energy[:, :, 0]).sum()
    assert booked_beside_million(instance) == {(1, 0): pytest.approx(570.0 - opex.sum() - power)}


def test_without_bookings_nothing_stands_beside():
    assert booked_beside_million(build_instance(trading())) == {}
    assert booked_beside_million(build_instance(with_facts(trading(), no_facts(trading(), 2026)))) == {}
