"""Histogram: how often each value occurs, the first step of statistics, of image processing and of sorting by digits.

Formula  counts[b] = how many of the n keys equal b, for b below `bins`; keys of `bins` and more are not counted.
Work     n 4-byte keys read and `bins` 8-byte counts written once; no floating-point operation.
Method   Every thread counts into two tables of its own, one for each half of its share: equal keys that follow each
         other then wait less for the same counter, and no thread writes where another one does. More tables than
         two were no faster and need more of the first-level cache. The tables are added up at the end.
Source   D. E. Knuth, The art of computer programming 3, 5.2 (comparison and distribution counting).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import get_num_threads, prange

from kernels.arrays import aligned, poisoned
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

TABLES = 2
ONE = np.uint32(1)


def reference(keys: Any, counts: Any, tables: Any) -> dict[str, Any]:
    """NumPy's bincount, cut off at the last bin."""
    return {"counts": np.bincount(keys, minlength=counts.size)[: counts.size]}


@part
def count_halves(keys: Any, begin: Any, end: Any, first: Any, second: Any) -> None:
    """Count keys[begin:end], each half into its own table."""
    bins = np.uint32(first.size)
    for i in range(bins):
        first[i] = 0
        second[i] = 0
    half = (end - begin) >> np.uint64(1)
    for i in range(begin, begin + half):
        if keys[i] < bins:
            first[keys[i]] += ONE
        if keys[i + half] < bins:
            second[keys[i + half]] += ONE
    for i in range(begin + half + half, end):
        if keys[i] < bins:
            first[keys[i]] += ONE


@compiled(keys="uint32 n", counts="int64 bins", tables="uint32 rows bins", threads="threads")
def histogram(keys: Any, counts: Any, tables: Any, threads: int) -> None:
    """Shares of the keys in parallel, by as many threads as there are tables for."""
    workers = min(threads, tables.shape[0] // TABLES)
    for worker in prange(workers):
        begin, end = np.uint64(worker * keys.size // workers), np.uint64((worker + 1) * keys.size // workers)
        count_halves(keys, begin, end, tables[TABLES * worker], tables[TABLES * worker + 1])
    for b in range(counts.size):
        counts[b] = 0
    for row in range(TABLES * workers):
        for b in range(counts.size):
            counts[b] += tables[row, b]


def inputs(seed: int, n: int, bins: int) -> dict[str, Any]:
    """Keys around the middle, sums of four numbers; tables for the present number of threads."""
    random = np.random.default_rng(seed)
    keys = aligned(n, np.uint32)
    keys[:] = sum(random.random(n, np.float32) for _ in range(4)) * np.float32(bins / 4)
    np.minimum(keys, bins - 1, out=keys)
    tables = poisoned((TABLES * get_num_threads(), bins), np.uint32)
    return {"keys": keys, "counts": poisoned(bins, np.int64), "tables": tables}


def work(n: int, bins: int) -> Work:
    """Counts for n keys."""
    return Work(
        flops=0,
        bytes_read=4 * n,
        bytes_written=8 * bins,
        formula="flops = 0; bytes = 4 n read + 8 bins written",
    )


HISTOGRAM = Kernel(
    name="histogram",
    story="Statistics, images, first step of sorting: how often each of a thousand values occurs.",
    limit="latency",
    precision="int32",
    sizes={
        "quick": {"n": 16 * 2**20, "bins": 1024},
        "standard": {"n": 64 * 2**20, "bins": 1024},
        "full": {"n": 256 * 2**20, "bins": 1024},
    },
    inputs=inputs,
    outputs=("counts",),
    reference=reference,
    cpu=histogram,
    work=work,
    rtol=0,
    tolerance="integers: equal",
    source="Knuth, The art of computer programming 3, 5.2",
    goals={"best": 1.0},
    workspace=("tables",),
)
