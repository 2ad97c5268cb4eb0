"""The objective of a plan config made a frozen value, and whether its regions can be compared so."""

from __future__ import annotations

from typing import Any

from planner.config import units
from planner.config.columns import Columns, numbers
from planner.config.context import Context
from planner.config.objective_models import Fairness, WeightColumn
from planner.objective import Objective, Word, objective_named
from planner.scenario import Scenario
from planner.thresholds import NO_ROOM, bonus_beta, fits


def resolve_objective(context: Context, held: Word | Fairness, columns: Columns) -> Objective:
    """The objective that a config asks for."""
    if isinstance(held, str):
        return objective_named(held)
    weights, column = _weights(context, held.weights, columns)
    return Objective(held.measure, held.alpha or 0.0, weights, column, held.of)


def _weights(context: Context, held: Any, columns: Columns) -> tuple[str, tuple[float, ...]]:
    if not isinstance(held, WeightColumn):
        return held or "population", ()
    path = ("objective", "weights", "column")
    values = numbers(context, columns, held.column, units.COUNT, path)
    if not values.sum() > 0:
        context.report(path, f"column {held.column!r} is 0 in every region", "choose a column with values")
    return held.column, tuple(values.tolist())


def check_objective(context: Context, scenario: Scenario) -> None:
    """Whether every region can be compared, and whether whole modules can be chosen so."""
    asked = scenario.objective
    empty = next((region.id for region in scenario.regions if region.innovation <= 0), None)
    compares = asked.measure in ("max_min", "leximin") or (asked.measure == "alpha" and asked.alpha > 1)
    if empty is not None and compares and asked.of == "per_head":
        message = f"innovation of region {empty!r} is 0, so it is without end worse off than all others"
        context.report(("objective",), message, "write {..., of: index}, or give the region a value")
    if asked.measure == "leximin" and any(asset.integer for asset in scenario.assets):
        message = "leximin is not solved with whole modules"
        context.report(("objective",), message, "write objective: max_min, or take 'integer: true' away")
    if asked.measure == "leximin" and scenario.thresholds:
        message = "leximin is not solved with thresholds"
        context.report(("objective",), message, "write objective: max_min, or take the thresholds out")
    _check_room(context, scenario)


def _check_room(context: Context, scenario: Scenario) -> None:
    """Whether every elasticity set leaves room for the bonus of every threshold."""
    supplied = [factor.id for factor in scenario.factors if factor.series is None]
    for found in scenario.elasticity_sets:
        beta = bonus_beta(scenario.objective, sum(found.beta[f] for f in supplied), len(scenario.thresholds))
        for one in scenario.thresholds:
            if not fits(one.bonus.value, beta):
                message, remedy = NO_ROOM
                context.report(("thresholds", one.id, "bonus"), f"{message} (set {found.id})", remedy)
