"""Conflicts planted one by one in scenarios that have a plan: what was planted, and which limits have to be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.scenario import Asset, Budget, Growth, Matching, Project, Rule, Scenario, Scope, Supply
from tests.planner.toys import budget, given, trading
from tests.planner.verify_cases import MASTS, SERVERS, project, rule

FIRST, LAST = (2026,), (2027,)
HALLS, LINKS = Scope(("hall",)), Scope(("link",))


@dataclass(frozen=True)
class Planted:
    """A change that makes a scenario infeasible; `named` are the ids that every explanation has to name.

    touches  what it is about; two that touch different things are two conflicts, and neither may hide the other
    """

    name: str
    named: frozenset[str]
    plant: Callable[[Scenario], Scenario]
    touches: frozenset[str]


def roomy() -> Scenario:
    """The trading case with money, power and staff for anything that the planted rules do not forbid."""
    rich = tuple(budget(1e6, id=f"money_{asset.id}", scope=Scope((asset.id,))) for asset in trading().assets)
    operation = budget(1e6, id="operation", kinds=("opex", "energy"))
    return trading(electricity=None, staff=None, budgets=(*rich, operation), rules=())


def with_rules(*rules: Rule) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, rules=(*scenario.rules, *rules))


def with_growth(limit: Growth, *rules: Rule) -> Callable[[Scenario], Scenario]:
    grown = with_rules(*rules)
    return lambda scenario: grown(replace(scenario, growth_limits=(*scenario.growth_limits, limit)))


def with_budget(id: str, change: Budget | float, *rules: Rule) -> Callable[[Scenario], Scenario]:
    """One budget replaced, or given another limit."""
    ruled = with_rules(*rules)

    def plant(scenario: Scenario) -> Scenario:
        def changed(b: Budget) -> Budget:
            if b.id != id:
                return b
            return change if isinstance(change, Budget) else replace(b, limits=(change,) * len(b.limits))

        return ruled(replace(scenario, budgets=tuple(changed(b) for b in scenario.budgets)))

    return plant


def with_asset(id: str, change: Callable[[Asset], Asset], *rules: Rule) -> Callable[[Scenario], Scenario]:
    ruled = with_rules(*rules)
    return lambda s: ruled(replace(s, assets=tuple(change(a) if a.id == id else a for a in s.assets)))


def with_matching(matching: Matching, plant: Callable[[Scenario], Scenario]) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(plant(scenario), matching_funds=(*scenario.matching_funds, matching))


def with_projects(*projects: Project) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, projects=(*scenario.projects, *projects))


def with_power(scenario: Scenario) -> Scenario:
    """Electricity for what today's servers draw, and no more."""
    asked = rule("power_floor", "floor", "stock", 1.6e5, replace(SERVERS, years=LAST))
    return with_rules(asked)(replace(scenario, electricity=Supply(np.zeros(2), given(0.0), given(1.0))))


def with_staff(scenario: Scenario) -> Scenario:
    asked = rule("staff_floor", "floor", "stock", 1.6e5, replace(SERVERS, years=LAST))
    return with_rules(asked)(replace(scenario, staff=Supply(np.zeros(2), given(0.0), given(1.0))))


def share(name: str, sense: str, limit: float, scope: Scope, **changes: object) -> Rule:
    return rule(name, sense, "order", limit, scope, share_of=Scope(scope.assets), **changes)


def north(assets: Scope, *years: int) -> Scope:
    return Scope(assets.assets, ("north",), years)


SLOW = Growth("slow_masts", ("mast",), 0.1, 0.0, "by hand", "")
SLOW_HALLS = Growth("slow_halls", ("hall",), 0.1, 0.0, "by hand", "")
ELIGIBLE: dict[str, Any] = {"each": "region", "kind": "eligibility"}

