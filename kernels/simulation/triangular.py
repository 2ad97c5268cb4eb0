"""Triangular systems with many right-hand sides, the part of blocked factorizations between panel and update.

A line is a right-hand side b, `BLOCK` numbers side by side; it becomes the solution x of L x = b.

The recursion of these factorizations as a loop: when `done` blocks of columns are factored, the last
`lowest_bit(done)` of them update as many to their right.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, prange  # type: ignore[attr-defined]

from kernels import simd
from kernels.compile import part
from kernels.shared import shared

BLOCK = 16
TOGETHER = 4


@part
def lowest_bit(number: int) -> int:
    """The largest power of two that divides a positive number."""
    return number & -number


@part
def pack_triangle(a: Any, at: int, row: int, column: int, triangle: Any) -> None:
    """Columns of -L below the diagonal, zeros elsewhere: `BLOCK` columns of L, which starts at `at`."""
    for k in range(BLOCK):
        for i in range(BLOCK):
            triangle[k * BLOCK + i] = -a[at + i * row + k * column] if i > k else 0.0


@part
def scale_triangle(a: Any, at: int, step: int, triangle: Any, inverses: Any) -> None:
    """Divide the columns by the diagonal, whose numbers lie `step` apart, and keep one over it."""
    for k in range(BLOCK):
        inverses[k] = 1 / a[at + k * step]
        for i in range(BLOCK):
            triangle[k * BLOCK + i] *= inverses[k]


@part
def substitute(triangle: Any, lines: Any) -> None:
    """Solve for `TOGETHER` lines at once, with ones on the diagonal."""
    lanes = simd.lanes(lines)
    for k in range(BLOCK):
        x0, x1 = simd.broadcast(lines[k]), simd.broadcast(lines[BLOCK + k])
        x2, x3 = simd.broadcast(lines[2 * BLOCK + k]), simd.broadcast(lines[3 * BLOCK + k])
        for i in range(k // lanes * lanes, BLOCK, lanes):
            factor = simd.load(triangle, k * BLOCK + i)
            simd.store(lines, i, simd.fma(factor, x0, simd.load(lines, i)))
            simd.store(lines, BLOCK + i, simd.fma(factor, x1, simd.load(lines, BLOCK + i)))
            simd.store(lines, 2 * BLOCK + i, simd.fma(factor, x2, simd.load(lines, 2 * BLOCK + i)))
            simd.store(lines, 3 * BLOCK + i, simd.fma(factor, x3, simd.load(lines, 3 * BLOCK + i)))


@part
def solve_lines(triangle: Any, inverses: Any, x: Any, at: int, stride: int, count: int, lines: Any) -> None:
    """Solve for `count` <= `TOGETHER` lines at `at`, `at + stride`, ... by way of `lines`."""
    lanes = simd.lanes(x)
    for line in range(count):
        for i in range(0, BLOCK, lanes):
            simd.store(lines, line * BLOCK + i, simd.load(x, at + line * stride + i))
    substitute(triangle, lines)
    for line in range(count):
        for i in range(0, BLOCK, lanes):
            solution = simd.load(lines, line * BLOCK + i) * simd.load(inverses, i)
            simd.store(x, at + line * stride + i, solution)


@shared(
    {
        **{"a": "floats", "a_at": "int64", "a_row": "int64", "a_column": "int64", "ones": "int64"},
        **{"x": "floats", "x_at": "int64", "x_line": "int64", "count": "int64"},
    },
    parallel=True,
)
def solve_triangle(
    a: Any, a_at: int, a_row: int, a_column: int, ones: int, x: Any, x_at: int, x_line: int, count: int
) -> None:
    """Solve L x = b on all threads for `count` lines that start at x_at, x_at + x_line, ... in x.

    L has `BLOCK` rows and columns; element i, j is at a_at + i a_row + j a_column in a. With `ones` its diagonal
    is taken to be 1. float64 only.
    """
    matrix, right = carray(a, 1), carray(x, 1)
    triangle, inverses = np.empty(BLOCK * BLOCK), np.ones(BLOCK)
    pack_triangle(matrix, a_at, a_row, a_column, triangle)
    if ones == 0:
        scale_triangle(matrix, a_at, a_row + a_column, triangle, inverses)
    for group in prange((count + TOGETHER - 1) // TOGETHER):
        lines = np.zeros(TOGETHER * BLOCK)
        first = group * TOGETHER
        solve_lines(triangle, inverses, right, x_at + first * x_line, x_line, min(TOGETHER, count - first), lines)
