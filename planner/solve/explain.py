"""Why there is no plan: the smallest relaxation of named limits that makes one possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance, build_instance
from planner.linear import Block, LinearProgram
from planner.policies import policy_rows
from planner.scenario import Rule, Scenario
from planner.solve.highs import hand_over
from planner.solve.live import INF, InfeasibleError, optimize

Floats = NDArray[np.float64]

SHOWN = 12

NEGOTIABLE = {
    "spending_is_within_budget": "yearly budget",
    "total_spending_is_within_budget": "total budget",
    "tail_upkeep_is_within_last_grant": "budget for upkeep after the last year",
    "floor_is_reached": "floor",
    "cap_is_kept": "cap",
    "orders_grow_at_a_limited_rate": "growth limit",
    "computing_is_within_power_headroom": "power limit",
    "staff_is_enough": "staff limit",
    "halls_house_the_machines": "halls for machines",
    "traffic_is_within_bandwidth": "bandwidth",
}


@dataclass(frozen=True)
class Relaxation:
    """One limit that has to give way: its row, by how much in the unit of the program, and relative to the limit."""

    rule: str
    cell: tuple[int, ...]
    name: str
    amount: float
    relative: float


def explain(scenario: Scenario, program_of: Callable[[Instance], LinearProgram]) -> str:
    """Why a scenario has no plan, in words: the cheapest repair, limit by limit."""
    instance = build_instance(scenario)
    relaxed = cheapest_relaxation(program_of(instance))
    if not relaxed:
        return "no plan exists, and no change of budgets, floors, caps or limits alone makes one possible"
    lines = [_line(instance, r) for r in relaxed[:SHOWN]]
    more = f"\n  and {len(relaxed) - SHOWN} more" if len(relaxed) > SHOWN else ""
    return "no plan exists; the cheapest repair:\n" + "\n".join(lines) + more


def _line(instance: Instance, relaxed: Relaxation) -> str:
    size, unit = _unit(instance, relaxed)
    amount = f"{relaxed.amount * size:,.6g} {unit}".rstrip()
    kind = NEGOTIABLE[relaxed.rule]
    return f"  {kind} {relaxed.name} would have to give way by {amount} ({relaxed.relative:.1%})"


def _unit(instance: Instance, relaxed: Relaxation) -> tuple[float, str]:
    """What one of a row is in a unit that a reader knows, and that unit."""
    scenario, cell = instance.scenario, relaxed.cell
    if relaxed.rule in ("floor_is_reached", "cap_is_kept"):
        sense = relaxed.rule.split("_")[0]
        row = [row for row in policy_rows(instance) if row.rule.sense == sense][cell[0]]
        return row.scale, _unit_of(scenario, row.rule)
    if relaxed.rule == "orders_grow_at_a_limited_rate":
        ids = [asset.id for asset in scenario.assets]
        grown = [ids.index(a) for limit in scenario.growth_limits for a in limit.assets][cell[1]]
        return float(instance.module[grown]), scenario.assets[grown].unit
    if relaxed.rule == "halls_house_the_machines":
        housing = {asset.housed_in for asset in scenario.assets}
        hall = [h for h, asset in enumerate(scenario.assets) if asset.id in housing][cell[1]]
        return float(instance.module[hall]), scenario.assets[hall].unit
    return {
        "computing_is_within_power_headroom": (1.0, "GWh"),
        "staff_is_enough": (1.0, "FTE"),
        "traffic_is_within_bandwidth": (instance.network.bandwidth_unit_gbps_km, "Gbit/s km"),
    }.get(relaxed.rule, (1e3, f"million {scenario.currency}"))


def _unit_of(scenario: Scenario, rule: Rule) -> str:
    if rule.quantity == "capex":
        return f"million {scenario.currency}"
    units = {asset.unit for asset in scenario.assets if not rule.scope.assets or asset.id in rule.scope.assets}
    return units.pop() if len(units) == 1 else "units"


def cheapest_relaxation(program: LinearProgram, time_limit_s: float = 60.0) -> tuple[Relaxation, ...]:
    """The limits whose smallest total relaxation, each relative to the size of its row, makes the program feasible.

    Every negotiable row gets a slack in both directions; the sum of relative slacks is minimized. Empty where even that
    is infeasible, which means the balances themselves contradict each other.
    """
    rows = np.concatenate([program.rows[name].indices.ravel() for name in NEGOTIABLE if name in program.rows])
    sizes = row_sizes(program)[rows]
    highs = hand_over(program)
    columns = len(program.cost)
    highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), np.zeros(columns))
    for sign in (1.0, -1.0):
        starts = np.arange(len(rows), dtype=np.int32)
        values = np.full(len(rows), sign) * sizes
        zeros, highest = np.zeros(len(rows)), np.full(len(rows), INF)
        highs.addCols(len(rows), zeros - 1.0, zeros, highest, len(rows), starts, rows.astype(np.int32), values)
    try:
        solved = optimize(highs, time_limit_s=time_limit_s, how="interior")
    except InfeasibleError:
        return ()
    if solved is None:
        return ()
    slack = solved.values[columns:].reshape(2, len(rows)).max(axis=0)
    worst = np.argsort(-slack, kind="stable")
    return tuple(_relaxation(program, int(rows[k]), slack[k], sizes[k]) for k in worst if slack[k] > 1e-7)


def row_sizes(program: LinearProgram) -> Floats:
    """Size of each row: its finite limit, or its largest coefficient where the limit is zero."""
    limit = np.where(np.isfinite(program.row_upper), np.abs(program.row_upper), 0.0)
    limit = np.maximum(limit, np.where(np.isfinite(program.row_lower), np.abs(program.row_lower), 0.0))
    largest = np.zeros(len(limit))
    lengths = np.diff(program.starts)
    np.maximum.at(largest, np.repeat(np.arange(len(limit)), lengths), np.abs(program.values))
    return np.where(limit > 0, limit, np.maximum(largest, 1e-9))


def _relaxation(program: LinearProgram, row: int, slack: float, size: float) -> Relaxation:
    block: Block = next(b for b in program.rows.values() if b.start <= row < b.start + b.size)
    cell = tuple(int(i) for i in np.unravel_index(row - block.start, block.shape))
    _, inside = block.label(row).split("(", 1)
    return Relaxation(block.name, cell, inside.removesuffix(")"), float(slack * size), float(slack))
