"""Transpose on a GPU: squares through shared memory, so that reads and writes both run along rows.

A column more than the square is wide keeps a column of it from lying in one bank.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import cuda
from kernels.gpu.version import Launch, Version

SIDE, DOWN = 32, 8
PADDED = SIDE + 1


def transpose(a: Any, b: Any) -> None:
    """Turns a around its diagonal into b, a square per block."""
    square = cuda.shared.array((SIDE, PADDED), np.float64)
    m, n = a.shape
    row, column = cuda.blockIdx.y * SIDE, cuda.blockIdx.x * SIDE
    for down in range(cuda.threadIdx.y, SIDE, DOWN):
        if row + down < m and column + cuda.threadIdx.x < n:
            square[down, cuda.threadIdx.x] = a[row + down, column + cuda.threadIdx.x]
    cuda.syncthreads()
    for down in range(cuda.threadIdx.y, SIDE, DOWN):
        if column + down < n and row + cuda.threadIdx.x < m:
            b[column + down, row + cuda.threadIdx.x] = square[cuda.threadIdx.x, down]


def _launches(multiprocessors: int, m: int, n: int) -> tuple[Launch, ...]:
    return (Launch(transpose, ("a", "b"), (-(-n // SIDE), -(-m // SIDE)), (SIDE, DOWN)),)


VERSIONS = (Version("transpose", _launches, ("ld.shared.f64", "st.shared.f64", "bar.sync"), {"m": 37, "n": 45}),)
