"""RMS normalization: every row of activations brought to a mean square of 1, then scaled.

Formula  y[r, c] = x[r, c] / sqrt(q[r] + 1e-5) weight[c], with q[r] = mean over c of x[r, c]^2.
         NaN spoils its row. An infinity becomes NaN and the rest of its row 0.
Work     4 flops per element (2 for the mean square, 2 for the result); x and weight read once, y written once.
Method   Layer normalization with the mean 0 and without a bias.
Source   B. Zhang, R. Sennrich, Root mean square layer normalization, NeurIPS 2019.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.compile import compiled
from kernels.spec import Kernel, Work
from kernels.training import layernorm
from kernels.training.layernorm import EPSILON, inverse_deviation, put_and_measure, put_part

NO_MEAN = np.float32(0)


def reference(x: Any, weight: Any, y: Any) -> dict[str, Any]:
    """The formula in double precision."""
    x = x.astype(np.float64)
    return {"y": x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + EPSILON) * weight}


@compiled(x="float32 rows columns", weight="float32 columns", y="float32 rows columns", threads="threads")
def rmsnorm(x: Any, weight: Any, y: Any, threads: int) -> None:
    """Each thread takes rows that follow one another."""
    rows, columns = x.shape
    for thread in prange(threads):
        first, last = thread * rows // threads * columns, (thread + 1) * rows // threads * columns
        scale = np.float32(0)
        for start in range(first, last, columns):
            if start == first:
                scale = inverse_deviation(x, start, 0, NO_MEAN, simd.broadcast(np.float32(0)))
            else:
                scale = put_and_measure(x, NO_MEAN, scale, weight, None, y, start, NO_MEAN)
        if first < last:
            put_part(x, NO_MEAN, scale, weight, None, y, last - columns, 0, columns)


def inputs(seed: int, rows: int, columns: int) -> dict[str, Any]:
    """Random activations around 1/2 and random weights."""
    arrays = layernorm.inputs(seed, rows, columns)
    return {name: arrays[name] for name in ("x", "weight", "y")}


def work(rows: int, columns: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=4 * rows * columns,
        bytes_read=4 * rows * columns + 4 * columns,
        bytes_written=4 * rows * columns,
        formula="flops = 4 rows columns; bytes = 4 rows columns + 4 columns read + 4 rows columns written",
    )


RMSNORM = Kernel(
    name="rmsnorm",
    story="Language models of the LLaMA family: activations are brought to one scale before every layer.",
    limit="memory",
    precision="fp32",
    sizes=layernorm.LAYERNORM.sizes,
    inputs=inputs,
    outputs=("y",),
    reference=reference,
    cpu=rmsnorm,
    work=work,
    rtol=1e-6,
    tolerance="about eight fp32 roundings (6e-8 each), doubled for the sums of each lane",
    source="Zhang and Sennrich, NeurIPS 2019",
    goals={"torch": 1.15, "C": 0.95},
)
