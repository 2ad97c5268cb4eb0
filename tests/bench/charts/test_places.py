"""Where ceilings and kernels stand."""

from __future__ import annotations

import pytest

from bench.charts.places import limits, places, roofs, thread_counts
from bench.result import Ceiling, Traffic, WorkCount
from tests.bench.toys import case, result

FOUND = result(
    [
        case("toy", traffic=Traffic("misses", 1e9), ceiling="l3_gb_per_s", fraction_of_ceiling=0.5),
        case("copy", work=WorkCount(0, 1e8, 1e8, "f"), threads=1),
        case("nbody", work=WorkCount(1e9, 0, 0, "f"), limit="compute"),
        case("wrong", median_s=None, verdict="wrong"),
        case("stream_triad"),
    ],
    ceilings={
        "dram_gb_per_s": Ceiling(40.0, 38.0, 40.0, 2, "stream_triad"),
        "l3_gb_per_s": Ceiling(160.0, 150.0, 160.0, 2, "cache_read"),
        "fma_fp64_gflops": Ceiling(100.0, 95.0, 100.0, 2, "fma_peak_fp64"),
        "dram_gb_per_s@1": Ceiling(25.0, 24.0, 25.0, 1, "stream_triad"),
    },
)


def test_ceilings_of_a_thread_count_have_words() -> None:
    words = [roof.words for roof in roofs(FOUND, 2)]
    assert words == ["L3 160 GB/s", "memory 40.0 GB/s", "fp64 100 GFLOP/s"]
    assert [roof.words for roof in roofs(FOUND, 1)] == ["memory 25.0 GB/s"]


def test_timed_workloads_are_placed_by_model_and_by_counters() -> None:
    nbody, toy = places(FOUND, 2)
    assert (nbody.kernel, toy.kernel) == ("nbody", "toy")
    assert toy.intensity == pytest.approx(1e9 / 3e8)
    assert toy.measured_intensity == pytest.approx(1.0)
    assert (nbody.intensity, nbody.measured_intensity) == (None, None)
    assert (toy.ceiling_gb_per_s, toy.of_ceiling) == (160.0, "50%")


def test_bytes_are_held_against_the_memory_of_the_same_threads() -> None:
    (copy,) = places(FOUND, 1)
    assert (copy.intensity, copy.gb_per_s, copy.ceiling_gb_per_s) == (None, pytest.approx(20.0), 25.0)


def test_several_sizes_of_a_kernel_carry_them_in_their_names() -> None:
    found = places(result([case(size="small", working_set_bytes=1), case(size="large")]), 2)
    assert [place.kernel for place in found] == ["toy small", "toy large"]


def test_thread_counts_and_limits_are_in_a_fixed_order() -> None:
    assert thread_counts(FOUND) == [2, 1]
    assert limits(places(FOUND, 2)) == ["memory", "compute"]
