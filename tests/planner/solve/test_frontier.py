"""Lines that no plan lies above: tried on plans of every kind, and where they must touch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.solve.frontier import Line, most_for_worst, most_total, open_frontier, total_bound, worst_bound
from planner.solve.goal import log_index, true_value
from planner.solve.highs import hand_over
from planner.solve.tangents import maximize
from planner.solve.worst import worst_mean, worst_of
from planner.solving import problem_of, search
from tests.planner.toys import tiny, trading


def opened(scenario: Any) -> Any:
    problem = problem_of(scenario(objective="total"))
    highs = hand_over(problem.program)
    first = maximize(highs, problem.goal, gap=1e-6, time_limit_s=60.0)
    worst = worst_of(problem.instance, regions=1)
    at = np.maximum(first.values[problem.goal.ratio], 1e-9)
    return problem, worst, open_frontier(highs, problem.program, problem.goal, worst, at), first


@pytest.mark.parametrize("scenario", [tiny, trading])
def test_no_plan_lies_above_any_line(scenario: Any):
    problem, worst, live, first = opened(scenario)
    end = most_for_worst(live, gap=1e-6, time_limit_s=60.0)
    low = worst_mean(worst, log_index(problem.goal, first.values[problem.goal.ratio]))
    middle = most_total(live, (low + end.worst) / 2, gap=1e-6, spread=end.worst - low, time_limit_s=60.0)
    rivals = [search(problem_of(scenario(objective=word))).values for word in ("total", "proportional", "max_min")]
    nothing_more = 0.5 * (rivals[0] + rivals[1])
    for values in (*rivals, nothing_more, end.values, middle.values):
        total = true_value(problem.goal, values)
        linear = float(problem.goal.linear @ values)
        lot = worst_mean(worst, log_index(problem.goal, values[problem.goal.ratio])) + linear
        for line in live.lines:
            assert line.total_weight * total + line.worst_weight * lot <= line.most + 1e-6
        assert total <= total_bound(live.lines, lot) + 1e-6
        assert lot <= worst_bound(live.lines) + 1e-6
    assert middle.gap <= 1e-6
    assert end.gap <= 1e-6


def test_asking_less_of_the_worst_off_than_they_have_anyway_costs_nothing():
    *_, live, first = opened(tiny)
    spot = most_total(live, -5.0, gap=1e-6, spread=1.0, time_limit_s=60.0)
    assert spot.total == pytest.approx(first.lower, abs=2e-6)
    assert spot.trade == pytest.approx(0.0, abs=1e-6)


def test_a_line_is_read_from_both_sides():
    line = Line(2.0, 4.0, 8.0)
    assert line.total_at(1.0) == 2.0
    assert line.worst_at(2.0) == 1.0
    assert Line(0.0, 1.0, 3.0).total_at(1.0) == float("inf")
    assert Line(1.0, 0.0, 3.0).worst_at(1.0) == float("inf")
