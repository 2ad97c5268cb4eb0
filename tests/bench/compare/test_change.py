"""One case: what counts as independent, and the verdict by what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.change import Change, change, decided, scatter
from bench.compare.moderate import Scatter
from bench.result import Case, PeerTime
from tests.bench.compare.scenes import timed

RNG = np.random.default_rng(11)
TIMES = 0.01 * np.exp(0.002 * RNG.standard_normal((3, 15)))
seeds = st.integers(0, 10_000)


def found(ratio: float, half: float = 0.01, p: float = 0.001, **changes: object) -> Change:
    base = change([timed("k", TIMES)], [timed("k", TIMES)], least=0.03)
    return replace(base, ratio=ratio, low=ratio / (1 + half), high=ratio * (1 + half), p=p, **changes)


@pytest.mark.parametrize(
    ("measured", "verdict", "note"),
    [
        (found(1.1), "SLOWER", ""),
        (found(1 / 1.1), "FASTER", ""),
        (found(1.0), "SAME", ""),
        (found(1.015), "SAME", ""),
        (found(1.025), "UNCLEAR", "wider than 3.0%"),
        (found(1.0, half=0.2), "UNCLEAR", "wider than 3.0%"),
        (found(1.1, p=0.2), "UNCLEAR", "chance"),
        (found(1.1, half=0.2), "UNCLEAR", "chance"),
        (found(1.1, disturbance="close other programs"), "UNCLEAR", "close other programs"),
        (found(1.1, peers_ratio=1.09), "UNCLEAR", "its peers changed alike (+9.0%)"),
        (found(1 / 1.1, peers_ratio=1 / 1.09), "UNCLEAR", "the machine changed"),
        (found(1.1, peers_ratio=1.01), "SLOWER", ""),
        (found(1.029, least=0.01, alike=0.01), "SLOWER", ""),
        (found(1.029, half=0.0005), "SAME", ""),
        (found(1.08, least=0.1), "UNCLEAR", "below 10.0%, which this machine differs by from itself"),
        (found(1.01, least=0.1), "SAME", ""),
    ],
)
def test_the_verdict_follows_from_what_was_found(measured: Change, verdict: str, note: str) -> None:
    judged = decided(measured, measured.p)
    assert judged.verdict == verdict
    assert note in judged.note
    assert bool(judged.note) == (verdict == "UNCLEAR")


def test_the_coarsest_part_that_repeats_is_the_unit() -> None:
    one, three = timed("k", TIMES[:1]), timed("k", TIMES)
    samples, processes, runs = (
        change([one], [one], 0.03),
        change([one], [three], 0.03),
        change([three], [one, one], 0.03),
    )
    assert (samples.unit, samples.old_units, samples.new_units) == ("samples", 15, 15)
    assert (processes.unit, processes.old_units, processes.new_units) == ("processes", 1, 3)
    assert (runs.unit, runs.old_units, runs.new_units) == ("runs", 1, 2)


def test_processes_that_differ_are_not_mistaken_for_a_change() -> None:
    """Samples within a process agree to 0.1 %, processes to 10 %: thousands of samples must not be sure."""
    rng = np.random.default_rng(2)
    sides = [0.01 * np.array([[1.0], [1.1]]) * shift + 1e-5 * rng.random((2, 500)) for shift in (1.0, 1.08)]
    seen = change([timed("k", sides[0])], [timed("k", sides[1])], 0.03)
    assert seen.p > 0.05
    assert seen.low < 1 < seen.high


def test_a_side_with_one_unit_borrows_the_scatter_of_the_other() -> None:
    units = [timed("k", row) for row in TIMES]
    alone = scatter(units[:1], units)
    assert alone is not None
    medians = np.log(np.median(TIMES, axis=1))
    assert alone.freedom == 2
    assert alone.variance == pytest.approx(float(np.var(medians, ddof=1)))


def test_the_scatter_of_other_cases_makes_a_change_surer() -> None:
    old, new = [timed("k", TIMES[:2])], [timed("k", 1.1 * TIMES[1:])]
    assert change(old, new, 0.03, Scatter(0.002**2, 100)).p < change(old, new, 0.03).p


@given(seeds, st.floats(0.5, 2.0))
def test_swapped_sides_give_the_inverse(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    old, new = ([timed("k", 0.01 * np.exp(0.05 * rng.standard_normal((1, 9))) * f)] for f in (1.0, factor))
    there, back = change(old, new, 0.03), change(new, old, 0.03)
    assert (back.ratio, back.low, back.high) == pytest.approx((1 / there.ratio, 1 / there.high, 1 / there.low))
    assert back.p == pytest.approx(there.p)


@given(seeds)
def test_samples_that_follow_each_other_make_it_less_sure(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wave = 0.01 * (1 + 0.02 * np.sin(np.arange(40) / 5))
    shuffled = rng.permutation(wave)
    in_order = change([timed("k", wave)], [timed("k", 1.04 * wave)], 0.03)
    out_of_order = change([timed("k", shuffled)], [timed("k", 1.04 * shuffled)], 0.03)
    assert in_order.p > out_of_order.p
    assert in_order.high - in_order.low > out_of_order.high - out_of_order.low


def with_peer(case: Case, seconds: float, version: str = "fast 1.0") -> Case:
    return replace(case, peers=(PeerTime("fast", version, (seconds,), seconds, 1.0, 1.0, 1.0),))


def test_only_the_same_peer_in_the_same_version_tells_of_the_machine() -> None:
    case = timed("k", TIMES)
    old = [with_peer(case, 0.01)]
    assert change(old, [with_peer(case, 0.012)], 0.03).peers_ratio == pytest.approx(1.2)
    assert change(old, [with_peer(case, 0.012, "fast 2.0")], 0.03).peers_ratio is None
