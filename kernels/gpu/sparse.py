"""Sparse matrix times vector on a GPU: a warp per row, so that its entries are read side by side."""

from __future__ import annotations

from typing import Any

from kernels.cuda import THREADS, WARP, cuda, warp_sum
from kernels.gpu.version import Launch, Version

ROWS = THREADS // WARP


def spmv(row_start: Any, column: Any, value: Any, x: Any, y: Any) -> None:
    """y[row] = sum of value x[column] over the entries of the row."""
    row = cuda.grid(1) // WARP
    if row < y.size:
        total = 0.0
        for entry in range(row_start[row] + cuda.threadIdx.x % WARP, row_start[row + 1], WARP):
            total += value[entry] * x[column[entry]]
        total = warp_sum(total)
        if cuda.threadIdx.x % WARP == 0:
            y[row] = total


def _launches(multiprocessors: int, nx: int, ny: int, nz: int) -> tuple[Launch, ...]:
    return (Launch(spmv, ("row_start", "column", "value", "x", "y"), -(-nx * ny * nz // ROWS), THREADS),)


VERSIONS = (
    Version(
        "spmv",
        _launches,
        ("ld.global.f64", "shfl.sync.bfly", "fma.rn.f64"),
        None,
        excluded="the simulator has no shuffles within a warp",
        compiled={"nx": 3, "ny": 4, "nz": 5},
    ),
)
