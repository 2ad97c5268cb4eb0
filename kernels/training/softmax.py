"""Softmax of every row: how scores become shares, in attention and at the end of a classifier.

Formula  y[r, c] = e^(x[r, c] - m[r]) / sum over c of e^(x[r, c] - m[r]), m[r] = max over c of x[r, c].
         Minus infinity gets the share 0. A row with NaN or plus infinity, or of nothing but minus infinity,
         becomes NaN.
Work     3 flops per element (difference, sum, product; maxima and exponentials are not counted);
         x read and y written once, 8 bytes per element.
Method   The weights of a row stay in a cache until their sum is known. Then, element by element, they leave,
         past the caches if y is larger than they are, and make room for the weights of the next row, while the
         row behind that is fetched: memory reads, computes and writes all the time.
Source   M. Milakov, N. Gimelshein, Online normalizer calculation for softmax, arXiv:1805.02867, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, compiled, part
from kernels.elementary import exp_vector
from kernels.memory.stream import put
from kernels.spec import Kernel, Work
from kernels.training.rows import LOWEST, before_vector, fetch_ahead, highest, load_or, room_for_row


def reference(x: Any, y: Any) -> dict[str, Any]:
    """The formula in double precision."""
    with np.errstate(invalid="ignore"):
        weights = np.exp(x.astype(np.float64) - x.max(axis=1, keepdims=True))
    return {"y": weights / weights.sum(axis=1, keepdims=True)}


@part
def weigh(x: Any, start: int, begin: int, count: int, top: Any, weights: Any, sums: Any) -> Any:
    """weights[j] = e^(x[start + j] - top) for begin <= j < count, zeros up to a whole vector; their sum with `sums`."""
    for j in range(begin, count, simd.lanes(x)):
        weight = exp_vector(load_or(x, start + j, count - j, simd.broadcast(LOWEST)) - top)
        simd.store(weights, j, weight)
        sums = sums + weight
    return simd.total(sums)


@part
def put_end(weights: Any, factor: Any, begin: int, y: Any, start: int, count: int) -> None:
    """y[start + j] = factor weights[j] for begin <= j < count, less than a vector."""
    if begin < count:
        simd.store_part(y, start + begin, factor * simd.load(weights, begin), count - begin)


@part
def put_scaled(weights: Any, factor: Any, y: Any, start: int, count: int) -> None:
    """y[start + j] = factor weights[j] for j < count."""
    head = before_vector(y, start, count)
    end = head + (count - head) // simd.lanes(y) * simd.lanes(y)
    put_end(weights, factor, 0, y, start, head)
    for j in range(head, end, simd.lanes(y)):
        put(y, start + j, factor * simd.load(weights, j))
    put_end(weights, factor, end, y, start, count)


@part
def put_and_weigh(weights: Any, factor: Any, y: Any, x: Any, start: int, count: int, top: Any) -> Any:
    """`put_scaled` for the row before the one at `start`, whose weights come in place of the old ones; their sum."""
    before = start - count
    head = before_vector(y, before, count)
    whole = (count - head) // simd.lanes(y) * simd.lanes(y)
    put_end(weights, factor, 0, y, before, head)
    sums = simd.broadcast(np.float32(0))
    for j in range(0, whole, simd.lanes(x)):
        fetch_ahead(x, start + j, count)
        weight = exp_vector(simd.load(x, start + j) - top)
        put(y, before + head + j, factor * simd.load(weights, head + j))
        simd.store(weights, j, weight)
        sums = sums + weight
    put_end(weights, factor, head + whole, y, before, count)
    return weigh(x, start, whole, count, top, weights, sums)


@compiled(x="float32 rows columns", y="float32 rows columns", threads="threads")
def softmax(x: Any, y: Any, threads: int) -> None:
    """Each thread takes rows that follow one another."""
    rows, columns = x.shape
    for thread in prange(threads):
        weights = room_for_row(x, columns)
        first, last = thread * rows // threads * columns, (thread + 1) * rows // threads * columns
        total = np.float32(1)
        for start in range(first, last, columns):
            top = highest(x, start, columns)
            if start == first:
                total = weigh(x, start, 0, columns, top, weights, simd.broadcast(np.float32(0)))
            else:
                total = put_and_weigh(weights, np.float32(1) / total, y, x, start, columns, top)
        if first < last:
            put_scaled(weights, np.float32(1) / total, y, last - columns, columns)


@compiled(x="float32 rows columns", y="float32 rows columns", fastmath=FAST_MATH)
def plain_softmax(x: Any, y: Any) -> None:
    """The same in three loops over a row, with the exponential of the C library; no infinities or NaN."""
    rows, columns = x.shape
    for row in prange(rows):
        top = x[row, 0]
        for column in range(1, columns):
            top = max(top, x[row, column])
        total = np.float32(0)
        for column in range(columns):
            y[row, column] = np.exp(x[row, column] - top)
            total += y[row, column]
        for column in range(columns):
            y[row, column] /= total


def inputs(seed: int, rows: int, columns: int) -> dict[str, Any]:
    """Random scores between -8 and 8: shares differ by up to seven orders of magnitude."""
    scores = uniform(np.random.default_rng(seed), (rows, columns), np.float32)
    scores *= 8
    return {"x": scores, "y": poisoned((rows, columns), np.float32)}


def work(rows: int, columns: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=3 * rows * columns,
        bytes_read=4 * rows * columns,
        bytes_written=4 * rows * columns,
        formula="flops = 3 rows columns; bytes = 4 rows columns read + 4 rows columns written",
    )


SOFTMAX = Kernel(
    name="softmax",
    story="Language models: scores become shares, row by row.",
    limit="memory",
    precision="fp32",
    sizes={
        "quick": {"rows": 8192, "columns": 2048},
        "standard": {"rows": 16384, "columns": 4096},
        "full": {"rows": 32768, "columns": 8192},
    },
    inputs=inputs,
    outputs=("y",),
    reference=reference,
    cpu=softmax,
    work=work,
    rtol=2e-6,
    tolerance="3e-7 of the polynomial, 6e-8 for each rounding of a difference and a weight; those of the sum even out",
    source="Milakov and Gimelshein, arXiv:1805.02867, 2018",
    goals={"torch": 1.5},
    simple=plain_softmax,
)
