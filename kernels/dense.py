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
SLAB_BYTES = 16 * 2**20


class Matrix(NamedTuple):
    """A block of a flat array: element i, j is values[start + i * row + j * column]."""

    values: Any
    start: int
    row: int
    column: int


@part
def pack_strip(a: Any, at: int, row: int, column: int, rows: int, depth: int, alpha: Any, packed: Any, to: int) -> None:
    """Copy alpha times `rows` rows of A, `depth` columns each, into column-major order; missing rows become zero."""
    if rows < ROWS:
        packed[to : to + depth * ROWS] = 0
    for k1 in range(0, depth, 16):
        for i in range(rows):
            for k in range(k1, min(k1 + 16, depth)):
                packed[to + k * ROWS + i] = alpha * a[at + i * row + k * column]


@part
def pack_panel(b: Any, at: int, row: int, column: int, depth: int, columns: int, packed: Any, to: int) -> None:
    """Copy `columns` columns of B, `depth` rows each, into row-major order; missing columns become zero."""
    width = VECTORS * simd.lanes(b)
    if columns < width:
        packed[to : to + depth * width] = 0
    if column == 1 and columns == width:
        for k in range(depth):
            for j in range(0, width, simd.lanes(b)):
                simd.store(packed, to + k * width + j, simd.load(b, at + k * row + j))
    else:
        for k1 in range(0, depth, 16):
            for j in range(columns):
                for k in range(k1, min(k1 + 16, depth)):
                    packed[to + k * width + j] = b[at + k * row + j * column]


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
    width = VECTORS * simd.lanes(c)
    for i in range(rows):
        for j in range(columns):
            old = c[c_at + i * stride + j] if keep else 0
            c[c_at + i * stride + j] = old + spare[i * width + j]


@part
def multiply_block(
    strips: Any, m: int, n: int, depth: int, panels: Any, b_at: int, c: Any, c_at: int, stride: int, keep: bool
) -> None:
    """C (m, n) = keep C + packed strips times packed panels; tiles that reach beyond C go by way of a spare one."""
    width = VECTORS * simd.lanes(c)
    spare = np.empty(ROWS * width, c.dtype)
    for column in range(0, n, width):
        for row in range(0, m, ROWS):
            to = c_at + row * stride + column
            whole = row + ROWS <= m and column + width <= n
            out, out_at, out_stride = (c, to, stride) if whole else (spare, 0, width)
            a_at, panel_at = row * depth, b_at + column * depth
            multiply_tile(strips, a_at, panels, panel_at, depth, out, out_at, out_stride, keep and whole)
            if not whole:
                add_spare(spare, min(ROWS, m - row), min(width, n - column), c, to, stride, keep)


@part
def multiply_share(
    a: Any, a_at: int, a_row: int, a_column: int, alpha: Any, m: int, n: int, k: int,
    panels: Any, b_at: int, padded_n: int, c: Any, c_at: int, stride: int, keep: bool,
) -> None:  # fmt: skip
    """One thread's rows and columns of C, in blocks that fit its cache, times a packed slab of B."""
    max_depth = DEPTH_BYTES // c.itemsize
    strips = np.empty(STRIPS * ROWS * max_depth, c.dtype)
    for k0 in range(0, k, max_depth):
        depth = min(max_depth, k - k0)
        for row0 in range(0, m, STRIPS * ROWS):
            rows = min(STRIPS * ROWS, m - row0)
            for row in range(0, rows, ROWS):
                at = a_at + (row0 + row) * a_row + k0 * a_column
                pack_strip(a, at, a_row, a_column, min(ROWS, rows - row), depth, alpha, strips, row * depth)
            multiply_block(
                strips, rows, n, depth, panels, k0 * padded_n + b_at * depth, c, c_at + row0 * stride, stride,
                keep or k0 > 0,
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


@part
def pack_piece(b: Any, start: int, row: int, column: int, k: int, n: int, piece: int, panels: Any) -> None:
    """Pack one panel of at most `depth` rows: piece by piece the whole of B (k, n)."""
    width = VECTORS * simd.lanes(b)
    max_depth = DEPTH_BYTES // b.itemsize
    panel_count = (n + width - 1) // width
    k0 = piece // panel_count * max_depth
    j0 = piece % panel_count * width
    depth = min(max_depth, k - k0)
    to = k0 * panel_count * width + j0 * depth
    pack_panel(b, start + k0 * row + j0 * column, row, column, depth, min(width, n - j0), panels, to)


@njit(parallel=True, error_model="numpy", fastmath=set(CONTRACT))
def multiply(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """C (m, n) = keep C + alpha A (m, k) B (k, n), keep 0 or 1, on all threads; k at least 1.

    Slab by slab: pack B, then give each thread its rows and columns. Few large steps, so few waits.
    """
    a_values, a_start, a_row, a_column = a
    b_values, b_start, b_row, b_column = b
    factor = c.dtype.type(alpha)
    width = VECTORS * simd.lanes(c)
    max_depth = DEPTH_BYTES // c.itemsize
    panel_count = (n + width - 1) // width
    padded_n = panel_count * width
    slab = min(k, max_depth * max(1, SLAB_BYTES // max(1, padded_n * DEPTH_BYTES)))
    panels = np.empty(slab * padded_n, c.dtype)
    strips = (m + ROWS - 1) // ROWS
    rows, columns = grid(get_num_threads(), strips, panel_count)
    for k0 in range(0, k, slab):
        depth = min(slab, k - k0)
        for piece in prange((depth + max_depth - 1) // max_depth * panel_count):
            pack_piece(b_values, b_start + k0 * b_row, b_row, b_column, depth, n, piece, panels)
        for share in prange(rows * columns):
            i, j = share // columns, share % columns
            row0, row1 = i * strips // rows * ROWS, min(m, (i + 1) * strips // rows * ROWS)
            column0, column1 = j * panel_count // columns * width, min(n, (j + 1) * panel_count // columns * width)
            multiply_share(
                a_values, a_start + row0 * a_row + k0 * a_column, a_row, a_column, factor,
                row1 - row0, column1 - column0, depth, panels, column0, padded_n,
                c, c_at + row0 * c_row + column0, c_row, keep != 0 or k0 > 0,
            )  # fmt: skip


@part
def multiply_alone(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """The same on the calling thread alone."""
    a_values, a_start, a_row, a_column = a
    b_values, b_start, b_row, b_column = b
    factor = c.dtype.type(alpha)
    width = VECTORS * simd.lanes(c)
    max_depth = DEPTH_BYTES // c.itemsize
    panel_count = (n + width - 1) // width
    panels = np.empty(min(k, max_depth) * panel_count * width, c.dtype)
    for k0 in range(0, k, max_depth):
        depth = min(max_depth, k - k0)
        for piece in range(panel_count):
            pack_piece(b_values, b_start + k0 * b_row, b_row, b_column, depth, n, piece, panels)
        multiply_share(
            a_values, a_start + k0 * a_column, a_row, a_column, factor,
            m, n, depth, panels, 0, panel_count * width, c, c_at, c_row, keep != 0 or k0 > 0,
        )  # fmt: skip
