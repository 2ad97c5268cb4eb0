"""Dense matrix products for use inside kernels: C = keep C + alpha A B on blocks of larger arrays.

    a = dense.Matrix(x, 0, width, 1)
    dense.multiply(m, n, k, 1.0, a, dense.Matrix(w, 0, n, 1), 0.0, y, 0, n)

`multiply` spreads the work over threads and must be called outside of any prange; `multiply_alone` is for use
inside a thread. Arrays have any rank, are C-contiguous and all of one
precision, float32 or float64; offsets and strides count elements from their start. Nothing checks bounds, and
C must not overlap A or B. keep is 0 (assign: C may hold anything, NaN too) or 1 (add; subtract with alpha = -1).
In a transposed operand the two strides are swapped: one of them must be 1.

Method   B is packed into panels of one tile's columns, A (times alpha) into strips of one tile's rows, both
         `depth` deep, so that the innermost loop reads memory in order and keeps its block of C in registers.
         Compiled once for all kernels, see `kernels.shared`.
Source   K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import carray, prange  # type: ignore[attr-defined]

from kernels import simd, tile
from kernels.compile import part
from kernels.shared import shared, thread_count
from kernels.tile import ROWS, VECTORS

DEPTH_BYTES = 2560
STRIPS = 24
UNROLLED = 4
SLAB_BYTES = 8 * 2**20
PARAMETERS = {
    **{"m": "int64", "n": "int64", "k": "int64", "alpha": "float64"},
    **{"a": "floats", "a_at": "int64", "a_row": "int64", "a_column": "int64"},
    **{"b": "floats", "b_at": "int64", "b_row": "int64", "b_column": "int64"},
    **{"keep": "float64", "c": "floats", "c_at": "int64", "c_row": "int64"},
}


class Matrix(NamedTuple):
    """A block of an array: element i, j is number start + i * row + j * column from the array's start."""

    values: Any
    start: int
    row: int
    column: int


@part
def pack(
    a: Any, at: int, line: int, step: int, lines: int, height: int, depth: int, factor: Any, packed: Any, to: int
) -> None:
    """packed[to + k height + i] = factor a[at + i line + k step] for i < lines, and 0 up to `height`.

    Zeros follow until k is a multiple of `UNROLLED`. Either line or step is 1. Whole vectors are written, so what
    follows in `packed` must be free or come later.
    """
    lanes = simd.lanes(a)
    scale = simd.broadcast(factor)
    last = (height - 1) // lanes * lanes
    end = (depth + UNROLLED - 1) // UNROLLED * UNROLLED
    if line == 1:
        for k in range(end):
            for i in range(0, height, lanes):
                values = simd.load_part(a, at + k * step + i, lines - i if k < depth else 0)
                simd.store(packed, to + k * height + i, values * scale)
    else:
        for k in range(0, end, lanes):
            for i in range(last, -1, -lanes):
                square = tile.load_square(a, at + i * line + k, line, lines - i, depth - k)
                tile.store(tile.scaled(tile.transposed(square), scale), packed, to + k * height + i, height)


@part
def copy_block(a: Any, a_at: int, a_row: int, c: Any, c_at: int, c_row: int, rows: int, columns: int) -> None:
    """C (rows, columns) = A."""
    lanes = simd.lanes(c)
    for i in range(rows):
        for j in range(0, columns, lanes):
            values = simd.load_part(a, a_at + i * a_row + j, columns - j)
            simd.store_part(c, c_at + i * c_row + j, values, columns - j)


@part
def multiply_tile(
    vectors: int, strips: Any, a_at: int, panels: Any, b_at: int, depth: int, c: Any, c_at: int, c_row: int,
    keep: bool, ahead: int, step: int,
) -> None:  # fmt: skip
    """Add strip times panel, `vectors` wide, to one whole tile of C, or assign it.

    Meanwhile the next panel is fetched into the second-level cache from `ahead` on, `step` elements at a time.
    """
    width = vectors * simd.lanes(c)
    block = tile.zeros(c, ROWS, vectors)
    tile.prefetch(block, c, c_at, c_row)
    for k0 in range(0, depth, UNROLLED):
        for k in range(k0, k0 + UNROLLED):
            block = tile.add_outer(block, strips, a_at + k * ROWS, 1, panels, b_at + k * width)
        simd.prefetch_far(panels, ahead)
        ahead += step
    if keep:
        block = tile.add(block, c, c_at, c_row)
    tile.store(block, c, c_at, c_row)


@part
def multiply_panel(
    vectors: int, strips: Any, m: int, n: int, depth: int, room: int, panels: Any, b_at: int,
    c: Any, c_at: int, c_row: int, keep: bool, spare: Any,
) -> None:  # fmt: skip
    """C (m, n) = keep C + strips times one panel, `room` deep each; tiles beyond C go by way of a spare one."""
    width = vectors * simd.lanes(c)
    step = (UNROLLED * width * ROWS + m - 1) // m
    for row in range(0, m, ROWS):
        ahead = b_at + width * room + row // ROWS * step * (depth // UNROLLED)
        to, rows = c_at + row * c_row, min(ROWS, m - row)
        whole = rows == ROWS and n == width
        out, out_at, out_row = (c, to, c_row) if whole else (spare, 0, width)
        if keep and not whole:
            copy_block(c, to, c_row, out, out_at, out_row, rows, n)
        multiply_tile(vectors, strips, row * room, panels, b_at, depth, out, out_at, out_row, keep, ahead, step)
        if not whole:
            copy_block(out, out_at, out_row, c, to, c_row, rows, n)


