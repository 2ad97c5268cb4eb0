"""A changing question solved again and again: what one scenario taught serves the next one.

Handing a national program over to HiGHS takes 6 ms and solving it takes seconds, so nothing is changed in place. What
is carried over is what the seconds were spent on:

    tangents   ln x <= ln p - 1 + x / p holds in every scenario, whatever its money, prices, demand or elasticities
    ratios     the point that the objective is developed at first
    arcs       who serves whom: all other far hosts stay out until the prices ask for one

A flow left out could earn at most its reduced cost times the demand that it would serve. The sum of these, the dearest
arc for every user, is added to the upper bound, so that every answer is as certain as one solved from scratch.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.bonuses import with_bonuses
from planner.solve.goal import SCALE, Goal, most_at_prices
from planner.solve.highs import hand_over
from planner.solve.integers import maximize_whole
from planner.solve.live import INF, InfeasibleError, Solved, UnfinishedError, add_tangents, change_costs
from planner.solve.search import Outcome, Round, Search, cut, develop, solve_once
from planner.solve.tangents import maximize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

USED_EFLOPS = 1e-9
ROUNDS = 40
OPENINGS = 4


@dataclass(frozen=True)
class Memory:
    """What a solved scenario leaves to the next one; it fits programs of the same blocks.

    ratio (R, F, T) of its plan; tangents touch at `point` (K,) the logarithm number `log` (K,), counted over (R, F, T);
    busy (N,) are the arcs that carry something.
    """

    blocks: tuple[Any, ...]
    ratio: Floats
    log: Ints
    point: Floats
    busy: Bools


@dataclass(frozen=True)
class Again:
    """An outcome, what it teaches, and whether the memory given was of use."""

    outcome: Outcome
    memory: Memory | None
    warm: bool


def solve_again(
    instance: Instance,
    program: LinearProgram,
    goal: Goal,
    memory: Memory | None,
    progress: Callable[[Round], None] = lambda _: None,
) -> Again:
    """The best point of a program, certified, with the help of the memory of one like it.

    Starts from scratch without a memory, where the program has other blocks, for whole modules, for objectives that
    look to those who have less, and where the memory led nowhere. Raises InfeasibleError, TimeoutError.
    """
    scenario = instance.scenario
    if program.integer.any():
        limits = {"gap": scenario.gap, "time_limit_s": scenario.time_limit_s}
        whole = maximize_whole(program, goal, **limits, progress=progress)
        return Again(with_bonuses(instance, program, goal, whole), None, False)
    if (
        memory is not None
        and goal.is_sum
        and goal.power >= 0
        and goal.blend is None
        and memory.blocks == blocks_of(program)
    ):
        found = _from_memory(instance, program, goal, memory, progress)
        if found is not None:
            return found
    highs = hand_over(program)
    outcome = maximize(highs, goal, gap=scenario.gap, time_limit_s=scenario.time_limit_s, progress=progress)
    return Again(outcome, _memory(highs, program, goal, instance, outcome), False)


def blocks_of(program: LinearProgram) -> tuple[Any, ...]:
    """What must be alike for a memory to fit: every row and column has the same name at the same place."""
    blocks = (*program.variables.values(), *program.rows.values())
    return tuple((block.name, block.start, block.labels) for block in blocks)


def _from_memory(
    instance: Instance, program: LinearProgram, goal: Goal, memory: Memory, progress: Callable[[Round], None]
) -> Again | None:
    """The search from a memory; None where it does not reach the gap."""
    scenario = instance.scenario
    highs = hand_over(program)
    log, ratio = goal.log.ravel()[memory.log], goal.ratio.ravel()[memory.log]
    add_tangents(highs, log, ratio, np.log(memory.point) - 1.0, 1.0 / memory.point)
    change_costs(highs, np.arange(len(goal.linear)), SCALE * goal.linear)
    deadline = clock.perf_counter() + scenario.time_limit_s
    search = Search(highs, goal, scenario.gap, deadline, progress, np.maximum(memory.ratio, 1e-9))
    flows = Flows(instance, program.variables["flow"].indices, _left_out(program, goal, memory))
    flows.close(highs)
    search.bound = lambda solved: most_at_prices(goal, solved) + flows.missed(solved)
    try:
        _climb(search, flows)
    except (InfeasibleError, UnfinishedError):
        return None
    if search.best is None or search.upper - search.lower > scenario.gap:
        return None
    status: Literal["optimal"] = "optimal"
    duals = search.best.row_duals / SCALE
    outcome = Outcome(search.best.values, duals, search.upper, search.lower, status, tuple(search.rounds))
    return Again(outcome, _memory(highs, program, goal, instance, outcome), True)


def _climb(search: Search, flows: Flows) -> None:
    """Interior point first; then arcs and costs by the primal simplex until they settle, tangents by the dual one."""
    develop(search)
    goes_on = solve_once(search, "interior")
    for _ in range(ROUNDS):
        before = search.lower, search.upper
        for _ in range(OPENINGS):
            if goes_on:
                flows.open(search)
                develop(search)
                goes_on = solve_once(search, "primal")
            if not goes_on or search.last is None or flows.missed(search.last) < search.gap / 10:
                break
        added = goes_on and cut(search)
        if added:
            goes_on = solve_once(search, "dual")
        if not goes_on or (not added and before == (search.lower, search.upper)):
            return


@dataclass
class Flows:
    """The flows of a program, columns (N, T), and which of them are kept at zero for the time being."""

    instance: Instance
    columns: Ints
    closed: Bools

    def close(self, highs: Any) -> None:
        """Keep at zero what is left out."""
        _bound(highs, self.columns[self.closed], 0.0)

    def open(self, search: Search) -> None:
        """Let in every flow that would earn something at the prices of the last point."""
        assert search.last is not None
        asked = self._earned(search.last) > 0.0
        _bound(search.highs, self.columns[asked], INF)
        self.closed &= ~asked

    def missed(self, solved: Solved) -> float:
        """Most that flows left out could add: for every user the dearest arc, carrying all the user asks for."""
        network, demand = self.instance.network, self.instance.demand
        dearest = np.zeros_like(demand)
        np.maximum.at(dearest, (network.user, network.demand_class), self._earned(solved))
        return float((dearest * demand).sum())

    def _earned(self, solved: Solved) -> Floats:
        """What one unit of each flow left out would add to the objective, (N, T)."""
        return np.where(self.closed, np.maximum(solved.column_duals[self.columns], 0.0), 0.0) / SCALE


def _left_out(program: LinearProgram, goal: Goal, memory: Memory) -> Bools:
    """Flows (N, T) to far hosts that carried nothing at any time."""
    far = np.zeros(len(program.cost), bool)
    far[goal.far] = True
    return far[program.variables["flow"].indices] & ~memory.busy[:, None]


def _bound(highs: Any, columns: Ints, upper: float) -> None:
    flat = columns.ravel().astype(np.int32)
    highs.changeColsBounds(len(flat), flat, np.zeros(len(flat)), np.full(len(flat), upper))


def _memory(highs: Any, program: LinearProgram, goal: Goal, instance: Instance, outcome: Outcome) -> Memory | None:
    """What the program just solved knows; None for objectives that have rows of their own."""
    if not (goal.is_sum and goal.power >= 0):
        return None
    own = len(program.row_lower)
    log, point = _tangents(highs, own, goal)
    flow = outcome.values[program.variables["flow"].indices]
    busy = np.asarray((flow > USED_EFLOPS).any(axis=1), np.bool_)
    held = Memory(blocks_of(program), outcome.values[goal.ratio], log, point, busy)
    return _pruned(held, outcome.row_duals[own : own + len(log)])


def _tangents(highs: Any, own: int, goal: Goal) -> tuple[Ints, Floats]:
    """The tangents that a search added below the own rows of a program: number of the logarithm, point."""
    rows = np.arange(own, highs.getNumRow(), dtype=np.int32)
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0)
    _, _, columns, values = highs.getRowsEntries(len(rows), rows)
    pairs, slopes = np.array(columns).reshape(-1, 2), np.array(values).reshape(-1, 2)
    is_log = np.isin(pairs, goal.log)
    place = np.full(highs.getNumCol(), -1, np.int64)
    place[goal.log.ravel()] = np.arange(goal.log.size)
    return place[pairs[is_log]], -1.0 / slopes[~is_log]


def _pruned(held: Memory, duals: Floats) -> Memory:
    """The memory without tangents that its own optimum did not touch, once there are many."""
    if len(held.log) <= 3 * held.ratio.size:
        return held
    touched = np.zeros(len(held.log), bool)
    touched[: len(duals)] = np.abs(duals) > 0.0
    return replace(held, log=held.log[touched], point=held.point[touched])