PLANTED = (
    Planted(
        "floor against a yearly budget",
        frozenset({"dear", "money_mast"}),
        with_budget("money_mast", 100.0, rule("dear", "floor", "order", 1000.0, replace(MASTS, years=FIRST))),
        frozenset({"mast"}),
    ),
    Planted(
        "floor against a total budget",
        frozenset({"dear_total", "money_hall"}),
        with_budget(
            "money_hall",
            budget(60.0, id="money_hall", scope=HALLS, period="total", limits=(60.0,)),
            rule("dear_total", "floor", "order", 1.5, HALLS),
        ),
        frozenset({"hall"}),
    ),
    Planted(
        "floor against what carries over",
        frozenset({"late", "money_mast"}),
        with_budget(
            "money_mast",
            budget(100.0, id="money_mast", scope=MASTS, carry_over_interest=0.1),
            rule("late", "floor", "order", 1100.0, replace(MASTS, years=LAST)),
        ),
        frozenset({"mast"}),
    ),
    Planted(
        "floor against growth",
        frozenset({"many", "slow_masts"}),
        with_growth(SLOW, rule("many", "floor", "stock", 3e4, replace(MASTS, years=FIRST))),
        frozenset({"mast"}),
    ),
    Planted(
        "regional floor against growth",
        frozenset({"many_north", "slow_masts"}),
        with_growth(SLOW, rule("many_north", "floor", "stock", 15e3, north(MASTS, 2027))),
        frozenset({"mast"}),
    ),
    Planted(
        "floor against a cap on the same",
        frozenset({"low", "high"}),
        with_rules(rule("low", "floor", "order", 10.0, HALLS), rule("high", "cap", "order", 5.0, HALLS)),
        frozenset({"hall"}),
    ),
    Planted(
        "floor against caps of its regions",
        frozenset({"nation", "each"}),
        with_rules(
            rule("nation", "floor", "stock", 30e3, replace(MASTS, years=LAST)),
            rule("each", "cap", "stock", 14e3, MASTS, each="region"),
        ),
        frozenset({"mast"}),
    ),
    Planted(
        "floor per head against a cap on the nation",
        frozenset({"per_head", "whole"}),
        with_rules(
            rule("per_head", "floor", "stock", 50.0, MASTS, each="region", per_10k_people=True),
            rule("whole", "cap", "stock", 18e3, MASTS),
        ),
        frozenset({"mast"}),
    ),
    Planted(
        "floor against a lead time",
        frozenset({"soon"}),
        with_rules(rule("soon", "floor", "stock", 120.0, replace(HALLS, years=FIRST))),
        frozenset({"hall"}),
    ),
    Planted(
        "a lead time that leaves no year",
        frozenset({"never"}),
        with_asset("link", lambda a: replace(a, lead_years=given(9)), rule("never", "floor", "order", 1e4, LINKS)),
        frozenset({"link"}),
    ),
    Planted(
        "shares that sum above one",
        frozenset({"share_north", "share_south", "some"}),
        with_rules(
            share("share_north", "floor", 0.6, north(MASTS, 2027)),
            share("share_south", "floor", 0.6, Scope(("mast",), ("south",), LAST)),
            rule("some", "floor", "order", 100.0, replace(MASTS, years=LAST)),
        ),
        frozenset({"mast"}),
    ),
    Planted(
        "concentration caps that sum below one",
        frozenset({"concentration", "something"}),
        with_rules(
            share("concentration", "cap", 0.4, LINKS, each="region"),
            rule("something", "floor", "order", 1e5, replace(LINKS, years=FIRST)),
        ),
        frozenset({"link"}),
    ),
    Planted(
        "a share of the hubs against caps of the regions",
        frozenset({"hub", "at_most", "built"}),
        with_rules(
            share("hub", "floor", 0.7, north(LINKS)),
            share("at_most", "cap", 0.6, LINKS, each="region"),
            rule("built", "floor", "order", 1e5, replace(LINKS, years=LAST)),
        ),
        frozenset({"link"}),
    ),
    Planted(
        "convergence against growth",
        frozenset({"alike", "slow_masts"}),
        with_growth(SLOW, rule("alike", "floor", "stock", 0.9, Scope(("mast",), ("south",), LAST), share_of=MASTS)),
        frozenset({"mast"}),
    ),
    Planted("floor against power", frozenset({"power_floor", "electricity"}), with_power, frozenset({"server"})),
    Planted("floor against staff", frozenset({"staff_floor", "staff"}), with_staff, frozenset({"server"})),
    Planted(
        "machines against halls that grow slowly",
        frozenset({"crowded", "hall", "slow_halls"}),
        with_growth(SLOW_HALLS, rule("crowded", "floor", "stock", 5e5, replace(SERVERS, years=LAST))),
        frozenset({"server", "hall"}),
    ),
    Planted(
        "upkeep of what stands already",
        frozenset({"operation"}),
        with_budget("operation", 100.0),
        frozenset({"operation"}),
    ),
    Planted(
        "upkeep of what a floor adds",
        frozenset({"more", "operation"}),
        with_budget("operation", 2000.0, rule("more", "floor", "stock", 1.6e5, replace(MASTS, years=LAST))),
        frozenset({"operation", "mast"}),
    ),
    Planted(
        "money that must be spent against a cap on units",
        frozenset({"spend", "few"}),
        with_rules(
            rule("spend", "floor", "capex", 500.0, replace(MASTS, years=FIRST)),
            rule("few", "cap", "order", 1000.0, replace(MASTS, years=FIRST)),
        ),
        frozenset({"mast"}),
    ),
    Planted(
        "floor where nothing may be built",
        frozenset({"here", "elsewhere_only"}),
        with_rules(
            rule("here", "floor", "order", 2.0, replace(north(HALLS), years=FIRST)),
            rule("elsewhere_only", "cap", "order", 0.0, Scope(("hall",), ("south",)), **ELIGIBLE),
        ),
        frozenset({"hall"}),
    ),
    Planted(
        "machines that need bandwidth first",
        frozenset({"ahead", "link_first", "no_links"}),
        with_rules(
            rule("ahead", "floor", "order", 2e4, replace(SERVERS, years=LAST)),
            replace(
                rule("link_first", "cap", "order", 1e-3, SERVERS, each="region", kind="precedence", ratio_to=LINKS),
                ratio_quantity="stock",
            ),
            rule("no_links", "cap", "stock", 9e5, LINKS),
        ),
        frozenset({"server", "link"}),
    ),
    Planted(
        "a ratio of stocks against a cap on one",
        frozenset({"per_hall", "few_servers"}),
        with_rules(
            rule("per_hall", "floor", "stock", 1500.0, SERVERS, ratio_to=HALLS),
            rule("few_servers", "cap", "stock", 1.1e5, SERVERS),
        ),
        frozenset({"server", "hall"}),
    ),
    Planted(
        "matching funds against the fund that matches",
        frozenset({"matched", "wanted", "money_link"}),
        with_matching(
            Matching("matched", "Matched", "money_mast", "money_link", 0.1, "total", None, "by hand", ""),
            with_budget("money_link", 50.0, rule("wanted", "floor", "order", 1000.0, replace(MASTS, years=FIRST))),
        ),
        frozenset({"mast", "link"}),
    ),
    Planted(
        "projects that have to be taken and exclude each other",
        frozenset({"this", "that"}),
        with_projects(
            project("this", "north", {"link": 1e4}, must=True, excludes=("that",)),
            project("that", "south", {"link": 1e4}, must=True),
        ),
        frozenset({"link"}),
    ),
    Planted(
        "a project that has to be taken against its budget",
        frozenset({"big", "money_hall"}),
        lambda s: with_projects(project("big", "north", {"hall": 100.0}, must=True, years=LAST))(
            with_budget("money_hall", 10.0)(s)
        ),
        frozenset({"hall"}),
    ),
)
