"""Macro-regions: the groups of a config that partition its regions, and the classes of its assets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.scenario import Group, Scenario


def macro_regions(scenario: Scenario) -> tuple[Group, ...]:
    """Groups in the order of the config that do not overlap and together hold every region; else the nation."""
    taken: set[str] = set()
    chosen: list[Group] = []
    for group in scenario.groups:
        if len(group.members) and taken.isdisjoint(group.members):
            chosen.append(group)
            taken.update(group.members)
    everyone = tuple(region.id for region in scenario.regions)
    return tuple(chosen) if taken == set(everyone) else (Group("nation", "Nation", everyone),)


def classes(scenario: Scenario) -> tuple[str, ...]:
    """Classes of the assets, in order of first appearance."""
    return tuple(dict.fromkeys(asset.asset_class for asset in scenario.assets))


def member_mask(scenario: Scenario, members: Sequence[str]) -> NDArray[np.bool_]:
    """Which regions (R,) are members."""
    return np.array([region.id in set(members) for region in scenario.regions])
