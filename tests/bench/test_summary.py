"""Samples become figures, and several processes become one case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.result import Case, PeerSkip, PeerTime
from bench.stats import median_interval
from bench.summary import merged, over_processes, peer_time, summarised
from tests.bench.toys import case

times = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=12)


def part(*samples: float, **changes: object) -> Case:
    """What one process measured, with a peer that takes twice as long."""
    counts = (len(samples),)
    peer = peer_time("C loops", "gcc 12", [2 * sample for sample in samples], samples, counts)
    base = replace(case(), samples_s=samples, samples_per_process=counts, peers=(peer,), cache="hit", compile_s=0.1)
    return summarised(replace(base, **changes))


def test_rates_follow_from_the_median() -> None:
    found = part(0.1, 0.2, 0.4)
    assert found.median_s == 0.2
    assert found.gflops == pytest.approx(5)
    assert found.gb_per_s == pytest.approx(1.5)
    assert found.spread is not None
    assert found.spread.mad == pytest.approx(0.5)


@given(times)
def test_one_process_keeps_the_interval_of_its_median(samples: list[float]) -> None:
    assert over_processes(samples, (len(samples),)) == over_processes(samples, ()) == median_interval(samples)


@given(times, times)
def test_the_interval_reaches_over_the_medians_of_all_processes(one: list[float], other: list[float]) -> None:
    found = over_processes([*one, *other], (len(one), len(other)))
    medians = [median_interval(one).median, median_interval(other).median]
    assert found.low <= min(medians)
    assert found.high >= max(medians)
    assert found.low <= found.median <= found.high


def test_processes_that_disagree_widen_the_interval() -> None:
    steady = over_processes([1.0] * 20, (10, 10))
    moved = over_processes([1.0] * 10 + [1.2] * 10, (10, 10))
    assert (steady.low, steady.high) == (1.0, 1.0)
    assert (moved.low, moved.high) == (1.0, 1.2)


def test_several_processes_become_one_case() -> None:
    found = merged([part(0.1, 0.2, 0.3), part(0.2, 0.4)])
    assert found.samples_s == (0.1, 0.2, 0.3, 0.2, 0.4)
    assert found.samples_per_process == (3, 2)
    assert found.median_s == 0.2
    assert found.low_s <= 0.2
    assert found.high_s >= 0.3
    peer = found.peers[0]
    assert isinstance(peer, PeerTime)
    assert (peer.ratio, len(peer.samples_s)) == (pytest.approx(2), 5)


def test_a_single_process_stays_as_it_is() -> None:
    assert merged([found := part(0.1, 0.2)]) is found


def test_compiling_is_told_by_the_process_that_did_it() -> None:
    found = merged([part(0.1), part(0.1, cache="miss", compile_s=4.0)])
    assert (found.cache, found.compile_s) == ("miss", 4.0)


def test_one_failure_is_a_failure_of_the_case() -> None:
    failed = replace(part(0.1), median_s=None, verdict="failed", remedy="the worker died of signal SIGSEGV")
    assert merged([part(0.1), failed, part(0.2)]) is failed


def test_the_largest_error_and_the_mean_disturbance_count() -> None:
    right = part(0.1, conditions={"steal_share": 0.1, "waited_share": None})
    worse = replace(
        part(0.1, conditions={"steal_share": 0.3, "waited_share": 0.2}),
        verification=replace(right.verification, max_error=3e-16),
    )
    found = merged([right, worse])
    assert found.verification.max_error == 3e-16
    assert found.conditions == {"steal_share": pytest.approx(0.2), "waited_share": pytest.approx(0.2)}


def test_a_peer_that_failed_once_has_no_ratio() -> None:
    lost = PeerSkip("C loops", "its answer is wrong: y is off")
    assert merged([part(0.1), replace(part(0.1), peers=(lost,))]).peers == (lost,)
    assert merged([part(0.1), replace(part(0.1), peers=())]).peers == (
        PeerSkip("C loops", "it did not run in every process"),
    )


def test_plain_loops_are_merged_too() -> None:
    plain = peer_time("plain loops", "numba", [0.3], [0.1], (1,))
    found = merged([part(0.1, plain=plain), part(0.1, plain=plain)])
    assert found.plain is not None
    assert (found.plain.ratio, found.plain.samples_s) == (pytest.approx(3), (0.3, 0.3))


def test_why_there_is_no_energy_is_told_by_the_process_that_was_asked() -> None:
    asked = replace(part(0.1), energy_reason="no counters")
    assert merged([part(0.1), asked]).energy_reason == "no counters"
    assert merged([part(0.1), part(0.1)]).energy_reason == ""
