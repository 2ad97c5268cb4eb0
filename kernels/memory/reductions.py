"""Dot product and sum: long arrays reduced to one number, the inner step of every iterative solver.

Formula  dot = sum of x[i] y[i];  sum = sum of x[i], over n float64 elements.
Work     2 n flops and 16 n bytes (dot); n flops and 8 n bytes (sum).
Method   Four vector accumulators hide the latency of the addition. Each of `partials.size` blocks leaves one
         partial sum and these are added in the same way, so the order of additions, and with it every bit of the
         result, does not depend on the number of threads. NaN and infinity propagate.
         Error: an element passes through at most d additions, d = (n / blocks + blocks) / (4 lanes) + 10 lanes,
         and its product through one rounding; so |error| <= (d + 1) 2^-53 sum |x[i] y[i]|.
Source   N. J. Higham, The accuracy of floating point summation, SIAM J. Sci. Comput. 14(4), 1993.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import aligned, poisoned
from kernels.compile import Compiled, compiled, part
from kernels.spec import Kernel, Work

BLOCK = 16384


def dot_reference(x: Any, y: Any, partials: Any, result: Any) -> dict[str, Any]:
    """Products rounded once, added in the widest precision."""
    return {"result": np.sum(x * y, keepdims=True, dtype=np.longdouble).astype(np.float64)}


def sum_reference(x: Any, partials: Any, result: Any) -> dict[str, Any]:
    """Added in the widest precision."""
    return {"result": np.sum(x, keepdims=True, dtype=np.longdouble).astype(np.float64)}


@part
def share_of(x: Any, blocks: int) -> Any:
    """Elements of one block: whole steps of the loops below, except in the last blocks."""
    step = 4 * simd.lanes(x)
    return (x.size + blocks * step - 1) // (blocks * step) * step


@part
def dot_between(x: Any, y: Any, first: int, last: int) -> Any:
    """Sum of x[i] y[i] for i in [first, last)."""
    lanes = simd.lanes(x)
    a = b = c = d = simd.broadcast(0.0)
    whole = last - (last - first) % (4 * lanes)
    for i in range(first, whole, 4 * lanes):
        a = simd.fma(simd.load(x, i), simd.load(y, i), a)
        b = simd.fma(simd.load(x, i + lanes), simd.load(y, i + lanes), b)
        c = simd.fma(simd.load(x, i + 2 * lanes), simd.load(y, i + 2 * lanes), c)
        d = simd.fma(simd.load(x, i + 3 * lanes), simd.load(y, i + 3 * lanes), d)
    rest = 0.0
    for i in range(whole, last):
        rest += x[i] * y[i]
    return simd.total((a + b) + (c + d)) + rest


@part
def sum_between(x: Any, first: int, last: int) -> Any:
    """Sum of x[i] for i in [first, last)."""
    lanes = simd.lanes(x)
    a = b = c = d = simd.broadcast(0.0)
    whole = last - (last - first) % (4 * lanes)
    for i in range(first, whole, 4 * lanes):
        a = a + simd.load(x, i)
        b = b + simd.load(x, i + lanes)
        c = c + simd.load(x, i + 2 * lanes)
        d = d + simd.load(x, i + 3 * lanes)
    rest = 0.0
    for i in range(whole, last):
        rest += x[i]
    return simd.total((a + b) + (c + d)) + rest


@compiled(x="float64 n", y="float64 n", partials="float64 blocks", result="float64 1")
def dot(x: Any, y: Any, partials: Any, result: Any) -> None:
    """Blocks in parallel, then the sum of their sums."""
    share = share_of(x, partials.size)
    for block in prange(partials.size):
        partials[block] = dot_between(x, y, min(block * share, x.size), min((block + 1) * share, x.size))
    result[0] = sum_between(partials, 0, partials.size)


@compiled(x="float64 n", partials="float64 blocks", result="float64 1")
def sum_of_array(x: Any, partials: Any, result: Any) -> None:
    """Blocks in parallel, then the sum of their sums."""
    share = share_of(x, partials.size)
    for block in prange(partials.size):
        partials[block] = sum_between(x, min(block * share, x.size), min((block + 1) * share, x.size))
    result[0] = sum_between(partials, 0, partials.size)


@compiled(x="float64 n", y="float64 n", partials="float64 blocks", result="float64 1")
def plain_dot(x: Any, y: Any, partials: Any, result: Any) -> None:
    """One accumulator: every addition waits for the one before it."""
    total = 0.0
    for i in prange(x.size):
        total += x[i] * y[i]
    result[0] = total


@compiled(x="float64 n", partials="float64 blocks", result="float64 1")
def plain_sum(x: Any, partials: Any, result: Any) -> None:
    """One accumulator: every addition waits for the one before it."""
    total = 0.0
    for i in prange(x.size):
        total += x[i]
    result[0] = total


def kernel(
    name: str,
    story: str,
    cpu: Compiled,
    simple: Compiled,
    reference: Callable[..., dict[str, Any]],
    sizes: dict[str, dict[str, int]],
) -> Kernel:
    """One of the two: all arguments of `cpu` but the last two are read."""
    read = list(cpu.parameters)[:-2]

    def inputs(seed: int, n: int) -> dict[str, Any]:
        random = np.random.default_rng(seed)
        arrays = {argument: aligned(n, np.float64) for argument in read}
        for array in arrays.values():
            random.random(out=array)
        partials = poisoned(-(-n // BLOCK), np.float64)
        return {**arrays, "partials": partials, "result": poisoned(1, np.float64)}

    def work(n: int) -> Work:
        count = len(read)
        formula = f"flops = {count} n; bytes = {8 * count} n read + 8 written"
        return Work(flops=count * n, bytes_read=8 * count * n, bytes_written=8, formula=formula)

    return Kernel(
        name=name,
        story=story,
        limit="memory",
        precision="fp64",
        sizes=sizes,
        inputs=inputs,
        outputs=("result",),
        workspace=("partials",),
        reference=reference,
        cpu=cpu,
        work=work,
        rtol=5e-13,
        tolerance="terms of one sign; for 2^28 of them and two lanes the bound of the docstring is 4130 roundings",
        source="Higham, SIAM J. Sci. Comput. 14(4), 1993",
        goals={"best": 1.0},
        simple=simple,
    )


DOT = kernel(
    "dot",
    "Iterative solvers and statistics: two long vectors are multiplied and summed.",
    dot,
    plain_dot,
    dot_reference,
    {"quick": {"n": 8 * 2**20}, "standard": {"n": 32 * 2**20}, "full": {"n": 128 * 2**20}},
)
SUM = kernel(
    "sum",
    "Norms, averages and losses: one long array is summed.",
    sum_of_array,
    plain_sum,
    sum_reference,
    {"quick": {"n": 16 * 2**20}, "standard": {"n": 64 * 2**20}, "full": {"n": 256 * 2**20}},
)
