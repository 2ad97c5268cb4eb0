"""Names in Chinese for what a config names in English: one table, so that a translation is one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from planner.config.context import Context
from planner.config.quantities import Strict, Text

if TYPE_CHECKING:
    from planner.scenario import Scenario


class Names(Strict):
    """Id -> name, by what it is a name of; the unit of innovation beside."""

    innovation_unit: Text = ""
    regions: dict[str, Text] = Field(default_factory=dict)
    groups: dict[str, Text] = Field(default_factory=dict)
    factors: dict[str, Text] = Field(default_factory=dict)
    thresholds: dict[str, Text] = Field(default_factory=dict)
    elasticity_sets: dict[str, Text] = Field(default_factory=dict)
    assets: dict[str, Text] = Field(default_factory=dict)
    demand: dict[str, Text] = Field(default_factory=dict)
    budgets: dict[str, Text] = Field(default_factory=dict)
    rules: dict[str, Text] = Field(default_factory=dict)
    projects: dict[str, Text] = Field(default_factory=dict)
    machines: dict[str, Text] = Field(default_factory=dict)


def resolve_names(names: Names) -> Mapping[str, Mapping[str, str]]:
    """Kind -> id -> name."""
    return {kind: dict(getattr(names, kind)) for kind in Names.model_fields if kind != "innovation_unit"}


def check_names(context: Context, scenario: Scenario) -> None:
    """Every name is of something."""
    parts = (scenario.rules, scenario.matching_funds, scenario.growth_limits)
    rules = [str(item.id) for part in parts for item in part]
    held: dict[str, list[str]] = {"rules": rules, "machines": list(scenario.machines)}
    for kind, names in scenario.names_zh.items():
        known = held[kind] if kind in held else [str(item.id) for item in getattr(scenario, kind)]
        for id in names:
            context.known(("names_zh", kind, id), id, "id", known)
