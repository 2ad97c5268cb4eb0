"""Dense matrix product: the work of every linear layer, and of the LINPACK benchmark.

Formula  C = A B, with A (m, k), B (k, n), C (m, n), all row-major.
Work     2 m n k flops; A and B read once, C written once.
Method   B is packed into panels of one tile's columns, A into strips of one tile's rows, both `depth` deep,
         so that the innermost loop reads memory in order and keeps its block of C in registers.
Source   K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import poisoned, uniform
from kernels.compile import Compiled, part
from kernels.spec import Kernel, Precision, Work
from kernels.tile import ROWS, VECTORS

DEPTH_BYTES = 2560
STRIPS = 24
SLAB_BYTES = 16 * 2**20


def reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The product in double precision."""
    return {"c": a.astype(np.float64) @ b.astype(np.float64)}


@part
def pack_strip(a: Any, row: int, k0: int, depth: int, packed: Any, start: int) -> None:
    """Copy `ROWS` rows of A from column k0 into column-major order; rows beyond A become zero."""
    rows = min(ROWS, a.shape[0] - row)
    if rows < ROWS:
        packed[start : start + depth * ROWS] = 0
    for k1 in range(0, depth, 16):
        for i in range(rows):
            for k in range(k1, min(k1 + 16, depth)):
                packed[start + k * ROWS + i] = a[row + i, k0 + k]


@part
def pack_panel(b: Any, k0: int, depth: int, column: int, packed: Any, start: int) -> None:
    """Copy one tile's columns of B from row k0 on; columns beyond B become zero."""
    width = VECTORS * simd.lanes(b)
    columns = min(width, b.shape[1] - column)
    for k in range(depth):
        if columns == width:
            for j in range(0, width, simd.lanes(b)):
                simd.store(packed, start + k * width + j, simd.load(b, (k0 + k) * b.shape[1] + column + j))
        else:
            for j in range(width):
                packed[start + k * width + j] = b[k0 + k, column + j] if j < columns else 0


@part
def multiply_tile(
    strips: Any, a_at: int, panels: Any, b_at: int, depth: int, c: Any, c_at: int, stride: int, first: bool
) -> None:
    """Add (or, at first, assign) strip times panel to one whole tile of C."""
    width = VECTORS * simd.lanes(c)
    block = tile.zeros(c, ROWS, VECTORS)
    tile.prefetch(block, c, c_at, stride)
    for k in range(depth):
        block = tile.add_outer(block, strips, a_at + k * ROWS, 1, panels, b_at + k * width)
    if not first:
        block = tile.add(block, c, c_at, stride)
    tile.store(block, c, c_at, stride)


@part
def multiply_edge(
    strips: Any, a_at: int, panels: Any, b_at: int, depth: int, c: Any, row: int, column: int, first: bool, spare: Any
) -> None:
    """The same for a tile that reaches beyond C, by way of a spare tile."""
    width = VECTORS * simd.lanes(c)
    multiply_tile(strips, a_at, panels, b_at, depth, spare, 0, width, True)
    for i in range(min(ROWS, c.shape[0] - row)):
        for j in range(min(width, c.shape[1] - column)):
            value = spare[i * width + j]
            c[row + i, column + j] = value if first else c[row + i, column + j] + value


@part
def multiply_block(
    a: Any, k0: int, depth: int, panels: Any, b_at: int, strip0: int, strip1: int, c: Any, strips: Any, spare: Any
) -> None:
    """Add to the rows of C in the strips [strip0, strip1) the columns [k0, k0 + depth) of A times B."""
    n = c.shape[1]
    width = VECTORS * simd.lanes(c)
    for strip in range(strip0, strip1):
        pack_strip(a, strip * ROWS, k0, depth, strips, (strip - strip0) * ROWS * depth)
    for column in range(0, n, width):
        for strip in range(strip0, strip1):
            row = strip * ROWS
            a_at = (strip - strip0) * ROWS * depth
            if row + ROWS <= c.shape[0] and column + width <= n:
                multiply_tile(strips, a_at, panels, b_at, depth, c, row * n + column, n, k0 == 0)
            else:
                multiply_edge(strips, a_at, panels, b_at, depth, c, row, column, k0 == 0, spare)
        b_at += width * depth


