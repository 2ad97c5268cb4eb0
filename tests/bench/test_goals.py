"""Goals: the right peer is compared with, and missing is told apart from not knowing."""

from __future__ import annotations

import math

import pytest

from bench.goals import best_peer, calls_to_pay_back, compared, geometric_mean, goals_of
from bench.result import Case, PeerSkip, PeerTime
from tests.bench.toys import case


def peer(name: str, ratio: float) -> PeerTime:
    return PeerTime(name, "1.0", (0.01,), 0.01 * ratio, ratio, ratio, ratio)


def rivals(**changes: object) -> Case:
    peers = (peer("numpy BLAS", 3.0), peer("C loops", 1.2), peer("C vectors", 0.9), PeerSkip("torch mm", "not here"))
    return case(peers=peers, threads=1, **changes)


def test_the_fastest_peer_is_the_one_compared_with() -> None:
    assert best_peer(rivals()) == peer("C vectors", 0.9)
    assert best_peer(case(peers=(PeerSkip("torch mm", "not here"),))) is None


def test_a_goal_looks_at_the_fastest_peer_of_its_library() -> None:
    found = goals_of(rivals(goals={"C": 0.9, "numpy": 4, "torch": 1.0, "best": 1.0}))
    assert [(goal.library, goal.found, goal.peer, goal.met) for goal in found] == [
        ("C", 0.9, "C vectors", True),
        ("numpy", 3.0, "numpy BLAS", False),
        ("torch", None, "", None),
        ("best", 0.9, "C vectors", False),
    ]


@pytest.mark.parametrize(("ratio", "met"), [(0.996, True), (0.994, False)])
def test_a_ratio_counts_to_two_decimals(ratio: float, met: bool) -> None:
    (goal,) = goals_of(case(peers=(peer("C loops", ratio),), goals={"best": 1.0}))
    assert goal.met is met


def test_only_usable_cases_of_the_thread_count_with_a_peer_are_compared() -> None:
    cases = [rivals(), rivals(verdict="noisy"), rivals(verdict="refused"), case(threads=1)]
    assert compared([*cases, case(peers=(peer("C loops", 2.0),))], 1) == cases[:2]


def test_the_mean_of_ratios_is_geometric() -> None:
    doubled, halved = (case(peers=(peer("C loops", ratio),)) for ratio in (2.0, 0.5))
    assert geometric_mean([doubled, halved]) == pytest.approx(1.0)
    assert geometric_mean([case()]) is None


def test_compiling_is_paid_back_by_the_time_saved_on_each_call() -> None:
    faster = case(seconds=0.1, compile_s=5.0, peers=(peer("C loops", 1.5),))
    assert calls_to_pay_back(faster) == pytest.approx(100)
    assert calls_to_pay_back(case(peers=(peer("C loops", 1.0),))) == math.inf
    assert calls_to_pay_back(case(peers=(peer("C loops", 1.5),), cache="hit")) is None
    assert calls_to_pay_back(case()) is None
