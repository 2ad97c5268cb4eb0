"""Candidate projects as arrays: when each may start, what it builds, what it costs, and which depend on which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.finance import life_within
from planner.instance import Instance
from planner.scenario import Project

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Portfolio:
    """Starts k = (project, year) that may be chosen, and builds n = (start, asset) of what each start builds.

    starts (K, 2) project and year; per build (N,): start, region, asset, year, first and end year of service, modules,
    units, capex in the year of the start and own upkeep per year of service, both million.
    """

    starts: Ints
    start: Ints
    region: Ints
    asset: Ints
    year: Ints
    serves: Ints
    ends: Ints
    modules: Floats
    units: Floats
    capex_million: Floats
    opex_million: Floats

    def serving(self, instance: Instance) -> tuple[Ints, Ints]:
        """Builds and points in time at which they serve, two flat arrays."""
        time = instance.timeline.year[None, :]
        build, at = np.nonzero((self.serves[:, None] <= time) & (time < self.ends[:, None]))
        return build, at


def portfolio(instance: Instance) -> Portfolio:
    """All starts and builds of the projects of an instance, in the order of the config.

    None starts in a year that facts have frozen. A project's own capex and upkeep are spread over its assets as their
    list prices are.
    """
    horizon, actuals = instance.scenario.years, instance.scenario.actuals
    frozen = actuals.until if actuals is not None else instance.scenario.base_year
    starts: list[tuple[int, int]] = []
    rows: list[tuple[float, ...]] = []
    for p, project in enumerate(instance.scenario.projects):
        for v in (horizon.index(year) for year in project.years if year > frozen):
            rows += _builds(instance, project, len(starts), v)
            starts.append((p, v))
    columns = np.array(rows, float).reshape(-1, 10).T
    whole = columns[:6].astype(np.int64)
    return Portfolio(np.array(starts, np.int64).reshape(-1, 2), *whole, *columns[6:])


def _builds(instance: Instance, project: Project, k: int, v: int) -> list[tuple[float, ...]]:
    scenario = instance.scenario
    r = [region.id for region in scenario.regions].index(project.region)
    known = [asset.id for asset in scenario.assets]
    assets = np.array([known.index(name) for name in project.units])
    units = np.array(list(project.units.values()))
    modules = units / instance.module[assets]
    listed = modules * instance.price_million[assets, v]
    part = listed / listed.sum() if listed.sum() > 0 else np.full(len(listed), 1 / len(listed))
    serves = scenario.years[v] + project.lead_years
    paid = listed * scenario.regions[r].price_factor
    if project.capex_million is not None:
        paid = project.capex_million * part
    if scenario.tail.mode == "salvage":
        lives = [scenario.assets[a].life_years.value for a in assets]
        paid = paid * np.array([life_within(np.array(float(serves)), life, scenario.years[-1]) for life in lives])
    return [
        (k, r, int(a), v, serves, serves + int(n), m, u, cost, project.opex_million * own)
        for a, n, m, u, cost, own in zip(assets, instance.life[assets], modules, units, paid, part, strict=True)
    ]
