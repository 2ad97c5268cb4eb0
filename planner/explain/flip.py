"""The price at which a build appears or disappears, found from prices and checked by solving again.

An optimum in which an order is held at zero prices it: it stays at zero for as long as one module costs no less than it
is worth. So the worth over the cost there, less one, is the change of price that flips it; nothing else changes on the
way, because nothing is bought at that price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.explain.worth import Prices, prices_of
from planner.instance import Instance
from planner.solve.goal import elasticities, slopes
from planner.solve.highs import hand_over
from planner.solve.live import InfeasibleError, change_costs, optimize
from planner.solve.tangents import SCALE, Goal, Outcome, maximize
from planner.solving import Problem, program_of

Floats = NDArray[np.float64]

# Solved again so far from the price found, relative to it; halved until so close; what counts as free, and as nothing.
NEAR, CLOSE, LOWEST, NOTHING = 0.02, 0.02, -0.999, 1e-6


@dataclass(frozen=True)
class Flip:
    """A change of price, as a share of it, below which something is built and above which nothing is.

    below, above    changes at which solving again found something built, and nothing; None where it did not
    built_below     modules built at `below`
    """

    change: float
    below: float | None
    built_below: float
    above: float | None

    @property
    def is_checked(self) -> bool:
        return self.below is not None and self.above is not None


@dataclass(frozen=True)
class Question:
    """The problem without whole modules, its optimum, and the orders asked about: region, asset, years."""

    problem: Problem
    optimum: Outcome
    region: int
    asset: int
    years: tuple[int, ...]

    @property
    def columns(self) -> NDArray[np.int64]:
        order = self.problem.program.variables["order"].indices
        return np.asarray(order[self.region, self.asset, list(self.years)])

    @property
    def built(self) -> float:
        """Modules that the optimum orders."""
        return max(float(self.optimum.values[self.columns].sum()), 0.0)

    @property
    def prices(self) -> Prices:
        """Prices of the optimum: where nothing is built those of the function itself, not of its tangents."""
        problem, found = self.problem, self.optimum
        if self.built <= NOTHING:
            return _smooth_prices(problem, found.values, found.row_duals)
        return prices_of(problem.instance, problem.program, found.values, found.row_duals)


def ask(problem: Problem, region: int, asset: int, years: Sequence[int]) -> Question:
    """Solve a problem, its modules taken apart, for a question about some orders."""
    program = replace(problem.program, integer=np.zeros_like(problem.program.integer))
    loose = replace(problem, program=program)
    return Question(loose, _solve(loose, None), region, asset, tuple(years))


def _solve(problem: Problem, start: Floats | None) -> Outcome:
    scenario = problem.scenario
    highs, goal = hand_over(problem.program), problem.goal
    return maximize(highs, goal, gap=scenario.gap, time_limit_s=scenario.time_limit_s, start=start)


def _start(question: Question) -> Floats:
    return np.maximum(question.optimum.values[question.problem.goal.ratio], 1e-9)


def without_orders(question: Question) -> Prices | None:
    """Prices of the optimum that may not place the orders; None where something forces them."""
    if question.built <= NOTHING:
        return question.prices
    problem, program = question.problem, question.problem.program
    upper = program.upper.copy()
    upper[question.columns] = 0.0
    barred = replace(problem, program=replace(program, upper=upper))
    try:
        found = _solve(barred, _start(question))
    except InfeasibleError:
        return None
    return _smooth_prices(barred, found.values, found.row_duals)


def _smooth_prices(problem: Problem, values: Floats, row_duals: Floats) -> Prices:
    """Prices of a program that gains what the innovation function gains at a point, by its slopes there.

    The program with tangents has corners, and at a corner any price between two slopes will do.
    """
    duals, goal, program = row_duals, problem.goal, problem.program
    if goal.is_sum:
        highs, costs = hand_over(program), goal.linear.copy()
        costs[goal.ratio] += _slopes(goal, values)
        change_costs(highs, np.arange(len(costs)), SCALE * costs)
        solved = optimize(highs, time_limit_s=problem.scenario.time_limit_s, how="interior")
        duals = row_duals if solved is None else solved.row_duals / SCALE
    return prices_of(problem.instance, program, values, duals)


def _slopes(goal: Goal, values: Floats) -> Floats:
    """What welfare gains by each ratio, (R, F, T): weight * exp(s L) * beta / x."""
    ratio = np.maximum(values[goal.ratio], 1e-9)
    return np.asarray((goal.weight * slopes(goal, ratio))[:, None] * elasticities(goal, ratio) / ratio)


def change_that_flips(question: Question, barred: Prices) -> float | None:
    """The change of price from prices at which the orders are zero; None where money has no price there."""
    columns = question.columns
    cost, worth = barred.cost[columns], barred.worth[columns]
    scarce = cost > 1e-9 * float(np.abs(barred.cost).max(initial=0.0))
    charged = (question.problem.program.upper[columns] > 0) & scarce
    return float((worth[charged] / cost[charged] - 1.0).max()) if charged.any() else None


def checked(question: Question, change: float, progress: Callable[[str], None]) -> Flip:
    """The change with prices on both sides at which solving again shows the flip.

    Where an optimum has several sets of prices, theirs tell only that nothing is built above; what is built below is
    then found by halving.
    """
    step = NEAR * (1.0 + change)
    above = _tried(question, change + step, progress)
    below = _tried(question, max(change - step, LOWEST), progress)
    if above[1] > NOTHING or below[1] > NOTHING:
        return Flip(change, *below, above[0] if above[1] <= NOTHING else None)
    nothing, lowest = below, below
    for change_to in _lower_still(question, below[0]):
        lowest = _tried(question, change_to, progress)
        if lowest[1] > NOTHING:
            break
        nothing = lowest
    if lowest[1] <= NOTHING:
        return Flip(LOWEST, None, 0.0, LOWEST)
    while nothing[0] - lowest[0] > CLOSE * (1.0 + nothing[0]):
        middle = _tried(question, (nothing[0] + lowest[0]) / 2, progress)
        nothing, lowest = (middle, lowest) if middle[1] <= NOTHING else (nothing, middle)
    return Flip((nothing[0] + lowest[0]) / 2, *lowest, nothing[0])


def _lower_still(question: Question, change: float) -> list[float]:
    """Prices further down: today's where it is built today, else a tenth, a third and all off."""
    if question.built > NOTHING and change > 0.0:
        return [0.0]
    return [(1.0 + change) * left - 1.0 for left in (0.9, 0.7)] + [LOWEST]


def _tried(question: Question, change: float, progress: Callable[[str], None]) -> tuple[float, float]:
    """A change of price and the modules that are then built."""
    built = max(built_at(question, change), 0.0)
    progress(f"solved again at a price changed by {change:+.1%}: {built:,.4g} modules")
    return change, built


def built_at(question: Question, change: float) -> float:
    """Modules that the optimum orders with the price of the orders changed by a share."""
    instance = repriced(question.problem.instance, question.region, question.asset, question.years, change)
    program = program_of(instance)
    loose = replace(program, integer=np.zeros_like(program.integer))
    problem = replace(question.problem, instance=instance, program=loose)
    return float(_solve(problem, _start(question)).values[question.columns].sum())


def repriced(instance: Instance, region: int, asset: int, years: Sequence[int], change: float) -> Instance:
    """The instance with the price of some orders changed; upkeep stays as it is."""
    capex = instance.costs.capex.copy()
    capex[region, asset, list(years)] *= 1.0 + change
    return replace(instance, costs=replace(instance.costs, capex=capex))
