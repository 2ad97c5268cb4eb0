"""Attention on a GPU: a query per thread, its numbers in registers; keys and values pass through shared memory.

The softmax is built up tile by tile with a running maximum and sum, so that the scores are never stored. All threads of
a block read the same key at the same time, which shared memory hands to all of them at once, four numbers per load.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, cuda, load4, store4
from kernels.gpu.version import Launch, Version
from kernels.training.flash import HEAD_DIM

QUERIES = 128
KEYS = 32
QUADS = HEAD_DIM // 4
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
    head, tokens = cuda.blockIdx.y, q.shape[1]
    query = min(cuda.blockIdx.x * QUERIES + cuda.threadIdx.x, tokens - 1)
    base = head * tokens * HEAD_DIM
    for d in range(QUADS):
        part = load4(q, base + query * HEAD_DIM + 4 * d)
        mine[4 * d] = part[0] * SCALE
        mine[4 * d + 1] = part[1] * SCALE
        mine[4 * d + 2] = part[2] * SCALE
        mine[4 * d + 3] = part[3] * SCALE
        found[4 * d] = NOTHING
        found[4 * d + 1] = NOTHING
        found[4 * d + 2] = NOTHING
        found[4 * d + 3] = NOTHING
    top = LOWEST
    total = NOTHING
    for start in range(0, tokens, KEYS):
        count = min(KEYS, tokens - start)
        for i in range(cuda.threadIdx.x, count * QUADS, QUERIES):
            store4(keys, 4 * i, load4(k, base + start * HEAD_DIM + 4 * i))
            store4(values, 4 * i, load4(v, base + start * HEAD_DIM + 4 * i))
        cuda.syncthreads()
        for j in range(count):
            a, b = NOTHING, NOTHING
            for d in range(QUADS):
                part = load4(keys, j * HEAD_DIM + 4 * d)
                a += mine[4 * d] * part[0] + mine[4 * d + 1] * part[1]
                b += mine[4 * d + 2] * part[2] + mine[4 * d + 3] * part[3]
            score = a + b
            if score > top:
                shrink = math.exp(top - score)
                total *= shrink
                for d in range(QUADS):
                    found[4 * d] *= shrink
                    found[4 * d + 1] *= shrink
                    found[4 * d + 2] *= shrink
                    found[4 * d + 3] *= shrink
                top = score
            weight = math.exp(score - top)
            total += weight
            for d in range(QUADS):
                part = load4(values, j * HEAD_DIM + 4 * d)
                found[4 * d] += weight * part[0]
                found[4 * d + 1] += weight * part[1]
                found[4 * d + 2] += weight * part[2]
                found[4 * d + 3] += weight * part[3]
        cuda.syncthreads()
    if cuda.blockIdx.x * QUERIES + cuda.threadIdx.x < tokens:
        over = ONE / total
        for d in range(QUADS):
            at = base + query * HEAD_DIM + 4 * d
            lanes = (found[4 * d] * over, found[4 * d + 1] * over, found[4 * d + 2] * over, found[4 * d + 3] * over)
            store4(o, at, lanes)


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