@part
def multiply_share(a: Any, k0: int, k1: int, panels: Any, padded_n: int, strip0: int, strip1: int, c: Any) -> None:
    """One thread's strips, in blocks that fit its cache, times the slab of B with rows [k0, k1)."""
    max_depth = DEPTH_BYTES // c.itemsize
    strips = np.empty(STRIPS * ROWS * max_depth, c.dtype)
    spare = np.empty(ROWS * VECTORS * simd.lanes(c), c.dtype)
    for k in range(k0, k1, max_depth):
        depth = min(max_depth, k1 - k)
        b_at = (k - k0) * padded_n
        for strip in range(strip0, strip1, STRIPS):
            multiply_block(a, k, depth, panels, b_at, strip, min(strip + STRIPS, strip1), c, strips, spare)


def gemm(a: Any, b: Any, c: Any, threads: int) -> None:
    """Slab by slab: pack B, then give each thread its share of the rows. Few large steps, so few waits."""
    k = a.shape[1]
    if k == 0:
        raise ValueError("gemm: a has no columns, expected at least one")
    width = VECTORS * simd.lanes(c)
    max_depth = DEPTH_BYTES // c.itemsize
    panel_count = (c.shape[1] + width - 1) // width
    padded_n = panel_count * width
    slab = min(k, max_depth * max(1, SLAB_BYTES // (padded_n * DEPTH_BYTES)))
    panels = np.empty(slab * padded_n, c.dtype)
    strips = (c.shape[0] + ROWS - 1) // ROWS
    for k0 in range(0, k, slab):
        k1 = min(k, k0 + slab)
        for piece in prange((k1 - k0 + max_depth - 1) // max_depth * panel_count):
            first = piece // panel_count * max_depth
            column = piece % panel_count * width
            depth = min(max_depth, k1 - k0 - first)
            pack_panel(b, k0 + first, depth, column, panels, first * padded_n + column * depth)
        for thread in prange(threads):
            share = (thread * strips // threads, (thread + 1) * strips // threads)
            multiply_share(a, k0, k1, panels, padded_n, share[0], share[1], c)


def work(itemsize: int, m: int, n: int, k: int) -> Work:
    """Counts for one product of elements of `itemsize` bytes."""
    return Work(
        flops=2 * m * n * k,
        bytes_read=itemsize * (m * k + k * n),
        bytes_written=itemsize * m * n,
        formula=f"flops = 2 m n k; bytes = {itemsize} (m k + k n) read + {itemsize} m n written",
    )


def kernel(precision: Precision, dtype: type[np.float32] | type[np.float64], rtol: float) -> Kernel:
    """The kernel in one precision."""
    name = np.dtype(dtype).name
    itemsize = np.dtype(dtype).itemsize

    def inputs(seed: int, m: int, n: int, k: int) -> dict[str, Any]:
        random = np.random.default_rng(seed)
        return {
            "a": uniform(random, (m, k), dtype),
            "b": uniform(random, (k, n), dtype),
            "c": poisoned((m, n), dtype),
        }

    return Kernel(
        name=f"gemm_{precision}",
        story="Dense layers of neural networks and dense linear algebra: one large matrix product.",
        limit="compute",
        precision=precision,
        sizes={
            "quick": {"m": 1024, "n": 1024, "k": 1024},
            "standard": {"m": 2048, "n": 2048, "k": 2048},
            "full": {"m": 4096, "n": 4096, "k": 4096},
        },
        inputs=inputs,
        outputs=("c",),
        reference=reference,
        cpu=Compiled(gemm, {"a": f"{name} m k", "b": f"{name} k n", "c": f"{name} m n", "threads": "threads"}),
        work=lambda m, n, k: work(itemsize, m, n, k),
        rtol=rtol,
        tolerance="a sum of k products errs like sqrt(k) unit roundoffs for random signs; k up to 8192, times 2",
        source="Goto and van de Geijn, ACM TOMS 34(3), 2008",
        goals={"best": 1.0},
    )


GEMM_FP32 = kernel("fp32", np.float32, 1e-5)
GEMM_FP64 = kernel("fp64", np.float64, 2e-14)
