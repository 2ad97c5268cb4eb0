"""Every kind of rule and candidate projects as they are written in a config, and what is wrong with them where."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.config import ConfigError, read
from planner.scenario import Matching, Project, Rule, Scenario, Scope
from tests.planner.config.plans import PLAN, edited, write

RULES = """\
rules:
  - id: near
    name: Every region near the mean
    kind: convergence
    scope: {assets: [station], years: [2028]}
    limit: 80 %
  - id: allowed
    name: Nodes on the coast
    kind: eligibility
    scope: {assets: [node], groups: [dense], years: {from: 2027, to: 2028}}
    price: 0.5
  - id: first
    name: Stations first
    kind: precedence
    scope: {assets: [node]}
    needs: {assets: [station]}
    within: [coast]
    limit: 50 %
    source: plan
  - id: matched
    name: Matched
    kind: matching
    budget: running
    of: yearly
    limit: 2
    period: total
  - id: per_station
    name: Nodes per station
    kind: cap
    quantity: order
    each: region
    scope: {assets: [node]}
    ratio_to: {assets: [station]}
    ratio_quantity: stock
    limit: 0.01
"""
GROUPS = """\
  - {id: dense, name: Dense, column: people, at_least: 100}
  - {id: cool, name: Cool, column: pue, at_most: 120 %}
"""
PROJECTS = """\
projects:
  - id: campus
    name: Campus
    region: b
    units: {node: 20, station: 30}
    capex: 2 亿元
    opex: 300 万元
    years: [2026, 2028]
    lead_time: 1 year
    excludes: [park]
  - {id: park, name: Park, region: a, units: {node: 5}, needs: [trunk]}
  - {id: trunk, name: Trunk, region: a, units: {station: 10}, must: true}
