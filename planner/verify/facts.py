"""Facts stay as they are: frozen years hold what was ordered, paid and seen, and excuse nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.tables import Table
from planner.verify.alone import is_frozen, is_settled, ordered, standing, upkeep
from planner.verify.limits import sides
from planner.verify.money import Line, lines
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_most, equal


def facts_are_ordered(told: Told) -> Check:
    """In frozen years exactly that is ordered which was."""
    found, expected = told.array("orders", "units")[:, :, _frozen(told)], ordered(told.now)[:, :, _frozen(told)]
    cells, reason = _cells(told, "orders.csv", "units"), "as a fact"
    return equal("facts are ordered", cells, found, expected, reason, tolerance=COUNTED, unit=1e-3)


def facts_are_paid(told: Told) -> Check:
    """Orders of frozen years cost what was paid for them."""
    facts, found = told.now.scenario.actuals, told.array("orders", "capex_million")[:, :, _frozen(told)]
    expected = found if facts is None else facts.capex_million
    cells, reason = _cells(told, "orders.csv", "capex_million"), "as a fact"
    return equal("facts are paid", cells, found, expected, reason, tolerance=COUNTED, unit=1e-3)


def counted_stocks_stand(told: Told) -> Check:
    """What was counted in a frozen year stands there."""
    facts, found = told.now.scenario.actuals, told.array("stocks", "units")[:, :, _frozen(told)]
    seen = found if facts is None else np.where(np.isnan(facts.units_standing), found, facts.units_standing)
    module = told.now.asset_amounts("module_units")[:, None]
    cells, reason = _cells(told, "stocks.csv", "units"), "as it was counted"
    return equal("counted stocks stand", cells, found, seen, reason, tolerance=SOLVED, unit=module)


def frozen_years_hand_on_what_is_left(told: Told) -> Check:
    """A frozen year carries on all that it left, where the budget carries over, and exceeds by what is missing."""
    found = [line for line in lines(told) if is_frozen(told.now, line.year)]
    left = [line.limit + line.brought - line.spent for line in found]
    keeps = [line.budget.carry_over_interest is not None for line in found]
    expected = [(max(x, 0.0) * keep, max(-x, 0.0)) for x, keep in zip(left, keeps, strict=True)]
    shown = [(line.told["carried_out_million"], line.told["exceeded_million"]) for line in found]
    axes = ([f"{line.budget.id}, {line.year}" for line in found], ("carried out", "exceeded"))
    cells, reason = Cells("budgets.csv", "money carried or exceeded", axes), "from what was really spent"
    name = "frozen years hand on what is left"
    return equal(name, cells, _pairs(shown), _pairs(expected), reason, tolerance=SOLVED, unit=1.0)


def only_facts_exceed_budgets(told: Told) -> Check:
    """A hard budget is exceeded by no more than facts, and the upkeep of what they left standing, cost above it."""
    facts = told.now.scenario.actuals
    found = [x for x in lines(told) if facts is not None and x.budget.price is None and not is_frozen(told.now, x.year)]
    shown = np.array([line.told["exceeded_million"] for line in found])
    limit = np.array([max(_by_facts(told, line) - line.limit - line.brought, 0.0) for line in found])
    cells = Cells("budgets.csv", "exceeded_million", ([f"{x.budget.id}, {x.year or 'total'}" for x in found],))
    reason = "what facts alone cost above the limit"
    return at_most("only facts exceed budgets", cells, shown, limit, reason, tolerance=SOLVED, unit=1.0)


def only_facts_break_rules(told: Told) -> Check:
    """A hard rule is missed by no more than facts alone miss it, and only where nothing could be done about it."""
    found = [side for side in sides(told) if told.now.scenario.actuals is not None and side.price is None]
    alone = together(sides(_nothing_more(told)) if found else ())
    missed = {side.key: short for side, short in zip(alone.rows, alone.missing.tolist(), strict=True)}
    excused = [missed[side.key] if _is_excused(told, side) else 0.0 for side in found]
    rows = together(found)
    short, cells = rows.shown(told, "shortfall"), rows.cells("shortfall")
    reason = "what facts alone miss"
    return at_most("only facts break rules", cells, short, np.array(excused), reason, tolerance=SOLVED, unit=rows.unit)


def hard_shortfalls_are_what_is_missing(told: Told) -> Check:
    """Where facts break a hard rule, the table says by how much."""
    rows = together(side for side in sides(told) if told.now.scenario.actuals is not None and side.price is None)
    short = rows.shown(told, "shortfall")
    cells, reason = rows.cells("shortfall"), "from value and limit"
    unit = rows.unit + np.abs(rows.limit)
    return equal("hard shortfalls are what is missing", cells, short, rows.missing, reason, tolerance=SOLVED, unit=unit)


def _by_facts(told: Told, line: Line) -> float:
    """What a budget has to pay in a year, or over all its years, if nothing more is ordered."""
    later = upkeep(told.now, line.budget)
    if line.year:
        return later[line.year]
    years = line.budget.scope.years or told.now.years
    free = sum(later[year] for year in years if not is_frozen(told.now, year))
    return free + sum(line.by_year[year] for year in years if is_frozen(told.now, year))


def _is_excused(told: Told, side: Side) -> bool:
    """Rows of facts only; and limits that later orders can only come nearer to."""
    project = next((p for p in told.now.scenario.projects if side.kind == "must" and p.id == side.rule), None)
    if project is not None:
        return all(is_frozen(told.now, year) for year in project.years)
    rule = next((rule for rule in told.now.scenario.rules if rule.id == side.rule), None)
    if rule is not None and is_settled(told.now, rule, side.year):
        return True
    if side.floor or side.kind in ("talent", "bandwidth", "exclusion", "prerequisite"):
        return is_frozen(told.now, side.year)
    return rule is None or rule.share_of is None


def _nothing_more(told: Told) -> Told:
    """The plan as if nothing were ordered after the facts; flows and levels as they are."""
    tables, units = told.plan.tables, standing(told.now)
    orders = [row for row in tables["orders"].records() if is_frozen(told.now, row["year"])]
    stocks = tables["stocks"].records()
    place = (
        {name: at for at, name in enumerate(told.now.regions)},
        {name: at for at, name in enumerate(told.now.assets)},
    )
    for row in stocks:
        row["units"] = float(
            units[place[0][row["region"]], place[1][row["asset"]], told.now.moments.index(row["year"])]
        )
    changed = {"orders": orders, "stocks": stocks}
    fresh = {name: Table(tables[name].schema, tuple(tuple(r.values()) for r in rows)) for name, rows in changed.items()}
    return replace(told, plan=replace(told.plan, tables={**tables, **fresh}))


def _frozen(told: Told) -> slice:
    facts = told.now.scenario.actuals
    return slice(1, 1 + (0 if facts is None else len(facts.years)))


def _pairs(values: list[tuple[float, float]]) -> Floats:
    return np.array(values, float).reshape(-1, 2)


def _cells(told: Told, table: str, quantity: str) -> Cells:
    return Cells(table, quantity, (told.now.regions, told.now.assets, told.now.moments[_frozen(told)]))


CHECKS = (
    facts_are_ordered,
    facts_are_paid,
    counted_stocks_stand,
    frozen_years_hand_on_what_is_left,
    only_facts_exceed_budgets,
    only_facts_break_rules,
    hard_shortfalls_are_what_is_missing,
)
