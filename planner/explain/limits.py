"""The limits of a config that may give way, each with the rows of the program that keep it.

A limit is what the config names: a budget, a rule, a limit on growth. A cell is one row of it: where and when, with
what one of the row is in a unit that a reader knows. A new constraint of the model is one more entry of NEGOTIABLE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.formulation.project_symbols import exclusions, must_take, needs
from planner.formulation.sets import growing_assets, halls
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.policies import policy_rows, unit_of
from planner.projects import portfolio
from planner.scenario import Budget, Rule, Scenario, Supply, base_modules
from planner.sheets import PolicyRow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHARE, PROJECT = "share", "project"
QUOTED = ("budget", "floor", "cap", "convergence", "eligibility", "precedence", "matching", "project")


@dataclass(frozen=True)
class Limit:
    """Something of the config that limits a plan: kind, id, name, and the file and line it was read from."""

    kind: str
    id: str
    name: str
    place: str

    @property
    def words(self) -> str:
        """Name first, id and place in brackets."""
        place = f" ({self.place})" if self.place else ""
        name = f'{self.kind} "{self.name}"' if self.kind in QUOTED else self.name
        return f"{name} [{self.id}]{place}"


Values = Mapping[str, Floats]


@dataclass(frozen=True)
class Cell:
    """One row of a limit: region (None: the nation), year (0: all), what is asked, what one of the row is in its unit.

    kept tells what a point, given by arrays of its variables, would allow to be asked, where that is no plain sum.
    """

    limit: Limit
    region: int | None
    year: int
    asked: float
    unit: str
    size: float
    kept: Callable[[Values], float] | None = None


@dataclass(frozen=True)
class Limits:
    """All limits of an instance; rows (m,) of its program, with the cell, the number of the limit and the size of each.

    sizes (m,) is what is asked, in the unit of the row, or the row's own size where what is asked is zero or a share.
    """

    limits: tuple[Limit, ...]
    rows: Ints
    cells: tuple[Cell, ...]
    group: Ints
    sizes: Floats


def limits_of(instance: Instance, program: LinearProgram) -> Limits:
    """Every row of the program that a limit of the config keeps, in the order of NEGOTIABLE."""
    rows: list[int] = []
    cells: list[Cell] = []
    for name, cells_of in NEGOTIABLE:
        if name in program.rows and program.rows[name].size:
            block = program.rows[name]
            rows += range(block.start, block.start + block.size)
            cells += cells_of(instance)
    limits = tuple(dict.fromkeys(cell.limit for cell in cells))
    number = {limit: g for g, limit in enumerate(limits)}
    group = np.array([number[cell.limit] for cell in cells], np.int64)
    at = np.array(rows, np.int64)
    own = [0.0 if cell.kept else abs(cell.asked / cell.size) for cell in cells]
    sizes = np.where(np.array(own) > 1e-9, own, row_sizes(program)[at])
    return Limits(limits, at, tuple(cells), group, sizes)


def row_sizes(program: LinearProgram) -> Floats:
    """Size of each row: its finite limit, or its largest coefficient where the limit is zero."""
    limit = np.where(np.isfinite(program.row_upper), np.abs(program.row_upper), 0.0)
    limit = np.maximum(limit, np.where(np.isfinite(program.row_lower), np.abs(program.row_lower), 0.0))
    largest = np.zeros(len(limit))
    lengths = np.diff(program.starts)
    np.maximum.at(largest, np.repeat(np.arange(len(limit)), lengths), np.abs(program.values))
    return np.where(limit > 1e-9, limit, np.maximum(largest, 1e-9))


def budget_limit(budget: Budget) -> Limit:
    return Limit("budget", budget.id, budget.name, budget.place)


def rule_limit(rule: Rule) -> Limit:
    return Limit(rule.word, rule.id, rule.name, rule.place)


def growth_limit(scenario: Scenario, g: int) -> Limit:
    limit = scenario.growth_limits[g]
    names = ", ".join(asset.name for asset in scenario.assets if asset.id in limit.assets)
    return Limit("growth", limit.id, f"growth limit on {names}", limit.place)


def power_limit(scenario: Scenario) -> Limit:
    return Limit("power", "electricity", "electricity for computing", _place(scenario.electricity))


def staff_limit(scenario: Scenario) -> Limit:
    return Limit("staff", "staff", "digital-operations staff", _place(scenario.staff))


def hall_limit(scenario: Scenario, h: int) -> Limit:
    hall = scenario.assets[h]
    return Limit("housing", hall.id, f"room for machines in {hall.name}", hall.capex.place)


def _place(supply: Supply | None) -> str:
    return "" if supply is None else supply.share.place or supply.growth.place


def _grants(instance: Instance) -> Iterator[Cell]:
    for grant in ledger(instance).grants:
        yield _money(instance, grant.budget, instance.scenario.years[grant.year], grant.limit_million)


def _totals(instance: Instance) -> Iterator[Cell]:
    for total in ledger(instance).totals:
        yield _money(instance, total.budget, 0, total.limit_million)


def _upkeeps(instance: Instance) -> Iterator[Cell]:
    for row in ledger(instance).upkeeps:
        yield _money(instance, row.budget, int(instance.timeline.year[row.time]), row.limit_million)


def _money(instance: Instance, b: int, year: int, limit_million: float) -> Cell:
    scenario = instance.scenario
    limit = budget_limit(scenario.budgets[b])
    return Cell(limit, None, year, limit_million, f"million {scenario.currency}", 1e3)


def _matches(instance: Instance) -> Iterator[Cell]:
    scenario = instance.scenario
    known = {found.id: found for found in scenario.matching_funds}
    for row in ledger(instance).matches:
        found = known[row.label.rsplit(":", 1)[0]]
        limit = Limit("matching", found.id, found.name, found.place)
        year = 0 if row.year is None else scenario.years[row.year]
        yield Cell(limit, None, year, 0.0, f"million {scenario.currency}", 1e3)


def _projects(instance: Instance) -> Iterator[Cell]:
    """Projects that have to be taken."""
    for p in must_take(instance):
        yield _project(instance, p, 0)


def _exclusions(instance: Instance) -> Iterator[Cell]:
    for pair in exclusions(instance):
        yield _project(instance, pair[0], 0)


def _needs(instance: Instance) -> Iterator[Cell]:
    for (project, _), year in product(needs(instance), instance.scenario.years):
        yield _project(instance, project, year)


def _project(instance: Instance, p: int, year: int) -> Cell:
    scenario, project = instance.scenario, instance.scenario.projects[p]
    region = [place.id for place in scenario.regions].index(project.region)
    return Cell(Limit("project", project.id, project.name, project.place), region, year, 1.0, PROJECT, 1.0)


def _policies(sense: str) -> Callable[[Instance], Iterator[Cell]]:
    def cells(instance: Instance) -> Iterator[Cell]:
        for row in policy_rows(instance):
            if row.rule.sense == sense:
                yield _policy(instance, row)

    return cells


def _policy(instance: Instance, row: PolicyRow) -> Cell:
    """The row in the words of its rule: a share, a number per 10,000 people, or a number."""
    rule, year, scenario = row.rule, instance.scenario.years[row.year], instance.scenario
    limit = rule_limit(rule)
    if row.whole is not None:
        return Cell(limit, row.region, year, rule.limit, SHARE, row.scale, _share_of(instance, row))
    unit, size = unit_of(scenario, rule), row.scale
    if rule.per_10k_people:
        asked_size = row.limit * row.scale
        unit, size = f"{unit} per 10,000 people", size * rule.limit / asked_size if asked_size else size
    return Cell(limit, row.region, year, rule.limit, unit, size)


def _share_of(instance: Instance, row: PolicyRow) -> Callable[[Values], float]:
    """The share that a point reaches, in terms of the rule's limit; what it asks where there is nothing to share."""
    plans = portfolio(instance)

    def kept(values: Values) -> float:
        whole = 0.0 if row.against is None else row.against.amount(plans, values, row.year)
        if whole <= 1e-9:
            return row.rule.limit
        part = row.counted.amount(plans, values, row.year)
        return part / whole * (row.rule.limit / row.share if row.share else 1.0)

    return kept


