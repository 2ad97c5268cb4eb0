"""Matrix products on a GPU: tiles of both factors in shared memory, a small square of the result in registers.

A block of 16 x 16 threads makes tile_m x tile_n numbers. A thread takes groups of neighbouring rows and columns, as
many as one wide load brings, 16 groups apart, so that the loads of a warp from shared memory meet no bank twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, THREADS, cuda, device, load2, load4, store2, store4
from kernels.gpu.version import Launch, Version

SIDE = 16
DEPTH = 8


@dataclass(frozen=True)
class Tile:
    """What a block makes: rows_each x columns_each numbers per thread, `lanes` of them per wide load."""

    dtype: Any
    lanes: int
    rows_each: int
    columns_each: int

    @property
    def rows(self) -> int:
        return SIDE * self.rows_each

    @property
    def columns(self) -> int:
        return SIDE * self.columns_each

    @property
    def wide(self) -> tuple[Any, Any]:
        """Load and store of `lanes` neighbours."""
        return (load4, store4) if self.lanes == 4 else (load2, store2)


def left_filler(tile: Tile) -> Any:
    """Device function: a slice of the left factor into shared memory, turned around; zeros beyond its end."""
    dtype, lanes, (load, _) = tile.dtype, tile.lanes, tile.wide
    zero, loads, per_row = dtype(0), tile.rows * DEPTH // tile.lanes, DEPTH // tile.lanes

    def fill(a: Any, left: Any, row_0: Any, start: Any, extent: Any) -> None:
        m, k, offset = extent
        for i in range(cuda.threadIdx.x, loads, THREADS):
            row, step = i // per_row, i % per_row * lanes
            if row_0 + row < m and start + step < k:
                found = load(a, offset + (row_0 + row) * k + start + step)
                for w in range(lanes):
                    left[step + w, row] = found[w]
            else:
                for w in range(lanes):
                    left[step + w, row] = zero

    return device(fill)


def right_filler(tile: Tile) -> Any:
    """Device function: a slice of the right factor into shared memory; zeros beyond its end."""
    dtype, lanes, columns, (load, store) = tile.dtype, tile.lanes, tile.columns, tile.wide
    zero, loads, per_row = dtype(0), tile.columns * DEPTH // tile.lanes, tile.columns // tile.lanes

    def fill(b: Any, right: Any, column_0: Any, start: Any, extent: Any) -> None:
        k, n, offset = extent
        for i in range(cuda.threadIdx.x, loads, THREADS):
            step, column = i // per_row, i % per_row * lanes
            if start + step < k and column_0 + column < n:
                store(right, step * columns + column, load(b, offset + (start + step) * n + column_0 + column))
            else:
                for w in range(lanes):
                    right[step, column + w] = zero

    return device(fill)


def adder(tile: Tile) -> Any:
    """Device function: products of both slices added to the numbers of a thread."""
    lanes, rows, columns, (load, _) = tile.lanes, tile.rows, tile.columns, tile.wide
    rows_each, columns_each = tile.rows_each, tile.columns_each

    def add(left: Any, right: Any, p: Any, q: Any, sums: Any) -> None:
        column_of, row_of = cuda.threadIdx.x % SIDE, cuda.threadIdx.x // SIDE
        for step in range(DEPTH):
            for group in range(rows_each // lanes):
                found = load(left, step * rows + (group * SIDE + row_of) * lanes)
                for w in range(lanes):
                    p[group * lanes + w] = found[w]
            for group in range(columns_each // lanes):
                found = load(right, step * columns + (group * SIDE + column_of) * lanes)
                for w in range(lanes):
                    q[group * lanes + w] = found[w]
            for i in range(rows_each):
                for j in range(columns_each):
                    sums[i * columns_each + j] += p[i] * q[j]

    return device(add)


def writer(tile: Tile) -> Any:
    """Device function: the numbers of a thread to where they belong."""
    lanes, rows_each, columns_each, (_, store) = tile.lanes, tile.rows_each, tile.columns_each, tile.wide

    def two(sums: Any, at: Any) -> Any:
        return sums[at], sums[at + 1]

    def four(sums: Any, at: Any) -> Any:
        return sums[at], sums[at + 1], sums[at + 2], sums[at + 3]

    some = device(four if lanes == 4 else two)

    def write(c: Any, sums: Any, row_0: Any, column_0: Any, extent: Any) -> None:
        m, n, offset = extent
        column_of, row_of = cuda.threadIdx.x % SIDE, cuda.threadIdx.x // SIDE
        for i in range(rows_each):
            row = row_0 + (i // lanes * SIDE + row_of) * lanes + i % lanes
            for group in range(columns_each // lanes):
                column = column_0 + (group * SIDE + column_of) * lanes
                if row < m and column < n:
                    store(c, offset + row * n + column, some(sums, i * columns_each + group * lanes))

    return device(write)


def product_of(tile: Tile) -> Any:
    """Device function that makes one tile of c = a b; matrices lie flat from their offsets on."""
    dtype, rows, columns = tile.dtype, tile.rows, tile.columns
    rows_each, columns_each, each = tile.rows_each, tile.columns_each, tile.rows_each * tile.columns_each
    fill_left, fill_right, add, write = left_filler(tile), right_filler(tile), adder(tile), writer(tile)
    zero = dtype(0)

    def product(a: Any, b: Any, c: Any, extent: Any, offset: Any) -> None:
        m, n, k = extent
        left = cuda.shared.array((DEPTH, rows), dtype, alignment=ALIGNMENT)
        right = cuda.shared.array((DEPTH, columns), dtype, alignment=ALIGNMENT)
        sums = cuda.local.array(each, dtype)
        p = cuda.local.array(rows_each, dtype)
        q = cuda.local.array(columns_each, dtype)
        for i in range(each):
            sums[i] = zero
        row_0, column_0 = cuda.blockIdx.y * rows, cuda.blockIdx.x * columns
        for start in range(0, k, DEPTH):
            fill_left(a, left, row_0, start, (m, k, offset[0]))
            fill_right(b, right, column_0, start, (k, n, offset[1]))
            cuda.syncthreads()
            add(left, right, p, q, sums)
            cuda.syncthreads()
        write(c, sums, row_0, column_0, (m, n, offset[2]))

    return device(product)


product_fp32 = product_of(Tile(np.float32, 4, 8, 8))
product_fp64 = product_of(Tile(np.float64, 2, 8, 4))
product_small = product_of(Tile(np.float32, 2, 2, 2))


def gemm_fp32(a: Any, b: Any, c: Any) -> None:
    """Makes 128 x 128 numbers of c = a b per block."""
    product_fp32(a, b, c, (a.shape[0], b.shape[1], a.shape[1]), (0, 0, 0))


def gemm_fp64(a: Any, b: Any, c: Any) -> None:
    """Makes 128 x 64 numbers of c = a b per block."""
    product_fp64(a, b, c, (a.shape[0], b.shape[1], a.shape[1]), (0, 0, 0))


def batched_gemm(a: Any, b: Any, c: Any) -> None:
    """Makes 32 x 32 numbers of c[i] = a[i] b[i] per block; blocks along z step through the batch."""
    m, n, k = a.shape[1], b.shape[2], a.shape[2]
    for item in range(cuda.blockIdx.z, a.shape[0], cuda.gridDim.z):
        product_small(a, b, c, (m, n, k), (item * m * k, item * k * n, item * m * n))


def _launches(function: Any, tile_m: int, tile_n: int) -> Any:
    def launches(multiprocessors: int, m: int, n: int, k: int, batch: int = 1) -> tuple[Launch, ...]:
        blocks = (-(-n // tile_n), -(-m // tile_m), min(batch, 65535))
        return (Launch(function, ("a", "b", "c"), blocks, THREADS),)

    return launches


VERSIONS = (
    Version(
        "gemm_fp32",
        _launches(gemm_fp32, 128, 128),
        ("ld.global.v4.f32", "ld.shared.v4.f32", "fma.rn.f32"),
        {"m": 20, "n": 36, "k": 12},
        divides={"n": 4, "k": 4},
    ),
    Version(
        "gemm_fp64",
        _launches(gemm_fp64, 128, 64),
        ("ld.global.v2.f64", "ld.shared.v2.f64", "fma.rn.f64"),
        {"m": 20, "n": 34, "k": 10},
        divides={"n": 2, "k": 2},
    ),
    Version(
        "batched_gemm",
        _launches(batched_gemm, 32, 32),
        ("ld.global.v2.f32", "ld.shared.v2.f32", "fma.rn.f32"),
        {"m": 10, "n": 34, "k": 10, "batch": 3},
        divides={"n": 2, "k": 2},
    ),
)
