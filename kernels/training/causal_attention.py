"""Causal attention inside a training step: one head, forward and backward, its weights kept in between.

A head's queries, keys and values are columns of one array `qkv` (rows, 3, width): element t, d of the queries is
number at + t * 3 width + d, the keys follow width elements behind, the values 2 width. `weights` holds a head's
tokens x tokens softmax from element `to` on; what lies right of a block's diagonal is neither written nor read.
Queries go in blocks of `BLOCK`, each against the keys up to its own end, so that half of the square is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import dense, simd
from kernels.compile import fast_part, part
from kernels.elementary import LOG2_E, exp2

HEAD_DIM = 64
BLOCK = 96
SCALE = 1 / np.sqrt(HEAD_DIM)


@fast_part
def soften_row(weights: Any, start: int, seen: int, keys: int) -> None:
    """Scores in powers of two become shares of the first `seen` keys; the others up to `keys` get none."""
    top = weights[start]
    for j in range(start, start + seen):
        top = simd.maximum(top, weights[j])
    total = np.float32(0)
    for j in range(start, start + seen):
        weight = exp2(weights[j] - top)
        weights[j] = weight
        total += weight
    inverse = np.float32(1) / total
    for j in range(start, start + seen):
        weights[j] *= inverse
    for j in range(start + seen, start + keys):
        weights[j] = 0


@fast_part
def differentiate_row(weights: Any, slopes: Any, start: int, keys: int) -> None:
    """Slopes of the loss by the weights of a row become slopes by its scores: w (s - sum of w s)."""
    total = np.float32(0)
    for j in range(start, start + keys):
        total += weights[j] * slopes[j]
    for j in range(start, start + keys):
        slopes[j] = weights[j] * (slopes[j] - total)


@part
def attend_head(qkv: Any, at: int, width: int, tokens: int, weights: Any, to: int, out: Any, out_at: int) -> None:
    """Weights and output of one head; `out` has rows of `width`."""
    flat_weights, row = weights.reshape(-1), 3 * width
    for first in range(0, tokens, BLOCK):
        count = min(BLOCK, tokens - first)
        keys = first + count
        start = to + first * tokens
        queries = dense.Matrix(qkv, at + first * row, row, 1)
        transposed_keys = dense.Matrix(qkv, at + width, 1, row)
        dense.multiply_alone(
            count, keys, HEAD_DIM, LOG2_E * SCALE, queries, transposed_keys, 0.0, weights, start, tokens
        )
        for i in range(count):
            soften_row(flat_weights, start + i * tokens, first + i + 1, keys)
        shares, values = dense.Matrix(weights, start, tokens, 1), dense.Matrix(qkv, at + 2 * width, row, 1)
        dense.multiply_alone(count, HEAD_DIM, keys, 1.0, shares, values, 0.0, out, out_at + first * width, width)


@part
def differentiate_head(
    qkv: Any, at: int, width: int, tokens: int, weights: Any, slopes: Any, to: int, d_out: Any, out_at: int, d_qkv: Any
) -> None:
    """Gradients by queries, keys and values of one head, from that by its output; `slopes` is as large as `weights`.

    The last block comes first: it sees all keys and assigns their gradients, to which the others add.
    """
    row = 3 * width
    flat_weights, flat_slopes = weights.reshape(-1), slopes.reshape(-1)
    for first in range((tokens - 1) // BLOCK * BLOCK, -1, -BLOCK):
        count = min(BLOCK, tokens - first)
        keys = first + count
        start, here = to + first * tokens, at + first * row
        keep = 0.0 if keys == tokens else 1.0
        d_block = dense.Matrix(d_out, out_at + first * width, width, 1)
        transposed_values = dense.Matrix(qkv, at + 2 * width, 1, row)
        dense.multiply_alone(count, keys, HEAD_DIM, 1.0, d_block, transposed_values, 0.0, slopes, start, tokens)
        for i in range(count):
            differentiate_row(flat_weights, flat_slopes, start + i * tokens, keys)
        shares, back = dense.Matrix(weights, start, 1, tokens), dense.Matrix(slopes, start, 1, tokens)
        dense.multiply_alone(keys, HEAD_DIM, count, 1.0, shares, d_block, keep, d_qkv, at + 2 * width, row)
        queries, key_rows = dense.Matrix(qkv, here, row, 1), dense.Matrix(qkv, at + width, row, 1)
        dense.multiply_alone(keys, HEAD_DIM, count, SCALE, back, queries, keep, d_qkv, at + width, row)
        forth = dense.Matrix(slopes, start, tokens, 1)
        dense.multiply_alone(count, HEAD_DIM, keys, SCALE, forth, key_rows, 0.0, d_qkv, here, row)
