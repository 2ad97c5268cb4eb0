"""Prices (duals) belong to limits that bind, and more room is never worth less than nothing."""

from __future__ import annotations

import numpy as np

from planner.verify.limits import sides
from planner.verify.money import lines
from planner.verify.sides import together
from planner.verify.told import Told
from planner.verify.verdict import SOLVED, Cells, Check, at_least, at_most


def rule_prices_are_of_what_binds(told: Told) -> Check:
    """Where a rule leaves room, more room is worth nothing: price * room = 0."""
    found = together(sides(told))
    sign = np.where([side.floor for side in found.rows], -1.0, 1.0)
    room = sign * (found.limit - found.value) + found.shown(told, "shortfall")
    worth = np.abs(found.shown(told, "price") * room)
    cells, none = found.cells("price times room"), np.zeros(len(worth))
    reason = "as only what binds has a price"
    return at_most("rule prices are of what binds", cells, worth, none, reason, tolerance=SOLVED, unit=1.0)


def rule_prices_are_gains(told: Told) -> Check:
    """More room never costs: prices are zero or above."""
    found = together(sides(told))
    price = found.shown(told, "price") * found.unit
    cells, none = found.cells("price"), np.zeros(len(price))
    reason = "as more room never costs"
    return at_least("rule prices are gains", cells, price, none, reason, tolerance=SOLVED, unit=1.0)


def budget_prices_are_of_what_binds(told: Told) -> Check:
    """Where a budget leaves money, more money is worth nothing: price * money left = 0."""
    found = lines(told)
    left = [x.limit + x.brought + x.told["exceeded_million"] - x.spent - x.told["carried_out_million"] for x in found]
    price = np.array([line.told["price_per_billion"] / 1e3 for line in found])
    worth, none = np.abs(price * np.array(left)), np.zeros(len(found))
    cells, reason = _cells(told, "price times money left"), "as only what binds has a price"
    return at_most("budget prices are of what binds", cells, worth, none, reason, tolerance=SOLVED, unit=1.0)


def budget_prices_are_gains(told: Told) -> Check:
    """More money never costs: prices are zero or above."""
    price = np.array([line.told["price_per_billion"] / 1e3 for line in lines(told)])
    cells, none, reason = _cells(told, "price per million"), np.zeros(len(price)), "as more money never costs"
    return at_least("budget prices are gains", cells, price, none, reason, tolerance=SOLVED, unit=1.0)


def _cells(told: Told, quantity: str) -> Cells:
    return Cells("budgets.csv", quantity, ([f"{row['budget']}, {row['year']}" for row in told.records("budgets")],))


CHECKS = (
    rule_prices_are_of_what_binds,
    rule_prices_are_gains,
    budget_prices_are_of_what_binds,
    budget_prices_are_gains,
)
