"""Ceilings and the roofline, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.result import Ceiling, WorkCount
from bench.roofline import (
    Caches,
    bound_gflops,
    caches_of,
    ceiling_of,
    ceilings,
    is_ceiling,
    key,
    placed,
    rates_per_s,
    shortest_s,
    too_fast,
)
from tests.bench.toys import PASSPORT, case

positive = st.floats(1e-3, 1e6)
FMA = WorkCount(flops=2e9, bytes_read=0, bytes_written=0, formula="f")
TRIAD = WorkCount(flops=2e8, bytes_read=1.6e9, bytes_written=0.8e9, formula="f")
COPY = WorkCount(flops=0, bytes_read=1.6e9, bytes_written=1.6e9, formula="f")


@pytest.mark.parametrize("name", ["fma_peak_fp32", "fma_peak_fp64", "fma_peak_bf16", "stream_triad", "stream_copy"])
def test_kernels_that_measure_the_machine_are_ceilings(name: str) -> None:
    assert is_ceiling(name)


@pytest.mark.parametrize("name", ["gemm_fp32", "spmv", "adamw", "stencil7", "attention"])
def test_workloads_are_not(name: str) -> None:
    assert not is_ceiling(name)
    assert ceiling_of(case(name), 2) is None


@given(positive, positive, positive)
def test_the_roof_is_never_above_peak_or_bandwidth(intensity: float, peak: float, bandwidth: float) -> None:
    bound = bound_gflops(intensity, peak, bandwidth)
    assert bound <= peak
    assert bound <= intensity * bandwidth
    assert bound in (peak, intensity * bandwidth)


@given(positive, positive, positive, positive)
def test_the_shortest_time_is_the_roof_read_as_a_time(flops: float, moved: float, peak: float, dram: float) -> None:
    found = shortest_s(WorkCount(flops, moved, 0, "f"), peak, dram)
    assert found is not None
    assert flops / found[0] / 1e9 == pytest.approx(bound_gflops(flops / moved, peak, dram))


def test_what_sets_the_shortest_time_is_named() -> None:
    work = WorkCount(1e9, 1e9, 0, "f")
    assert shortest_s(work, 100, 10) == (0.1, "memory")
    assert shortest_s(work, 10, 100) == (0.1, "compute")
    assert shortest_s(work, 100, None) == (0.01, "compute")
    assert shortest_s(COPY, 100, 32) == (0.1, "memory")
    assert shortest_s(FMA, None, 40) is None


def test_a_ceiling_is_the_fastest_sample_and_reaches_down_to_the_low_end_of_the_median() -> None:
    peak = case("fma_peak_fp32", seconds=0.01, spread=0.1, work=FMA)
    found = ceilings([peak], 2)["fma_fp32_gflops"]
    assert found.value == pytest.approx(2 / 0.009)
    assert found.low == pytest.approx(2 / 0.011)
    assert found.high == found.value
    assert (found.threads, found.kernel) == (2, "fma_peak_fp32")


@pytest.mark.parametrize("precision", ["fp32", "fp64", "bf16"])
def test_every_precision_has_a_peak_of_its_own(precision: str) -> None:
    found = ceilings([case(f"fma_peak_{precision}", work=FMA)], 2)
    assert set(found) == {f"fma_{precision}_gflops"}
    workload = case(work=WorkCount(flops=1e9, bytes_read=1.0, bytes_written=0.0, formula="f"), precision=precision)
    assert placed(workload, found, 2).ceiling == f"fma_{precision}_gflops"


def test_the_memory_ceiling_is_the_best_of_the_streams() -> None:
    triad, copy = case("stream_triad", seconds=0.06, work=TRIAD), case("stream_copy", seconds=0.1, work=COPY)
    found = ceilings([triad, copy], 2)
    assert found == {"dram_gb_per_s": Ceiling(40.0, 40.0, 40.0, 2, "stream_triad")}


def test_every_thread_count_has_ceilings_of_its_own() -> None:
    cases = [case("fma_peak_fp64", work=FMA, threads=threads) for threads in (1, 4)]
    assert set(ceilings(cases, 4)) == {"fma_fp64_gflops@1", "fma_fp64_gflops"}
    assert key("x", 4, 4) == "x"


def test_a_wrong_ceiling_counts_for_nothing() -> None:
    assert ceilings([case("fma_peak_fp64", samples_s=(), median_s=None, verdict="wrong")], 2) == {}


CEILINGS = {
    "fma_fp64_gflops": Ceiling(100.0, 95.0, 100.0, 2, "fma_peak_fp64"),
    "fma_fp32_gflops": Ceiling(200.0, 195.0, 200.0, 2, "fma_peak_fp32"),
    "dram_gb_per_s": Ceiling(40.0, 38.0, 40.0, 2, "stream_triad"),
}


def test_a_memory_bound_case_is_placed_under_the_bandwidth() -> None:
    work = WorkCount(flops=1e9, bytes_read=3e9, bytes_written=1e9, formula="f")
    found = placed(case(seconds=0.2, work=work), CEILINGS, 2)
    assert found.ceiling == "dram_gb_per_s"
    assert found.fraction_of_ceiling == pytest.approx((4 / 40) / 0.2)


def test_a_compute_bound_case_is_placed_under_the_peak_of_its_precision() -> None:
    work = WorkCount(flops=1e10, bytes_read=1e6, bytes_written=0, formula="f")
    double = placed(case(seconds=0.125, work=work), CEILINGS, 2)
    single = placed(case(seconds=0.125, work=work, precision="fp32"), CEILINGS, 2)
    assert (double.ceiling, double.fraction_of_ceiling) == ("fma_fp64_gflops", pytest.approx(0.8))
    assert (single.ceiling, single.fraction_of_ceiling) == ("fma_fp32_gflops", pytest.approx(0.4))


def test_the_bandwidth_of_memory_is_no_limit_for_data_in_the_cache() -> None:
    work = WorkCount(flops=1e9, bytes_read=3e9, bytes_written=1e9, formula="f")
    within, beyond = (case(seconds=0.2, work=work, working_set_bytes=size) for size in (2**20, 2**21 + 1))
    assert placed(within, CEILINGS, 2, cache_bytes=2**21).ceiling == "fma_fp64_gflops"
    assert placed(beyond, CEILINGS, 2, cache_bytes=2**21).ceiling == "dram_gb_per_s"


def test_reading_alone_may_be_faster_than_any_stream() -> None:
    triad = case("stream_triad", seconds=0.06, work=TRIAD)
    read = case("dot", seconds=0.05, work=TRIAD)
    assert ceilings([triad, read], 2)["dram_gb_per_s"].kernel == "dot"


def test_without_a_ceiling_or_a_time_there_is_no_fraction() -> None:
    assert placed(case(), {}, 2).fraction_of_ceiling is None
    assert placed(case(median_s=None), CEILINGS, 2).ceiling is None
    assert placed(case(threads=1), CEILINGS, 2).ceiling is None


@pytest.mark.parametrize(("fraction", "refused"), [(None, False), (1.0, False), (1.05, False), (1.051, True)])
def test_above_105_percent_is_too_fast(fraction: float | None, refused: bool) -> None:
    assert too_fast(case(fraction_of_ceiling=fraction)) is refused


def test_rates_come_with_the_slow_end_first() -> None:
    assert rates_per_s(case(seconds=0.1, spread=0.2), 1.0) == pytest.approx((10, 1 / 0.12, 1 / 0.08))
    with pytest.raises(ValueError, match="toy/quick/t2 has no time"):
        rates_per_s(case(median_s=None), 1.0)


CACHE_CEILINGS = {
    **CEILINGS,
    "l1_gb_per_s": Ceiling(900.0, 890.0, 900.0, 2, "cache_read"),
    "l3_gb_per_s": Ceiling(160.0, 150.0, 160.0, 2, "cache_read"),
}
MIB = 2**20
ROOM = Caches({"l1": MIB // 16, "l2": 2 * MIB, "l3": 32 * MIB}, 2)


@pytest.mark.parametrize(
    ("size", "ceiling"),
    [(MIB // 16, "l1_gb_per_s"), (MIB, "fma_fp64_gflops"), (20 * MIB, "l3_gb_per_s"), (33 * MIB, "dram_gb_per_s")],
)
def test_data_are_bounded_by_the_level_that_holds_them_where_it_was_measured(size: int, ceiling: str) -> None:
    work = WorkCount(flops=1e9, bytes_read=32e9, bytes_written=0, formula="f")
    found = placed(case(seconds=1.0, work=work, working_set_bytes=size), CACHE_CEILINGS, 2, 32 * MIB, ROOM)
    assert found.ceiling == ceiling


def test_the_bandwidth_of_a_cache_bounds_as_that_of_memory_does() -> None:
    work = WorkCount(flops=0, bytes_read=16e9, bytes_written=0, formula="f")
    found = placed(case(seconds=0.2, work=work, working_set_bytes=20 * MIB), CACHE_CEILINGS, 2, 32 * MIB, ROOM)
    assert found.fraction_of_ceiling == pytest.approx(0.5)


def test_a_thread_has_the_inner_caches_of_its_core_and_the_whole_outermost() -> None:
    assert [ROOM.bytes_for("l2", threads) for threads in (1, 2, 8)] == [MIB, 2 * MIB, 2 * MIB]
    assert ROOM.bytes_for("l3", 1) == 32 * MIB
    assert ROOM.holding(case(threads=1, working_set_bytes=3 * MIB // 2)) == "l3"
    assert ROOM.holding(case(threads=2, working_set_bytes=3 * MIB // 2)) == "l2"
    assert ROOM.holding(case(working_set_bytes=None)) is None


def test_caches_come_from_the_passport() -> None:
    assert caches_of(PASSPORT) == Caches({"l1": 65536, "l2": 2 * MIB, "l3": 32 * MIB}, 2)
    assert caches_of({**PASSPORT, "caches_bytes": {"value": None, "reason": "lscpu names no caches"}}) is None
    assert caches_of({**PASSPORT, "caches_bytes": {"l1d": None}}) is None


def test_reading_a_cache_gives_the_ceiling_of_its_level() -> None:
    cases = [
        case("cache_read", size="l1", work=TRIAD, seconds=0.001, threads=2),
        case("cache_read", size="l3", work=TRIAD, seconds=0.01, threads=1),
        case("cache_read", size="quick", work=TRIAD, seconds=0.0001, threads=2),
    ]
    assert is_ceiling("cache_read")
    found = ceilings(cases, 2)
    assert {name: entry.value for name, entry in found.items()} == {
        "l1_gb_per_s": pytest.approx(2400),
        "l3_gb_per_s@1": pytest.approx(240),
    }


def test_a_stream_in_the_cache_is_no_bandwidth_of_memory_where_there_is_a_larger_one() -> None:
    small = case("stream_triad", work=TRIAD, seconds=0.01, working_set_bytes=1000)
    large = case("stream_triad", work=TRIAD, seconds=0.1, working_set_bytes=10**9, size="full")
    assert ceilings([small, large], 2, 10**6)["dram_gb_per_s"].value == pytest.approx(24)
    assert ceilings([small, large], 2)["dram_gb_per_s"].value == pytest.approx(240)
    assert ceilings([small], 2, 10**6)["dram_gb_per_s"].value == pytest.approx(240)


@pytest.mark.parametrize(("read", "written"), [(16e9, 12e9), (12e9, 16e9)])
def test_a_cache_takes_and_gives_at_the_same_time(read: float, written: float) -> None:
    work = WorkCount(flops=0, bytes_read=read, bytes_written=written, formula="f")
    found = placed(case(seconds=0.2, work=work, working_set_bytes=20 * MIB), CACHE_CEILINGS, 2, 32 * MIB, ROOM)
    assert found.fraction_of_ceiling == pytest.approx(0.5)
