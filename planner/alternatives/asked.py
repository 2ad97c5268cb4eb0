"""What is varied, and the pieces of work that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.macro import classes, macro_regions
from planner.scenario import Group, Parameter, Scenario


class AlternativesError(Exception):
    """Alternatives that cannot be looked for; the message names the reason and the remedy."""


@dataclass(frozen=True)
class Asked:
    """What is varied: margins in percent (of the objective, or in hundredths of a log point); places; what is moved.

    each  "class" or "asset"; cases are (elasticity set, price level), the first being the plan itself
    """

    within: tuple[float, ...] = (1.0, 2.0, 5.0)
    groups: tuple[str, ...] = ()
    each: str = "class"
    cases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Task:
    """One piece of work: the extremes of a thing in a place, or the best plan of another case."""

    kind: str
    what: str
    where: str

    @property
    def name(self) -> str:
        return f"{self.what} in {self.where}" if self.kind == "extreme" else f"{self.what} elasticities, {self.where}"


def cases(scenario: Scenario, *, every_set: bool, prices: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Every elasticity set with every price level; the plan's own case comes first."""
    own = scenario.elasticity_set
    sets = [own, *(s.id for s in scenario.elasticity_sets if s.id != own)] if every_set else [own]
    return tuple((one, level) for one in sets for level in ("config prices", *(f"{p} prices" for p in prices)))


def case_of(scenario: Scenario, elasticities: str, level: str) -> Scenario:
    """The scenario under another elasticity set and with every price at the low or high end of its range."""
    end = level.removesuffix(" prices")
    assets = tuple(replace(asset, capex=_at(asset.capex, end)) for asset in scenario.assets)
    return replace(scenario, elasticity_set=elasticities, assets=assets)


def _at(given: Parameter, end: str) -> Parameter:
    found = {"low": given.low, "high": given.high}.get(end)
    return given if found is None else replace(given, value=found)


def tasks_of(scenario: Scenario, asked: Asked) -> tuple[Task, ...]:
    """All pieces of work: the other cases first, then each thing in each place."""
    known = {group.id for group in places(scenario, asked)}
    unknown = [name for name in asked.groups if name not in known]
    if unknown:
        all_groups = ", ".join(group.id for group in scenario.groups)
        raise AlternativesError(f"--groups {unknown[0]}: no group of the config; there are {all_groups}")
    things = classes(scenario) if asked.each == "class" else tuple(asset.id for asset in scenario.assets)
    other = [Task("case", one, level) for one, level in asked.cases[1:]]
    return (*other, *(Task("extreme", what, group.id) for group in places(scenario, asked) for what in things))


def places(scenario: Scenario, asked: Asked) -> tuple[Group, ...]:
    """The groups asked for, else the macro-regions."""
    chosen = tuple(group for group in scenario.groups if group.id in asked.groups)
    return chosen if asked.groups else macro_regions(scenario)
