"""Attention, forward: the work that sets a transformer apart from a stack of dense layers.

Formula  O = softmax(Q K^T / sqrt(d)) V for each head, d = 64, no mask; Q, K, V, O are (heads, tokens, d).
Work     4 heads tokens^2 d flops (the exponentials are not counted); Q, K, V read and O written once.
Method   Tiles of queries and keys that fit the cache; the softmax is built up block by block with a running
         maximum and sum, so the tokens x tokens matrix is never stored: see `kernels.training.flash`.
Source   T. Dao et al., FlashAttention, NeurIPS 2022; M. Milakov, N. Gimelshein, arXiv:1805.02867, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.arrays import poisoned, uniform
from kernels.compile import compiled
from kernels.spec import Kernel, Work
from kernels.training import flash
from kernels.training.flash import HEAD_DIM


def reference(q: Any, k: Any, v: Any, o: Any) -> dict[str, Any]:
    """The formula in double precision, head by head."""
    result = np.empty(o.shape)
    for head, (queries, keys, values) in enumerate(zip(q, k, v, strict=True)):
        scores = queries.astype(np.float64) @ keys.astype(np.float64).T / np.sqrt(HEAD_DIM)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        result[head] = weights @ values.astype(np.float64) / weights.sum(axis=1, keepdims=True)
    return {"o": result}


@compiled(
    q="float32 heads tokens 64",
    k="float32 heads tokens 64",
    v="float32 heads tokens 64",
    o="float32 heads tokens 64",
    parallel=False,
)
def attention(q: Any, k: Any, v: Any, o: Any) -> None:
    """All heads, each of which is one block of its arrays."""
    heads, tokens, _ = q.shape
    head = tokens * HEAD_DIM
    lse = np.empty(heads * tokens, q.dtype)
    flash.attention_forward(heads, head, tokens, 0, q, 0, k, 0, v, 0, HEAD_DIM, o, head, HEAD_DIM, lse)


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
