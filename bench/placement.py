"""Where threads and pages lie: one thread on each core, and pages near the thread that will use them.

Pages of memory come from the NUMA node of the thread that touches them first. Inputs are made by one thread, so on a
machine with several nodes they would all lie on one of them, and half of the threads would reach across. A parallel
copy with the same even split as the kernels' loops puts every part where its thread is.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from bench.cpulist import cpus_in
from kernels.compile import compiled

WORTH_PLACING_BYTES = 2**20


@dataclass(frozen=True)
class Touch:
    """Whether arrays are copied to where their threads are, and why or why not."""

    needed: bool
    reason: str


def touch_needed(nodes: int, threads: int) -> Touch:
    """First touch matters where threads run on more than one NUMA node."""
    if threads == 1:
        return Touch(False, "arrays as made: one thread")
    if nodes <= 1:
        return Touch(False, "arrays as made: one NUMA node")
    return Touch(True, f"arrays first touched by {threads} threads on {nodes} NUMA nodes")


def nodes_of(cpus: set[int], sys_root: Path = Path("/sys")) -> int:
    """NUMA nodes that hold some of these logical CPUs; 1 where the system does not say."""
    lists = sorted((sys_root / "devices/system/node").glob("node[0-9]*/cpulist"))
    return max(1, sum(bool(cpus & _cpus_of(path)) for path in lists))


def _cpus_of(path: Path) -> set[int]:
    try:
        return cpus_in(path.read_text())
    except (OSError, ValueError):
        return set()


def placed_near_threads(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments with every large array copied by all threads to pages that nobody has touched before.

    Left alone: scalars, small arrays, arrays that are not contiguous or that share memory with another one.
    """
    return {name: _placed(value) if _movable(name, arrays) else value for name, value in arrays.items()}


def _movable(name: str, arrays: Mapping[str, Any]) -> bool:
    value = arrays[name]
    if not isinstance(value, np.ndarray) or value.nbytes < WORTH_PLACING_BYTES or not value.flags.c_contiguous:
        return False
    others = [other for key, other in arrays.items() if key != name and isinstance(other, np.ndarray)]
    return not any(np.may_share_memory(value, other) for other in others)


def _placed(array: NDArray[Any]) -> NDArray[Any]:
    fresh = untouched(array.nbytes)
    copy_in_parallel(array.reshape(-1).view(np.uint8), fresh)
    return fresh.view(array.dtype).reshape(array.shape)


def untouched(size_bytes: int) -> NDArray[np.uint8]:
    """Memory straight from the system, whose pages do not exist yet; the allocator might hand out old ones."""
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    memory = mmap.mmap(-1, size_bytes, **private)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):
            memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.uint8)


@compiled(source="uint8 n", target="uint8 n")
def copy_in_parallel(source: Any, target: Any) -> None:
    """Equal parts by all threads, part t by thread t, as Numba splits every prange."""
    for i in prange(source.size):
        target[i] = source[i]


def threads_now() -> frozenset[int]:
    """Numbers of the living threads of this process; empty where the system does not tell."""
    try:
        return frozenset(int(entry.name) for entry in Path("/proc/self/task").iterdir())
    except OSError:
        return frozenset()


def pin(pools: Sequence[frozenset[int]], cpus: Sequence[int]) -> str:
    """Give the calling thread the first CPU, and of each pool every thread one of the others; says what was done.

    A pool is what one library started to help the calling thread. Threads that do not fill all other CPUs evenly are
    no plain pool; they stay free to move over all of `cpus`, lest two that work together share a core.

    Args:
        pools: thread numbers, library by library.
        cpus: logical CPUs, one for each thread.
    """
    if not hasattr(os, "sched_setaffinity") or not cpus:
        return "threads are not pinned: the system cannot"
    try:
        os.sched_setaffinity(0, {cpus[0]})
        for pool in pools:
            for number, thread in enumerate(sorted(pool)):
                own = {cpus[1 + number % (len(cpus) - 1)]} if fills(pool, cpus) else set(cpus)
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(thread, own)
    except OSError as error:
        return f"threads are not pinned: {error.strerror}"
    free = " (some threads free to move)" if len(cpus) > 1 and not all(fills(pool, cpus) for pool in pools) else ""
    return f"one thread per CPU {','.join(map(str, cpus))}{free}"


def fills(pool: frozenset[int], cpus: Sequence[int]) -> bool:
    """Whether a pool has the same number of threads for every CPU but the first."""
    return len(cpus) > 1 and len(pool) % (len(cpus) - 1) == 0
