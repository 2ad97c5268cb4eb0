"""Chains of fused multiply-adds in registers: the ceiling of every compute-bound kernel.

Formula  x <- m x + d, `steps` times, for every element on its own.
Work     2 elements steps flops; elements read and written once.
Method   Enough independent chains per thread to hide the latency of the instruction; memory is not touched.
         The inputs are integers and m = d = 1, so every step is exact and a wrong count shows.
Source   S. Williams, A. Waterman, D. Patterson, Roofline, CACM 52(4), 2009 (in-core ceiling).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import aligned, poisoned
from kernels.compile import Compiled
from kernels.spec import Kernel, Precision, Work

CHAINS = 24 if simd.REGISTERS == 32 else 12
ELEMENTS = 384 * 1024


def reference(values: Any, result: Any, multiplier: float, addend: float, steps: int) -> dict[str, Any]:
    """Closed form: m^s x + d (1 + m + ... + m^(s-1))."""
    series = np.sum(multiplier ** np.arange(steps, dtype=np.float64))
    return {"result": multiplier**steps * values.astype(np.float64) + addend * series}


def fma_peak(values: Any, result: Any, multiplier: float, addend: float, steps: int) -> None:
    """Groups of chains in parallel, then the elements that fill no group."""
    m = values.dtype.type(multiplier)
    d = values.dtype.type(addend)
    factor = simd.broadcast(m)
    shift = simd.broadcast(d)
    lanes = simd.lanes(values)
    groups = values.size // (CHAINS * lanes)
    for group in prange(groups):
        start = group * CHAINS * lanes
        chains = tile.add(tile.zeros(values, CHAINS, 1), values, start, lanes)
        for _ in range(steps):
            chains = tile.affine(chains, factor, shift)
        tile.store(chains, result, start, lanes)
    for i in range(groups * CHAINS * lanes, values.size):
        x = values[i]
        for _ in range(steps):
            x = m * x + d
        result[i] = x


def work(itemsize: int, elements: int, steps: int) -> Work:
    """Counts for elements of `itemsize` bytes."""
    return Work(
        flops=2 * elements * steps,
        bytes_read=itemsize * elements,
        bytes_written=itemsize * elements,
        formula=f"flops = 2 elements steps; bytes = {itemsize} elements read + {itemsize} elements written",
    )


def kernel(precision: Precision, dtype: type[np.float32] | type[np.float64]) -> Kernel:
    """The kernel in one precision."""
    name = np.dtype(dtype).name

    def inputs(seed: int, elements: int, steps: int) -> dict[str, Any]:
        values = aligned(elements, dtype)
        values[:] = np.random.default_rng(seed).integers(0, 2**20, elements)
        result = poisoned(elements, dtype)
        return {"values": values, "result": result, "multiplier": 1.0, "addend": 1.0, "steps": steps}

    return Kernel(
        name=f"fma_peak_{precision}",
        story="The most arithmetic that the cores can do: the ceiling of every compute-bound workload.",
        limit="compute",
        precision=precision,
        sizes={
            "quick": {"elements": ELEMENTS, "steps": 4000},
            "standard": {"elements": ELEMENTS, "steps": 8000},
            "full": {"elements": ELEMENTS, "steps": 16000},
        },
        inputs=inputs,
        outputs=("result",),
        reference=reference,
        cpu=Compiled(
            fma_peak,
            {
                "values": f"{name} elements",
                "result": f"{name} elements",
                "multiplier": "float64",
                "addend": "float64",
                "steps": "int64",
            },
        ),
        work=lambda elements, steps: work(np.dtype(dtype).itemsize, elements, steps),
        rtol=1e-16,
        tolerance="integers below 2^24 are exact in both precisions, so is every sum",
        source="Williams, Waterman, Patterson, CACM 52(4), 2009",
        goals={"C": 0.99},
    )


FMA_PEAK_FP32 = kernel("fp32", np.float32)
FMA_PEAK_FP64 = kernel("fp64", np.float64)