def _growth(instance: Instance) -> Iterator[Cell]:
    scenario = instance.scenario
    pairs = growing_assets(instance)
    for r, (g, a), v in product(range(len(scenario.regions)), pairs, range(instance.timeline.orders)):
        limit, module = scenario.growth_limits[g], float(instance.module[a])
        limited, kept = growth_limit(scenario, g), _rate_of(instance, g, r, a, v)
        yield Cell(limited, r, scenario.years[v], limit.rate, SHARE, module, kept)


def _rate_of(instance: Instance, g: int, r: int, a: int, v: int) -> Callable[[Values], float]:
    """The yearly rate that a point needs where the stock before is known; infinite where there was none."""
    scenario, base = instance.scenario, base_modules(instance.scenario)
    seed = scenario.growth_limits[g].seed * base[:, a].sum()

    def kept(values: Values) -> float:
        before = float(values["stock"][r, a, v - 1] if v else base[r, a])
        above = float(values["order"][r, a, v]) - seed
        return above / before if before > 1e-9 else float("inf")

    return kept


def _by_region(limit_of: Callable[[Scenario], Limit], unit: str, room: str) -> Callable[[Instance], Iterator[Cell]]:
    def cells(instance: Instance) -> Iterator[Cell]:
        limit, asked = limit_of(instance.scenario), getattr(instance, room)
        for r, t in product(range(len(instance.scenario.regions)), range(len(instance.timeline.year))):
            yield Cell(limit, r, int(instance.timeline.year[t]), float(asked[r, t]), unit, 1.0)

    return cells


