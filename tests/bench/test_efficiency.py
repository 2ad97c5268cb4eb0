"""Bytes, energy and money of a mix, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.efficiency import OLD_RESULT, bandwidth, cost, eflop, per_watt
from bench.record import MixSpeed, PerWatt, Purchase, Span, Unmeasured
from bench.result import Case, Energy, WorkCount
from tests.bench.toys import case

SHARES = {"dense": 0.75, "sparse": 0.25}


def kernel(flops: float, moved: float, joules: float | None = None, method: str = "RAPL, 1 package") -> Case:
    """20 W idle, 100 W at work; 10 % either way."""
    used = None if joules is None else Energy(method, joules, 100.0, 20.0, 1.0, 0.9 * joules, 1.1 * joules)
    return case("k", work=WorkCount(flops, moved / 2, moved / 2, "as told"), energy=used)


CASES = {"dense": kernel(1e9, 1e7, joules=0.1), "sparse": kernel(1e8, 6e8, joules=0.4)}


def test_bytes_follow_the_shares() -> None:
    """0.75 x 0.01 + 0.25 x 6 = 1.5075 bytes per operation."""
    found = bandwidth(SHARES, CASES, Span(0.02, 0.01, 0.03))
    assert (found.value, found.low, found.high) == pytest.approx((30.15, 15.075, 45.225))


def test_joules_per_operation_add_up_as_times_do() -> None:
    """0.75 x 1e-10 + 0.25 x 4e-9 J per operation."""
    found = per_watt(SHARES, CASES)
    assert isinstance(found, PerWatt)
    assert found.method == "RAPL, 1 package"
    joules = 0.75 * 1e-10 + 0.25 * 4e-9
    assert found.above_idle.value == pytest.approx(1e-9 / joules)
    assert (found.above_idle.low, found.above_idle.high) == pytest.approx((1e-9 / joules / 1.1, 1e-9 / joules / 0.9))
    assert found.whole.value == pytest.approx(1e-9 / joules * (100 - 20) / 100)


def test_energy_without_an_interval_has_no_width() -> None:
    bare = {name: replace(k, energy=Energy("RAPL", 0.5, 50.0, 10.0, 1.0)) for name, k in CASES.items()}
    found = per_watt(SHARES, bare)
    assert isinstance(found, PerWatt)
    assert found.above_idle.low == found.above_idle.value == found.above_idle.high


def test_one_kernel_without_energy_and_the_mix_has_none_but_its_reason() -> None:
    silent = replace(kernel(1e8, 6e8), energy_reason="only the administrator may read")
    assert per_watt(SHARES, {**CASES, "sparse": silent}) == Unmeasured("sparse: only the administrator may read")
    assert per_watt(SHARES, {**CASES, "sparse": kernel(1e8, 6e8)}) == Unmeasured(f"sparse: {OLD_RESULT}")


@given(st.floats(0.01, 0.99), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_a_mix_lies_between_its_kernels_and_idle_never_helps(share: float, first: float, second: float) -> None:
    cases = {"dense": kernel(1e9, 1e7, first), "sparse": kernel(1e9, 1e7, second)}
    found = per_watt({"dense": share, "sparse": 1 - share}, cases)
    assert isinstance(found, PerWatt)
    ends = sorted((1 / first, 1 / second))
    assert ends[0] * 0.999 <= found.above_idle.value <= ends[1] * 1.001
    for span in (found.above_idle, found.whole):
        assert span.low <= span.value <= span.high
    assert found.whole.value < found.above_idle.value


def exact(value: float) -> Span:
    return Span(value, value, value)


SPEED = MixSpeed("fp32", SHARES, 0.2, 0.1, 0.3, effective_tflops=2.0, effective_low=1.0, effective_high=4.0)
SERVER = Purchase("CNY", exact(50_000), exact(5), exact(0.5), None, "a shop")


def test_an_eflop_is_a_tflop_per_second_for_a_million_seconds() -> None:
    assert eflop(1.0, 1e6 / (8766 * 3600)) == pytest.approx(1.0)


def test_purchase_alone() -> None:
    found = cost(SPEED, SERVER)
    assert found.tflops_per_1000 == Span(pytest.approx(0.04), pytest.approx(0.02), pytest.approx(0.08))
    total_eflop = 2.0 * 5 * 31.5576
    assert found.per_eflop.value == pytest.approx(50_000 / total_eflop)
    assert (found.per_eflop.low, found.per_eflop.high) == pytest.approx((25_000 / total_eflop, 100_000 / total_eflop))
    assert (found.currency, found.counts) == ("CNY", "purchase alone, 5 years of full use")


def test_electricity_comes_on_top_for_the_whole_life() -> None:
    found = cost(SPEED, replace(SERVER, electricity_per_kwh=0.6))
    power = 0.5 * 8766 * 5 * 0.6
    assert found.per_eflop.value == pytest.approx((50_000 + power) / (2.0 * 5 * 31.5576))
    assert found.counts == "purchase and electricity (0.5 kW at 0.6 CNY/kWh), 5 years of full use"


def test_dear_means_slow_short_lived_and_expensive() -> None:
    wide = replace(
        SERVER, price=Span(50_000, 40_000, 60_000), life_years=Span(5, 4, 6), power_kw=Span(0.5, 0.4, 0.6),
        electricity_per_kwh=1.0,
    )  # fmt: skip
    found = cost(SPEED, wide)
    dear = 60_000 / (1.0 * 4 * 31.5576) + 0.6 * 8766 / (1.0 * 31.5576)
    cheap = 40_000 / (4.0 * 6 * 31.5576) + 0.4 * 8766 / (4.0 * 31.5576)
    assert (found.per_eflop.low, found.per_eflop.high) == pytest.approx((cheap, dear))
    assert (found.tflops_per_1000.low, found.tflops_per_1000.high) == pytest.approx((1 / 60, 4 / 40))
