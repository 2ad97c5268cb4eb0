"""Answers in words: built, not built, forced, kept out, and in the unit of the objective."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from planner.explain.why import Answer, answer, unit_of
from planner.explain.why_words import as_json, words
from planner.objective import objective_named
from planner.scenario import Growth, Scenario, Scope
from planner.solving import problem_of
from tests.planner.explain.builds import LEAVES, one_asset
from tests.planner.toys import given, tiny
from tests.planner.verify_cases import rich, rule

SOUTH = Scope(("mast",), ("south",))


def asked(scenario: Scenario, region: int = 1, asset: int = 0, years: tuple[int, ...] = (0, 1)) -> Answer:
    found = answer(problem_of(scenario), region, asset, years, unit_of(scenario))
    json.dumps(as_json(found))
    return found


def test_what_is_built_disappears_at_a_price():
    found = asked(one_asset(2.0))
    text = words(found)
    assert text.startswith("Mast [mast] in South [south]: the plan orders")
    assert f"It disappears where its price rises by {LEAVES / 2 - 1:.1%}" in text
    assert "Solved again:" in text
    assert found.rival is not None
    assert found.rival.region == "North [north]"
    assert found.rival.worth == pytest.approx(found.years[0].worth, rel=1e-3)


def test_what_is_not_built_appears_at_a_price():
    found = asked(one_asset(10.0))
    text = words(found)
    assert "the plan orders none in 2026-2027" in text
    assert f"It appears where its price falls by {1 - LEAVES / 10:.1%}" in text
    assert found.years[0].worth < found.years[0].money


def test_a_floor_that_forces_it_is_named_with_its_change():
    found = asked(one_asset(10.0, rules=(rule("must", "floor", "order", 0.5, SOUTH, place="rules.yaml:7"),)))
    text = words(found)
    assert "No rise of its price makes it disappear: without it there is no plan" in text
    assert 'floor "must" [must] (rules.yaml:7): 0.5 -> 0 mast' in text
    assert as_json(found)["held_by"] == ["must"]


def test_a_limit_that_keeps_it_out_is_named_with_its_change():
    """Nothing stands in the south and nothing may be added: growth, then a cap of zero."""
    slow = Growth("slow", ("mast",), 0.5, 0.0, "by hand", "rules.yaml:9")
    text = words(asked(one_asset(south=0.0, growth_limits=(slow,))))
    assert "No fall of its price makes it appear: a limit keeps it out" in text
    assert "growth limit on Mast [slow] (rules.yaml:9)" in text
    found = asked(one_asset(rules=(rule("shut", "cap", "order", 0.0, SOUTH),)))
    assert 'cap "shut" [shut]' in words(found)
    assert as_json(found)["held_by"] == ["shut"]


def test_what_would_come_too_late_is_said_to():
    late = replace(one_asset(), assets=tuple(replace(a, lead_years=given(9)) for a in one_asset().assets))
    text = words(asked(late))
    assert "would not come into service before the end" in text
    assert "No price makes it appear" in text
    assert "too late" in text


def test_what_brings_nothing_though_money_is_not_scarce():
    """A tenth of a mast may be ordered, and in total it is worth 0.12 in the north and 0.11 in the south."""
    few = rule("full", "cap", "order", 0.1, Scope(("mast",)))
    found = asked(one_asset(objective=objective_named("total"), rules=(few,)))
    text = words(found)
    assert "the plan orders none" in text
    assert found.years[0].money == pytest.approx(0.0, abs=1e-6)
    assert 'cap "full" [full]' in text
    assert "No price makes it appear: money is not scarce for it" in text


def test_what_brings_nothing_is_not_even_built_for_nothing():
    """Halls are not short in the north."""
    text = words(asked(rich(), region=0, asset=1, years=(1,)))
    assert "Not even for nothing" in text or "appears where its price falls" in text


def test_a_first_unit_that_is_worth_any_price_never_disappears():
    text = words(asked(tiny(), region=0, years=(0,)))
    assert "No rise of its price makes it disappear" in text


def test_limits_that_bind_are_told_with_what_they_take():
    slow = Growth("slow", ("mast",), 0.5, 0.0, "by hand", "rules.yaml:4")
    found = asked(one_asset(growth_limits=(slow,)), region=0, years=(0,))
    assert [held.words for held in found.held] == ["growth limit on Mast [slow] (rules.yaml:4)"]
    year = found.years[0]
    assert year.before == pytest.approx(year.worth + found.held[0].takes, rel=1e-6)
    assert "Without the limits that bind it would be worth" in words(found)


def test_units_follow_the_objective():
    total = one_asset(objective=objective_named("total"), innovation_unit="patents per year")
    assert vars(unit_of(total)) == {"size": 40.0, "name": "patents per year"}
    assert unit_of(one_asset()).name == "percent of innovation"
    assert "hundredths" in unit_of(one_asset(objective=objective_named("sen"))).name
    assert "patents per year" in words(asked(total))


def test_whole_modules_are_said_to_be_taken_apart():
    scenario = one_asset(2.0)
    whole: dict[str, Any] = {"assets": tuple(replace(a, integer=True) for a in scenario.assets)}
    assert "Modules are taken apart here" in words(asked(replace(scenario, **whole)))


def test_parts_of_the_worth_sum_to_what_the_table_says():
    found = asked(rich(), region=0, asset=2)
    told = next(year for year in found.years if year.year == found.told)
    assert sum(share.worth for share in found.shares) == pytest.approx(told.worth, rel=1e-3)
