"""Two plans side by side, as tables: orders, money, innovation, divide, prices; `planned` is the old plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from planner.drift.shifts import shift_of
from planner.plan import Plan
from planner.scenario import Scenario
from planner.tables import Column, Schema, Table

Key = tuple[Any, ...]


def _schema(name: str, meaning: str, *columns: tuple[str, type, str]) -> Schema:
    return Schema(name, meaning, tuple(Column(*column) for column in columns))


WHEN = (("year", int, "calendar year"), ("phase", str, "fact in frozen years, else plan"))

MONEY = _schema(
    "drift",
    "Money by what it was for and where, planned against real or planned anew.",
    ("dimension", str, "nation, group, region, class or asset"),
    ("id", str, "id of the group, region, class or asset; empty for the nation"),
    *WHEN,
    ("planned_capex_million", float, "orders of the old plan"),
    ("capex_million", float, "orders really paid, or of the new plan"),
    ("change_capex_million", float, "the difference"),
    ("planned_upkeep_million", float, "upkeep and electricity of the old plan"),
    ("upkeep_million", float, "upkeep and electricity of what stands now"),
    ("change_upkeep_million", float, "the difference"),
)
ORDERS = _schema(
    "drift_orders",
    "Orders by region, asset and year, planned against real or planned anew; only where there is any.",
    ("region", str, "region id"),
    ("asset", str, "asset id"),
    ("class", str, "class of the asset"),
    *WHEN,
    ("unit", str, "unit of the asset"),
    ("planned_units", float, "orders of the old plan"),
    ("units", float, "real orders, or those of the new plan"),
    ("change_units", float, "the difference"),
    ("planned_capex_million", float, "money of the old plan"),
    ("capex_million", float, "money really paid, or of the new plan"),
    ("change_capex_million", float, "the difference"),
)
SHIFTS = _schema(
    "drift_shifts",
    "What the new plan changes in the years that are not fact: each unit that changed is counted once.",
    ("region", str, "region id, empty for the nation"),
    ("asset", str, "asset id"),
    ("unit", str, "unit of the asset; all amounts are in it"),
    ("planned_units", float, "orders of the old plan in these years"),
    ("units", float, "orders of the new plan in these years"),
    ("later_units", float, "ordered in a later year in the same region"),
    ("earlier_units", float, "ordered in an earlier year in the same region"),
    ("gained_units", float, "taken over from other regions"),
    ("lost_units", float, "given to other regions"),
    ("added_units", float, "ordered in addition"),
    ("dropped_units", float, "not ordered any more"),
)
BUDGETS = _schema(
    "drift_budgets",
    "Budgets year by year (0: the total over all years).",
    ("budget", str, "budget id"),
    *WHEN,
    ("limit_million", float, "money granted"),
    ("planned_spent_million", float, "spent in the old plan"),
    ("spent_million", float, "really spent, or in the new plan"),
    ("change_spent_million", float, "the difference"),
    ("planned_carried_out_million", float, "left for the next year in the old plan"),
    ("carried_out_million", float, "really left, or in the new plan"),
    ("planned_exceeded_million", float, "spent above the limit in the old plan"),
    ("exceeded_million", float, "spent above the limit by the facts, or in the new plan"),
)
INNOVATION = _schema(
    "drift_innovation",
    "Innovation by region and year: old plan, and facts with the new plan.",
    ("region", str, "region id, empty for the nation"),
    *WHEN,
    ("planned_innovation", float, "old plan, in `unit`"),
    ("innovation", float, "facts and new plan, in `unit`"),
    ("change_innovation", float, "the difference"),
    ("change_percent", float, "of the old plan"),
    ("unit", str, "what innovation counts"),
)
DIVIDE = _schema(
    "drift_divide",
    "Indicators of the digital divide by year: old plan, and facts with the new plan.",
    *WHEN,
    ("indicator", str, "gini, theil, max_over_min, worst_fifth_share"),
    ("planned_value", float, "old plan"),
    ("value", float, "facts and new plan"),
    ("change_value", float, "the difference"),
    ("unit", str, "1: all are plain numbers"),
)
PRICES = _schema(
    "drift_prices",
    "Prices of budgets and rules in the years that are not fact: objective gained by one unit more room.",
    ("kind", str, "budget, or the kind of the rule"),
    ("id", str, "budget or rule id"),
    ("region", str, "region id, empty for the nation"),
    ("asset", str, "asset id, empty where it does not apply"),
    ("year", int, "calendar year, 0 for all years"),
    ("planned_price", float, "old plan, per `unit`"),
    ("price", float, "new plan, per `unit`"),
    ("change_price", float, "the difference"),
    ("unit", str, "what one more of the limit is"),
)


def phase_of(scenario: Scenario, year: int) -> str:
    """Whether a year is fact or plan."""
    return "fact" if scenario.actuals is not None and year in scenario.actuals.years else "plan"


def orders(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Orders of both plans."""
    units, paid = (_both(old, new, "orders", ("region", "asset", "year"), c) for c in ("units", "capex_million"))
    assets = {asset.id: asset for asset in scenario.assets}
    rows = [
        (
            r,
            a,
            assets[a].asset_class,
            year,
            phase_of(scenario, year),
            assets[a].unit,
            *_ends(units[key]),
            *_ends(paid[key]),
        )
        for key in sorted(units, key=_in_order(scenario))
        for r, a, year in [key]
    ]
    return Table(ORDERS, tuple(rows))


