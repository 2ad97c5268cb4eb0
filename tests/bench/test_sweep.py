"""Sweeps: what they measure, when they go on, where the curve bends, and what the command prints."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench import suite
from bench.caches import Cache, Room
from bench.cli import bench
from bench.reading import InputError
from bench.result import Case, WorkCount, read_result
from bench.settings import Job, Settings, order
from bench.sweep import (
    asked_sizes,
    asked_threads,
    bends,
    ceiling_sweep,
    next_sizes,
    over_caches,
    points,
    size_sweep,
    thread_sweep,
)
from bench.sweep_table import bar, speedups
from bench.worker import Request
from kernels import find
from tests.bench.toys import TOY, case

MIB = 2**20
CACHES = {"l1": Cache("l1", 32768, 1), "l2": Cache("l2", MIB, 1), "l3": Cache("l3", 16 * MIB, 2)}
ROOM = Room(CACHES, 16 * MIB, 4 * 2**30)


def at(rate: float, size_bytes: int, threads: int = 1, **changes: Any) -> Case:
    """A case of that rate in GB/s."""
    work = WorkCount(0.0, rate * 1e7, 0.0, "f")
    label = changes.pop("size", f"n={size_bytes}")
    return case("toy", seconds=0.01, work=work, working_set_bytes=size_bytes, threads=threads, size=label, **changes)


def test_a_size_sweep_reaches_from_the_first_cache_to_beyond_eight_times_the_last() -> None:
    kernel = find("stream_triad")
    sizes, spare = over_caches(kernel, ROOM)
    always = [24 * size["n"] for label, size in sizes.items() if label not in spare]
    assert always[0] < 32768
    assert always[-2] < 8 * 16 * MIB <= always[-1]
    assert spare
    assert all(24 * sizes[label]["n"] > always[-1] for label in spare)


def test_no_memory_is_told() -> None:
    with pytest.raises(InputError, match="stream_triad: no size fits in a quarter of the free memory"):
        over_caches(find("stream_triad"), replace(ROOM, free_bytes=None))


def test_sizes_as_people_write_them() -> None:
    assert asked_sizes("1000, 2000", TOY) == {"n=1000": {"n": 1000}, "n=2000": {"n": 2000}}
    assert asked_sizes("n=7", TOY) == {"n=7": {"n": 7}}
    assert asked_sizes("n=3:m=2,m=4:n=5", find("transpose")) == {
        "m=2:n=3": {"m": 2, "n": 3},
        "m=4:n=5": {"m": 4, "n": 5},
    }


@pytest.mark.parametrize("text", ["", "0", "-3", "1.5", "x=3", "n=1:n=2", "n=", "1,,2", "n=3:m=4", "²"])
def test_sizes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--sizes"):
        asked_sizes(text, TOY)


def test_thread_counts_as_people_write_them() -> None:
    assert asked_threads(None, 6, 12) == (6,)
    assert asked_threads("powers", 6, 12) == (1, 2, 4, 6)
    assert asked_threads("powers", 8, 8) == (1, 2, 4, 8)
    assert asked_threads("all,1,3,3", 6, 12) == (1, 3, 6)
    for text in ("0", "two", "", "1,"):
        with pytest.raises(InputError, match="--threads: found"):
            asked_threads(text, 6, 12)
    with pytest.raises(InputError, match="--threads: 13 asked for, but this process may use 12 CPUs"):
        asked_threads("13", 6, 12)


def test_every_number_of_threads_is_a_process_of_its_own() -> None:
    found = thread_sweep(TOY, "quick", (1, 2, 4), peers=True)
    assert {(job.size, job.threads) for job in order(found, 3)} == {("quick", 1), ("quick", 2), ("quick", 4)}
    assert (found.suite, found.peers) == ("sweep", True)


def test_a_sweep_of_the_ceilings_reads_every_cache() -> None:
    found = ceiling_sweep((1, 2), ROOM)
    assert {(job.kernel, job.size) for job in order(found, 3)} == {("cache_read", level) for level in CACHES}
    assert found.parameters(find("cache_read"), "l1", 2)["threads"] == 2
    with pytest.raises(InputError, match="does not tell its caches"):
        ceiling_sweep((1,), Room({}, None, None))


def swept(*spare: str, threads: tuple[int, ...] = (1,)) -> Settings:
    labels = [f"n={size}" for size in (100, 200, 400, 800)]
    found = size_sweep(TOY, ",".join(labels), threads, ROOM, peers=False)
    return replace(found, spare=spare)


def test_larger_sizes_are_added_until_the_rate_is_flat() -> None:
    settings = swept("n=400", "n=800")
    assert {job.size for job in order(settings, 1)} == {"n=100", "n=200"}
    assert next_sizes([at(40, 100), at(30, 200)], settings) == [Job("toy", "n=400", 1)]
    assert next_sizes([at(40, 100), at(39, 200)], settings) == []
    assert next_sizes([at(40, 100), at(30, 200), at(20, 400)], settings) == [Job("toy", "n=800", 1)]
    assert next_sizes([at(40, 100), at(30, 200), at(20, 400), at(10, 800)], settings) == []


def test_all_numbers_of_threads_must_be_flat() -> None:
    settings = swept("n=400", "n=800", threads=(1, 2))
    steady = [at(40, 100), at(40, 200)]
    assert next_sizes([*steady, at(80, 100, 2), at(60, 200, 2)], settings) == [
        Job("toy", "n=400", 1),
        Job("toy", "n=400", 2),
    ]
    assert next_sizes([*steady, at(80, 100, 2), at(79, 200, 2)], settings) == []


def test_a_failure_ends_the_search_and_other_suites_never_search() -> None:
    failed = at(30, 200, gb_per_s=None, median_s=None, samples_s=(), verdict="failed")
    assert next_sizes([at(40, 100), failed], swept("n=400")) == []
    assert next_sizes([at(40, 100), at(10, 200)], swept()) == []


def test_points_are_in_order_with_their_cache_and_change() -> None:
    found = points([at(20, 64 * MIB), at(100, 16384), at(50, 512 * 1024), at(150, 16384, 2)], ROOM)
    assert [(point.case.threads, point.level) for point in found] == [(1, "l1"), (1, "l2"), (1, "memory"), (2, "l1")]
    assert [point.change for point in found] == [None, pytest.approx(-0.5), pytest.approx(-0.6), None]


def test_bends_are_told_with_their_place() -> None:
    found = points([at(100, 16384), at(98, 32768), at(50, 512 * 1024), at(40, MIB)], ROOM)
    assert bends(found) == [
        "1 threads: 49% slower at n=524288, from l1 to l2 (98 to 50 GB/s)",
        "1 threads: 20% slower at n=1048576, within l2 (50 to 40 GB/s)",
    ]


def test_speedups_name_their_efficiency() -> None:
    found = points([at(10, 100, 1, size="quick"), at(15, 100, 2, size="quick"), at(20, 100, 4, size="quick")], ROOM)
    assert speedups(found) == ["quick: times as fast as on 1: 1.50 on 2 (75%), 2.00 on 4 (50%)"]
    assert speedups(points([at(10, 100)], ROOM)) == []


@pytest.mark.parametrize(("share", "text"), [(0, ""), (1, "█" * 32), (0.5, "█" * 16), (1 / 256, "▏"), (7, "█" * 32)])
def test_bars_are_as_long_as_their_share(share: float, text: str) -> None:
    assert bar(share) == text


def answer(request: Request, limit_s: float) -> Case | str:
    """A machine with a cliff: fast below 1 MiB, slower beyond, steady in the end."""
    n = request.params["n"]
    rate = 100.0 if 24 * n < MIB else 20.0 + 40.0 * MIB / (24 * n)
    return replace(
        at(rate * request.threads, 24 * n, request.threads, size=request.size), kernel=request.kernel, limit="memory"
    )


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    real = suite.run
    monkeypatch.setattr("bench.caches.room", lambda *_: ROOM)

    def start(*options: str, worker: Any = answer) -> Result:
        monkeypatch.setattr(suite, "run", functools.partial(real, worker=worker, compiler=lambda *_: {}))
        return CliRunner().invoke(bench, ["sweep", "-o", str(tmp_path / "s.json"), *options])

    return start


def test_the_command_goes_on_until_the_rate_is_flat_and_shows_the_bend(
    go: Callable[..., Result], tmp_path: Path
) -> None:
    found = go("stream_triad")
    assert found.exit_code == 0, found.stderr
    result = read_result(tmp_path / "s.json")
    assert (result.suite, len({case.size for case in result.cases})) == ("sweep", len(result.cases))
    largest = sorted(result.cases, key=lambda case: case.working_set_bytes or 0)[-2:]
    assert (largest[1].working_set_bytes or 0) >= 8 * 16 * MIB
    assert largest[0].gb_per_s == pytest.approx(largest[1].gb_per_s, rel=0.03)
    assert "slower at n=" in found.stderr
    assert "█" in found.stderr
    assert max(len(line) for line in found.stderr.splitlines() if str(tmp_path) not in line) <= 120


def test_an_interrupted_sweep_goes_on_with_the_sizes_it_began_with(
    go: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def interrupted(request: Request, limit_s: float) -> Case | str:
        if len(asked) == 5:
            raise KeyboardInterrupt
        asked.append(request.size)
        return answer(request, limit_s)

    assert go("stream_triad", worker=interrupted).exit_code == 5
    monkeypatch.setattr("bench.caches.room", lambda *_: replace(ROOM, free_bytes=2 * 2**30))
    again: list[str] = []

    def rest(request: Request, limit_s: float) -> Case | str:
        again.append(request.size)
        return answer(request, limit_s)

    assert go("stream_triad", "--resume", worker=rest).exit_code == 0
    assert not set(asked) & set(again)
    found = read_result(tmp_path / "s.json")
    assert {case.size for case in found.cases} == {*asked, *again}


def test_other_sizes_by_hand_are_not_mixed_into_a_begun_sweep(go: Callable[..., Result]) -> None:
    def interrupted(request: Request, limit_s: float) -> Case | str:
        raise KeyboardInterrupt

    assert go("stream_triad", "--sizes", "100,200", worker=interrupted).exit_code == 5
    found = go("stream_triad", "--sizes", "100,300", "--resume")
    assert found.exit_code == 2
    assert "belongs to a run with other settings (sizes " in found.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "name one kernel, or give --ceilings"),
        (("stream_triad", "--ceilings"), "name one kernel, or give --ceilings"),
        (("stream_trial",), "KERNEL: unknown kernel 'stream_trial'; did you mean 'stream_triad'"),
        (("gemm_fp32", "--sizes", "10"), "expected m=NUMBER:n=NUMBER:k=NUMBER"),
        (("spmv", "--threads", "1,x"), "--threads: found 'x', expected a whole number from 1"),
    ],
)
def test_bad_input_is_one_clear_error(go: Callable[..., Result], options: tuple[str, ...], message: str) -> None:
    found = go(*options)
    assert found.exit_code == 2
    assert message in found.stderr
