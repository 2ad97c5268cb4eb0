"""Triangular systems with many right-hand sides, the part of blocked factorizations between panel and update.

A line is a right-hand side b, `BLOCK` numbers side by side; it becomes the solution x of L x = b.

The recursion of these factorizations as a loop: when `done` blocks of columns are factored, the last
`lowest_bit(done)` of them update as many to their right.
"""

from __future__ import annotations

from typing import Any

from kernels import simd
from kernels.compile import part

BLOCK = 16
TOGETHER = 4


@part
def lowest_bit(number: int) -> int:
    """The largest power of two that divides a positive number."""
    return number & -number


@part
def pack_triangle(a: Any, at: int, row: int, column: int, size: int, triangle: Any) -> None:
    """Columns of -L / diagonal below the diagonal, zeros elsewhere: `BLOCK` columns of L, which starts at `at`."""
    for k in range(BLOCK):
        for i in range(BLOCK):
            inside = k < i < size
            triangle[k * BLOCK + i] = -a[at + i * row + k * column] if inside else 0.0


@part
def scale_triangle(a: Any, at: int, step: int, size: int, triangle: Any, inverses: Any) -> None:
    """Divide the columns by the diagonal, whose numbers lie `step` apart, and keep one over it; 1 beyond `size`."""
    for k in range(BLOCK):
        inverses[k] = 1 / a[at + k * step] if k < size else 1.0
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
def solve_lines(triangle: Any, inverses: Any, x: Any, at: int, stride: int, size: int, count: int, lines: Any) -> None:
    """Solve for `count` <= `TOGETHER` lines of `size` numbers at `at`, `at + stride`, ... by way of `lines`."""
    lanes = simd.lanes(x)
    for line in range(count):
        for i in range(0, BLOCK, lanes):
            simd.store(lines, line * BLOCK + i, simd.load_part(x, at + line * stride + i, size - i))
    substitute(triangle, lines)
    for line in range(count):
        for i in range(0, BLOCK, lanes):
            solution = simd.load(lines, line * BLOCK + i) * simd.load(inverses, i)
            simd.store_part(x, at + line * stride + i, solution, size - i)
