"""From suite file and command line to settings, and the order of the jobs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.caches import Cache, Room
from bench.reading import InputError, Suite
from bench.roofline import is_ceiling
from bench.settings import Job, Settings, fitted, order, settings
from tests.bench.toys import TOY, case

NAMES = ("stream_triad", "fma_peak_fp32", "gemm_fp32", "spmv", "adamw", "stencil7")
KERNELS = {name: replace(TOY, name=name) for name in NAMES}
SUITE = Suite("s", "S", ("all",), "quick", ("all",), 1, 0.03, 7, 0.2, 1.0, 120.0, False)
FOUR = {0, 1, 2, 3}


def made(suite: Suite = SUITE, **options: Any) -> Settings:
    return settings(suite, KERNELS, FOUR, **options)


def test_all_kernels_in_the_order_of_the_registry() -> None:
    assert made().kernels == NAMES
    assert made(replace(SUITE, kernels=("spmv", "gemm_fp32"))).kernels == ("gemm_fp32", "spmv")
    assert made(names=("adamw",)).kernels == ("adamw",)


def test_the_command_line_wins_over_the_suite() -> None:
    assert made(peers=True).peers is True
    assert made(replace(SUITE, peers=True)).peers is True
    assert made(replace(SUITE, peers=True), peers=False).peers is False
    assert made(replace(SUITE, threads=(1, "all")), threads=3).threads == (3,)


def test_thread_counts_are_sorted_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.settings.physical_cores", len)
    assert made(replace(SUITE, threads=("all", 1, 2, 4))).threads == (1, 2, 4)
    assert made().threads == (4,)


def test_more_threads_than_cpus_are_refused() -> None:
    with pytest.raises(InputError, match="9 threads asked for, but this process may use 4 CPUs"):
        made(threads=9)


def test_an_unknown_kernel_or_size_is_refused() -> None:
    with pytest.raises(InputError, match="--kernel: unknown kernel 'spvm'; did you mean 'spmv'"):
        made(names=("spvm",))
    with pytest.raises(InputError, match="kernel stream_triad has no size 'huge', only quick"):
        made(replace(SUITE, preset="huge"))


@given(st.integers(0, 2**32), st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True))
def test_every_job_runs_once_and_ceilings_come_first(seed: int, threads: list[int]) -> None:
    found = replace(made(), threads=tuple(sorted(threads)))
    jobs = order(found, seed)
    expected = [Job(kernel, "quick", count) for kernel in NAMES for count in threads]
    assert Counter(jobs) == Counter(expected)
    kinds = [is_ceiling(job.kernel) for job in jobs]
    assert kinds == sorted(kinds, reverse=True)


def test_the_processes_of_a_case_lie_all_over_the_run() -> None:
    jobs = order(replace(made(), processes=4), 3)
    assert Counter(job.case for job in jobs) == {f"{kernel}/quick/t4": 4 for kernel in NAMES}
    assert len({job.id for job in jobs}) == len(jobs)
    first = [job for job in jobs if is_ceiling(job.kernel)][:2]
    assert jobs[:2] == tuple(first)
    assert [job.process for job in first] == [0, 0]
    places = [number for number, job in enumerate(jobs) if job.kernel == "spmv"]
    assert places != list(range(places[0], places[0] + 4))


def test_a_sweep_names_its_own_sizes_and_keeps_some_for_later() -> None:
    sizes = {"spmv": {"n=10": {"n": 10}, "n=20": {"n": 20}, "n=40": {"n": 40}}}
    found = replace(made(names=("spmv", "adamw")), sizes=sizes, spare=("n=40",))
    assert {(job.kernel, job.size) for job in order(found, 1)} == {
        ("spmv", "n=10"),
        ("spmv", "n=20"),
        ("adamw", "quick"),
    }
    assert found.parameters(KERNELS["spmv"], "n=20", 2) == {"n": 20}
    assert made().parameters(TOY, "quick", 2) == TOY.sizes["quick"]


def test_a_parameter_called_threads_is_the_number_of_threads() -> None:
    kernel = replace(TOY, sizes={"quick": {"n": 5, "threads": 1}})
    assert made().parameters(kernel, "quick", 3) == {"n": 5, "threads": 3}
    assert kernel.sizes["quick"]["threads"] == 1


ROOM = Room({"l1": Cache("l1", 32768, 1), "l2": Cache("l2", 2**20, 1), "l3": Cache("l3", 2**25, 2)}, 2**25, 2**34)


def test_the_caches_give_their_sizes_and_small_kernels_grow_beyond_them() -> None:
    kernels = {**KERNELS, "cache_read": replace(TOY, name="cache_read"), "gemm": replace(TOY, limit="compute")}
    grow = {"quick": {"n": 1000}, "standard": {"n": 4000}, "full": {"n": 16000}}
    kernels["spmv"] = replace(TOY, name="spmv", sizes=grow)
    found = replace(made(), kernels=("cache_read", "spmv", "gemm"))
    grown = fitted(found, kernels, ROOM, beyond_cache=True)
    assert set(grown.sizes["cache_read"]) == {"l1", "l2", "l3"}
    ((label, size),) = grown.sizes["spmv"].items()
    assert label.startswith("quick-x")
    assert size["n"] * 16 == pytest.approx(4 * 2**25, rel=0.01)
    assert "gemm" not in grown.sizes
    assert (grown.remarks, grown.fitted) == ((), True)
    assert "spmv" not in fitted(found, kernels, ROOM, beyond_cache=False).sizes


def test_a_kernel_that_cannot_grow_is_told() -> None:
    found = fitted(replace(made(), kernels=("spmv",)), KERNELS, replace(ROOM, free_bytes=10**6), beyond_cache=True)
    assert found.sizes == {}
    assert found.remarks == ("spmv keeps its size, which may fit in the caches: there is no room for a larger one",)


def test_the_same_seed_gives_the_same_order_and_another_seed_another() -> None:
    assert order(made(), 5) == order(made(), 5)
    assert len({order(made(), seed) for seed in range(20)}) > 5


def test_a_job_has_the_id_of_its_case() -> None:
    assert Job("spmv", "quick", 2).case == case("spmv").id == "spmv/quick/t2"
    assert Job("spmv", "quick", 2, 3).id == "spmv/quick/t2#3"
