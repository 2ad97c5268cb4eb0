"""Among equally good plans the one with the shortest flows: a second program with everything but flows fixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.solve.live import InfeasibleError, change_costs, optimize

Floats = NDArray[np.float64]

FREE = ("flow", "work")


def shortest_flows(instance: Instance, program: LinearProgram, values: Floats, time_limit_s: float = 60.0) -> Floats:
    """Reroute flows to the least traffic (Gbit/s km); orders, stocks, served demand and the objective stay as they are.

    Within the delay limit all routes are worth the same to the objective, so the solver's choice is arbitrary. Returns
    the values given where the second program cannot be solved within its limit.
    """
    if not len(instance.network.host):
        return values
    free = np.concatenate([program.variables[name].indices.ravel() for name in FREE])
    fixed = np.setdiff1d(np.arange(len(values)), free).astype(np.int32)
    highs = hand_over(program)
    highs.changeColsBounds(len(fixed), fixed, values[fixed], values[fixed])
    distance = instance.network.gbps_km + 1e-3 * instance.network.delay_ms
    flow = program.variables["flow"].indices
    change_costs(highs, np.arange(len(values)), np.zeros(len(values)))
    change_costs(highs, flow, np.broadcast_to(-distance[:, None], flow.shape) / max(float(distance.max()), 1.0))
    try:
        solved = optimize(highs, time_limit_s=time_limit_s, how="dual")
    except InfeasibleError:
        return values
    return values if solved is None else solved.values
