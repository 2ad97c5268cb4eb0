"""Attention on a GPU: a query per thread, its numbers in registers; keys and values pass through shared memory.

The softmax is built up tile by tile with a running maximum and sum, so that the scores are never stored. All threads of
a block read the same key at the same time, which shared memory hands to all of them at once, four numbers per load.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, cuda
from kernels.gpu.vectors import add, clear, dot, load, scale, share, store
from kernels.gpu.version import Launch, Version
from kernels.training.flash import HEAD_DIM

QUERIES = 128
KEYS = 32
LOWEST = np.float32(-np.inf)
NOTHING = np.float32(0)
ONE = np.float32(1)
SCALE = np.float32(1 / math.sqrt(HEAD_DIM))


def attention(q: Any, k: Any, v: Any, o: Any) -> None:
    """The queries of a block and one head: o = softmax(q k' / sqrt(d)) v."""
    keys = cuda.shared.array((KEYS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    values = cuda.shared.array((KEYS, HEAD_DIM), np.float32, alignment=ALIGNMENT)
    mine = cuda.local.array(HEAD_DIM, np.float32)
    found = cuda.local.array(HEAD_DIM, np.float32)
    tokens = q.shape[1]
    base = cuda.blockIdx.y * tokens * HEAD_DIM
    query = min(cuda.blockIdx.x * QUERIES + cuda.threadIdx.x, tokens - 1)
    load(mine, q, base + query * HEAD_DIM, SCALE)
    clear(found)
    top = LOWEST
    total = NOTHING
    for start in range(0, tokens, KEYS):
        count = min(KEYS, tokens - start)
        share(keys, k, base + start * HEAD_DIM, count, QUERIES)
        share(values, v, base + start * HEAD_DIM, count, QUERIES)
        cuda.syncthreads()
        for j in range(count):
            score = dot(mine, keys, j)
            if score > top:
                shrink = math.exp(top - score)
                total *= shrink
                scale(found, shrink)
                top = score
            weight = math.exp(score - top)
            total += weight
            add(found, weight, values, j)
        cuda.syncthreads()
    if cuda.blockIdx.x * QUERIES + cuda.threadIdx.x < tokens:
        store(found, o, base + query * HEAD_DIM, ONE / total)


def _launches(multiprocessors: int, heads: int, tokens: int) -> tuple[Launch, ...]:
    return (Launch(attention, ("q", "k", "v", "o"), (-(-tokens // QUERIES), heads), QUERIES),)


VERSIONS = (
    Version(
        "attention",
        _launches,
        ("ld.global.v4.f32", "ld.shared.v4.f32", "fma.rn.f32", "ex2.approx"),
        {"heads": 2, "tokens": 37},
    ),
)
