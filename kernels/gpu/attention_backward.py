"""Attention's gradient on a GPU: a query per thread for dQ, a key per thread for dK and dV, weights computed again.

dV takes a launch of its own, so that no thread holds more than three vectors in its registers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, cuda
from kernels.gpu.attention import SCALE
from kernels.gpu.vectors import add, clear, dot, load, share, store
from kernels.gpu.version import Launch, Version, shape_of
from kernels.training.flash import HEAD_DIM

THREADS = 128
ROWS = 32
ONE = np.float32(1)
NOTHING = np.float32(0)


def corrections(o: Any, do: Any, delta: Any) -> None:
    """The sum of dO * O of each query, into delta."""
    row = cuda.grid(1)
    tokens = o.shape[1]
    if row < o.shape[0] * tokens:
        head, query = row // tokens, row % tokens
        total = NOTHING
        for d in range(HEAD_DIM):
            total += o[head, query, d] * do[head, query, d]
        delta[head, query] = total


def of_queries(q: Any, k: Any, v: Any, do: Any, lse: Any, delta: Any, dq: Any) -> None:
    """The queries of a block: dQ = dS K / 8."""
    keys = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    values = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    mine = cuda.local.array(HEAD_DIM, np.float32)
    upstream = cuda.local.array(HEAD_DIM, np.float32)
    found = cuda.local.array(HEAD_DIM, np.float32)
    head, tokens = cuda.blockIdx.y, q.shape[1]
    base = head * tokens * HEAD_DIM
    query = min(cuda.blockIdx.x * THREADS + cuda.threadIdx.x, tokens - 1)
    load(mine, q, base + query * HEAD_DIM, SCALE)
    load(upstream, do, base + query * HEAD_DIM, ONE)
    clear(found)
    log_sum, correction = lse[head, query], delta[head, query]
    for start in range(0, tokens, ROWS):
        count = min(ROWS, tokens - start)
        share(keys, k, base + start * HEAD_DIM, count, THREADS)
        share(values, v, base + start * HEAD_DIM, count, THREADS)
        cuda.syncthreads()
        for j in range(count):
            weight = math.exp(dot(mine, keys, j) - log_sum)
            add(found, weight * (dot(upstream, values, j) - correction), keys, j)
        cuda.syncthreads()
    if cuda.blockIdx.x * THREADS + cuda.threadIdx.x < tokens:
        store(found, dq, base + query * HEAD_DIM, SCALE)


def of_keys(q: Any, k: Any, v: Any, do: Any, lse: Any, delta: Any, dk: Any) -> None:
    """The keys of a block: dK = dS' Q / 8."""
    queries = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    upstream = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    mine = cuda.local.array(HEAD_DIM, np.float32)
    value = cuda.local.array(HEAD_DIM, np.float32)
    found = cuda.local.array(HEAD_DIM, np.float32)
    head, tokens = cuda.blockIdx.y, q.shape[1]
    base = head * tokens * HEAD_DIM
    key = min(cuda.blockIdx.x * THREADS + cuda.threadIdx.x, tokens - 1)
    load(mine, k, base + key * HEAD_DIM, SCALE)
    load(value, v, base + key * HEAD_DIM, ONE)
    clear(found)
    for start in range(0, tokens, ROWS):
        count = min(ROWS, tokens - start)
        share(queries, q, base + start * HEAD_DIM, count, THREADS)
        share(upstream, do, base + start * HEAD_DIM, count, THREADS)
        cuda.syncthreads()
        for i in range(count):
            weight = math.exp(dot(mine, queries, i) - lse[head, start + i])
            add(found, weight * (dot(value, upstream, i) - delta[head, start + i]), queries, i)
        cuda.syncthreads()
    if cuda.blockIdx.x * THREADS + cuda.threadIdx.x < tokens:
        store(found, dk, base + key * HEAD_DIM, SCALE)


def of_values(q: Any, k: Any, do: Any, lse: Any, dv: Any) -> None:
    """The keys of a block: dV = P' dO."""
    queries = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    upstream = cuda.shared.array((ROWS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    mine = cuda.local.array(HEAD_DIM, np.float32)
    found = cuda.local.array(HEAD_DIM, np.float32)
    head, tokens = cuda.blockIdx.y, q.shape[1]
    base = head * tokens * HEAD_DIM
    key = min(cuda.blockIdx.x * THREADS + cuda.threadIdx.x, tokens - 1)
    load(mine, k, base + key * HEAD_DIM, SCALE)
    clear(found)
    for start in range(0, tokens, ROWS):
        count = min(ROWS, tokens - start)
        share(queries, q, base + start * HEAD_DIM, count, THREADS)
        share(upstream, do, base + start * HEAD_DIM, count, THREADS)
        cuda.syncthreads()
        for i in range(count):
            add(found, math.exp(dot(mine, queries, i) - lse[head, start + i]), upstream, i)
        cuda.syncthreads()
    if cuda.blockIdx.x * THREADS + cuda.threadIdx.x < tokens:
        store(found, dv, base + key * HEAD_DIM, ONE)


def _launches(multiprocessors: int, heads: int, tokens: int) -> tuple[Launch, ...]:
    blocks = (-(-tokens // THREADS), heads)
    return (
        Launch(corrections, ("o", "do", "delta"), -(-heads * tokens // THREADS), THREADS),
        Launch(of_queries, ("q", "k", "v", "do", "lse", "delta", "dq"), blocks, THREADS),
        Launch(of_keys, ("q", "k", "v", "do", "lse", "delta", "dk"), blocks, THREADS),
        Launch(of_values, ("q", "k", "do", "lse", "dv"), blocks, THREADS),
    )


VERSIONS = (
    Version(
        "attention_backward",
        _launches,
        ("ld.global.v4.f32", "ld.shared.v4.f32", "fma.rn.f32", "ex2.approx"),
        {"heads": 1, "tokens": 37},
        scratch=lambda heads, tokens: {"delta": shape_of(np.float32, heads, tokens)},
    ),
)
