"""Many small matrix products: the work of attention heads, of experts, and of finite elements.

Formula  C_q = A_q B_q for q < batch, with A (batch, m, k), B (batch, k, n), C (batch, m, n), all row-major.
Work     2 batch m n k flops; A and B read once, C written once.
Method   Nothing is packed, since a small product rereads nothing often enough to pay for it: tiles of C stay in
         registers while they pass over k, and ask meanwhile for the matrices of the next product. Tiles are as large
         as the registers allow, the last one reaches back, and a mask cuts the last vector of a row.
         Threads share the batch.
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

WIDE = simd.REGISTERS == 32 or "avx512vl" in simd.host_features()
ROWS = 8 if WIDE else 6
LOW = 4
LINE = 16


def reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The products in double precision."""
    return {"c": a.astype(np.float64) @ b.astype(np.float64)}


def whole_block(rows: int, vectors: int) -> Callable[..., None]:
    """A function that assigns to `rows` rows and `vectors` whole vectors of columns of one C.

    Meanwhile it asks for the next rows of C, and for `k` lines of `ahead` from element `next_at` on.
    """

    @part
    def multiply(
        a: Any, a_at: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int, ahead: Any, next_at: int
    ) -> None:
        block = tile.zeros(c, rows, vectors)
        tile.prefetch(block, c, c_at + rows * n, n)
        for step in range(k):
            simd.prefetch(ahead, next_at + step * LINE)
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


@part
def ask(a: Any, a_next: int, b: Any, b_next: int, turn: int, k: int) -> Any:
    """What tile number `turn` asks for: the next A and the next B in turn, `k` lines at a time."""
    later = turn // 2 * k * LINE
    return (a, a_next + later) if turn % 2 == 0 else (b, b_next + later)


wide_high, wide_low, narrow = whole_block(6, 4), whole_block(LOW, 4), whole_block(ROWS, 2)
cut_low, cut_row = cut_block(LOW, 1), cut_block(1, 1)


@part
def wide_panel(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, b_next: int, n: int, c: Any, c_at: int) -> None:
    """All rows, at least `LOW`, of four vectors of columns: six or four at a time, the last four may reach back."""
    done = 0
    turn = 0
    while done < m:
        ahead, next_at = ask(a, a_at + m * k, b, b_next, turn, k)
        if m - done >= 6 and m - done != 2 * LOW:
            wide_high(a, a_at + done * k, k, b, b_at, n, c, c_at + done * n, ahead, next_at)
            done += 6
        else:
            row = min(done, m - LOW)
            wide_low(a, a_at + row * k, k, b, b_at, n, c, c_at + row * n, ahead, next_at)
            done += LOW
        turn += 1


@part
def narrow_panel(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, b_next: int, n: int, c: Any, c_at: int) -> None:
    """All rows, at least `ROWS`, of two vectors of columns; the last tile may reach back."""
    for turn in range((m + ROWS - 1) // ROWS):
        ahead, next_at = ask(a, a_at + m * k, b, b_next, turn, k)
        row = min(turn * ROWS, m - ROWS)
        narrow(a, a_at + row * k, k, b, b_at, n, c, c_at + row * n, ahead, next_at)


@part
def cut_panel(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int, mask: Any) -> None:
    """All rows of one vector of columns, of which the mask says what exists."""
    if m < LOW:
        for row in range(m):
            cut_row(a, a_at + row * k, k, b, b_at, n, c, c_at + row * n, mask)
    else:
        for done in range(0, m, LOW):
            row = min(done, m - LOW)
            cut_low(a, a_at + row * k, k, b, b_at, n, c, c_at + row * n, mask)


@part
def multiply_one(a: Any, a_at: int, m: int, k: int, b: Any, b_at: int, n: int, c: Any, c_at: int) -> None:
    """One product, panel by panel of its columns, widest first."""
    lanes = simd.lanes(c)
    b_next = b_at + k * n
    column = 0
    if WIDE and m >= LOW:
        while n - column >= 4 * lanes:
            wide_panel(a, a_at, m, k, b, b_at + column, b_next, n, c, c_at + column)
            column += 4 * lanes
    if m >= ROWS:
        while n - column >= 2 * lanes:
            narrow_panel(a, a_at, m, k, b, b_at + column, b_next, n, c, c_at + column)
            column += 2 * lanes
    for start in range(column, n, lanes):
        mask = simd.steps(c) < np.float32(n - start)
        cut_panel(a, a_at, m, k, b, b_at + start, n, c, c_at + start, mask)


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
