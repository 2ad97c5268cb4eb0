"""Thresholds that a point reaches but does not count, as nothing that was asked for depends on them, or by little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.goal import Goal, true_value
from planner.solve.search import Outcome
from planner.thresholds import reached


def with_bonuses(instance: Instance, program: LinearProgram, goal: Goal, found: Outcome) -> Outcome:
    """The outcome with every threshold counted that its levels reach; its lower bound rises by what they are worth."""
    bonus, values = instance.innovation.bonus, found.values.copy()
    if not len(bonus.factor):
        return found
    blocks = program.variables
    at = blocks["reached"].indices
    there = np.maximum(
        reached(bonus.needed[:, :, None], values[blocks["level"].indices][:, bonus.factor]), np.rint(values[at])
    )
    values[at] = there
    values[blocks["bonus_ratio"].indices] = 1.0 + bonus.jump[:, None] * there
    lower = true_value(goal, values)
    return replace(found, values=values, lower=lower, upper=max(found.upper, lower))
