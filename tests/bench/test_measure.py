"""The stopwatch on a fake clock: when it stops, what it alternates, what it tells apart."""

from __future__ import annotations

import gc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.clock import SYSTEM
from bench.measure import MAX_SAMPLES, Stop, first_call, steady
from bench.stats import median_interval
from tests.bench.toys import Hands, Runner

STOP = Stop(interval=0.02, min_samples=7, min_time_s=0.0, time_cap_s=100.0)


def noise(spread: float, count: int = 500) -> list[float]:
    return list(0.01 * np.random.default_rng(3).normal(1, spread, count).clip(0.2))


def test_a_steady_kernel_stops_at_the_minimum() -> None:
    hands = Hands()
    found = steady([Runner(hands, [0.01])], STOP, hands.clock())
    assert found.samples_s == (pytest.approx((0.01,) * 7),)
    assert found.stop_reason == "interval within 2.0% of the median"
    assert found.calls_per_sample == 1


def test_a_noisy_kernel_takes_as_many_samples_as_its_noise_asks_for() -> None:
    counts = []
    for spread in (0.01, 0.1, 0.2):
        hands = Hands()
        found = steady([Runner(hands, noise(spread))], STOP, hands.clock())
        assert "interval within" in found.stop_reason
        counts.append(len(found.samples_s[0]))
    assert counts[0] < counts[1] < counts[2]


def test_after_a_wide_interval_it_takes_two_narrow_ones_in_a_row() -> None:
    """Wide at 7 samples, narrow from 28 on: looks come at 7, 10, 14, 20, 28, 39."""
    hands = Hands()
    times = [*noise(0.3, 7), *noise(0.001, 60)]
    found = steady([Runner(hands, times, calls=-2)], replace(STOP, interval=0.01), hands.clock()).samples_s[0]
    looks = [7, 10, 14, 20, 28, 39]
    narrow = [median_interval(found[:look]).relative_half_width <= 0.01 for look in looks if look <= len(found)]
    assert narrow[-2:] == [True, True]
    assert (True, True) not in pairwise(narrow[:-1])
    assert not narrow[0]


def test_stopping_by_the_interval_keeps_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)
    covered = []
    for series in range(500):
        hands = Hands()
        times = 1 + 0.05 * np.random.default_rng(series).normal(size=2000)
        found = median_interval(
            steady([Runner(hands, times)], replace(STOP, time_cap_s=1e9), hands.clock()).samples_s[0]
        )
        covered.append(found.low <= 1 <= found.high)
    assert 0.92 <= np.mean(covered) <= 0.97


def test_runners_that_alternate_rest_between_their_turns_and_one_alone_does_not() -> None:
    for count in (1, 3):
        hands, log = Hands(), []
        runners = [Runner(hands, [0.01], log=log, name="run") for _ in range(count)]
        steady(runners, STOP, replace(hands.clock(), rest=lambda seconds, log=log: log.append(f"rest {seconds:g}")))
        rounds = log[-14:] if count > 1 else log
        assert rounds == (["rest 0.0005", "run"] * 7 if count > 1 else ["run"] * len(log))


def test_the_time_cap_ends_a_hopeless_case_and_says_so() -> None:
    hands = Hands()
    found = steady([Runner(hands, [0.01, 0.03])], replace(STOP, time_cap_s=0.3), hands.clock())
    assert "time cap 0.3 s per runner, interval at" in found.stop_reason
    assert 0.3 <= sum(found.samples_s[0]) < 0.4


def test_a_slow_kernel_gives_at_least_three_samples() -> None:
    hands = Hands()
    found = steady([Runner(hands, [50.0, 90.0])], replace(STOP, time_cap_s=1.0), hands.clock())
    assert len(found.samples_s[0]) == 3


def test_a_minimum_time_is_kept_even_if_the_interval_is_narrow() -> None:
    hands = Hands()
    found = steady([Runner(hands, [0.01])], replace(STOP, min_time_s=0.5), hands.clock())
    assert sum(found.samples_s[0]) >= 0.5


def test_samples_are_bounded() -> None:
    hands = Hands()
    found = steady([Runner(hands, [0.001, 0.009])], replace(STOP, time_cap_s=1e9, interval=1e-9), hands.clock())
    assert found.stop_reason == f"{MAX_SAMPLES} samples"
    assert len(found.samples_s[0]) >= MAX_SAMPLES


def test_a_short_call_is_repeated_until_a_sample_lasts_a_millisecond() -> None:
    hands = Hands()
    found = steady([Runner(hands, [1e-5])], STOP, hands.clock())
    assert found.calls_per_sample == 100
    assert found.samples_s[0] == pytest.approx([1e-5] * 7)


