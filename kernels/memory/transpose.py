"""Transpose: rows become columns, the change of layout between two steps that want the same data differently.

Formula  b[j, i] = a[i, j] for an m x n matrix of float64.
Work     no flops; the matrix read once and written once, 16 m n bytes.
Method   Square blocks, one vector wide, are transposed in registers: every line that is read or written is used
         whole. A strip of STRIP rows is walked along its rows, so memory delivers as many long streams, with
         requests AHEAD of their use, and takes STRIP neighbours of each row of b. A matrix larger than any cache
         is stored past it, where all rows of b start a cache line (m a multiple of 8); elsewhere it is not.
Source   J. O. Eklundh, A fast computer method for matrix transposing, IEEE Trans. Computers C-21(7), 1972.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import ALIGNMENT_BYTES, poisoned, uniform
from kernels.compile import compiled, part
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.spec import Kernel, Work

STRIP = 16
AHEAD = 32


def reference(a: Any, b: Any) -> dict[str, Any]:
    """A copy in the other order."""
    return {"b": a.T.copy()}


@part
def move_block(a: Any, i: int, j: int, b: Any, past_caches: bool) -> None:
    """Transpose the square of registers whose first element is a[i, j]."""
    m, n = a.shape
    square = tile.load_square(a, i * n + j, n, simd.lanes(a), simd.lanes(a))
    tile.prefetch(square, a, i * n + j + AHEAD, n)
    if past_caches:
        tile.stream(tile.transposed(square), b, j * m + i, m)
    else:
        tile.store(tile.transposed(square), b, j * m + i, m)


@part
def rows_start_lines(b: Any) -> Any:
    """Whether all rows of a matrix start a cache line."""
    return simd.address(b) % ALIGNMENT_BYTES == 0 and b.shape[1] * b.itemsize % ALIGNMENT_BYTES == 0


@part
def transpose_strip(a: Any, b: Any, first: int, last: int, past_caches: bool) -> None:
    """Rows first to last of `a`: whole blocks, then the elements that fill none."""
    n = a.shape[1]
    lanes = simd.lanes(a)
    rows_end = last - (last - first) % lanes
    columns_end = n - n % lanes
    for j in range(0, columns_end, lanes):
        for i in range(first, rows_end, lanes):
            move_block(a, i, j, b, past_caches)
    for i in range(rows_end, last):
        for j in range(n):
            b[j, i] = a[i, j]
    for i in range(first, rows_end):
        for j in range(columns_end, n):
            b[j, i] = a[i, j]


@compiled(a="float64 m n", b="float64 n m")
def transpose(a: Any, b: Any) -> None:
    """Strips of rows in parallel."""
    m = a.shape[0]
    past_caches = b.size * b.itemsize >= STREAM_FROM_BYTES and rows_start_lines(b)
    for strip in prange((m + STRIP - 1) // STRIP):
        transpose_strip(a, b, strip * STRIP, min((strip + 1) * STRIP, m), past_caches)


@compiled(a="float64 m n", b="float64 n m")
def plain_transpose(a: Any, b: Any) -> None:
    """Element by element: each one that is written moves a whole cache line."""
    for j in prange(b.shape[0]):
        for i in range(b.shape[1]):
            b[j, i] = a[i, j]


def inputs(seed: int, m: int, n: int) -> dict[str, Any]:
    """A random matrix."""
    return {"a": uniform(np.random.default_rng(seed), (m, n), np.float64), "b": poisoned((n, m), np.float64)}


def work(m: int, n: int) -> Work:
    """Counts for one matrix."""
    formula = "flops = 0; bytes = 8 m n read + 8 m n written"
    return Work(flops=0, bytes_read=8 * m * n, bytes_written=8 * m * n, formula=formula)


TRANSPOSE = Kernel(
    name="transpose",
    story="Changing the layout of a matrix, as between the passes of Fourier transforms and in data preparation.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"m": 2400, "n": 2000},
        "standard": {"m": 4800, "n": 4000},
        "full": {"m": 12000, "n": 10000},
    },
    inputs=inputs,
    outputs=("b",),
    reference=reference,
    cpu=transpose,
    work=work,
    rtol=0,
    tolerance="values are moved, not changed",
    source="Eklundh, IEEE Transactions on Computers C-21(7), 1972",
    goals={"numpy": 1.2, "C": 1.0},
    simple=plain_transpose,
)
