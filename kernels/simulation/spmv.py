"""Sparse matrix times vector: the work of implicit solvers, circuit and network analysis, PageRank.

Formula  y[i] = sum over the entries e of row i: value[e] x[column[e]]; the matrix couples each point of an
         nx x ny x nz grid with its up to 26 neighbours and itself, in compressed sparse row form.
Work     entries = (3 nx - 2)(3 ny - 2)(3 nz - 2); 2 entries flops; 12 bytes per entry, 4 per row start, x, y.
Method   Three running sums per row, because one would wait for each addition to finish (four cycles) before the
         next. Unsigned indices throughout: Numba then spends no test on negative ones.
Source   J. Dongarra, M. Heroux, P. Luszczek, HPCG benchmark, IJHPCA 30(1), 2016 (the 27-point matrix).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels.arrays import poisoned, uniform
from kernels.compile import Compiled
from kernels.spec import Kernel, Work

ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)


def reference(row_start: Any, column: Any, value: Any, x: Any, y: Any) -> dict[str, Any]:
    """Products added up by the row that they belong to."""
    row = np.repeat(np.arange(y.size), np.diff(row_start.astype(np.int64)))
    return {"y": np.bincount(row, weights=value * x[column], minlength=y.size)}


PARAMETERS = {
    "row_start": "uint32 rows+1",
    "column": "uint32 entries",
    "value": "float64 entries",
    "x": "float64 columns",
    "y": "float64 rows",
}


def spmv(row_start: Any, column: Any, value: Any, x: Any, y: Any) -> None:
    """Rows in parallel. The indices are trusted: they must lie inside x."""
    for row in prange(y.size):
        first, second, third = 0.0, 0.0, 0.0
        entry, end = np.uint64(row_start[row]), np.uint64(row_start[row + 1])
        while entry + THREE <= end:
            first += value[entry] * x[column[entry]]
            second += value[entry + ONE] * x[column[entry + ONE]]
            third += value[entry + TWO] * x[column[entry + TWO]]
            entry += THREE
        while entry < end:
            first += value[entry] * x[column[entry]]
            entry += ONE
        y[row] = first + second + third


def spmv_simple(row_start: Any, column: Any, value: Any, x: Any, y: Any) -> None:
    """One running sum per row."""
    for row in prange(y.size):
        total = 0.0
        for entry in range(row_start[row], row_start[row + 1]):
            total += value[entry] * x[column[entry]]
        y[row] = total


def grid_matrix(nx: int, ny: int, nz: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """(row_start, column) of the matrix that couples every grid point with its neighbours and itself."""
    coupled = np.ones((1, 1), bool)
    step = np.zeros(1, np.int64)
    for length in (nx, ny, nz):
        position = np.arange(length)[:, None] + np.array([-1, 0, 1])
        coupled = np.kron(coupled, (position >= 0) & (position < length))
        step = np.add.outer(step * length, [-1, 0, 1]).ravel()
    row, neighbour = np.nonzero(coupled)
    row_start = np.concatenate([[0], np.cumsum(coupled.sum(axis=1))]).astype(np.uint32)
    return row_start, (row + step[neighbour]).astype(np.uint32)


def inputs(seed: int, nx: int, ny: int, nz: int) -> dict[str, Any]:
    """The grid matrix with random values, and a random vector."""
    random = np.random.default_rng(seed)
    row_start, column = grid_matrix(nx, ny, nz)
    return {
        "row_start": row_start,
        "column": column,
        "value": uniform(random, column.size, np.float64),
        "x": uniform(random, nx * ny * nz, np.float64),
        "y": poisoned(nx * ny * nz, np.float64),
    }


def work(nx: int, ny: int, nz: int) -> Work:
    """Counts for the grid matrix."""
    entries = (3 * nx - 2) * (3 * ny - 2) * (3 * nz - 2)
    rows = nx * ny * nz
    return Work(
        flops=2 * entries,
        bytes_read=12 * entries + 4 * (rows + 1) + 8 * rows,
        bytes_written=8 * rows,
        formula="entries = (3 nx - 2)(3 ny - 2)(3 nz - 2), rows = nx ny nz; flops = 2 entries; "
        "bytes = 12 entries + 4 (rows + 1) + 8 rows read + 8 rows written",
    )


SPMV = Kernel(
    name="spmv",
    story="Implicit solvers and graph analytics: a sparse matrix times a vector, 27 entries per row.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"nx": 64, "ny": 64, "nz": 64},
        "standard": {"nx": 104, "ny": 104, "nz": 104},
        "full": {"nx": 160, "ny": 160, "nz": 160},
    },
    inputs=inputs,
    outputs=("y",),
    reference=reference,
    cpu=Compiled(spmv, PARAMETERS),
    work=work,
    rtol=5e-15,
    tolerance="27 products below 1 summed: at most 27 unit roundoffs of their sum of magnitudes",
    source="Dongarra, Heroux, Luszczek, HPCG, IJHPCA 30(1), 2016",
    goals={"best": 1.0},
    simple=Compiled(spmv_simple, PARAMETERS),
)
