"""Attention, forward: the work that sets a transformer apart from a stack of dense layers.

Formula  O = softmax(Q K^T / sqrt(d)) V for each head, d = 64, no mask; Q, K, V, O are (heads, tokens, d).
Work     4 heads tokens^2 d flops (the exponentials are not counted); Q, K, V read and O written once.
Method   Tiles of queries and keys that fit the cache; the softmax is built up block by block with a running
         maximum and sum, so the tokens x tokens matrix is never stored. Exponentials are powers of two.
Source   T. Dao et al., FlashAttention, NeurIPS 2022; M. Milakov, N. Gimelshein, arXiv:1805.02867, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, compiled, fast_part
from kernels.elementary import LOG2_E, exp2
from kernels.spec import Kernel, Work
from kernels.tile import ROWS, VECTORS

HEAD_DIM = 64
QUERIES = 8 * ROWS
KEYS = 256
LOWEST = np.float32(-1e30)


def reference(q: Any, k: Any, v: Any, o: Any) -> dict[str, Any]:
    """The formula in double precision, head by head."""
    result = np.empty(o.shape)
    for head, (queries, keys, values) in enumerate(zip(q, k, v, strict=True)):
        scores = queries.astype(np.float64) @ keys.astype(np.float64).T / np.sqrt(HEAD_DIM)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        result[head] = weights @ values.astype(np.float64) / weights.sum(axis=1, keepdims=True)
    return {"o": result}


@fast_part
def pack_keys(k: Any, head: int, key0: int, packed: Any, start: int) -> None:
    """Transpose one tile's columns of keys; keys beyond the last become zero."""
    width = VECTORS * simd.lanes(k)
    for j in range(width):
        for d in range(HEAD_DIM):
            packed[start + d * width + j] = k[head, key0 + j, d] if key0 + j < k.shape[1] else 0


@fast_part
def pack_queries(q: Any, head: int, query0: int, packed: Any) -> None:
    """Strips of `ROWS` queries, scaled so that scores are exponents of two; queries beyond the last become zero."""
    scale = np.float32(LOG2_E / np.sqrt(HEAD_DIM))
    for i in range(QUERIES):
        start = i // ROWS * ROWS * HEAD_DIM + i % ROWS
        for d in range(HEAD_DIM):
            packed[start + d * ROWS] = scale * q[head, query0 + i, d] if query0 + i < q.shape[1] else 0


@fast_part
def score_block(queries: Any, packed_keys: Any, start: int, keys: int, scores: Any) -> None:
    """scores[QUERIES, KEYS] = queries times the keys that are packed from `start` on."""
    width = VECTORS * simd.lanes(scores)
    for key in range(0, keys, width):
        for row in range(0, QUERIES, ROWS):
            block = tile.zeros(scores, ROWS, VECTORS)
            for d in range(HEAD_DIM):
                a_at = row * HEAD_DIM + d * ROWS
                block = tile.add_outer(block, queries, a_at, 1, packed_keys, start + key * HEAD_DIM + d * width)
            tile.store(block, scores, row * KEYS + key, KEYS)


@fast_part
def softmax_row(scores: Any, keys: int, highest: Any, output: Any) -> Any:
    """Turn scores into weights 2^(score - maximum), rescale the output so far; (maximum, factor, sum of weights)."""
    top = highest
    for j in range(keys):
        top = simd.maximum(top, scores[j])
    total = np.float32(0)
    for j in range(keys):
        weight = exp2(scores[j] - top)
        scores[j] = weight
        total += weight
    factor = exp2(highest - top)
    if top != highest:
        for d in range(HEAD_DIM):
            output[d] *= factor
    return top, factor, total


@fast_part
def add_values(weights: Any, v: Any, v_at: int, keys: int, output: Any) -> None:
    """output[QUERIES, HEAD_DIM] += weights times the values that start at element `v_at`."""
    width = VECTORS * simd.lanes(v)
    for row in range(0, QUERIES, ROWS):
        for column in range(0, HEAD_DIM, width):
            block = tile.zeros(output, ROWS, VECTORS)
            for key in range(keys):
                block = tile.add_outer(block, weights, row * KEYS + key, KEYS, v, v_at + key * HEAD_DIM + column)
            block = tile.add(block, output, row * HEAD_DIM + column, HEAD_DIM)
            tile.store(block, output, row * HEAD_DIM + column, HEAD_DIM)


