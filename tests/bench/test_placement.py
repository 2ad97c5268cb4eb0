"""Where pages and threads lie: the decision, the copy, and the pinning of real threads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import placement
from bench.placement import copy_in_parallel, fills, nodes_of, placed_near_threads, touch_needed, untouched
from bench.spawn import HOME

LARGE = placement.WORTH_PLACING_BYTES // 8


def nodes(root: Path, *lists: str) -> Path:
    for number, text in enumerate(lists):
        folder = root / f"devices/system/node/node{number}"
        folder.mkdir(parents=True)
        (folder / "cpulist").write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("count", "threads", "needed", "reason"),
    [
        (1, 8, False, "one NUMA node"),
        (2, 1, False, "one thread"),
        (2, 8, True, "arrays first touched by 8 threads on 2 NUMA nodes"),
    ],
)
def test_first_touch_is_for_several_threads_on_several_nodes(
    count: int, threads: int, needed: bool, reason: str
) -> None:
    found = touch_needed(count, threads)
    assert found.needed is needed
    assert reason in found.reason


def test_only_nodes_whose_cpus_are_used_count(tmp_path: Path) -> None:
    root = nodes(tmp_path, "0-3,8-11", "4-7,12-15", "")
    assert nodes_of({0, 1, 8}, root) == 1
    assert nodes_of({3, 4}, root) == 2
    assert nodes_of({14}, root) == 1
    assert nodes_of(set(range(16)), root) == 2


def test_a_system_that_says_nothing_has_one_node(tmp_path: Path) -> None:
    assert nodes_of({0, 1}, tmp_path) == 1
    assert nodes_of({0, 1}, nodes(tmp_path, "rubbish")) == 1


def test_large_arrays_move_to_fresh_pages_with_their_values() -> None:
    random = np.random.default_rng(1)
    arrays: dict[str, Any] = {
        "big": random.random(LARGE + 3),
        "square": random.random((1024, 513)).astype(np.float32),
        "small": np.arange(10.0),
        "slanted": random.random((1024, 1024)).T,
        "factor": 2.0,
    }
    found = placed_near_threads(arrays)
    assert list(found) == list(arrays)
    for name in ("big", "square"):
        assert found[name] is not arrays[name]
        assert (found[name].dtype, found[name].shape) == (arrays[name].dtype, arrays[name].shape)
        assert np.array_equal(found[name], arrays[name])
        assert not np.may_share_memory(found[name], arrays[name])
        assert found[name].flags.writeable
        assert found[name].flags.c_contiguous
        assert found[name].ctypes.data % 4096 == 0
    for name in ("small", "slanted", "factor"):
        assert found[name] is arrays[name]


def test_poison_survives_the_move() -> None:
    array = np.full(LARGE, np.nan)
    assert np.isnan(placed_near_threads({"output": array})["output"]).all()


def test_arrays_that_share_memory_keep_sharing_it() -> None:
    whole = np.zeros(2 * LARGE)
    found = placed_near_threads({"whole": whole, "half": whole[:LARGE]})
    assert found["whole"] is whole
    assert np.shares_memory(found["whole"], found["half"])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 70_000), st.integers(0, 2**32))
def test_the_parallel_copy_copies_every_byte_and_none_beyond(size: int, seed: int) -> None:
    source = np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)
    room = np.full(size + 8, 7, np.uint8)
    copy_in_parallel(source, room[:size])
    assert np.array_equal(room[:size], source)
    assert (room[size:] == 7).all()


def test_untouched_memory_is_all_there() -> None:
    memory = untouched(3 * 2**20 + 5)
    assert memory.size == 3 * 2**20 + 5
    assert not memory.any()


def test_pools_that_fill_the_cpus_evenly_are_told_from_others() -> None:
    cpus = (0, 2, 4)
    assert fills(frozenset({11, 12}), cpus)
    assert fills(frozenset({11, 12, 13, 14}), cpus)
    assert fills(frozenset(), cpus)
    assert not fills(frozenset({11, 12, 13}), cpus)
    assert not fills(frozenset({11}), (0,))


class Affinity:
    """What would be pinned where."""

    def __init__(self, failing: OSError | None = None) -> None:
        self.found: dict[int, set[int]] = {}
        self.failing = failing

    def __call__(self, thread: int, cpus: set[int]) -> None:
        if self.failing:
            raise self.failing
        self.found[thread] = set(cpus)


def pin(monkeypatch: pytest.MonkeyPatch, pools: Sequence[set[int]], cpus: Sequence[int]) -> tuple[str, Any]:
    affinity = Affinity()
    monkeypatch.setattr(os, "sched_setaffinity", affinity, raising=False)
    return placement.pin([frozenset(pool) for pool in pools], cpus), affinity.found


def test_every_pool_has_one_thread_on_each_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    told, found = pin(monkeypatch, [{31, 32}, {41, 42, 43, 44}], (0, 2, 4))
    assert told == "one thread per CPU 0,2,4"
    assert found == {0: {0}, 31: {2}, 32: {4}, 41: {2}, 42: {4}, 43: {2}, 44: {4}}


def test_a_pool_that_does_not_fit_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    told, found = pin(monkeypatch, [{31, 32}, {41, 42, 43}], (0, 2, 4))
    assert told == "one thread per CPU 0,2,4 (some threads free to move)"
    assert found[32] == {4}
    assert found[41] == found[42] == found[43] == {0, 2, 4}


def test_one_thread_is_pinned_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told, found = pin(monkeypatch, [{31}], (5,))
    assert told == "one thread per CPU 5"
    assert found[0] == {5}


def test_a_system_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", Affinity(PermissionError(1, "Operation not permitted")), raising=False)
    assert placement.pin([], (0, 1)) == "threads are not pinned: Operation not permitted"


def test_a_thread_that_has_ended_meanwhile_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(thread: int, cpus: set[int]) -> None:
        if thread:
            raise ProcessLookupError

    monkeypatch.setattr(os, "sched_setaffinity", gone, raising=False)
    assert placement.pin([frozenset({31})], (0, 1)) == "one thread per CPU 0,1"


@pytest.mark.skipif(len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="needs two CPUs to pin to")
def test_the_threads_of_a_real_kernel_lie_one_on_each_cpu() -> None:
    code = (
        "from bench.worker import settle; cpus = settle(2)\n"
        "import os\n"
        "from bench import placement; from bench.case import _pinned, caller; from kernels import find\n"
        "kernel = find('stream_copy'); seen = [placement.threads_now()]\n"
        "caller(kernel, kernel.inputs(0, n=100000))()\n"
        "seen.append(placement.threads_now())\n"
        "assert seen[1] - seen[0], 'no threads were started'\n"
        "told = _pinned(kernel, seen, cpus)\n"
        "print(told, [len(os.sched_getaffinity(thread)) for thread in placement.threads_now()],\n"
        "      [os.sched_getaffinity(thread) == {cpus[1]} for thread in seen[1] - seen[0]],\n"
        "      os.sched_getaffinity(0) == {cpus[0]}, sep='|')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    told, counts, ours, main = done.stdout.strip().split("|")
    assert told.startswith("one thread per CPU ")
    assert set(counts.strip("[]").split(", ")) == {"1"}
    assert "False" not in ours + main
