"""Scaling fits: what exact data must give back, what noise may do to it, and models that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scaling import Fitted, Parameter, Point, relative_least_squares, threads, transfer

VOLUMES = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
COUNTS = (1, 2, 4, 8, 16)


def point(x: float, time_s: float, spread: float = 0.0) -> Point:
    return Point(x, time_s, time_s * (1 - spread), time_s * (1 + spread))


def sent(latency_s: float, gb_per_s: float, volumes: Sequence[float] = VOLUMES) -> list[Point]:
    return [point(volume, latency_s + volume / (gb_per_s * 1e9)) for volume in volumes]


def scaled(one: float, serial: float, crosstalk: float, counts: Sequence[int] = COUNTS) -> list[Point]:
    return [point(p, one * (1 + serial * (p - 1) + crosstalk * p * (p - 1)) / p) for p in counts]


def of(fit: Fitted, name: str) -> Parameter:
    return next(parameter for parameter in fit.parameters if parameter.name == name)


def value(fit: Fitted, name: str) -> float:
    found = of(fit, name).value
    assert found is not None
    return found


@given(st.floats(1e-7, 1e-3), st.floats(0.1, 1e3))
@settings(max_examples=30, deadline=None)
def test_exact_transfers_give_back_latency_and_bandwidth(latency_s: float, gb_per_s: float) -> None:
    half = latency_s * gb_per_s * 1e9
    fit = transfer(sent(latency_s, gb_per_s, [half / 100, half / 3, half, 10 * half, 1000 * half]))
    assert value(fit, "latency_s") == pytest.approx(latency_s, rel=1e-6)
    assert value(fit, "bandwidth_gb_per_s") == pytest.approx(gb_per_s, rel=1e-6)
    assert value(fit, "half_speed_bytes") == pytest.approx(half, rel=1e-6)
    assert (fit.fits, fit.note) == (True, "")
    assert max(map(abs, fit.residuals)) < 1e-6


@given(st.floats(0.0, 0.5), st.floats(1e-5, 0.05), st.floats(1e-12, 10.0))
@settings(max_examples=30, deadline=None)
def test_exact_thread_times_give_back_serial_share_and_crosstalk(serial: float, crosstalk: float, one: float) -> None:
    fit = threads(scaled(one, serial, crosstalk))
    assert value(fit, "serial_share") == pytest.approx(serial, abs=1e-6)
    assert value(fit, "crosstalk") == pytest.approx(crosstalk, rel=1e-4, abs=1e-9)
    assert value(fit, "best_threads") == pytest.approx(((1 - serial) / crosstalk) ** 0.5, rel=1e-3)
    assert fit.fits is True


def test_three_thread_counts_ask_for_the_serial_share_alone() -> None:
    fit = threads(scaled(2.0, 0.1, 0.0, (1, 2, 4)))
    assert [parameter.name for parameter in fit.parameters] == ["serial_share", "speedup_measured", "speedup_limit"]
    assert value(fit, "serial_share") == pytest.approx(0.1)
    assert value(fit, "speedup_measured") == pytest.approx(4 / 1.3)
    assert value(fit, "speedup_limit") == pytest.approx(10.0)
    assert "k p" not in fit.formula


def test_perfect_scaling_has_no_limit() -> None:
    fit = threads(scaled(1.0, 0.0, 0.0))
    assert of(fit, "speedup_limit").value is None
    assert value(fit, "speedup_measured") == pytest.approx(16)


def test_threads_that_only_hinder_each_other_give_no_speed_up() -> None:
    fit = threads(scaled(1.0, 1.5, 0.0, (1, 2)))
    assert value(fit, "speedup_measured") == pytest.approx(0.8)
    assert value(fit, "speedup_limit") == 1.0


def test_unknowns_are_never_negative() -> None:
    """Times that fall short of proportional would need a negative latency."""
    fit = transfer([point(1e3, 1e-6), point(1e4, 2e-5), point(1e5, 3e-4)])
    assert value(fit, "latency_s") == 0.0
    flat = transfer([point(1e3, 3e-6), point(1e4, 2e-6), point(1e5, 1e-6)])
    assert of(flat, "bandwidth_gb_per_s").value is None
    assert value(flat, "latency_s") > 0


@given(st.floats(1e-6, 1e6), st.lists(st.floats(0.5, 2.0), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_unit_of_time_does_not_matter(factor: float, wobble: list[float]) -> None:
    plain = [replace(p, time_s=p.time_s * w) for p, w in zip(sent(1e-5, 10), wobble, strict=True)]
    times = np.array([p.time_s for p in plain])
    columns = np.stack([np.ones(6), np.array(VOLUMES)], axis=1)
    once, scaled_up = (relative_least_squares(columns, times * f) for f in (1.0, factor))
    assert scaled_up == pytest.approx(once * factor, rel=1e-6)


def test_no_other_unknowns_come_closer() -> None:
    rng = np.random.default_rng(5)
    columns, times = np.abs(rng.normal(size=(7, 3))) + 0.1, np.abs(rng.normal(size=7)) + 0.5
    found = relative_least_squares(columns, times)

    def error(unknowns: np.ndarray) -> float:
        return float(np.sum(((columns @ unknowns - times) / times) ** 2))

    others = np.maximum(found + 0.05 * rng.normal(size=(2000, 3)), 0)
    assert found.min() >= 0
    assert error(found) <= min(map(error, others)) + 1e-12


def test_many_fits_at_once_are_the_single_ones() -> None:
    columns = np.stack([np.ones(6), np.array(VOLUMES)], axis=1)
    rows = np.array([p.time_s for p in sent(1e-5, 10)]) * np.random.default_rng(2).uniform(0.9, 1.1, (5, 6))
    alone = [relative_least_squares(columns, row) for row in rows]
    assert relative_least_squares(columns, rows) == pytest.approx(np.stack(alone))


@pytest.mark.parametrize("kind", ["transfer", "threads"])
def test_the_interval_covers_the_truth_as_often_as_it_says(kind: str) -> None:
    """Nominal 95 %; the scatter about the model may only widen it."""
    rng, runs, spread = np.random.default_rng(11), 200, 0.03
    truth = {"latency_s": 1e-5, "bandwidth_gb_per_s": 10.0} if kind == "transfer" else {"serial_share": 0.05}
    exact = sent(1e-5, 10.0) if kind == "transfer" else scaled(1.0, 0.05, 0.002)
    fit = transfer if kind == "transfer" else threads
    hits = dict.fromkeys(truth, 0)
    for _ in range(runs):
        found = fit([point(p.x, p.time_s * (1 + spread * rng.normal()), 1.96 * spread) for p in exact])
        for name, expected in truth.items():
            low, high = of(found, name).low, of(found, name).high
            hits[name] += (low or 0.0) <= expected <= (high or np.inf)
    assert all(0.92 <= count / runs <= 0.995 for count in hits.values()), hits


def test_wider_points_make_wider_parameters() -> None:
    narrow, wide = (transfer([replace(point(p.x, p.time_s, s)) for p in sent(1e-5, 10)]) for s in (0.01, 0.1))
    ends = [(of(fit, "bandwidth_gb_per_s").low, of(fit, "bandwidth_gb_per_s").high) for fit in (narrow, wide)]
    assert ends[1][0] < ends[0][0] < 10 < ends[0][1] < ends[1][1]


def test_a_bend_that_noise_cannot_explain_is_told_with_its_place() -> None:
    """Past the caches the bandwidth is another one."""
    points = [*sent(1e-6, 100, (1e4, 1e5, 1e6, 1e7)), point(1e9, 0.1, 0.02)]
    fit = transfer(points)
    assert fit.fits is False
    assert fit.note.startswith("the model does not fit: ")
    assert "bytes took" in fit.note


def test_noise_alone_is_no_misfit() -> None:
    points = [point(p.x, p.time_s * factor, 0.2) for p, factor in zip(sent(1e-5, 10), (1.15, 0.85) * 3, strict=True)]
    assert transfer(points).fits is True


def test_two_points_cannot_be_checked() -> None:
    fit = transfer(sent(1e-5, 10, (1e3, 1e8)))
    assert fit.fits is None
    assert "as many points as unknowns" in fit.note


@pytest.mark.parametrize(
    ("fit", "points", "message"),
    [
        (transfer, [point(1e3, 1.0), point(1e3, 2.0)], "two different volumes"),
        (threads, [point(4, 1.0)], "two different thread counts"),
    ],
)
def test_one_place_is_no_curve(fit: object, points: list[Point], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(points)  # type: ignore[operator]
