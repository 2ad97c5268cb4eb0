"""STREAM: how fast memory delivers and takes long arrays, the ceiling of every memory-bound kernel.

Formula  copy c = a;  scale b = s c;  add c = a + b;  triad a = b + s c, over n float64 elements.
Work     16 n bytes (copy, scale) or 24 n (add, triad); 0, n, n and 2 n flops.
Method   Results larger than any cache are stored past it, so that no line is read only to be overwritten.
         The two halves of the arrays are walked side by side: while one stream waits for its next page,
         the other one keeps memory busy. They are a little less than halves, because at a distance that is a
         large power of two both would wait for the same memory bank.
Source   J. D. McCalpin, Memory bandwidth and machine balance, IEEE TCCA newsletter, 1995.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import ALIGNMENT_BYTES, poisoned, uniform
from kernels.compile import Compiled, compiled, part
from kernels.spec import Kernel, Work

STREAM_FROM_BYTES = 32 * 2**20
LINE = ALIGNMENT_BYTES // 8
LEFT_OVER = 8192
SCALAR = 3.0


def copy_reference(a: Any, c: Any) -> dict[str, Any]:
    """Copy: c = a."""
    return {"c": a.copy()}


def scale_reference(c: Any, b: Any, scalar: float) -> dict[str, Any]:
    """Scale: b = s c."""
    return {"b": scalar * c}


def add_reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """Add: c = a + b."""
    return {"c": a + b}


def triad_reference(b: Any, c: Any, a: Any, scalar: float) -> dict[str, Any]:
    """Triad: a = b + s c."""
    return {"a": b + scalar * c}


@part
def first_line(output: Any) -> Any:
    """Elements before the first one that starts a cache line."""
    return min(output.size, -simd.address(output) % ALIGNMENT_BYTES // output.itemsize)


@part
def half_of(output: Any, head: int) -> Any:
    """Elements of either half, a whole number of cache lines."""
    return max(output.size - head - LEFT_OVER, 0) // (2 * LINE) * LINE


@part
def put(output: Any, i: int, vector: Any) -> None:
    """Store one vector: past the caches if the array does not fit there."""
    if output.size * output.itemsize >= STREAM_FROM_BYTES:
        simd.stream(output, i, vector)
    else:
        simd.store(output, i, vector)


@part
def copy_line(a: Any, c: Any, i: int) -> None:
    """Elements i to i + LINE of c = a."""
    for k in range(i, i + LINE, simd.lanes(c)):
        put(c, k, simd.load(a, k))


@compiled(a="float64 n", c="float64 n")
def stream_copy(a: Any, c: Any) -> None:
    """Whole lines of both halves in parallel, then what is left over at both ends."""
    head = first_line(c)
    half = half_of(c, head)
    for line in prange(half // LINE):
        copy_line(a, c, head + line * LINE)
        copy_line(a, c, head + line * LINE + half)
    for end in range(c.size - 2 * half):
        i = end if end < head else end + 2 * half
        c[i] = a[i]


@part
def scale_line(c: Any, b: Any, factor: Any, i: int) -> None:
    """Elements i to i + LINE of b = s c."""
    for k in range(i, i + LINE, simd.lanes(b)):
        put(b, k, factor * simd.load(c, k))


@compiled(c="float64 n", b="float64 n", scalar="float64")
def stream_scale(c: Any, b: Any, scalar: float) -> None:
    """Whole lines of both halves in parallel, then what is left over at both ends."""
    head = first_line(b)
    half = half_of(b, head)
    factor = simd.broadcast(scalar)
    for line in prange(half // LINE):
        scale_line(c, b, factor, head + line * LINE)
        scale_line(c, b, factor, head + line * LINE + half)
    for end in range(b.size - 2 * half):
        i = end if end < head else end + 2 * half
        b[i] = scalar * c[i]


@part
def add_line(a: Any, b: Any, c: Any, i: int) -> None:
    """Elements i to i + LINE of c = a + b."""
    for k in range(i, i + LINE, simd.lanes(c)):
        put(c, k, simd.load(a, k) + simd.load(b, k))


@compiled(a="float64 n", b="float64 n", c="float64 n")
def stream_add(a: Any, b: Any, c: Any) -> None:
    """Whole lines of both halves in parallel, then what is left over at both ends."""
    head = first_line(c)
    half = half_of(c, head)
    for line in prange(half // LINE):
        add_line(a, b, c, head + line * LINE)
        add_line(a, b, c, head + line * LINE + half)
    for end in range(c.size - 2 * half):
        i = end if end < head else end + 2 * half
        c[i] = a[i] + b[i]


@part
def triad_line(b: Any, c: Any, a: Any, factor: Any, i: int) -> None:
    """Elements i to i + LINE of a = b + s c."""
    for k in range(i, i + LINE, simd.lanes(a)):
        put(a, k, simd.fma(factor, simd.load(c, k), simd.load(b, k)))


@compiled(b="float64 n", c="float64 n", a="float64 n", scalar="float64")
def stream_triad(b: Any, c: Any, a: Any, scalar: float) -> None:
    """Whole lines of both halves in parallel, then what is left over at both ends."""
    head = first_line(a)
    half = half_of(a, head)
    factor = simd.broadcast(scalar)
    for line in prange(half // LINE):
        triad_line(b, c, a, factor, head + line * LINE)
        triad_line(b, c, a, factor, head + line * LINE + half)
    for end in range(a.size - 2 * half):
        i = end if end < head else end + 2 * half
        a[i] = b[i] + scalar * c[i]


@compiled(b="float64 n", c="float64 n", a="float64 n", scalar="float64")
def plain_triad(b: Any, c: Any, a: Any, scalar: float) -> None:
    """One loop; every line of a is read into the caches before it is overwritten."""
    for i in prange(a.size):
        a[i] = b[i] + scalar * c[i]


def kernel(
    cpu: Compiled,
    reference: Callable[..., dict[str, Any]],
    flops: int,
    reads: int,
    story: str,
    simple: Compiled | None = None,
) -> Kernel:
    """One of the four: the last array of `cpu` is the output, `reads` others are read."""
    *read, output = [name for name in cpu.parameters if name != "scalar"]

    def inputs(seed: int, n: int) -> dict[str, Any]:
        random = np.random.default_rng(seed)
        arrays: dict[str, Any] = {name: uniform(random, n, np.float64) for name in read}
        arrays[output] = poisoned(n, np.float64)
        return {name: arrays.get(name, SCALAR) for name in cpu.parameters}

    def work(n: int) -> Work:
        formula = f"flops = {flops} n; bytes = {8 * reads} n read + 8 n written (no write-allocate)"
        return Work(flops=flops * n, bytes_read=8 * reads * n, bytes_written=8 * n, formula=formula)

    return Kernel(
        name=cpu.name,
        story=story,
        limit="memory",
        precision="fp64",
        sizes={"quick": {"n": 8 * 2**20}, "standard": {"n": 32 * 2**20}, "full": {"n": 128 * 2**20}},
        inputs=inputs,
        outputs=(output,),
        reference=reference,
        cpu=cpu,
        work=work,
        rtol=4e-16,
        tolerance="at most two roundings per element, of which a fused multiply-add saves one",
        source="McCalpin, STREAM benchmark, 1995",
        goals={"C": 0.98},
        simple=simple,
    )


STREAM_COPY = kernel(stream_copy, copy_reference, 0, 1, "Moving data: one long array is copied.")
STREAM_SCALE = kernel(stream_scale, scale_reference, 1, 1, "One long array is read, scaled and written.")
STREAM_ADD = kernel(stream_add, add_reference, 1, 2, "Two long arrays are added into a third.")
STREAM_TRIAD = kernel(
    stream_triad,
    triad_reference,
    2,
    2,
    "Vector updates of simulations, and the usual measure of memory bandwidth.",
    simple=plain_triad,
)
