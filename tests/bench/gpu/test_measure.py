"""Verify, then time: cold after a flush, warm without; what does not fit or is wrong has no time."""

from __future__ import annotations

import pytest

from bench.gpu.measure import Stop, measured, rates, sampled
from kernels import find
from kernels.cuda import OutOfMemoryError
from kernels.gpu import version_of
from tests.bench.gpu.made_up import Device, gpu_of

COPY, GEMM = version_of("stream_copy"), version_of("gemm_fp32")
SHORT = Stop(min_samples=4, time_cap_s=0.5)


def case_of(device: Device, n: int = 1000):
    return measured(gpu_of(device), COPY, find("stream_copy"), "quick", {"n": n}, SHORT)


def test_a_verified_case_has_both_times_and_rates_of_the_cold_one():
    """16,000 bytes in 2 ms are 0.008 GB/s."""
    device = Device((1.0, 1.0, 1.0, 1.0, 2.0))
    case = case_of(device)
    assert case.verification.passed
    assert case.warm.median == 1.0
    assert case.cold.median == 2.0
    assert case.gb_per_s == pytest.approx(16_000 / 2e-3 / 1e9)
    assert case.gflop_per_s == 0.0
    assert case.refused == ""


def test_caches_are_flushed_before_every_cold_sample_only():
    device = Device()
    case = case_of(device)
    after_verification = device.launched[1:]
    warm = 3 + len(case.warm_ms)
    assert set(after_verification[:warm]) == {"stream_copy"}
    assert after_verification[warm:] == ["sweep_out", "stream_copy"] * len(case.cold_ms)


def test_a_wrong_answer_has_no_time():
    case = case_of(Device(wrong=True))
    assert not case.verification.passed
    assert (case.cold, case.warm, case.gb_per_s) == (None, None, None)
    assert case.refused.startswith("wrong: c is off by")


def test_a_size_that_does_not_fit_is_refused_before_anything_runs():
    device = Device()
    case = measured(gpu_of(device), GEMM, find("gemm_fp32"), "odd", {"m": 8, "n": 7, "k": 8}, SHORT)
    assert case.refused == "n is 7, expected a multiple of 4"
    assert device.launched == []


def test_no_room_is_told_to_the_caller():
    with pytest.raises(OutOfMemoryError, match="do not fit"):
        case_of(Device(room_bytes=100))


def test_sampling_ends_with_certainty_or_with_time():
    steady = sampled(lambda: 1.0, Stop(min_samples=5, time_cap_s=60))
    assert len(steady) == 5
    wild = iter(range(10**9))
    assert len(sampled(lambda: float(next(wild)) ** 3, Stop(interval=1e-9, min_samples=3, time_cap_s=0.05))) > 3
    assert len(sampled(lambda: 1.0, Stop(time_cap_s=0.0))) == 2


def test_rates_are_work_over_time():
    work = find("gemm_fp64").work(m=100, n=100, k=100)
    assert rates(work, 2.0)[0] == pytest.approx(2e6 / 2e-3 / 1e9)
