"""Layer normalization: every row of activations brought to mean 0 and variance 1, then scaled and shifted.

Formula  y[r, c] = (x[r, c] - m[r]) / sqrt(v[r] + 1e-5) weight[c] + bias[c], with the mean m[r] of row r and its
         variance v[r] = mean over c of (x[r, c] - m[r])^2. A row with NaN or an infinity becomes NaN.
Work     8 flops per element (1 for the mean, 3 for the variance, 4 for the result); x, weight and bias read once,
         y written once.
Method   Two passes for the statistics, since mean(x^2) - m^2 cancels. While those of a row are taken, the row before
         it leaves, past the caches if y is larger than they are, and the rows behind it are fetched.
Source   J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, arXiv:1607.06450, 2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, compiled, part
from kernels.memory.stream import put
from kernels.spec import Kernel, Work
from kernels.training.rows import before_vector, fetch_ahead, load_or

EPSILON = 1e-5


def reference(x: Any, weight: Any, bias: Any, y: Any) -> dict[str, Any]:
    """The formula in double precision."""
    x = x.astype(np.float64)
    difference = x - x.mean(axis=1, keepdims=True)
    variance = np.mean(difference**2, axis=1, keepdims=True)
    return {"y": difference / np.sqrt(variance + EPSILON) * weight + bias}


@part
def mean(x: Any, start: int, count: int) -> Any:
    """Mean of `count` elements from `start` on."""
    width = simd.lanes(x)
    zero = simd.broadcast(np.float32(0))
    a, b, c, d = zero, zero, zero, zero
    whole = count // (4 * width) * (4 * width)
    for j in range(start, start + whole, 4 * width):
        a = a + simd.load(x, j)
        b = b + simd.load(x, j + width)
        c = c + simd.load(x, j + 2 * width)
        d = d + simd.load(x, j + 3 * width)
    for j in range(whole, count, width):
        a = a + simd.load_part(x, start + j, count - j)
    return simd.total((a + b) + (c + d)) / np.float32(count)


@part
def scaled(normal: Any, weight: Any, bias: Any, j: int) -> Any:
    """The vector normal * weight + bias from column j on; without a bias if that is None."""
    if bias is None:
        return normal * simd.load(weight, j)
    return simd.fma(normal, simd.load(weight, j), simd.load(bias, j))


@part
def scaled_part(normal: Any, weight: Any, bias: Any, j: int, count: int) -> Any:
    """Like `scaled` for the first `count` lanes."""
    if bias is None:
        return normal * simd.load_part(weight, j, count)
    return simd.fma(normal, simd.load_part(weight, j, count), simd.load_part(bias, j, count))


@part
def put_part(x: Any, middle: Any, scale: Any, weight: Any, bias: Any, y: Any, start: int, begin: int, end: int) -> None:
    """Results of the row at `start`, in the columns from `begin` to `end`."""
    for j in range(begin, end, simd.lanes(y)):
        left = end - j
        normal = (simd.load_part(x, start + j, left) - middle) * scale
        simd.store_part(y, start + j, scaled_part(normal, weight, bias, j, left), left)


@part
def inverse_deviation(x: Any, start: int, begin: int, middle: Any, squares: Any) -> Any:
    """1 / sqrt(v + 1e-5) for the row at `start`, whose `squares` before column `begin` are known."""
    count = x.shape[1]
    for j in range(begin, count, simd.lanes(x)):
        difference = load_or(x, start + j, count - j, simd.broadcast(middle)) - middle
        squares = simd.fma(difference, difference, squares)
    return np.float32(1) / np.sqrt(simd.total(squares) / np.float32(count) + np.float32(EPSILON))


@part
def put_and_measure(x: Any, old: Any, scale: Any, weight: Any, bias: Any, y: Any, start: int, middle: Any) -> Any:
    """Results of the row before the one at `start`, with its mean `old` and its scale; the scale of this one."""
    count, before, width = x.shape[1], start - x.shape[1], simd.lanes(x)
    head = before_vector(y, before, count)
    whole = (count - head) // width * width
    put_part(x, old, scale, weight, bias, y, before, 0, head)
    squares = simd.broadcast(np.float32(0))
    for j in range(0, whole, width):
        fetch_ahead(x, start + j, count)
        difference = simd.load(x, start + j) - middle
        squares = simd.fma(difference, difference, squares)
        normal = (simd.load(x, before + head + j) - old) * scale
        put(y, before + head + j, scaled(normal, weight, bias, head + j))
    put_part(x, old, scale, weight, bias, y, before, head + whole, count)
    return inverse_deviation(x, start, whole, middle, squares)


@compiled(
    x="float32 rows columns",
    weight="float32 columns",
    bias="float32 columns",
    y="float32 rows columns",
    threads="threads",
)
def layernorm(x: Any, weight: Any, bias: Any, y: Any, threads: int) -> None:
    """Each thread takes rows that follow one another."""
    rows, columns = x.shape
    for thread in prange(threads):
        first, last = thread * rows // threads * columns, (thread + 1) * rows // threads * columns
        old, scale = np.float32(0), np.float32(0)
        for start in range(first, last, columns):
            middle = mean(x, start, columns)
            if start == first:
                scale = inverse_deviation(x, start, 0, middle, simd.broadcast(np.float32(0)))
            else:
                scale = put_and_measure(x, old, scale, weight, bias, y, start, middle)
            old = middle
        if first < last:
            put_part(x, old, scale, weight, bias, y, last - columns, 0, columns)


@compiled(
    x="float32 rows columns",
    weight="float32 columns",
    bias="float32 columns",
    y="float32 rows columns",
    fastmath=FAST_MATH,
)
def plain_layernorm(x: Any, weight: Any, bias: Any, y: Any) -> None:
    """The same in three loops over a row; no infinities or NaN."""
    rows, columns = x.shape
    for row in prange(rows):
        total = np.float32(0)
        for column in range(columns):
            total += x[row, column]
        middle = total / np.float32(columns)
        squares = np.float32(0)
        for column in range(columns):
            squares += (x[row, column] - middle) ** 2
        scale = np.float32(1) / np.sqrt(squares / np.float32(columns) + np.float32(EPSILON))
        for column in range(columns):
            y[row, column] = (x[row, column] - middle) * scale * weight[column] + bias[column]


def inputs(seed: int, rows: int, columns: int) -> dict[str, Any]:
    """Random activations around 1/2, random weights and biases."""
    random = np.random.default_rng(seed)
    arrays: dict[str, Any] = {
        "x": uniform(random, (rows, columns), np.float32),
        "weight": uniform(random, columns, np.float32),
        "bias": uniform(random, columns, np.float32),
        "y": poisoned((rows, columns), np.float32),
    }
    arrays["x"] += np.float32(0.5)
    return arrays


def work(rows: int, columns: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=8 * rows * columns,
        bytes_read=4 * rows * columns + 8 * columns,
        bytes_written=4 * rows * columns,
        formula="flops = 8 rows columns; bytes = 4 rows columns + 8 columns read + 4 rows columns written",
    )


LAYERNORM = Kernel(
    name="layernorm",
    story="Language models: activations are brought to one scale, before every attention and every dense layer.",
    limit="memory",
    precision="fp32",
    sizes={
        "quick": {"rows": 8192, "columns": 2048},
        "standard": {"rows": 16384, "columns": 4096},
        "full": {"rows": 32768, "columns": 8192},
    },
    inputs=inputs,
    outputs=("y",),
    reference=reference,
    cpu=layernorm,
    work=work,
    rtol=2e-6,
    tolerance="about ten fp32 roundings (6e-8 each) of numbers up to 2, doubled for the sums of each lane",
    source="Ba, Kiros and Hinton, arXiv:1607.06450, 2016",
    goals={"torch": 1.15, "C": 0.95},
    simple=plain_layernorm,
)
