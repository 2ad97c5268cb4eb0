"""Extremes near the optimum: what is proven holds, what is achieved is real."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.solve.goal import true_value
from planner.solve.highs import hand_over
from planner.solve.near import furthest, near_program
from planner.solving import problem_of, search
from tests.planner.toys import tiny, trading


def rows_hold(program: Any, values: np.ndarray) -> bool:
    """Every row of the program at a point, by its own arithmetic; tangents speak of columns that nothing else uses."""
    sums = np.add.reduceat(program.values * values[program.columns], program.starts[:-1])
    inside = np.ones(len(sums), bool)
    inside[program.rows["log_is_below_its_tangents"].indices.ravel()] = False
    low, high = sums >= program.row_lower - 1e-6, sums <= program.row_upper + 1e-6
    return bool((low & high)[inside].all())


@pytest.mark.parametrize("objective", ["total", "proportional", "max_min"])
@pytest.mark.parametrize("scenario", [tiny, trading])
def test_proven_and_achieved_close_in_on_a_real_plan(scenario: Any, objective: str):
    problem = problem_of(scenario(objective=objective))
    best = search(problem).values
    near = near_program(problem.program, problem.goal, best)
    direction = np.zeros(len(problem.program.cost))
    direction[problem.program.variables["order"].indices[:, 0]] = 1.0
    level = near.reached - 0.02
    for sign in (-1.0, 1.0):
        found = furthest(near, direction, sign, level, tolerance=0.002, time_limit_s=60.0)
        assert found.closed
        assert sign * found.proven >= sign * found.achieved - 1e-6
        assert sign * found.achieved >= sign * float(direction @ best) - 1e-6
        assert found.objective == true_value(problem.goal, found.values) >= level - 1e-9
        assert rows_hold(problem.program, found.values)
        assert abs(found.proven - found.achieved) <= 0.15 * abs(found.proven - float(direction @ best)) + 1e-6


def test_no_plan_of_another_objective_lies_beyond_what_is_proven():
    """The proportional plan is a plan near the total one, so its money lies within the proven range."""
    problem, other = problem_of(tiny(objective="total")), problem_of(tiny())
    best, rival = search(problem).values, search(other).values
    near = near_program(problem.program, problem.goal, best)
    level = true_value(problem.goal, rival)
    direction = np.zeros(len(problem.program.cost))
    direction[problem.program.variables["order"].indices[1]] = 1.0
    most = furthest(near, direction, 1.0, level, tolerance=1e-3, time_limit_s=60.0)
    assert level < near.reached
    assert most.proven >= float(direction @ rival) - 1e-6


def test_a_program_near_a_plan_keeps_all_its_rows():
    problem = problem_of(tiny())
    near = near_program(problem.program, problem.goal, search(problem).values)
    assert near.row >= hand_over(problem.program).getNumRow()
