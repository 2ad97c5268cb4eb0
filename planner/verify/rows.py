"""Which rows the `rules` table has: policy rules, growth limits, and the physical limits of every region and moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from planner.scenario import Rule
from planner.verify.given import Given

Key = tuple[str, str, str, str, int, str]


def rule_keys(now: Given) -> Iterator[Key]:
    """(rule, kind, region, asset, year, phase) of every row."""
    for rule in now.scenario.rules:
        for year, region in rule_cells(rule, now):
            yield rule.id, rule.word, region, "", year, "plan"
    for match in now.scenario.matching_funds:
        own = next(budget for budget in now.scenario.budgets if budget.id == match.budget)
        for year in (0,) if match.period == "total" else own.scope.years or now.years:
            yield match.id, "matching", "", "", year, "plan"
    for limit in now.scenario.growth_limits:
        for asset, region, year in product(limit.assets, now.regions, now.years):
            yield limit.id, "growth", region, asset, year, "plan"
    for name, kind, asset in _physical(now):
        for region, (year, phase) in product(now.regions, list(zip(now.moments, now.phases, strict=True))[1:]):
            yield name, kind, region, asset, year, phase
    yield from _project_keys(now)


def rule_cells(rule: Rule, now: Given) -> list[tuple[int, str]]:
    """Years and regions that a rule has a row for; the empty name is the nation.

    An eligibility has one wherever its scope does not reach.
    """
    cells = product(now.years, [""] if rule.each == "nation" else now.regions)
    shut = rule.kind == "eligibility"
    return [(year, region) for year, region in cells if _reaches(rule, year, region) is not shut]


def _reaches(rule: Rule, year: int, region: str) -> bool:
    regions, years = rule.scope.regions, rule.scope.years
    return (not years or year in years) and (not region or not regions or region in regions)


def _project_keys(now: Given) -> Iterator[Key]:
    for project in now.scenario.projects:
        if project.must:
            yield project.id, "must", project.region, "", 0, "plan"
    for first, second in excluded(now):
        yield f"{first} or {second}", "exclusion", "", "", 0, "plan"
    for project in now.scenario.projects:
        for other, year in product(project.needs, now.years):
            yield f"{project.id} needs {other}", "prerequisite", "", "", year, "plan"


def excluded(now: Given) -> list[tuple[str, str]]:
    """Pairs of projects that exclude each other, in the order of the config, each once."""
    order = [project.id for project in now.scenario.projects]
    pairs = [(project.id, other) for project in now.scenario.projects for other in project.excludes]
    return list(dict.fromkeys((min(p, key=order.index), max(p, key=order.index)) for p in pairs))


def halls(now: Given) -> list[str]:
    """Assets that house others."""
    housing = {asset.housed_in for asset in now.scenario.assets}
    return [asset for asset in now.assets if asset in housing]


def capped(now: Given) -> list[str]:
    """Supplied factors that are usable only as far as there is talent."""
    talent = any(factor.id == "talent" and factor.series is not None for factor in now.scenario.factors)
    return [f.id for f in now.scenario.factors if talent and f.series is None and f.usable_per_talent is not None]


def _physical(now: Given) -> Iterator[tuple[str, str, Any]]:
    if now.scenario.electricity is not None:
        yield "computing_is_within_power_headroom", "power", ""
    if now.scenario.staff is not None:
        yield "staff_is_enough", "staff", ""
    yield from ((f"{factor}_usable_by_talent", "talent", "") for factor in capped(now))
    yield from (("halls_house_the_machines", "housing", hall) for hall in halls(now))
    yield "traffic_is_within_bandwidth", "bandwidth", ""
