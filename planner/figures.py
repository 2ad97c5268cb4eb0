"""A solved scenario in a handful of numbers: what rows of a sweep or a ladder say of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from planner.divide import indicators
from planner.extract import Point, index_with_plan, point_of, spending_million
from planner.solve.tangents import Outcome
from planner.solving import Problem

Floats = NDArray[np.float64]


def key_figures(problem: Problem, outcome: Outcome) -> dict[str, float | str | None]:
    """Bounds (None where there is none yet), innovation and Gini of the last year of orders, capital by asset class.

    Innovation is an index, the nation's innovation of the base year = 1; capital is in million currency units.
    """
    instance = problem.instance
    last = instance.timeline.orders - 1
    point = _point(problem, outcome)
    amount = instance.innovation.base * index_with_plan(instance, point)[:, last]
    return {
        "status": outcome.status,
        "lower": outcome.lower,
        "upper": outcome.upper if math.isfinite(outcome.upper) else None,
        "gap": outcome.gap if math.isfinite(outcome.gap) else None,
        "innovation_last_year_index": float(amount.sum() / instance.innovation.base.sum()),
        "gini_last_year": indicators(amount, instance.population)["gini"],
        **_capital_by_class(problem, point),
    }


def capital_million(problem: Problem, outcome: Outcome) -> Floats:
    """Money spent on orders over all years, (R, A), million currency units."""
    capex, _, _ = spending_million(problem.instance, _point(problem, outcome))
    return np.asarray(capex.sum(axis=2))


def ordered_units(problem: Problem, outcome: Outcome) -> Floats:
    """Units ordered over all years, (R, A)."""
    orders = _point(problem, outcome).values["order"].sum(axis=2)
    return np.asarray(orders * problem.instance.module[None])


def _capital_by_class(problem: Problem, point: Point) -> dict[str, float]:
    capex, _, _ = spending_million(problem.instance, point)
    spent: dict[str, float] = {}
    for a, asset in enumerate(problem.scenario.assets):
        name = f"capital_{asset.asset_class}_million"
        spent[name] = spent.get(name, 0.0) + float(capex[:, a].sum())
    return spent


def _point(problem: Problem, outcome: Outcome) -> Point:
    return point_of(problem.program, outcome.values, outcome.row_duals[: len(problem.program.row_lower)])
