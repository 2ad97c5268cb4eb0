"""Spending follows prices; budgets are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.scenario import Budget
from planner.verify.alone import order_prices
from planner.verify.given import inside, prices
from planner.verify.projects import built
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_most, equal


def orders_cost_their_price(told: Told) -> Check:
    """Capex of an order: units at the price of the year in the region (mode `salvage`: the share charged).

    That of a project: what the project says; in frozen years what was paid.
    """
    projects = built(told)
    expected = (told.array("orders", "units") - projects.units) * _order_prices(told) + projects.capex
    found, cells = told.array("orders", "capex_million"), _cells(told, "orders.csv", "capex_million", told.now.moments)
    return equal("orders cost their price", cells, found, expected, "from units and price", tolerance=COUNTED)


def capex_is_spent_on_orders(told: Told) -> Check:
    """Capex is the sum of the orders of the year; none in the tail."""
    found, expected = told.array("spending", "capex_million"), told.array("orders", "capex_million")
    cells = _cells(told, "spending.csv", "capex_million", told.now.moments)
    return equal("capex is spent on orders", cells, found, expected, "from orders.csv", tolerance=SOLVED, unit=1.0)


def opex_is_spent_on_stock(told: Told) -> Check:
    """Upkeep is a share of the price of the year of all that stands, and what projects cost beside it."""
    share = told.now.asset_amounts("opex_share")[:, None]
    expected = (told.array("stocks", "units") * prices(told.now) * share + built(told).opex)[..., 1:]
    found = told.array("spending", "opex_million")[..., 1:]
    cells = _cells(told, "spending.csv", "opex_million", told.now.later)
    return equal("opex is spent on stock", cells, found, expected, "from stock and price", tolerance=COUNTED)


def energy_is_paid_by_tariff(told: Told) -> Check:
    """Electricity is paid at the tariff of the region."""
    tariff = told.now.region_amounts("energy_price_per_kwh")[:, None, None]
    expected = (told.array("stocks", "energy_gwh") * tariff)[..., 1:]
    found = told.array("spending", "energy_million")[..., 1:]
    cells = _cells(told, "spending.csv", "energy_million", told.now.later)
    return equal("energy is paid by tariff", cells, found, expected, "from GWh and tariff", tolerance=COUNTED)


@dataclass(frozen=True)
class Line:
    """A row of budgets.csv beside what it should be; `brought` is what the year before hands over."""

    budget: Budget
    year: int
    told: dict[str, float]
    limit: float
    brought: float
    spent: float
    by_year: dict[int, float]


def budget_limits_are_granted(told: Told) -> Check:
    """Limits are those of the config; in the tail the last year's."""
    return _column(
        told, "budget limits are granted", "limit_million", "from the config", [x.limit for x in lines(told)]
    )


def budgets_count_spending(told: Told) -> Check:
    """What a budget spends is the sum of spending.csv over its kinds, regions, assets and years."""
    return _column(told, "budgets count spending", "spent_million", "from spending.csv", [x.spent for x in lines(told)])


def budgets_carry_with_interest(told: Told) -> Check:
    """What comes in is what the year before left, with interest."""
    expected = [x.brought for x in lines(told)]
    reason = "from the year before with interest"
    return _column(told, "budgets carry with interest", "carried_in_million", reason, expected)


def only_carrying_budgets_leave_money(told: Told) -> Check:
    """Nothing is carried out of a budget that does not carry over, nor out of the tail."""
    free = [line.budget.carry_over_interest is not None and line.year in told.now.years for line in lines(told)]
    return _none_but(told, "only carrying budgets leave money", "carried_out_million", free, "no carry-over")


def only_soft_budgets_are_exceeded(told: Told) -> Check:
    """Nothing is spent above the limit of a budget without a price, but for what facts cost (facts.py)."""
    facts = told.now.scenario.actuals is not None
    free = [facts or line.budget.price is not None for line in lines(told)]
    return _none_but(told, "only soft budgets are exceeded", "exceeded_million", free, "it is hard")


def spending_is_within_budget(told: Told) -> Check:
    """Spent and carried out stay within granted, carried in and exceeded."""
    found = lines(told)
    used = np.array([line.spent + line.told["carried_out_million"] for line in found])
    room = np.array([line.limit + line.brought + line.told["exceeded_million"] for line in found])
    cells = _budget_cells(told, "spent and carried out")
    reason = "granted, carried in and exceeded"
    return at_most("spending is within budget", cells, used, room, reason, tolerance=SOLVED, unit=1.0)


def matching(told: Told) -> Iterator[Side]:
    """What budgets spend beside a multiple of what those spend that match them."""
    budgets = {budget.id: budget for budget in told.now.scenario.budgets}
    unit = f"million {told.now.scenario.currency}"
    for rule in told.now.scenario.matching_funds:
        own, other = budgets[rule.budget], budgets[rule.of]
        paid, beside = _spent(told, own), _spent(told, other)
        for year in (0,) if rule.period == "total" else own.scope.years or told.now.years:
            counts = year == 0 or year in (other.scope.years or told.now.years)
            limit = rule.ratio * beside[year] * counts
            yield Side(rule.id, "matching", "", "", year, paid[year], limit, unit, 1e3, rule.price)


