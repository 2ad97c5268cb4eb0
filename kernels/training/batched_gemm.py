"""Many small matrix products: the work of attention heads, of experts, and of finite elements.

Formula  C_q = A_q B_q for q < batch, with A (batch, m, k), B (batch, k, n), C (batch, m, n), all row-major.
Work     2 batch m n k flops; A and B read once, C written once.
Method   Nothing is packed, since a small product rereads nothing often enough to pay for it: tiles of C stay in
         registers while they pass over k, and masks cut the last vector of a row. Threads share the batch.
Source   A. Heinecke et al., LIBXSMM: Accelerating small matrix multiplications by runtime code generation, SC 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

ROWS = 8 if simd.REGISTERS == 32 else 4


def reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The products in double precision."""
    return {"c": a.astype(np.float64) @ b.astype(np.float64)}


def whole_block(rows: int, vectors: int) -> Callable[..., None]:
    """A function that assigns to `rows` rows and `vectors` whole vectors of columns of one C.

    Meanwhile it asks for a piece of the next A and B, which start at `a_next` and `b_next`.
    """

    @part
    def multiply(
        a: Any, a_at: int, a_next: int, k: int, b: Any, b_at: int, b_next: int, n: int, c: Any, c_at: int
    ) -> None:
        block = tile.zeros(c, rows, vectors)
        tile.prefetch(block, c, c_at, n)
        for step in range(k):
            simd.prefetch(a, a_next + step * rows)
            simd.prefetch(b, b_next + step * rows)
            block = tile.add_outer(block, a, a_at + step, k, b, b_at + step * n)
        tile.store(block, c, c_at, n)

    return multiply


def cut_block(rows: int, vectors: int) -> Callable[..., None]:
    """The same where the mask says which lanes of the last vector exist, and nothing is asked for."""

    @part
    def multiply(a: Any, a_at: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int, mask: Any) -> None:
        block = tile.zeros(c, rows, vectors)
        for step in range(k):
            block = tile.add_outer_part(block, a, a_at + step, k, b, b_at + step * n, mask)
        tile.store_part(block, c, c_at, n, mask)

    return multiply


two_vectors = whole_block(ROWS, 2)
cut_vectors = cut_block(ROWS, 2)
cut_vector = cut_block(ROWS, 1)
row_of_cut_vector = cut_block(1, 1)


@part
def multiply_rows(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int, row: int) -> None:
    """`ROWS` rows of one C from `row` on."""
    lanes = simd.lanes(c)
    rest = n % (2 * lanes)
    a_row, c_row = a_at + row * k, c_at + row * n
    a_next, b_next = a_row + m * k, b_at + k * n + row * k
    for column in range(0, n - rest, 2 * lanes):
        two_vectors(a, a_row, a_next, k, b, b_at + column, b_next, n, c, c_row + column)
    column = n - rest
    if rest > lanes:
        cut_vectors(a, a_row, k, b, b_at + column, n, c, c_row + column, simd.steps(c) < np.float32(rest - lanes))
    elif rest > 0:
        cut_vector(a, a_row, k, b, b_at + column, n, c, c_row + column, simd.steps(c) < np.float32(rest))


@part
def multiply_one(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int) -> None:
    """One product. The last tile reaches back over rows that are done; fewer rows than a tile go one by one."""
    if m >= ROWS:
        for row in range(0, m, ROWS):
            multiply_rows(a, a_at, m, k, b, b_at, n, c, c_at, min(row, m - ROWS))
    else:
        for row in range(m):
            for column in range(0, n, simd.lanes(c)):
                mask = simd.steps(c) < np.float32(n - column)
                row_of_cut_vector(a, a_at + row * k, k, b, b_at + column, n, c, c_at + row * n + column, mask)


@compiled(a="float32 batch m k", b="float32 batch k n", c="float32 batch m n")
def batched_gemm(a: Any, b: Any, c: Any) -> None:
    """Product by product, on all threads."""
    batch, m, k = a.shape
    n = b.shape[2]
    flat_a, flat_b, flat_c = a.reshape(-1), b.reshape(-1), c.reshape(-1)
    for q in prange(batch):
        multiply_one(flat_a, q * m * k, m, k, flat_b, q * k * n, n, flat_c, q * m * n)


def inputs(seed: int, batch: int, m: int, n: int, k: int) -> dict[str, Any]:
    """Numbers spread evenly over [-1, 1)."""
    random = np.random.default_rng(seed)
    return {
        "a": uniform(random, (batch, m, k), np.float32),
        "b": uniform(random, (batch, k, n), np.float32),
        "c": poisoned((batch, m, n), np.float32),
    }


def work(batch: int, m: int, n: int, k: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=2 * batch * m * n * k,
        bytes_read=4 * batch * (m * k + k * n),
        bytes_written=4 * batch * m * n,
        formula="flops = 2 batch m n k; bytes = 4 batch (m k + k n) read + 4 batch m n written",
    )


BATCHED_GEMM = Kernel(
    name="batched_gemm",
    story="Attention heads, experts and finite elements: many small matrix products.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"batch": 2048, "m": 32, "n": 32, "k": 32},
        "standard": {"batch": 8192, "m": 32, "n": 32, "k": 32},
        "full": {"batch": 32768, "m": 32, "n": 32, "k": 32},
    },
    inputs=inputs,
    outputs=("c",),
    reference=reference,
    cpu=batched_gemm,
    work=work,
    rtol=1e-5,
    tolerance="a sum of k products errs like sqrt(k) unit roundoffs for random signs; k up to 8192, times 2",
    source="Heinecke et al., LIBXSMM, SC 2016",
    goals={"best": 1.0},
)
