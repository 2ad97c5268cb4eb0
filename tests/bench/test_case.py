"""The straight line of one case: prepare, verify, time; peers checked and timed on the same buffers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.case import blank, caller, run_case, waiting
from bench.measure import Timing
from bench.peers import Peer, Unavailable
from bench.result import Case, PeerSkip, PeerTime, Spread
from kernels.spec import Kernel
from tests.bench.toys import REQUEST, TOY, Hands, sources


def timed_toy(hands: Hands, seconds: float = 0.004) -> Kernel:
    """The toy kernel, each call of which takes `seconds` on the fake clock."""

    def cpu(x: Any, y: Any, factor: float) -> None:
        hands.spend(seconds)
        TOY.cpu(x, y, factor)

    return replace(TOY, cpu=cpu)


def peer(name: str, hands: Hands, seconds: float, compute: Callable[..., Any] = lambda x, factor: factor * x) -> Peer:
    def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
        def call() -> None:
            hands.spend(seconds)
            arrays["y"][:] = compute(arrays["x"], arrays["factor"])

        return call

    return Peer(name, ("toy",), lambda: f"{name} 1.2", bind)


def run(kernel: Kernel, hands: Hands, tmp_path: Path, *peers: Peer) -> Case:
    request = replace(REQUEST, peers=bool(peers))
    return run_case(kernel, request, hands.clock(), sources("epyc_vm", tmp_path), peers)


def test_a_right_kernel_gets_its_times_and_rates(tmp_path: Path) -> None:
    hands = Hands()
    found = run(timed_toy(hands), hands, tmp_path)
    assert found.verification.passed
    assert found.verification.seed == REQUEST.seed
    assert found.samples_s == pytest.approx((0.004,) * 5)
    assert (found.median_s, found.low_s, found.high_s) == pytest.approx((0.004,) * 3)
    assert (found.samples_per_process, found.calls_per_sample) == ((5,), 1)
    assert found.spread == Spread(pytest.approx(0), 0, pytest.approx(0, abs=0.3), pytest.approx(0))
    assert found.stop_reason.startswith("interval within")
    assert found.gflops == pytest.approx(1000 / 0.004 / 1e9)
    assert found.gb_per_s == pytest.approx(16000 / 0.004 / 1e9)
    assert (found.compile_s, found.first_call_s, found.cache) == (0.0, pytest.approx(0.004), "none")
    assert found.working_set_bytes == 16000
    assert found.work.formula == TOY.work(n=1000).formula
    assert (found.verdict, found.remedy) == ("ok", "")


def test_a_wrong_kernel_has_no_time(tmp_path: Path) -> None:
    hands = Hands()
    found = run(replace(timed_toy(hands), cpu=lambda x, y, factor: np.add(x, 1, out=y)), hands, tmp_path)
    assert not found.verification.passed
    assert found.verdict == "wrong"
    times = (found.compile_s, found.first_call_s, found.median_s, found.low_s, found.high_s, found.gflops)
    assert times == (None,) * 6
    assert found.samples_s == ()


def test_the_kernel_sees_its_arguments_in_order() -> None:
    seen: list[Any] = []
    kernel = replace(TOY, cpu=lambda *arguments: seen.append(arguments))
    caller(kernel, {"x": 1, "y": 2, "factor": 3})()
    assert seen == [(1, 2, 3)]


def test_peers_are_timed_on_the_same_buffers_with_a_ratio(tmp_path: Path) -> None:
    hands = Hands()
    found = run(timed_toy(hands), hands, tmp_path, peer("slower", hands, 0.006), peer("faster", hands, 0.002))
    slower, faster = found.peers
    assert isinstance(slower, PeerTime)
    assert isinstance(faster, PeerTime)
    assert (slower.name, slower.version) == ("slower", "slower 1.2")
    assert (slower.median_s, slower.ratio) == pytest.approx((0.006, 1.5))
    assert (faster.ratio, faster.ratio_low, faster.ratio_high) == pytest.approx((0.5, 0.5, 0.5))
    assert len(slower.samples_s) == len(faster.samples_s) == len(found.samples_s)


def test_a_peer_with_a_wrong_answer_is_left_out(tmp_path: Path) -> None:
    hands = Hands()
    found = run(timed_toy(hands), hands, tmp_path, peer("wrong", hands, 0.001, lambda x, factor: x))
    assert found.peers == (PeerSkip("wrong", "its answer is wrong: y is off by 0.5, allowed is 1e-15"),)
    assert found.median_s is not None


def test_a_missing_peer_is_left_out_with_its_reason(tmp_path: Path) -> None:
    def absent() -> str:
        raise Unavailable("fastlib is not installed")

    hands = Hands()
    missing = replace(peer("fastlib", hands, 0.001), version=absent)
    found = run(timed_toy(hands), hands, tmp_path, missing)
    assert found.peers == (PeerSkip("fastlib", "fastlib is not installed"),)


def test_peers_of_other_kernels_are_not_asked(tmp_path: Path) -> None:
    hands = Hands()
    other = replace(peer("other", hands, 0.001), kernels=("gemm_fp32",))
    assert run(timed_toy(hands), hands, tmp_path, other).peers == ()


def test_a_check_of_a_peer_leaves_the_inputs_of_the_kernel_alone(tmp_path: Path) -> None:
    hands, buffers = Hands(), []
    kernel = timed_toy(hands)
    plain = peer("plain", hands, 0.001)

    def bind(name: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
        buffers.append(arrays["x"].ctypes.data)
        return plain.bind(name, arrays, threads)

    run(kernel, hands, tmp_path, replace(plain, bind=bind))
    assert len(buffers) == 2
    assert buffers[0] != buffers[1]


@pytest.mark.parametrize(
    ("wall", "cpu", "waited", "threads", "expected"),
    [
        (1.0, 0.8, None, 1, (0.2, 0.8)),
        (1.0, 1.001, None, 1, (0.0, 1.001)),
        (1.0, 1.2, None, 2, (None, 0.6)),
        (1.0, 1.5, 0.5, 2, (0.25, 0.75)),
        (0.0, 0.0, None, 1, (None, None)),
    ],
)
def test_waiting_by_hand(
    wall: float, cpu: float, waited: float | None, threads: int, expected: tuple[float | None, float | None]
) -> None:
    found = waiting(Timing(((1.0,),), 1, "", wall, cpu, waited), threads)
    for name, value in zip(("waited_share", "core_share"), expected, strict=True):
        assert found[name] == (None if value is None else pytest.approx(value))


def test_a_case_that_never_ran_says_why() -> None:
    found = blank(TOY, REQUEST, "the worker died of signal SIGSEGV")
    assert (found.verdict, found.remedy) == ("failed", "the worker died of signal SIGSEGV")
    assert not found.verification.passed
    assert found.median_s is None


def test_plain_loops_are_timed_apart_from_the_peers(tmp_path: Path) -> None:
    hands = Hands()

    def simple(x: Any, y: Any, factor: float) -> None:
        hands.spend(0.012)
        TOY.cpu(x, y, factor)

    kernel = replace(timed_toy(hands), simple=simple)
    found = run(kernel, hands, tmp_path, peer("fast", hands, 0.002))
    assert [entry.name for entry in found.peers] == ["fast"]
    assert found.plain is not None
    assert (found.plain.name, found.plain.ratio) == ("plain loops", pytest.approx(3))
    assert run(kernel, hands, tmp_path).plain is None


def test_plain_loops_that_are_wrong_have_no_time(tmp_path: Path) -> None:
    hands = Hands()
    kernel = replace(timed_toy(hands), simple=lambda x, y, factor: y.fill(7.0))
    found = run(kernel, hands, tmp_path, peer("fast", hands, 0.002))
    assert found.plain is None
    assert found.verdict == "ok"


def test_goals_travel_with_the_case() -> None:
    assert blank(replace(TOY, goals={"C": 0.98}), REQUEST).goals == {"C": 0.98}


def test_arrays_move_where_there_are_several_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hands, moved = Hands(), []

    def near(arrays: Mapping[str, Any]) -> dict[str, Any]:
        moved.append(list(arrays))
        return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arrays.items()}

    monkeypatch.setattr("bench.placement.nodes_of", lambda _cpus: 2)
    monkeypatch.setattr("bench.placement.placed_near_threads", near)
    request = replace(REQUEST, threads=4)
    found = run_case(timed_toy(hands), request, hands.clock(), sources("epyc_vm", tmp_path))
    assert moved == [["x", "y", "factor"]]
    assert found.verification.passed
    assert found.placement == "threads are not pinned; arrays first touched by 4 threads on 2 NUMA nodes"
    assert run(timed_toy(hands), hands, tmp_path).placement.endswith("arrays as made: one thread")
    assert len(moved) == 1


def test_a_process_that_is_given_no_cpus_keeps_its_own(tmp_path: Path) -> None:
    hands, before = Hands(), os.sched_getaffinity(0)
    run(timed_toy(hands), hands, tmp_path)
    assert os.sched_getaffinity(0) == before


def test_ranks_of_a_network_kernel_place_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    monkeypatch.setattr("bench.placement.pin", lambda *_: pytest.fail("pinned"))
    found = run_case(
        replace(timed_toy(hands), limit="network"), REQUEST, hands.clock(), sources("epyc_vm", tmp_path), cpus=(0,)
    )
    assert found.placement == "threads are not pinned; arrays as made: each rank has its own"


def test_energy_is_asked_for_or_left_alone(tmp_path: Path) -> None:
    hands = Hands()
    silent = run(timed_toy(hands), hands, tmp_path)
    assert (silent.energy, silent.energy_reason) == (None, "")
    asked = run_case(timed_toy(hands), replace(REQUEST, energy=True), hands.clock(), sources("epyc_vm", tmp_path))
    assert asked.energy is None
    assert "this system shows no energy counters" in asked.energy_reason