"""
BEFORE, AFTER = PLAN.split("rules:\n")
TEXT = BEFORE.replace("distances: {", f"{GROUPS}distances: {{") + RULES + "growth_limits:"
TEXT += AFTER.split("growth_limits:")[1].replace("seed: 0.01}", "seed: 0.01, price: 0.2}") + PROJECTS
TEXT = TEXT.replace("share: 2 %}", "share: 2 %, price: 0.1}")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return read(write(tmp_path_factory.mktemp("rules"), plan=TEXT))


def rule_of(held: Scenario, name: str) -> Rule:
    return next(rule for rule in held.rules if rule.id == name)


def test_convergence_is_a_share_of_the_national_mean_per_head(held: Scenario) -> None:
    near = rule_of(held, "near")
    assert (near.word, near.sense, near.each) == ("convergence", "floor", "region")
    assert (near.quantity, near.limit) == ("stock", 0.8)
    assert (near.scope, near.share_of) == (Scope(("station",), (), (2028,)), Scope(("station",)))
    assert near.scaled_by == "population"


def test_eligibility_shuts_all_that_its_scope_does_not_name(held: Scenario) -> None:
    allowed = rule_of(held, "allowed")
    assert (allowed.word, allowed.sense, allowed.quantity, allowed.limit) == ("eligibility", "cap", "order", 0.0)
    assert allowed.scope == Scope(("node",), ("a", "b"), (2027, 2028))
    assert allowed.price == 0.5


def test_precedence_holds_orders_against_stock(held: Scenario) -> None:
    first = rule_of(held, "first")
    assert (first.word, first.sense, first.quantity, first.ratio_quantity) == ("precedence", "cap", "order", "stock")
    assert (first.limit, first.ratio_to, first.within) == (0.5, Scope(("station",)), (("a", "b"),))
    assert first.place.startswith("plan.yaml:")


def test_a_ratio_may_hold_orders_against_stock(held: Scenario) -> None:
    per_station = rule_of(held, "per_station")
    assert (per_station.word, per_station.limit, per_station.ratio_quantity) == ("cap", 0.01, "stock")


def test_matching_funds_are_no_rule_on_quantities(held: Scenario) -> None:
    (matched,) = held.matching_funds
    expected = Matching("matched", "Matched", "running", "yearly", 2.0, "total", None, "", matched.place)
    assert matched == expected
    assert matched.place.startswith("plan.yaml:")
    assert [rule.id for rule in held.rules] == ["near", "allowed", "first", "per_station"]


def test_groups_may_be_what_passes_a_threshold(held: Scenario) -> None:
    members = {group.id: group.members for group in held.groups}
    assert (members["dense"], members["cool"]) == (("a", "b"), ("a", "c"))


def test_limits_of_growth_and_power_may_have_a_price(held: Scenario) -> None:
    assert held.growth_limits[0].price == 0.2
    assert held.electricity is not None
    assert held.electricity.price == 0.1


def test_projects(held: Scenario) -> None:
    campus, park, trunk = held.projects
    units = {"node": 20.0, "station": 30.0}
    assert campus == Project(
        "campus", "Campus", "b", units, 200.0, 3.0, (2026, 2028), 1, ("park",), (), False, "", campus.place
    )
    assert campus.place.startswith("plan.yaml:")
    assert (park.years, park.capex_million, park.lead_years, park.needs) == ((2026, 2027, 2028), None, 0, ("trunk",))
    assert trunk.must


CASES = [
    ("[station], years: [2028]}", "[station], years: §[2031]}", "rules.near.scope.years",
     "year 2031 is outside the horizon 2026 to 2028; name years of the horizon"),
    ("kind: convergence", "kind: §converge", "rules.near.kind",
     "value 'converge' is not one of floor, cap, convergence, eligibility, precedence, matching; "
     "did you mean 'convergence'?"),
    ("    limit: 50 %\n", "", "rules.first", "a rule of kind precedence has no key 'limit'; add limit: ..."),
    ("    period: total\n", "    period: total\n    within: [coast]\n", "rules.matched",
     "'within' does not go with kind matching; take within out"),
    ("groups: [dense], years: {from: 2027, to: 2028}}", "classes: [compute]}", "rules.allowed",
     "the eligibility names no regions, groups or years; say where or when orders are allowed"),
    ("within: [coast]", "within: [§cost]", "rules.first.within.0", "unknown group 'cost'; did you mean 'coast'?"),
    ("of: yearly", "of: §yearl", "rules.matched.of", "unknown budget 'yearl'; did you mean 'yearly'?"),
    ("of: yearly", "of: §running", "rules.matched.of", "budget 'running' cannot match itself; name another budget"),
    ("limit: 50 %", "limit: §much", "rules.first.limit",
     "value 'much' is not a quantity; write a number, a share or money"),
    ("at_least: 100", "at_least: §500", "groups.dense.at_least",
     "no region has at least 500 in column 'people'; the column runs from 50 to 200"),
    ("region: b\n", "region: §d\n", "projects.campus.region", "unknown region 'd'; "),
    ("{node: 20, station", "{nod: §20, station", "projects.campus.units.nod",
     "unknown asset 'nod'; did you mean 'node'?"),
    ("units: {node: 5}", "units: {}", "projects.park",
     "the project builds nothing; name at least one asset with its units"),
    ("lead_time: 1 year", "lead_time: 1.5 years", "projects.campus",
     "a lead time of 1.5 years is no whole number; write whole years"),
    ("excludes: [park]", "excludes: [§parks]", "projects.campus.excludes.0",
     "unknown project 'parks'; did you mean 'park'?"),
    ("needs: [trunk]", "needs: [§park]", "projects.park.needs.0", "project 'park' needs itself; name another project"),
    ("needs: [trunk]", "needs: [trunk], excludes: [§trunk]", "projects.park.excludes.0",
     "project 'park' needs 'trunk' as well; take one of them out"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "message"), CASES, ids=[case[2] + case[1][:12] for case in CASES])
def test_what_is_wrong_is_said_at_its_place(tmp_path: Path, old: str, new: str, path: str, message: str) -> None:
    text = edited(TEXT, old, new)
    line = next((n for n, row in enumerate(text.splitlines(), 1) if "§" in row), None)
    with pytest.raises(ConfigError) as caught:
        read(write(tmp_path, plan=text.replace("§", "")))
    (found,) = [str(problem) for problem in caught.value.problems]
    assert f"{path}: {message}" in found
    assert line is None or f"plan.yaml:{line}:" in found