def rounds_of(log: list[str], names: str) -> list[str]:
    """What ran in each round, in order, after the calls that only calibrate."""
    text = "".join(log[2:])
    return [text[start : start + len(names)] for start in range(0, len(text), len(names))]


def test_every_runner_has_one_turn_in_each_round_and_the_order_varies() -> None:
    hands, log = Hands(), []
    runners = [Runner(hands, [0.01], log=log, name=name) for name in "abc"]
    found = steady(runners, replace(STOP, min_samples=60), hands.clock(), seed=4)
    rounds = rounds_of(log, "abc")
    assert len(found.samples_s) == 3
    assert len(rounds) == 60
    assert {"".join(sorted(entry)) for entry in rounds} == {"abc"}
    assert len(set(rounds)) == 6


def test_the_order_of_the_turns_follows_from_the_seed() -> None:
    def log_of(seed: int) -> list[str]:
        hands, log = Hands(), []
        steady([Runner(hands, [0.01], log=log, name=name) for name in "abc"], STOP, hands.clock(), seed)
        return log

    assert log_of(5) == log_of(5)
    assert len({"".join(log_of(seed)) for seed in range(10)}) > 5


@given(period=st.integers(2, 12), phase=st.integers(0, 11), runners=st.integers(2, 4), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_disturbance_that_comes_back_regularly_hits_all_runners_alike(
    period: int, phase: int, runners: int, seed: int
) -> None:
    """With turns in rotation, one that comes every fourth call would hit the same one of two runners each time."""
    hands, number = Hands(), [0]

    def call() -> None:
        number[0] += 1
        hands.spend(0.02 if number[0] % period == phase % period else 0.01)

    found = steady([call] * runners, replace(STOP, min_samples=400), hands.clock(), seed)
    hit = [float(np.mean(np.array(samples) > 0.015)) for samples in found.samples_s]
    assert hit == pytest.approx([1 / period] * runners, abs=0.15)


def test_ratios_survive_a_drift_that_ruins_the_times() -> None:
    hands = Hands()
    slower = [0.01 * (1 + 0.1 * step) for step in range(100)]
    ours, peer = Runner(hands, [0.01, 0.01, *slower]), Runner(hands, [2 * value for value in slower])
    found = steady([ours, peer], replace(STOP, time_cap_s=2.0), hands.clock())
    ratios = np.array(found.samples_s[1]) / np.array(found.samples_s[0])
    assert ratios == pytest.approx(2.0)


def test_all_three_clocks_are_read_over_the_rounds() -> None:
    hands = Hands()

    def call() -> None:
        hands.spend(0.01, cpu_s=0.015, waited_s=0.002)

    found = steady([call], STOP, hands.clock())
    assert (found.wall_s, found.cpu_s, found.waited_s) == pytest.approx((0.07, 0.105, 0.014))


def test_an_uncounted_wait_stays_unknown() -> None:
    hands = Hands(waited_s=None)
    assert steady([Runner(hands, [0.01])], STOP, hands.clock()).waited_s is None


def test_the_garbage_collector_rests_during_the_rounds_and_wakes_even_after_an_error() -> None:
    hands, seen = Hands(), []

    def call() -> None:
        hands.spend(0.01)
        seen.append(gc.isenabled())
        if len(seen) == 5:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        steady([call], STOP, hands.clock())
    assert seen == [False] * 5
    assert gc.isenabled()


def test_a_call_that_compiles_nothing_is_all_first_call() -> None:
    hands = Hands()
    found = first_call(Runner(hands, [0.5]), hands.clock())
    assert (found.compile_s, found.first_call_s, found.cache) == (0.0, 0.5, "none")


def test_compiling_is_told_apart_from_running() -> None:
    @numba.njit
    def twice(x: float) -> float:
        return 2 * x

    found = first_call(lambda: twice(1.0), SYSTEM)
    assert found.cache == "miss"
    assert found.compile_s > found.first_call_s >= 0
    assert first_call(lambda: twice(1.0), SYSTEM).cache == "none"


def test_loading_from_the_cache_is_a_hit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    source = tmp_path / "thrice.py"
    source.write_text("def thrice(x):\n    return 3 * x\n")
    space: dict[str, object] = {}
    exec(compile(source.read_text(), str(source), "exec"), space)
    first = numba.njit(cache=True)(space["thrice"])
    assert first_call(lambda: first(1.0), SYSTEM).cache == "miss"
    second = numba.njit(cache=True)(space["thrice"])
    assert first_call(lambda: second(1.0), SYSTEM).cache == "hit"
