"""LU factorization with partial pivoting: dense linear systems, the work of the LINPACK benchmark.

Formula  P A = L U, L with ones on the diagonal and no element above 1 in magnitude; packed in one array. Like in
         LAPACK the columns of A lie one after another: a[j, i] is row i, column j. In step k row k changed places
         with row pivots[k], counted from 0.
Work     2/3 n^3 - 1/2 n^2 + 5/6 n flops; A read once, L U and the pivots written once.
Method   Recursive: the left half of the columns, the update of the right half by it, the right half. At the
         bottom `BLOCK` columns, one after the other. Nearly all flops are in matrix products.
         A column without any element but zeros gets the pivot 0 on the diagonal of U and zeros in L, and the rest
         goes on; NaN and infinities spread.
Source   S. Toledo, Locality of reference in LU decomposition with partial pivoting, SIAM J. Matrix Anal. Appl. 18,
         1997; LAPACK Working Note 41 (flops); A. Petitet et al., HPL, 2018 (the residual that the tests check).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import dense, simd
from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, part
from kernels.simulation.triangular import BLOCK, TOGETHER, lowest_bit, solve_triangle
from kernels.spec import Kernel, Work

REFERENCE_BLOCK = 64


def reference(a: Any, lu: Any, pivots: Any) -> dict[str, Any]:
    """Panels of columns eliminated one by one, then one product for all columns to the right."""
    n = len(a)
    matrix, order = a.T.copy(), np.arange(n, dtype=np.int32)
    for start in range(0, n, REFERENCE_BLOCK):
        end = min(start + REFERENCE_BLOCK, n)
        for k in range(start, end):
            order[k] = k + np.argmax(np.abs(matrix[k:, k]))
            matrix[[k, order[k]]] = matrix[[order[k], k]]
            if matrix[k, k] != 0:
                matrix[k + 1 :, k] /= matrix[k, k]
            matrix[k + 1 :, k + 1 : end] -= np.outer(matrix[k + 1 :, k], matrix[k, k + 1 : end])
        for k in range(start, end):
            matrix[k + 1 : end, end:] -= np.outer(matrix[k + 1 : end, k], matrix[k, end:])
        matrix[end:, end:] -= matrix[end:, start:end] @ matrix[start:end, end:]
    return {"lu": np.ascontiguousarray(matrix.T), "pivots": order}


@part
def exchange(lu: Any, pivots: Any, first: int, last: int, column: int, end: int) -> None:
    """The exchanges of the steps [first, last) in the columns [column, end): few, so that their rows stay in cache."""
    n = lu.shape[0]
    flat = lu.reshape(n * n)
    for k in range(first, last):
        other = np.int64(pivots[k])
        for j in range(column, end):
            here, there = np.uint64(j * n + k), np.uint64(j * n + other)
            value = flat[here]
            flat[here] = flat[there]
            flat[there] = value


@part
def subtract_columns(lu: Any, first: int, column: int) -> None:
    """From the rows of a column on and below the diagonal subtract what the columns [first, column) give."""
    n = lu.shape[0]
    lanes = simd.lanes(lu)
    for row in range(column, n, 4 * lanes):
        left = n - row
        at = column * n + row
        v0, v1 = simd.load_part(lu, at, left), simd.load_part(lu, at + lanes, left - lanes)
        v2, v3 = (
            simd.load_part(lu, at + 2 * lanes, left - 2 * lanes),
            simd.load_part(lu, at + 3 * lanes, left - 3 * lanes),
        )
        for k in range(first, column):
            u = simd.broadcast(-lu[column, k])
            source = k * n + row
            v0 = simd.fma(u, simd.load_part(lu, source, left), v0)
            v1 = simd.fma(u, simd.load_part(lu, source + lanes, left - lanes), v1)
            v2 = simd.fma(u, simd.load_part(lu, source + 2 * lanes, left - 2 * lanes), v2)
            v3 = simd.fma(u, simd.load_part(lu, source + 3 * lanes, left - 3 * lanes), v3)
        simd.store_part(lu, at, v0, left)
        simd.store_part(lu, at + lanes, v1, left - lanes)
        simd.store_part(lu, at + 2 * lanes, v2, left - 2 * lanes)
        simd.store_part(lu, at + 3 * lanes, v3, left - 3 * lanes)


@part
def find_pivot(lu: Any, column: int) -> int:
    """Row of the largest magnitude on or below the diagonal, the first one of several."""
    best, place = -1.0, column
    for row in range(column, lu.shape[0]):
        size = abs(lu[column, row])
        if size > best:
            best, place = size, row
    return place


@part
def factor_columns(lu: Any, pivots: Any, first: int, last: int) -> None:
    """The columns [first, last), to which all earlier steps have been applied."""
    for column in range(first, last):
        exchange(lu, pivots, first, column, column, column + 1)
        for k in range(first, column):
            for row in range(k + 1, column):
                lu[column, row] -= lu[k, row] * lu[column, k]
        subtract_columns(lu, first, column)
        other = find_pivot(lu, column)
        pivots[column] = other
        for k in range(first, column + 1):
            lu[k, column], lu[k, other] = lu[k, other], lu[k, column]
        pivot = lu[column, column]
        if pivot != 0:
            for row in range(column + 1, lu.shape[0]):
                lu[column, row] /= pivot


@part
def due(level: int, done: int, n: int) -> Any:
    """(first column, last column, first step, last step) of the exchanges that follow when `done` blocks are factored.

    Level 0: in the columns to the right that are updated next. Level 1, 2, ...: in the left half of the 2, 4, ...
    blocks that are complete now, with the steps of their right half.
    """
    end = min(done * BLOCK, n)
    if level == 0:
        width = lowest_bit(done) * BLOCK
        return end, min(end + width, n), done * BLOCK - width, end
    half = 1 << (level - 1)
    middle = (done - 1) // (2 * half) * 2 * half + half
    complete = middle < done and (done % (2 * half) == 0 or end == n)
    first, steps = (middle - half) * BLOCK, middle * BLOCK
    return first, steps if complete else first, steps, end


@part
def update_columns(lu: Any, done: int) -> None:
    """What the last blocks do to as many blocks of columns to their right: solve for U block by block, multiply."""
    n = lu.shape[0]
    flat = lu.reshape(n * n)
    width, end = lowest_bit(done) * BLOCK, done * BLOCK
    columns = min(end + width, n) - end
    for step in range(1, width // BLOCK + 1):
        bottom = end - width + step * BLOCK
        top = bottom - BLOCK
        solve_triangle(flat, top * n + top, 1, n, 1, flat, end * n + top, n, columns)
        depth = lowest_bit(step) * BLOCK
        rows = min(depth, end - bottom) if bottom < end else n - end
        left = dense.Matrix(flat, end * n + bottom - depth, n, 1)
        right = dense.Matrix(flat, (bottom - depth) * n + bottom, n, 1)
        dense.multiply(columns, rows, depth, -1.0, left, right, 1.0, flat, end * n + bottom, n)


@compiled(a="float64 n n", lu="float64 n n", pivots="int32 n")
def lu(a: Any, lu: Any, pivots: Any) -> None:
    """Block by block of columns; what a block completes in the recursion follows it."""
    n = a.shape[0]
    for column in prange(n):
        for row in range(n):
            lu[column, row] = a[column, row]
    for done in range(1, (n + BLOCK - 1) // BLOCK + 1):
        factor_columns(lu, pivots, (done - 1) * BLOCK, min(done * BLOCK, n))
        levels = 0
        while (BLOCK << levels) < n:
            levels += 1
        for level in range(levels + 1):
            first, last, step, stop = due(level, done, n)
            for group in prange((last - first + TOGETHER - 1) // TOGETHER):
                column = first + group * TOGETHER
                exchange(lu, pivots, step, stop, column, min(column + TOGETHER, last))
        if done * BLOCK < n:
            update_columns(lu, done)


def inputs(seed: int, n: int) -> dict[str, Any]:
    """A random matrix, its columns one after another."""
    return {
        "a": uniform(np.random.default_rng(seed), (n, n), np.float64),
        "lu": poisoned((n, n), np.float64),
        "pivots": poisoned(n, np.int32),
    }


def work(n: int) -> Work:
    """Counts for one factorization."""
    return Work(
        flops=(4 * n**3 - 3 * n**2 + 5 * n) // 6,
        bytes_read=8 * n * n,
        bytes_written=8 * n * n + 4 * n,
        formula="flops = 2/3 n^3 - 1/2 n^2 + 5/6 n; bytes = 8 n^2 read + 8 n^2 + 4 n written",
    )


LU = Kernel(
    name="lu",
    story="Dense linear systems, the LINPACK benchmark: LU factorization with partial pivoting.",
    limit="compute",
    precision="fp64",
    sizes={"quick": {"n": 1024}, "standard": {"n": 2048}, "full": {"n": 4096}},
    inputs=inputs,
    outputs=("lu", "pivots"),
    reference=reference,
    cpu=lu,
    work=work,
    rtol=1e-11,
    tolerance="the backward error of n unit roundoffs, times the condition of random matrices of up to 4096 rows",
    source="Toledo, SIAM J. Matrix Anal. Appl. 18, 1997",
    goals={"best": 0.9},
)
