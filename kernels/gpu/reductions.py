"""Dot product and sum on a GPU: a partial sum per block, then one block over these, in an order that never changes.

Blocks are as many for every device, so that the result has the same bits on all of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import THREADS, block_sum, cuda, load2
from kernels.gpu.version import Launch, Version, shape_of

BLOCKS = 1024


def dot_parts(x: Any, y: Any, sums: Any) -> None:
    """sums[block] = the block's share of sum x[i] y[i]."""
    shared = cuda.shared.array(THREADS, np.float64)
    total = 0.0
    for i in range(cuda.grid(1), x.size // 2, cuda.gridsize(1)):
        p = load2(x, 2 * i)
        q = load2(y, 2 * i)
        total += p[0] * q[0] + p[1] * q[1]
    if cuda.grid(1) == 0 and x.size % 2:
        total += x[x.size - 1] * y[x.size - 1]
    total = block_sum(total, shared)
    if cuda.threadIdx.x == 0:
        sums[cuda.blockIdx.x] = total


def sum_parts(x: Any, sums: Any) -> None:
    """sums[block] = the block's share of sum x[i]."""
    shared = cuda.shared.array(THREADS, np.float64)
    total = 0.0
    for i in range(cuda.grid(1), x.size // 2, cuda.gridsize(1)):
        p = load2(x, 2 * i)
        total += p[0] + p[1]
    if cuda.grid(1) == 0 and x.size % 2:
        total += x[x.size - 1]
    total = block_sum(total, shared)
    if cuda.threadIdx.x == 0:
        sums[cuda.blockIdx.x] = total


def total_of(sums: Any, result: Any) -> None:
    """result[0] = the sum of the partial sums, by one block."""
    shared = cuda.shared.array(THREADS, np.float64)
    total = 0.0
    for i in range(cuda.threadIdx.x, sums.size, cuda.blockDim.x):
        total += sums[i]
    total = block_sum(total, shared)
    if cuda.threadIdx.x == 0:
        result[0] = total


def blocks_of(n: int) -> int:
    """Blocks of the first launch: by the length alone."""
    return max(1, min(BLOCKS, -(-n // (2 * THREADS))))


def _version(name: str, first: Any, reads: tuple[str, ...], *instructions: str) -> Version:
    def launches(multiprocessors: int, n: int) -> tuple[Launch, ...]:
        return (
            Launch(first, (*reads, "sums"), blocks_of(n), THREADS),
            Launch(total_of, ("sums", "result"), 1, THREADS),
        )

    fast = ("ld.global.v2.f64", "shfl.sync.bfly", *instructions)
    return Version(name, launches, fast, {"n": 1031}, scratch=lambda n: {"sums": shape_of(np.float64, blocks_of(n))})


VERSIONS = (
    _version("dot", dot_parts, ("x", "y"), "fma.rn.f64"),
    _version("sum", sum_parts, ("x",), "add.f64"),
)
