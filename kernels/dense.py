"""Dense matrix products as parts of other kernels: C = keep C + alpha A B on blocks of larger arrays.

    a = dense.Matrix(x.reshape(-1), 0, width, 1)
    dense.multiply(m, n, k, 1.0, a, dense.Matrix(w.reshape(-1), 0, n, 1), 0.0, y.reshape(-1), 0, n)

`multiply` spreads the work over threads and must be called outside of any prange; `multiply_alone` is for use
inside a thread. Offsets and strides count elements of flat C-contiguous arrays, all of one precision, float32
or float64. Nothing checks bounds, and C must not overlap A or B. Cases: keep = 0 assigns (C may hold anything,
NaN too), keep = 1 and alpha = 1 or -1 adds or subtracts. A transposed operand has its two strides swapped.

Method   B is packed into panels of one tile's columns, A (times alpha) into strips of one tile's rows, both
         `depth` deep, so that the innermost loop reads memory in order and keeps its block of C in registers.
Source   K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import get_num_threads, njit, prange

from kernels import simd, tile
from kernels.compile import CONTRACT, part
from kernels.tile import ROWS, VECTORS

DEPTH_BYTES = 2560
STRIPS = 24
SLAB_BYTES = 8 * 2**20


class Matrix(NamedTuple):
    """A block of a flat array: element i, j is values[start + i * row + j * column]."""

    values: Any
    start: int
    row: int
    column: int


@part
def pack(
    a: Any, at: int, line: int, step: int, lines: int, height: int, depth: int, factor: Any, packed: Any, to: int
) -> None:
    """packed[to + k height + i] = factor a[at + i line + k step] for i < lines, and 0 up to `height`.

    Either line or step is 1. Whole vectors are written, so what follows in `packed` must be free or come later.
    """
    lanes = simd.lanes(a)
    scale = simd.broadcast(factor)
    last = (height - 1) // lanes * lanes
    if line == 1:
        for k in range(depth):
            for i in range(0, height, lanes):
                values = simd.load_part(a, at + k * step + i, lines - i)
                simd.store(packed, to + k * height + i, values * scale)
    else:
        for k in range(0, depth, lanes):
            for i in range(last, -1, -lanes):
                square = tile.load_square(a, at + i * line + k, line, lines - i, depth - k)
                tile.store(tile.scaled(tile.transposed(square), scale), packed, to + k * height + i, height)


@part
def multiply_tile(
    strips: Any, a_at: int, panels: Any, b_at: int, depth: int, c: Any, c_at: int, stride: int, keep: bool
) -> None:
    """Add strip times panel to one whole tile of C, or assign it."""
    width = VECTORS * simd.lanes(c)
    block = tile.zeros(c, ROWS, VECTORS)
    tile.prefetch(block, c, c_at, stride)
    for k in range(depth):
        block = tile.add_outer(block, strips, a_at + k * ROWS, 1, panels, b_at + k * width)
    if keep:
        block = tile.add(block, c, c_at, stride)
    tile.store(block, c, c_at, stride)


@part
def add_spare(spare: Any, rows: int, columns: int, c: Any, c_at: int, stride: int, keep: bool) -> None:
    """Add the used part of a spare tile to C, or assign it."""
    lanes = simd.lanes(c)
    for i in range(rows):
        for j in range(0, columns, lanes):
            to, count = c_at + i * stride + j, min(lanes, columns - j)
            value = simd.load(spare, i * VECTORS * lanes + j)
            if keep:
                value = value + simd.load_part(c, to, count)
            simd.store_part(c, to, value, count)


@part
def multiply_block(
    strips: Any, m: int, n: int, depth: int, room: int, panels: Any, c: Any, c_at: int, stride: int, keep: bool,
    spare: Any,
) -> None:  # fmt: skip
    """C (m, n) = keep C + packed strips times packed panels; tiles that reach beyond C go by way of a spare one."""
    width = VECTORS * simd.lanes(c)
    for column in range(0, n, width):
        for row in range(0, m, ROWS):
            to = c_at + row * stride + column
            whole = row + ROWS <= m and column + width <= n
            out, out_at, out_stride = (c, to, stride) if whole else (spare, 0, width)
            multiply_tile(strips, row * room, panels, column * room, depth, out, out_at, out_stride, keep and whole)
            if not whole:
                add_spare(spare, min(ROWS, m - row), min(width, n - column), c, to, stride, keep)


@part
def multiply_alone(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """C (m, n) = keep C + alpha A (m, k) B (k, n), keep 0 or 1, on the calling thread; k at least 1."""
    a_values, a_start, a_row, a_column = a
    b_values, b_start, b_row, b_column = b
    lanes = simd.lanes(c)
    width = VECTORS * lanes
    one, factor = c.dtype.type(1), c.dtype.type(alpha)
    max_depth = DEPTH_BYTES // c.itemsize
    max_columns = SLAB_BYTES // (DEPTH_BYTES * width) * width
    max_rows = STRIPS * ROWS
    most = min(n, max_columns) + width, min(m, max_rows) + ROWS, min(k, max_depth) + lanes
    panels = np.empty(most[0] * most[2], c.dtype)
    strips = np.empty(most[1] * most[2] + lanes, c.dtype)
    spare = np.empty(ROWS * width, c.dtype)
    for column0 in range(0, n, max_columns):
        columns = min(max_columns, n - column0)
        for k0 in range(0, k, max_depth):
            depth = min(max_depth, k - k0)
            room = (depth + lanes - 1) // lanes * lanes
            for j in range(0, columns, width):
                at = b_start + k0 * b_row + (column0 + j) * b_column
                pack(b_values, at, b_column, b_row, min(width, columns - j), width, depth, one, panels, j * room)
            for row0 in range(0, m, max_rows):
                rows = min(max_rows, m - row0)
                for i in range(0, rows, ROWS):
                    at = a_start + (row0 + i) * a_row + k0 * a_column
                    pack(a_values, at, a_row, a_column, min(ROWS, rows - i), ROWS, depth, factor, strips, i * room)
                multiply_block(
                    strips, rows, columns, depth, room, panels, c, c_at + row0 * c_row + column0, c_row,
                    keep != 0 or k0 > 0, spare,
                )  # fmt: skip


@part
def grid(threads: int, strips: int, panels: int) -> Any:
    """(rows, columns) of the grid of threads whose largest share costs least; packing a strip costs a quarter tile."""
    best_rows, best_cost = 1, 2**62
    for rows in range(1, threads + 1):
        columns = threads // rows
        cost = -(-strips // rows) * (4 * -(-panels // columns) + 1)
        if cost < best_cost:
            best_rows, best_cost = rows, cost
    return best_rows, threads // best_rows


@njit(parallel=True, error_model="numpy", fastmath=set(CONTRACT))
def multiply(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """The same on all threads, each of which computes a block of C."""
    a_values, a_start, a_row, a_column = a
    b_values, b_start, b_row, b_column = b
    width = VECTORS * simd.lanes(c)
    strips, panels = (m + ROWS - 1) // ROWS, (n + width - 1) // width
    rows, columns = grid(get_num_threads(), strips, panels)
    for share in prange(rows * columns):
        i, j = share // columns, share % columns
        row, column = i * strips // rows * ROWS, j * panels // columns * width
        height = min(m, (i + 1) * strips // rows * ROWS) - row
        length = min(n, (j + 1) * panels // columns * width) - column
        a_part = Matrix(a_values, a_start + row * a_row, a_row, a_column)
        b_part = Matrix(b_values, b_start + column * b_column, b_row, b_column)
        multiply_alone(height, length, k, alpha, a_part, b_part, keep, c, c_at + row * c_row + column, c_row)