def money(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Money of both plans by nation, group, region, class and asset."""
    keys = ("region", "asset", "year")
    parts = {c: _both(old, new, "spending", keys, f"{c}_million", "plan") for c in ("capex", "opex", "energy")}
    rows = []
    for dimension, name, regions, assets in _dimensions(scenario):
        for year in scenario.years:
            cells = [key for key in parts["capex"] if key[2] == year and key[0] in regions and key[1] in assets]
            capex, opex, energy = (
                np.array([p[key] for key in cells]).reshape(-1, 2).sum(axis=0) for p in parts.values()
            )
            rows.append((dimension, name, year, phase_of(scenario, year), *_ends(capex), *_ends(opex + energy)))
    return Table(MONEY, tuple(rows))


def _dimensions(scenario: Scenario) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """What money is summed over: dimension, id, regions and assets."""
    regions, assets = ({x.id for x in found} for found in (scenario.regions, scenario.assets))
    yield "nation", "", regions, assets
    yield from (("group", group.id, set(group.members), assets) for group in scenario.groups)
    yield from (("region", region.id, {region.id}, assets) for region in scenario.regions)
    for name in dict.fromkeys(asset.asset_class for asset in scenario.assets):
        yield "class", name, regions, {asset.id for asset in scenario.assets if asset.asset_class == name}
    yield from (("asset", asset.id, regions, {asset.id}) for asset in scenario.assets)


def shifts(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """What the new plan changes after the facts, by region and for the nation."""
    free = [year for year in scenario.years if phase_of(scenario, year) == "plan"]
    units = _both(old, new, "orders", ("region", "asset", "year"), "units")
    regions, rows = [region.id for region in scenario.regions], []
    for asset in scenario.assets:
        both = np.array([[units.get((r, asset.id, y), (0.0, 0.0)) for y in free] for r in regions])
        both = both.reshape(len(regions), len(free), 2)
        found = shift_of(both[:, :, 0], both[:, :, 1])
        amounts = (*both.sum(axis=1).T, *vars(found).values())
        for name, values in (("", [x.sum() for x in amounts]), *zip(regions, zip(*amounts, strict=True), strict=True)):
            if any(float(value) > 1e-9 for value in values):
                rows.append((name, asset.id, asset.unit, *map(float, values)))
    return Table(SHIFTS, tuple(rows))


def budgets(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Budgets of both plans; limits are those of the new one."""
    before = {(row["budget"], row["year"]): row for row in old.tables["budgets"].records()}
    rows = []
    for row in new.tables["budgets"].records():
        was = before.get((row["budget"], row["year"]))
        if was is not None and row["phase"] == "plan":
            spent = _ends((was["spent_million"], row["spent_million"]))
            rest = [x[name] for name in ("carried_out_million", "exceeded_million") for x in (was, row)]
            phase = phase_of(scenario, row["year"])
            rows.append((row["budget"], row["year"], phase, row["limit_million"], *spent, *rest))
    return Table(BUDGETS, tuple(rows))


def innovation(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Innovation of both plans, the nation first."""
    both = _both(old, new, "innovation", ("region", "year"), "innovation", "plan")
    rows = []
    for name in ("", *(region.id for region in scenario.regions)):
        for year in scenario.years:
            cells = [both[key] for key in both if key[1] == year and name in ("", key[0])]
            was, now = np.array(cells).sum(axis=0).tolist()
            percent = 100.0 * (now / was - 1.0) if was else 0.0
            rows.append((name, year, phase_of(scenario, year), was, now, now - was, percent, scenario.innovation_unit))
    return Table(INNOVATION, tuple(rows))


def divide(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Indicators of the divide of both plans."""
    both = _both(old, new, "divide", ("year", "indicator"), "value")
    rows = [(y, phase_of(scenario, y), name, *_ends(both[y, name]), "1") for y, name in both if y in scenario.years]
    return Table(DIVIDE, tuple(rows))


def prices(scenario: Scenario, old: Plan, new: Plan) -> Table:
    """Prices of both plans where either has one, budgets before rules; first those whose limit is worth most more."""
    keys = ("kind", "rule", "region", "asset", "year", "unit")
    paid = _both(old, new, "budgets", ("budget", "year"), "price_per_billion", "plan")
    granted = _both(old, new, "budgets", ("budget", "year"), "limit_million", "plan")
    worth = _both(old, new, "rules", keys, "price", "plan")
    limits = _both(old, new, "rules", keys, "limit", "plan")
    billion = f"billion {scenario.currency}"
    rows = [(("budget", b, "", "", y, *_ends(price), billion), granted[b, y]) for (b, y), price in paid.items()]
    ruled = [((*key[:5], *_ends(price), key[5]), limits[key]) for key, price in worth.items()]
    return Table(PRICES, (*_moved(scenario, rows), *_moved(scenario, ruled)))


def _moved(scenario: Scenario, rows: list[tuple[Key, tuple[float, float]]]) -> list[Key]:
    """Rows with a price in years that are not fact, by the change of the price times the limit."""
    priced = [(row, limit) for row, limit in rows if _free(scenario, row[4]) and (row[5] or row[6])]
    return [row for row, _ in sorted(priced, key=lambda pair: -abs(pair[0][7]) * max(map(abs, pair[1])))]


def _free(scenario: Scenario, year: int) -> bool:
    return phase_of(scenario, year) == "plan"


def _both(
    old: Plan, new: Plan, table: str, keys: tuple[str, ...], value: str, phase: str | None = None
) -> dict[Key, tuple[float, float]]:
    """A column of both plans by its keys, rows of equal keys added up; zero where one plan has no row."""
    found: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for at, plan in enumerate((old, new)):
        for row in plan.tables[table].records():
            if phase is None or row["phase"] == phase:
                found[tuple(row[key] for key in keys)][at] += row[value]
    return {key: (was, now) for key, (was, now) in found.items()}


def _ends(pair: Iterable[float]) -> tuple[float, float, float]:
    was, now = map(float, pair)
    return was, now, now - was


def _in_order(scenario: Scenario) -> Callable[[Key], Key]:
    regions = {region.id: at for at, region in enumerate(scenario.regions)}
    assets = {asset.id: at for at, asset in enumerate(scenario.assets)}
    return lambda key: (regions[key[0]], assets[key[1]], key[2])
