"""Flips: a closed form, solved again from scratch on both sides, and hard limits that no price moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.explain.flip import ask, built_at, change_that_flips, checked, repriced, without_orders
from planner.instance import build_instance
from planner.scenario import Scenario
from planner.solving import problem_of, solve
from planner.verify import verify
from tests.planner.explain.builds import LEAVES, one_asset
from tests.planner.toys import given
from tests.planner.verify_cases import problems, rich


def quiet(_: str) -> None:
    pass


def ordered(scenario: Scenario) -> float:
    """Modules that a plan of a scenario orders in the south; the plan is verified."""
    plan = solve(scenario)
    assert problems(verify(scenario, plan)) == []
    return sum(row["modules"] for row in plan.tables["orders"].records() if row["region"] == "south")


@pytest.mark.parametrize("factor", [1.0, 4.0, 7.0, 8.0, 12.0])
def test_the_price_that_flips_is_the_closed_form(factor: float):
    """Whether it is built now or not, the flip lies at the same price."""
    question = ask(problem_of(one_asset(factor)), 1, 0, [0, 1])
    assert (question.built > 1e-6) is (factor < LEAVES)
    barred = without_orders(question)
    assert barred is not None
    change = change_that_flips(question, barred)
    assert change is not None
    assert (1 + change) * factor == pytest.approx(LEAVES, rel=1e-3)


@pytest.mark.parametrize("factor", [2.0, 9.0])
def test_the_flip_holds_in_plans_of_a_changed_config(factor: float):
    question = ask(problem_of(one_asset(factor)), 1, 0, [0, 1])
    barred = without_orders(question)
    assert barred is not None
    flip = checked(question, change_that_flips(question, barred) or 0.0, quiet)
    assert flip.is_checked
    assert flip.below is not None
    assert flip.above is not None
    assert flip.below < flip.change < flip.above
    assert ordered(one_asset(factor * (1 + flip.below))) > 1e-6
    assert ordered(one_asset(factor * (1 + flip.above))) <= 1e-6
    assert built_at(question, flip.below) == pytest.approx(flip.built_below)


def test_one_year_alone_flips_at_the_same_price():
    """Years are alike here, whatever their weight."""
    for year in (0, 1):
        question = ask(problem_of(one_asset(3.0)), 1, 0, [year])
        barred = without_orders(question)
        assert barred is not None
        assert 3.0 * (1 + (change_that_flips(question, barred) or 0.0)) == pytest.approx(LEAVES, rel=1e-3)


def test_where_prices_are_not_unique_the_flip_is_found_by_halving():
    """A hall in the south is worth less at once than the prices of its absence say."""
    question = ask(problem_of(rich()), 1, 1, [0, 1])
    barred = without_orders(question)
    assert barred is not None
    change = change_that_flips(question, barred)
    assert change is not None
    lines: list[str] = []
    flip = checked(question, change, lines.append)
    assert flip.is_checked
    assert flip.change < change
    assert built_at(question, flip.below or 0.0) > 1e-6
    assert built_at(question, flip.above or 0.0) <= 1e-6
    assert len(lines) > 4


def test_orders_that_something_forces_have_no_prices_without_them():
    from planner.scenario import Scope
    from tests.planner.verify_cases import rule

    floor = rule("floor", "floor", "order", 1.0, Scope(("mast",), ("south",)))
    assert without_orders(ask(problem_of(one_asset(rules=(floor,))), 1, 0, [0])) is None


def test_orders_that_never_serve_have_no_flip():
    late = replace(one_asset(), assets=tuple(replace(a, lead_years=given(9)) for a in one_asset().assets))
    question = ask(problem_of(late), 1, 0, [0])
    barred = without_orders(question)
    assert barred is not None
    assert change_that_flips(question, barred) is None


def test_only_the_price_of_the_orders_asked_about_changes():
    instance = build_instance(one_asset(3.0))
    changed = repriced(instance, 1, 0, [1], 0.5)
    assert changed.costs.capex[1, 0, 1] == pytest.approx(1.5 * instance.costs.capex[1, 0, 1])
    assert (changed.costs.capex[0] == instance.costs.capex[0]).all()
    assert changed.costs.capex[1, 0, 0] == instance.costs.capex[1, 0, 0]
    assert (changed.costs.opex == instance.costs.opex).all()
