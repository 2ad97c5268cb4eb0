"""How fast a core reads its caches: the ceiling of kernels whose data fit in one.

Formula  result[t] = repeats times the sum of x[t, i] over n float64 elements, for each thread t.
Work     n threads repeats flops and 8 n threads repeats bytes, between a cache and its core.
Method   Each thread reads a row of its own again and again inside one call, so that the call costs nothing beside it.
         Eight vector accumulators hide the latency of the addition. Reading alone is the fastest that a cache does:
         what is written has to be read or owned first, and the lines go back later.
         Error: an element passes through at most n repeats / (8 lanes) + 8 lanes additions.
Source   J. Treibig, G. Hager, G. Wellein, LIKWID: a lightweight performance-oriented tool suite, ICPP Workshops, 2010
         (the load benchmark of likwid-bench).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import aligned, poisoned
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work


def reference(x: Any, repeats: int, result: Any) -> dict[str, Any]:
    """Rows added in the widest precision."""
    return {"result": (np.sum(x, axis=1, dtype=np.longdouble) * repeats).astype(np.float64)}


@part
def read(x: Any, first: int, last: int, repeats: int) -> Any:
    """Sum of the elements [first, last) of x, counted from its start, `repeats` times."""
    lanes = simd.lanes(x)
    a = b = c = d = e = f = g = h = simd.broadcast(0.0)
    whole = last - (last - first) % (8 * lanes)
    rest = 0.0
    for _ in range(repeats):
        for i in range(first, whole, 8 * lanes):
            a = a + simd.load(x, i)
            b = b + simd.load(x, i + lanes)
            c = c + simd.load(x, i + 2 * lanes)
            d = d + simd.load(x, i + 3 * lanes)
            e = e + simd.load(x, i + 4 * lanes)
            f = f + simd.load(x, i + 5 * lanes)
            g = g + simd.load(x, i + 6 * lanes)
            h = h + simd.load(x, i + 7 * lanes)
        for i in range(whole, last):
            rest += x[first // x.shape[1], i - first]
    return simd.total(((a + b) + (c + d)) + ((e + f) + (g + h))) + rest


@compiled(x="float64 threads n", repeats="int64", result="float64 threads")
def cache_read(x: Any, repeats: int, result: Any) -> None:
    """One row for each thread."""
    for row in prange(result.size):
        result[row] = read(x, row * x.shape[1], (row + 1) * x.shape[1], repeats)


def inputs(seed: int, n: int, threads: int, repeats: int) -> dict[str, Any]:
    """Random numbers of one sign."""
    x = aligned((threads, n), np.float64)
    np.random.default_rng(seed).random(out=x)
    return {"x": x, "repeats": repeats, "result": poisoned(threads, np.float64)}


def work(n: int, threads: int, repeats: int) -> Work:
    """Counts for n elements in each row."""
    count = n * threads * repeats
    return Work(
        flops=count,
        bytes_read=8 * count,
        bytes_written=8 * threads,
        formula="flops = n threads repeats; bytes = 8 n threads repeats read from a cache + 8 threads written",
    )


CACHE_READ = Kernel(
    name="cache_read",
    story="Data that fit in a cache are read again and again: the ceiling of blocked algorithms.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"n": 2 * 2**10, "threads": 1, "repeats": 4 * 2**10},
        "standard": {"n": 64 * 2**10, "threads": 1, "repeats": 512},
        "full": {"n": 512 * 2**10, "threads": 1, "repeats": 128},
    },
    inputs=inputs,
    outputs=("result",),
    reference=reference,
    cpu=cache_read,
    work=work,
    rtol=5e-10,
    tolerance="terms of one sign; for n repeats = 2^26 and two lanes an element passes through 2^22 additions",
    source="Treibig, Hager, Wellein, LIKWID, 2010",
    goals={"C": 0.98},
    moves_once=False,
)
