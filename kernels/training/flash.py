"""Attention without storing the tokens x tokens matrix, for use inside kernels.

Queries, keys and values of head h and token t are the 64 numbers at `start + h head + t row` of their arrays,
so that they may be separate arrays or columns of one matrix. With `causal` a token attends to itself and those
before it. Scores are kept as exponents of two. Compiled once for all kernels, see `kernels.shared`.

Method   each task is one head and a share of its queries; blocks of queries go through blocks of keys with a
         running maximum and sum. Keys are transposed once per task.
Source   T. Dao et al., FlashAttention, NeurIPS 2022; M. Milakov, N. Gimelshein, arXiv:1805.02867, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, prange  # type: ignore[attr-defined]

from kernels import simd, tile
from kernels.compile import FAST_MATH, fast_part
from kernels.elementary import LOG2_E, exp2
from kernels.shared import shared, thread_count
from kernels.tile import ROWS, VECTORS

HEAD_DIM = 64
QUERIES = 8 * ROWS
KEYS = 256
LOWEST = np.float32(-1e30)
HEAD = {
    **{"tokens": "int64", "causal": "int64", "q": "floats", "q_at": "int64", "k": "floats", "k_at": "int64"},
    **{"v": "floats", "v_at": "int64", "row": "int64"},
}
HEADS = {"heads": "int64", "head": "int64", **HEAD}
SUMS = {"lse": "floats", "lse_at": "int64"}


@fast_part
def copy_rows(a: Any, at: int, row: int, count: int, padded: int, factor: Any, to: Any) -> None:
    """to[padded, 64] = factor times `count` tokens, then zeros."""
    scale, nothing = simd.broadcast(factor), simd.broadcast(np.float32(0))
    for i in range(padded):
        for d in range(0, HEAD_DIM, simd.lanes(a)):
            value = simd.load(a, at + i * row + d) if i < count else nothing
            simd.store(to, i * HEAD_DIM + d, value * scale)


@fast_part
def transpose_panels(a: Any, at: int, row: int, count: int, to: Any) -> None:
    """Tokens in panels of one tile's columns, each with one row per dimension; missing tokens are zero."""
    lanes = simd.lanes(a)
    width = VECTORS * lanes
    for panel in range(0, count, width):
        for i in range(0, width, lanes):
            for d in range(0, HEAD_DIM, lanes):
                square = tile.load_square(a, at + (panel + i) * row + d, row, count - panel - i, HEAD_DIM - d)
                tile.store(tile.transposed(square), to, panel * HEAD_DIM + d * width + i, width)


@fast_part
def score(rows: Any, at: int, count: int, panels: Any, panels_at: int, keys: int, scores: Any, stride: int) -> None:
    """scores[count, stride] = `count` tokens of 64 numbers times the keys that are transposed from `panels_at` on."""
    width = VECTORS * simd.lanes(scores)
    for key in range(0, keys, width):
        for i in range(0, count, ROWS):
            block = tile.zeros(scores, ROWS, VECTORS)
            for d in range(HEAD_DIM):
                b_at = panels_at + key * HEAD_DIM + d * width
                block = tile.add_outer(block, rows, at + i * HEAD_DIM + d, HEAD_DIM, panels, b_at)
            tile.store(block, scores, i * stride + key, stride)


@fast_part
def add_product(
    weights: Any, step: int, line: int, count: int, depth: int, values: Any, values_at: int, total: Any, total_at: int
) -> None:
    """total[i, :] += sum over j < depth of weights[i line + j step] values[j, :], for i < count; 64 columns."""
    width = VECTORS * simd.lanes(total)
    for i in range(0, count, ROWS):
        for column in range(0, HEAD_DIM, width):
            block = tile.zeros(total, ROWS, VECTORS)
            at = total_at + i * HEAD_DIM + column
            for j in range(depth):
                b_at = values_at + j * HEAD_DIM + column
                block = tile.add_outer(block, weights, i * line + j * step, line, values, b_at)
            tile.store(tile.add(block, total, at, HEAD_DIM), total, at, HEAD_DIM)


@fast_part
def seen(token: int, key0: int, keys: int, causal: int) -> int:
    """How many of the keys from key0 on a query attends to: all, or those up to its own."""
    return max(0, min(keys, token + 1 - key0)) if causal else keys


@fast_part
def softmax_row(scores: Any, seen: int, keys: int, highest: Any, output: Any) -> Any:
    """Turn scores into weights 2^(score - maximum), rescale the output so far; (maximum, factor, sum of weights)."""
    top = highest
    for j in range(seen):
        top = simd.maximum(top, scores[j])
    total = np.float32(0)
    for j in range(seen):
        weight = exp2(scores[j] - top)
        scores[j] = weight
        total += weight
    scores[seen:keys] = 0
    factor = exp2(highest - top)
    if top != highest:
        for d in range(HEAD_DIM):
            output[d] *= factor
    return top, factor, total


