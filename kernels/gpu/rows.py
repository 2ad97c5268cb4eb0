"""Row-wise layers on a GPU: a block per row, four numbers per load; what is read twice comes from the caches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import THREADS, block_max, block_sum, cuda, load4, store4
from kernels.gpu.version import Launch, Version
from kernels.training.layernorm import EPSILON

LOWEST = np.float32(-np.inf)
NOTHING = np.float32(0)
ONE = np.float32(1)
PER_MULTIPROCESSOR = 8


def softmax(x: Any, y: Any) -> None:
    """y[row] = e^(x - max) / sum of e^(x - max): the row is read from memory once, then from the cache."""
    shared = cuda.shared.array(THREADS, np.float32)
    quads = x.shape[1] // 4
    for row in range(cuda.blockIdx.x, x.shape[0], cuda.gridDim.x):
        first = row * quads
        top = LOWEST
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            top = max(max(max(a, b), max(c, d)), top)
        top = block_max(top, shared)
        total = NOTHING
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            total += (math.exp(a - top) + math.exp(b - top)) + (math.exp(c - top) + math.exp(d - top))
        over = ONE / block_sum(total, shared)
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            lanes = (
                math.exp(a - top) * over,
                math.exp(b - top) * over,
                math.exp(c - top) * over,
                math.exp(d - top) * over,
            )
            store4(y, 4 * (first + i), lanes)


def layernorm(x: Any, weight: Any, bias: Any, y: Any) -> None:
    """y[row] = (x - mean) / sqrt(variance + epsilon) weight + bias; the variance from differences, not from squares."""
    shared = cuda.shared.array(THREADS, np.float32)
    quads = x.shape[1] // 4
    over_columns = ONE / np.float32(x.shape[1])
    for row in range(cuda.blockIdx.x, x.shape[0], cuda.gridDim.x):
        first = row * quads
        total = NOTHING
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            total += (a + b) + (c + d)
        mean = block_sum(total, shared) * over_columns
        squares = NOTHING
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            squares += ((a - mean) * (a - mean) + (b - mean) * (b - mean)) + (
                (c - mean) * (c - mean) + (d - mean) * (d - mean)
            )
        scale = ONE / math.sqrt(block_sum(squares, shared) * over_columns + np.float32(EPSILON))
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            p, q, r, s = load4(weight, 4 * i)
            t, u, v, w = load4(bias, 4 * i)
            lanes = (
                (a - mean) * scale * p + t,
                (b - mean) * scale * q + u,
                (c - mean) * scale * r + v,
                (d - mean) * scale * s + w,
            )
            store4(y, 4 * (first + i), lanes)


def rmsnorm(x: Any, weight: Any, y: Any) -> None:
    """y[row] = x / sqrt(mean of x^2 + epsilon) weight."""
    shared = cuda.shared.array(THREADS, np.float32)
    quads = x.shape[1] // 4
    over_columns = ONE / np.float32(x.shape[1])
    for row in range(cuda.blockIdx.x, x.shape[0], cuda.gridDim.x):
        first = row * quads
        squares = NOTHING
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            squares += (a * a + b * b) + (c * c + d * d)
        scale = ONE / math.sqrt(block_sum(squares, shared) * over_columns + np.float32(EPSILON))
        for i in range(cuda.threadIdx.x, quads, cuda.blockDim.x):
            a, b, c, d = load4(x, 4 * (first + i))
            p, q, r, s = load4(weight, 4 * i)
            store4(y, 4 * (first + i), (a * scale * p, b * scale * q, c * scale * r, d * scale * s))


def _version(function: Any, *arguments: str) -> Version:
    def launches(multiprocessors: int, rows: int, columns: int) -> tuple[Launch, ...]:
        blocks = min(rows, PER_MULTIPROCESSOR * multiprocessors)
        return (Launch(function, arguments, blocks, THREADS),)

    return Version(
        function.__name__,
        launches,
        ("ld.global.v4.f32", "st.global.v4.f32", "shfl.sync.bfly"),
        {"rows": 5, "columns": 36},
        divides={"columns": 4},
    )


VERSIONS = (
    _version(softmax, "x", "y"),
    _version(layernorm, "x", "weight", "bias", "y"),
    _version(rmsnorm, "x", "weight", "y"),
)