@fast_part
def attend(q: Any, packed_keys: Any, start: int, v: Any, o: Any, head: int, query0: int) -> None:
    """One block of queries of one head against all keys, which are packed from `start` on."""
    tokens = q.shape[1]
    queries = np.empty(QUERIES * HEAD_DIM, q.dtype)
    pack_queries(q, head, query0, queries)
    scores = np.empty((QUERIES, KEYS), q.dtype)
    output = np.zeros((QUERIES, HEAD_DIM), q.dtype)
    highest = np.full(QUERIES, LOWEST, q.dtype)
    total = np.zeros(QUERIES, q.dtype)
    for key0 in range(0, tokens, KEYS):
        keys = min(KEYS, tokens - key0)
        score_block(queries, packed_keys, start + key0 * HEAD_DIM, keys, scores)
        for i in range(QUERIES):
            highest[i], factor, added = softmax_row(scores[i], keys, highest[i], output[i])
            total[i] = total[i] * factor + added
        add_values(scores, v, (head * tokens + key0) * HEAD_DIM, keys, output)
    for i in range(min(QUERIES, tokens - query0)):
        inverse = np.float32(1) / total[i]
        for d in range(HEAD_DIM):
            o[head, query0 + i, d] = output[i, d] * inverse


@compiled(
    q="float32 heads tokens 64",
    k="float32 heads tokens 64",
    v="float32 heads tokens 64",
    o="float32 heads tokens 64",
    fastmath=FAST_MATH,
)
def attention(q: Any, k: Any, v: Any, o: Any) -> None:
    """Keys are packed once per head; blocks of queries of all heads run in parallel."""
    heads, tokens, _ = q.shape
    width = VECTORS * simd.lanes(q)
    panels = (tokens + width - 1) // width
    packed_keys = np.empty(heads * panels * width * HEAD_DIM, q.dtype)
    for panel in prange(heads * panels):
        pack_keys(k, panel // panels, panel % panels * width, packed_keys, panel * width * HEAD_DIM)
    blocks = (tokens + QUERIES - 1) // QUERIES
    for block in prange(heads * blocks):
        head = block // blocks
        attend(q, packed_keys, head * panels * width * HEAD_DIM, v, o, head, block % blocks * QUERIES)


def inputs(seed: int, heads: int, tokens: int) -> dict[str, Any]:
    """Random queries, keys and values; queries large enough that the softmax is far from flat."""
    random = np.random.default_rng(seed)
    shape = (heads, tokens, HEAD_DIM)
    arrays: dict[str, Any] = {name: uniform(random, shape, np.float32) for name in ("q", "k", "v")}
    arrays["q"] *= 4
    return {**arrays, "o": poisoned(shape, np.float32)}


def work(heads: int, tokens: int) -> Work:
    """Counts for one forward pass."""
    elements = heads * tokens * HEAD_DIM
    return Work(
        flops=4 * elements * tokens,
        bytes_read=12 * elements,
        bytes_written=4 * elements,
        formula="flops = 4 heads tokens^2 64; bytes = 12 heads tokens 64 read + 4 heads tokens 64 written",
    )


ATTENTION = Kernel(
    name="attention",
    story="Training and serving of large language models: self-attention, forward.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"heads": 8, "tokens": 1024},
        "standard": {"heads": 16, "tokens": 2048},
        "full": {"heads": 16, "tokens": 4096},
    },
    inputs=inputs,
    outputs=("o",),
    reference=reference,
    cpu=attention,
    work=work,
    rtol=2e-5,
    tolerance="scores up to about 20 carry 64 fp32 roundings into the exponent, the polynomial adds 3e-7",
    source="Dao et al., FlashAttention, NeurIPS 2022",
    goals={"torch": 1.2},
)