def funds_are_matched(told: Told) -> Check:
    """Budgets spend no more than their matching funds allow."""
    found = together(matching(told))
    limit = found.limit + found.shown(told, "shortfall")
    cells, reason = found.cells("value"), "what the matching funds and the shortfall allow"
    return at_most("funds are matched", cells, found.value, limit, reason, tolerance=SOLVED, unit=found.unit)


def lines(told: Told) -> list[Line]:
    """All rows of budgets.csv."""
    rows = {(row["budget"], row["year"]): row for row in told.records("budgets")}
    budgets = {budget.id: budget for budget in told.now.scenario.budgets}
    spent = {name: _really_spent(told, budget) for name, budget in budgets.items()}
    return [
        Line(
            budget=budgets[name],
            year=year,
            told=row,
            limit=_limit(told, budgets[name], year),
            brought=_brought(rows.get((name, year - 1)), budgets[name], year, told),
            spent=spent[name][year],
            by_year=spent[name],
        )
        for (name, year), row in rows.items()
    ]


def _limit(told: Told, budget: Budget, year: int) -> float:
    if budget.period == "total":
        return budget.limits[0]
    granted = dict(zip(budget.scope.years or told.now.years, budget.limits, strict=True))
    return granted[min(year, told.now.years[-1])]


def _brought(before: dict[str, float] | None, budget: Budget, year: int, told: Told) -> float:
    if before is None or budget.carry_over_interest is None or year not in told.now.years:
        return 0.0
    return before["carried_out_million"] * (1.0 + budget.carry_over_interest)


def _spent(told: Told, budget: Budget) -> dict[int, float]:
    """Money of a budget's kinds in its scope by year; under 0 the sum over its years."""
    scope = inside(budget.scope, told.now)[:, :, None]
    paid = sum(told.array("spending", f"{kind}_million") for kind in budget.kinds) * scope
    by_year = dict(zip(told.now.moments, paid.sum(axis=(0, 1)).tolist(), strict=True))
    return by_year | {0: sum(by_year[year] for year in budget.scope.years or told.now.years)}


def _really_spent(told: Told, budget: Budget) -> dict[int, float]:
    """The same, with what was booked for upkeep and electricity of frozen years in its place."""
    facts, by_year = told.now.scenario.actuals, _spent(told, budget)
    rows = () if facts is None else tuple(row for row in facts.upkeep if row.budget == budget.id)
    scope = inside(budget.scope, told.now)
    capex = np.einsum("ra,ram->m", scope, told.array("spending", "capex_million")) * ("capex" in budget.kinds)
    at = told.now.moments.index
    by_year |= {row.year: float(capex[at(row.year)]) + row.opex_million + row.energy_million for row in rows}
    return by_year | {0: sum(by_year[year] for year in budget.scope.years or told.now.years)}


def _order_prices(told: Told) -> Floats:
    """Million per unit ordered, (R, A, M); zero where nothing can be ordered."""
    count = len(told.now.years)
    paid = np.zeros((len(told.now.regions), len(told.now.assets), len(told.now.moments)))
    paid[:, :, 1 : 1 + count] = order_prices(told.now)
    return paid


def _cells(told: Told, table: str, quantity: str, moments: tuple[int, ...]) -> Cells:
    return Cells(table, quantity, (told.now.regions, told.now.assets, moments))


def _budget_cells(told: Told, quantity: str) -> Cells:
    labels = [f"{row['budget']}, {row['year'] or 'total'}" for row in told.records("budgets")]
    return Cells("budgets.csv", quantity, (labels,))


def _column(told: Told, name: str, column: str, reason: str, expected: list[float]) -> Check:
    found = np.array([line.told[column] for line in lines(told)])
    cells = _budget_cells(told, column)
    return equal(name, cells, found, np.array(expected), reason, tolerance=COUNTED, unit=1.0)


def _none_but(told: Told, name: str, column: str, free: list[bool], reason: str) -> Check:
    found = np.array([line.told[column] for line in lines(told)])
    expected = np.where(np.array(free, bool), found, 0.0)
    return equal(name, _budget_cells(told, column), found, expected, f"as {reason}", tolerance=SOLVED, unit=1.0)


CHECKS = (
    orders_cost_their_price,
    capex_is_spent_on_orders,
    opex_is_spent_on_stock,
    energy_is_paid_by_tariff,
    budget_limits_are_granted,
    budgets_count_spending,
    budgets_carry_with_interest,
    only_carrying_budgets_leave_money,
    only_soft_budgets_are_exceeded,
    spending_is_within_budget,
    funds_are_matched,
)
