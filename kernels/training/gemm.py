"""Dense matrix product: the work of every linear layer, and of the LINPACK benchmark.

Formula  C = A B, with A (m, k), B (k, n), C (m, n), all row-major.
Work     2 m n k flops; A and B read once, C written once.
Method   see `kernels.dense`, where it can be used by other kernels too.
Source   K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import dense
from kernels.arrays import poisoned, uniform
from kernels.compile import Compiled
from kernels.spec import Kernel, Precision, Work


def reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The product in double precision."""
    return {"c": a.astype(np.float64) @ b.astype(np.float64)}


def gemm(a: Any, b: Any, c: Any) -> None:
    """The product of `kernels.dense`, on all threads."""
    (m, k), n = a.shape, b.shape[1]
    if k == 0:
        raise ValueError("gemm: a has no columns, expected at least one")
    dense.multiply(m, n, k, 1.0, dense.Matrix(a, 0, k, 1), dense.Matrix(b, 0, n, 1), 0.0, c, 0, n)


def gemm_loops(a: Any, b: Any, c: Any) -> None:
    """Three plain loops, ordered so that the innermost one runs along rows of B and C and is vectorised."""
    for i in prange(a.shape[0]):
        c[i] = 0
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


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
    parameters = {"a": f"{name} m k", "b": f"{name} k n", "c": f"{name} m n"}

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
        cpu=Compiled(gemm, parameters, parallel=False),
        work=lambda m, n, k: work(itemsize, m, n, k),
        rtol=rtol,
        tolerance="a sum of k products errs like sqrt(k) unit roundoffs for random signs; k up to 8192, times 2",
        source="Goto and van de Geijn, ACM TOMS 34(3), 2008",
        goals={"best": 1.0},
        simple=Compiled(gemm_loops, parameters),
    )


GEMM_FP32 = kernel("fp32", np.float32, 1e-5)
GEMM_FP64 = kernel("fp64", np.float64, 2e-14)
