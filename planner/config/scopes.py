"""Scopes: which assets, regions and years a budget or rule speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planner.config.context import Context
from planner.config.models import Plan
from planner.config.policy_models import Scope as ScopeText
from planner.config.policy_models import YearRange
from planner.config.tree import Path
from planner.scenario import Group, Scope


@dataclass(frozen=True)
class Scopes:
    """What scopes can name."""

    context: Context
    class_of: Mapping[str, str]
    regions: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    years: tuple[int, ...]

    def resolve(self, held: ScopeText, path: Path) -> Scope:
        """The scope with ids in the order of the scenario; problems for what is not known or empty."""
        return Scope(self._assets(held, path), self._regions(held, path), self.years_of(held.years, (*path, "years")))

    def _assets(self, held: ScopeText, path: Path) -> tuple[str, ...]:
        known = self.context.ids("assets")
        for index, asset in enumerate(held.assets):
            self.context.known((*path, "assets", index), asset, "asset", known)
        for index, name in enumerate(held.classes):
            if name not in self.class_of.values() and set(known) == set(self.class_of):
                message = f"no asset is of class {name!r}"
                self.context.report((*path, "classes", index), message, "name another class or take it out")
        return tuple(a for a, c in self.class_of.items() if a in held.assets or c in held.classes)

    def _regions(self, held: ScopeText, path: Path) -> tuple[str, ...]:
        for index, region in enumerate(held.regions):
            self.context.known((*path, "regions", index), region, "region", self.regions)
        for index, group in enumerate(held.groups):
            self.context.known((*path, "groups", index), group, "group", self.context.ids("groups"))
        inside = set(held.regions).union(*(self.members.get(group, ()) for group in held.groups))
        return tuple(region for region in self.regions if region in inside)

    def years_of(self, given: tuple[int, ...] | YearRange, path: Path) -> tuple[int, ...]:
        """Years of the horizon; a problem for each that lies outside."""
        years = range(given.first, given.last + 1) if isinstance(given, YearRange) else given
        for year in years:
            if year not in self.years:
                message = f"year {year} is outside the horizon {self.years[0]} to {self.years[-1]}"
                self.context.report(path, message, "name years of the horizon")
        return tuple(year for year in self.years if year in years)


def scopes_of(
    context: Context, plan: Plan, regions: tuple[str, ...], groups: tuple[Group, ...], years: tuple[int, ...]
) -> Scopes:
    """The names that scopes of a plan can use."""
    return Scopes(
        context=context,
        class_of={asset.id: asset.asset_class for asset in plan.assets},
        regions=regions,
        members={group.id: group.members for group in groups},
        years=years,
    )
