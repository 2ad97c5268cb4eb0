"""Chains of bfloat16 products summed in float32 registers: the ceiling of the kernels that multiply such numbers.

Formula  x <- x + l0 r0 + l1 r1, `steps` times, for every float32 element x on its own; l and r are bfloat16 pairs.
Work     4 elements steps flops; elements and pairs read, elements written once.
Method   One instruction per step where the processor multiplies pairs (see `kernels.bfloat16`). Elsewhere the pairs
         are widened once and each step is two fp32 multiply-adds: the ceiling is then that of fp32, as in `gemm_bf16`.
         Enough independent chains per thread hide the latency; memory is not touched. The inputs make every step
         exact, so a wrong count shows. The matrix units of some processors (AMX, SME) are not used.
Source   S. Williams, A. Waterman, D. Patterson, Roofline, CACM 52(4), 2009 (in-core ceiling).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import aligned, poisoned
from kernels.bfloat16 import PER_WORD, decode, encode, load_word, multiply_add
from kernels.compile import compiled
from kernels.spec import Kernel, Work

CHAINS = 24 if PER_WORD == 2 or simd.REGISTERS == 32 else 12
ELEMENTS = 384 * 1024


def reference(values: Any, result: Any, left: Any, right: Any, steps: int) -> dict[str, Any]:
    """Closed form: x + steps l r."""
    step = decode(left).astype(np.float64) @ decode(right).astype(np.float64)
    return {"result": values.astype(np.float64) + steps * step}


@compiled(values="float32 elements", result="float32 elements", left="uint16 2", right="uint16 2", steps="int64")
def fma_peak_bf16(values: Any, result: Any, left: Any, right: Any, steps: int) -> None:
    """Groups of chains in parallel, then the elements that fill no group."""
    lanes = simd.lanes(values)
    groups = values.size // (CHAINS * lanes)
    l0, l1 = simd.broadcast(load_word(left, 0, 1)), simd.broadcast(load_word(left, 1, 1))
    r0, r1 = simd.broadcast(load_word(right, 0, 1)), simd.broadcast(load_word(right, 1, 1))
    for group in prange(groups):
        start = group * CHAINS * lanes
        chains = tile.add(tile.zeros(values, CHAINS, 1), values, start, lanes)
        for _ in range(steps):
            chains = tile.add_products_bf16(chains, l0, r0)
            if PER_WORD == 1:
                chains = tile.add_products_bf16(chains, l1, r1)
        tile.store(chains, result, start, lanes)
    for i in range(groups * CHAINS * lanes, values.size, lanes):
        count = min(lanes, values.size - i)
        x = simd.load_part(values, i, count)
        for _ in range(steps):
            x = multiply_add(x, l0, r0)
            if PER_WORD == 1:
                x = multiply_add(x, l1, r1)
        simd.store_part(result, i, x, count)


def inputs(seed: int, elements: int, steps: int) -> dict[str, Any]:
    """Whole numbers that grow by four in every step."""
    values = aligned(elements, np.float32)
    values[:] = np.random.default_rng(seed).integers(0, 2**20, elements)
    pairs = [aligned(2, np.uint16) for _ in range(2)]
    pairs[0][:] = encode(np.array([1, 2], np.float32))
    pairs[1][:] = encode(np.array([3, 0.5], np.float32))
    return {
        "values": values,
        "result": poisoned(elements, np.float32),
        "left": pairs[0],
        "right": pairs[1],
        "steps": steps,
    }


def work(elements: int, steps: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=4 * elements * steps,
        bytes_read=4 * elements + 8,
        bytes_written=4 * elements,
        formula="flops = 4 elements steps; bytes = 4 elements + 8 read + 4 elements written",
    )


FMA_PEAK_BF16 = Kernel(
    name="fma_peak_bf16",
    story="The most bfloat16 arithmetic that the cores can do: the ceiling of mixed-precision training.",
    limit="compute",
    precision="bf16",
    sizes={
        "quick": {"elements": ELEMENTS, "steps": 4000},
        "standard": {"elements": ELEMENTS, "steps": 8000},
        "full": {"elements": ELEMENTS, "steps": 16000},
    },
    inputs=inputs,
    outputs=("result",),
    reference=reference,
    cpu=fma_peak_bf16,
    work=work,
    rtol=1e-16,
    tolerance="whole numbers below 2^24 are exact in float32, so is every sum",
    source="Williams, Waterman, Patterson, CACM 52(4), 2009",
    goals={"C": 0.99},
)