@shared(PARAMETERS)
def dense_block(
    m: int, n: int, k: int, alpha: float, a: Any, a_at: int, a_row: int, a_column: int,
    b: Any, b_at: int, b_row: int, b_column: int, keep: float, c: Any, c_at: int, c_row: int,
) -> None:  # fmt: skip
    """The product on one thread, block by block of what fits the caches.

    The last panels of B are one vector wide, so that little is wasted.
    """
    left, right, result = carray(a, 1), carray(b, 1), carray(c, 1)
    lanes = simd.lanes(result)
    width = VECTORS * lanes
    one, factor = result.dtype.type(1), result.dtype.type(alpha)
    max_depth = DEPTH_BYTES // result.itemsize
    max_columns = max(1, SLAB_BYTES // (DEPTH_BYTES * width)) * width
    max_rows = STRIPS * ROWS
    strip_height = max_rows // STRIPS
    most_extra = max(lanes, UNROLLED)
    most_room = min(k, max_depth) + most_extra
    panels = np.empty((min(n, max_columns) + width) * most_room, result.dtype)
    strips = np.empty((min(m, max_rows) + ROWS) * most_room + lanes, result.dtype)
    spare = np.empty(ROWS * width, result.dtype)
    for j0 in range(0, n, max_columns):
        columns = min(max_columns, n - j0)
        for k0 in range(0, k, max_depth):
            depth = min(max_depth, k - k0)
            room = (depth + most_extra - 1) // most_extra * most_extra
            whole = columns - columns % width
            for j in range(0, columns, lanes):
                wide = width if j < whole else lanes
                if j >= whole or j % width == 0:
                    at = b_at + k0 * b_row + (j0 + j) * b_column
                    pack(right, at, b_column, b_row, min(wide, columns - j), wide, depth, one, panels, j * room)
            for i0 in range(0, m, max_rows):
                rows = min(max_rows, m - i0)
                for i in range(0, rows, ROWS):
                    at = a_at + (i0 + i) * a_row + k0 * a_column
                    pack(left, at, a_row, a_column, min(ROWS, rows - i), strip_height, depth, factor, strips, i * room)
                add, to = keep != 0 or k0 > 0, c_at + i0 * c_row + j0
                for j in range(0, whole, width):
                    at = j * room
                    multiply_panel(
                        VECTORS, strips, rows, width, depth, room, panels, at, result, to + j, c_row, add, spare
                    )
                for j in range(whole, columns, lanes):
                    at, wide = j * room, min(lanes, columns - j)
                    multiply_panel(1, strips, rows, wide, depth, room, panels, at, result, to + j, c_row, add, spare)


@part
def grid(threads: int, strips: int, panels: int) -> Any:
    """(rows, columns) of the grid of threads whose largest share costs least.

    Packing a strip costs about a sixth of multiplying a tile, packing a panel about as much as a tile.
    """
    best_rows, best_cost = 1, 2**62
    for rows in range(1, threads + 1):
        columns = threads // rows
        tall, wide = (strips + rows - 1) // rows, (panels + columns - 1) // columns
        cost = 6 * tall * wide + tall + 6 * wide
        if cost < best_cost:
            best_rows, best_cost = rows, cost
    return best_rows, threads // best_rows


@shared(PARAMETERS, parallel=True)
def dense_product(
    m: int, n: int, k: int, alpha: float, a: Any, a_at: int, a_row: int, a_column: int,
    b: Any, b_at: int, b_row: int, b_column: int, keep: float, c: Any, c_at: int, c_row: int,
) -> None:  # fmt: skip
    """The product on all threads, each of which computes a block of C, whole tiles except at the ends."""
    left, right, result = carray(a, 1), carray(b, 1), carray(c, 1)
    width = VECTORS * simd.lanes(result)
    strips, panels = (m + ROWS - 1) // ROWS, (n + width - 1) // width
    rows, columns = grid(thread_count(), strips, panels)
    for share in prange(rows * columns):
        i, j = share // columns, share % columns
        row, column = i * strips // rows * ROWS, j * panels // columns * width
        height = min(m, (i + 1) * strips // rows * ROWS) - row
        length = min(n, (j + 1) * panels // columns * width) - column
        a_from, b_from, to = a_at + row * a_row, b_at + column * b_column, c_at + row * c_row + column
        dense_block(
            height, length, k, alpha, left, a_from, a_row, a_column, right, b_from, b_row, b_column,
            keep, result, to, c_row,
        )  # fmt: skip


@part
def multiply(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """C (m, n) = keep C + alpha A (m, k) B (k, n) on all threads, for k of at least 1."""
    dense_product(
        m, n, k, alpha, a.values, a.start, a.row, a.column, b.values, b.start, b.row, b.column, keep, c, c_at, c_row
    )


@part
def multiply_alone(
    m: int, n: int, k: int, alpha: float, a: Matrix, b: Matrix, keep: float, c: Any, c_at: int, c_row: int
) -> None:
    """The same on the calling thread alone."""
    dense_block(
        m, n, k, alpha, a.values, a.start, a.row, a.column, b.values, b.start, b.row, b.column, keep, c, c_at, c_row
    )
