"""Cholesky factorization: positive definite systems of structures, Kalman filters, Gaussian processes.

Formula  A = L L^T, A symmetric and positive definite, of which the lower triangle is used, L lower triangular.
Work     1/3 n^3 + 1/2 n^2 + 1/6 n flops; A, which is stored in full, read once and L written once.
Method   Recursive: the left half of the columns, the update of the right half by it, the right half. At the
         bottom `BLOCK` columns. Nearly all flops are in matrix products, of blocks down to `SQUARE` at the
         diagonal, where half of the product is not needed.
         If A is not positive definite, L holds a NaN or an infinity from the first diagonal element on that shows it.
Source   J. Andersen, J. Wasniewski, F. Gustavson, A recursive formulation of Cholesky factorization, ACM TOMS 27,
         2001; LAPACK Working Note 41 (flops).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import prange

from kernels import dense
from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, part
from kernels.simulation.triangular import BLOCK, lowest_bit, solve_triangle
from kernels.spec import Kernel, Work

SQUARE = 64


def reference(a: Any, l: Any) -> dict[str, Any]:  # noqa: E741
    """NumPy's factorization."""
    return {"l": np.linalg.cholesky(a)}


@part
def factor_square(l: Any, first: int, last: int) -> None:  # noqa: E741
    """The rows and columns [first, last), from which all earlier columns have been subtracted."""
    for column in range(first, last):
        pivot = l[column, column]
        for k in range(first, column):
            pivot -= l[column, k] * l[column, k]
        pivot = math.sqrt(pivot)
        l[column, column] = pivot
        for row in range(column + 1, last):
            total = l[row, column]
            for k in range(first, column):
                total -= l[row, k] * l[column, k]
            l[row, column] = total / pivot


@compiled(a="float64 n n", l="float64 n n")
def cholesky(a: Any, l: Any) -> None:  # noqa: E741
    """Block by block of columns; what a block completes in the recursion follows it."""
    n = a.shape[0]
    for row in prange(n):
        for column in range(n):
            l[row, column] = a[row, column] if column <= row else 0.0
    flat = l.reshape(n * n)
    for done in range(1, (n + BLOCK - 1) // BLOCK + 1):
        first, last = (done - 1) * BLOCK, min(done * BLOCK, n)
        factor_square(l, first, last)
        if last == n:
            break
        solve_triangle(flat, first * n + first, n, 1, 0, flat, last * n + first, n, n - last)
        width = lowest_bit(done) * BLOCK
        stop = min(last + width, n)
        for column in range(last, stop, SQUARE):
            left = dense.Matrix(flat, column * n + last - width, n, 1)
            right = dense.Matrix(flat, column * n + last - width, 1, n)
            columns = min(SQUARE, stop - column)
            dense.multiply(n - column, columns, width, -1.0, left, right, 1.0, flat, column * n + column, n)
    for row in range(n):
        for column in range(row + 1, min(row + SQUARE, n)):
            l[row, column] = 0.0


def inputs(seed: int, n: int) -> dict[str, Any]:
    """A random symmetric matrix that its diagonal dominates."""
    a = uniform(np.random.default_rng(seed), (n, n), np.float64)
    a[:] = (a + a.T) / 2
    a.flat[:: n + 1] += n
    return {"a": a, "l": poisoned((n, n), np.float64)}


def work(n: int) -> Work:
    """Counts for one factorization."""
    return Work(
        flops=(2 * n**3 + 3 * n**2 + n) // 6,
        bytes_read=8 * n * n,
        bytes_written=8 * n * n,
        formula="flops = 1/3 n^3 + 1/2 n^2 + 1/6 n; bytes = 8 n^2 read + 8 n^2 written",
    )


CHOLESKY = Kernel(
    name="cholesky",
    story="Structures, Kalman filters, Gaussian processes: factorization of a positive definite matrix.",
    limit="compute",
    precision="fp64",
    sizes={"quick": {"n": 1024}, "standard": {"n": 2048}, "full": {"n": 4096}},
    inputs=inputs,
    outputs=("l",),
    reference=reference,
    cpu=cholesky,
    work=work,
    rtol=2e-14,
    tolerance="up to 4096 unit roundoffs in theory, and some tens found, of a well-conditioned matrix",
    source="Andersen, Wasniewski, Gustavson, ACM TOMS 27, 2001",
    goals={"best": 0.9},
)
