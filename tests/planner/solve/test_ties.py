"""Among equal plans the one with the shortest flows."""

from __future__ import annotations

import numpy as np
import pytest

from planner.instance import build_instance
from planner.solve.highs import hand_over
from planner.solve.tangents import goal_of, maximize, true_value
from planner.solve.ties import FREE, shortest_flows
from planner.solving import program_of
from tests.planner.toys import tiny, trading
from tests.planner.verify_cases import rich


@pytest.mark.parametrize("scenario", [trading, rich])
@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_only_routes_change_and_traffic_falls(scenario, objective):
    instance = build_instance(scenario(objective=objective))
    program = program_of(instance)
    goal = goal_of(instance, program)
    values = maximize(hand_over(program), goal, gap=1e-5, time_limit_s=60.0).values[: len(program.cost)]
    after = shortest_flows(instance, program, values)
    for name, block in program.variables.items():
        if name not in FREE:
            np.testing.assert_allclose(after[block.indices], values[block.indices], atol=1e-6, err_msg=name)
    assert true_value(goal, after) == pytest.approx(true_value(goal, values), abs=1e-9)
    flow = program.variables["flow"].indices
    traffic = [float((instance.network.gbps_km[:, None] * found[flow]).sum()) for found in (values, after)]
    assert traffic[1] <= traffic[0] + 1e-6


def test_a_detour_is_straightened():
    """Each region serves the other's far class: the second program brings both home and moves nothing else."""
    instance = build_instance(trading())
    program = program_of(instance)
    goal = goal_of(instance, program)
    values = maximize(hand_over(program), goal, gap=1e-5, time_limit_s=60.0).values[: len(program.cost)]
    net, flow = instance.network, program.variables["flow"].indices
    arc = {
        (h, u): n
        for n, (h, u, d) in enumerate(zip(net.host, net.user, net.demand_class, strict=True))
        if instance.scenario.demand[d].id == "far"
    }
    home, away = [arc[0, 0], arc[1, 1]], [arc[0, 1], arc[1, 0]]
    moved = float(values[flow[home, 0]].min()) / 2
    detour = values.copy()
    detour[flow[home, 0]] -= moved
    detour[flow[away, 0]] += moved
    after = shortest_flows(instance, program, detour)
    np.testing.assert_allclose(after[flow[away, 0]].min(), 0.0, atol=1e-7)


def test_without_flows_nothing_is_solved():
    values = np.arange(3.0)
    assert shortest_flows(build_instance(tiny()), None, values) is values