@fast_part
def attend_queries(
    queries: Any, panels: Any, values: Any, tokens: int, query0: int, causal: int, scores: Any, output: Any,
    highest: Any, total: Any,
) -> None:  # fmt: skip
    """One block of queries against all keys that it sees: output, and the highest score and the sum of each row."""
    highest[:] = LOWEST
    total[:] = 0
    output[:] = 0
    last = min(tokens, query0 + QUERIES) if causal else tokens
    for key0 in range(0, last, KEYS):
        keys = min(KEYS, last - key0)
        score(queries, 0, QUERIES, panels, key0 * HEAD_DIM, keys, scores, KEYS)
        for i in range(QUERIES):
            count = seen(query0 + i, key0, keys, causal)
            highest[i], factor, added = softmax_row(scores[i], count, keys, highest[i], output[i])
            total[i] = total[i] * factor + added
        add_product(scores, 1, KEYS, QUERIES, keys, values, key0 * HEAD_DIM, output, 0)


@shared(
    {"query0": "int64", "query1": "int64", **HEAD, "o": "floats", "o_at": "int64", "o_row": "int64", **SUMS},
    fastmath=FAST_MATH,
)
def flash_forward(
    query0: int, query1: int, tokens: int, causal: int, q: Any, q_at: int, k: Any, k_at: int, v: Any, v_at: int,
    row: int, o: Any, o_at: int, o_row: int, lse: Any, lse_at: int,
) -> None:  # fmt: skip
    """Outputs o and lse of the queries [query0, query1) of one head, query0 a multiple of `QUERIES`."""
    qs, ks, vs, os, sums = carray(q, 1), carray(k, 1), carray(v, 1), carray(o, 1), carray(lse, 1)
    scale, one = np.float32(LOG2_E / np.sqrt(HEAD_DIM)), np.float32(1)
    padded = (tokens + KEYS - 1) // KEYS * KEYS
    panels, values = np.empty(padded * HEAD_DIM, qs.dtype), np.empty(padded * HEAD_DIM, qs.dtype)
    queries, output = np.empty((QUERIES, HEAD_DIM), qs.dtype), np.empty((QUERIES, HEAD_DIM), qs.dtype)
    highest, total = np.empty(QUERIES, qs.dtype), np.empty(QUERIES, qs.dtype)
    scores = np.empty((QUERIES, KEYS), qs.dtype)
    transpose_panels(ks, k_at, row, tokens, panels)
    copy_rows(vs, v_at, row, tokens, tokens, one, values)
    for first in range(query0, query1, QUERIES):
        count = min(QUERIES, query1 - first)
        copy_rows(qs, q_at + first * row, row, count, QUERIES, scale, queries)
        attend_queries(queries, panels, values, tokens, first, causal, scores, output, highest, total)
        for i in range(count):
            inverse = simd.broadcast(one / total[i])
            for d in range(0, HEAD_DIM, simd.lanes(os)):
                simd.store(os, o_at + (first + i) * o_row + d, simd.load(output, i * HEAD_DIM + d) * inverse)
            sums[lse_at + first + i] = (highest[i] + np.log2(total[i])) * np.float32(1 / LOG2_E)


@shared({**HEADS, "o": "floats", "o_head": "int64", "o_row": "int64", "lse": "floats"}, parallel=True)
def attention_forward(
    heads: int, head: int, tokens: int, causal: int, q: Any, q_at: int, k: Any, k_at: int, v: Any, v_at: int,
    row: int, o: Any, o_head: int, o_row: int, lse: Any,
) -> None:  # fmt: skip
    """Outputs o and lse[h, t], the logarithm of the sum of exp(score), of all heads."""
    qs, ks, vs, os, sums = carray(q, 1), carray(k, 1), carray(v, 1), carray(o, 1), carray(lse, 1)
    blocks = (tokens + QUERIES - 1) // QUERIES
    shares = min(blocks, (thread_count() + heads - 1) // heads)
    for task in prange(heads * shares):
        h, share = task // shares, task % shares
        query0, query1 = share * blocks // shares * QUERIES, min(tokens, (share + 1) * blocks // shares * QUERIES)
        flash_forward(
            query0, query1, tokens, causal, qs, q_at + h * head, ks, k_at + h * head, vs, v_at + h * head, row,
            os, h * o_head, o_row, sums, h * tokens,
        )  # fmt: skip
