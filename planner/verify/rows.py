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
        for year, region in product(rule.scope.years or now.years, rule_regions(rule, now)):
            yield rule.id, rule.sense, region, "", year, "plan"
    for limit in now.scenario.growth_limits:
        for asset, region, year in product(limit.assets, now.regions, now.years):
            yield limit.id, "growth", region, asset, year, "plan"
    for name, kind, asset in _physical(now):
        for region, (year, phase) in product(now.regions, list(zip(now.moments, now.phases, strict=True))[1:]):
            yield name, kind, region, asset, year, phase


def rule_regions(rule: Rule, now: Given) -> list[str]:
    """Regions that a rule has a row for; the empty name is the nation."""
    if rule.each == "nation":
        return [""]
    return [region for region in now.regions if not rule.scope.regions or region in rule.scope.regions]


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