def _halls(instance: Instance) -> Iterator[Cell]:
    scenario = instance.scenario
    regions, times = range(len(scenario.regions)), range(len(instance.timeline.year))
    for r, h, t in product(regions, halls(instance), times):
        year, hall = int(instance.timeline.year[t]), scenario.assets[h]
        yield Cell(hall_limit(scenario, h), r, year, 0.0, f"{hall.unit} of space", float(instance.module[h]))


def _bandwidth(instance: Instance) -> Iterator[Cell]:
    scenario, unit = instance.scenario, instance.network.bandwidth_unit_gbps_km
    place = next((asset.capex.place for asset in scenario.assets if asset.carries_traffic), "")
    limit = Limit("bandwidth", "bandwidth", "bandwidth between regions", place)
    for r, t in product(range(len(scenario.regions)), range(len(instance.timeline.year))):
        yield Cell(limit, r, int(instance.timeline.year[t]), 0.0, "Gbit/s km", unit)


NEGOTIABLE: tuple[tuple[str, Callable[[Instance], Iterator[Cell]]], ...] = (
    ("spending_is_within_budget", _grants),
    ("total_spending_is_within_budget", _totals),
    ("tail_upkeep_is_within_last_grant", _upkeeps),
    ("funds_are_matched", _matches),
    ("project_must_start", _projects),
    ("project_excludes_another", _exclusions),
    ("project_starts_after_what_it_needs", _needs),
    ("floor_is_reached", _policies("floor")),
    ("cap_is_kept", _policies("cap")),
    ("orders_grow_at_a_limited_rate", _growth),
    ("computing_is_within_power_headroom", _by_region(power_limit, "GWh", "power_room_gwh")),
    ("staff_is_enough", _by_region(staff_limit, "FTE", "staff_room")),
    ("halls_house_the_machines", _halls),
    ("traffic_is_within_bandwidth", _bandwidth),
)
