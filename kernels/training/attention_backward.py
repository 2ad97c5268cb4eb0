"""Attention, backward: more than half of the attention work of a training step.

Formula  from dO: dV = P^T dO, dS = P * (dO V^T - D), dQ = dS K / 8, dK = dS^T Q / 8, where P = softmax(Q K^T / 8)
         and D is the sum of dO * O of each query; head dimension 64, no mask; all but lse are (heads, tokens, 64).
         O and lse, the logarithm of the sum of exp(Q K^T / 8), are results of the forward pass.
Work     five products, 10 heads tokens^2 64 flops (the exponentials are not counted); q, k, v, o, do, lse read
         and dq, dk, dv written once.
Method   see `kernels.training.flash_backward`.
Source   T. Dao et al., FlashAttention, NeurIPS 2022, algorithm 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.arrays import aligned, poisoned, uniform
from kernels.compile import compiled
from kernels.spec import Kernel, Work
from kernels.training import flash_backward
from kernels.training.flash import HEAD_DIM


def softmax_of_scores(q: Any, k: Any) -> tuple[Any, Any]:
    """Weights (tokens, tokens) of one head and the log-sum-exp of its scores, in double precision."""
    scores = q.astype(np.float64) @ k.astype(np.float64).T / np.sqrt(HEAD_DIM)
    highest = scores.max(axis=1, keepdims=True)
    weights = np.exp(scores - highest)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, (highest + np.log(total))[:, 0]


def reference(q: Any, k: Any, v: Any, o: Any, do: Any, lse: Any, dq: Any, dk: Any, dv: Any) -> dict[str, Any]:
    """The formula in double precision, head by head; D from the weights instead of O."""
    gradients: dict[str, Any] = {name: np.empty(q.shape) for name in ("dq", "dk", "dv")}
    for head in range(q.shape[0]):
        queries, keys, values, upstream = (array[head].astype(np.float64) for array in (q, k, v, do))
        weights, _ = softmax_of_scores(queries, keys)
        products = upstream @ values.T
        changes = weights * (products - (weights * products).sum(axis=1, keepdims=True)) / np.sqrt(HEAD_DIM)
        gradients["dq"][head] = changes @ keys
        gradients["dk"][head] = changes.T @ queries
        gradients["dv"][head] = weights.T @ upstream
    return gradients


@compiled(
    q="float32 heads tokens 64",
    k="float32 heads tokens 64",
    v="float32 heads tokens 64",
    o="float32 heads tokens 64",
    do="float32 heads tokens 64",
    lse="float32 heads tokens",
    dq="float32 heads tokens 64",
    dk="float32 heads tokens 64",
    dv="float32 heads tokens 64",
    parallel=False,
)
def attention_backward(q: Any, k: Any, v: Any, o: Any, do: Any, lse: Any, dq: Any, dk: Any, dv: Any) -> None:
    """All heads, each of which is one block of its arrays."""
    heads, tokens, _ = q.shape
    head = tokens * HEAD_DIM
    flash_backward.attention_backward(
        heads, head, tokens, 0, q, 0, k, 0, v, 0, HEAD_DIM, o, do, head, HEAD_DIM, lse, dq, 0, dk, 0, dv, 0
    )


def inputs(seed: int, heads: int, tokens: int) -> dict[str, Any]:
    """Random queries, keys, values and upstream gradient, with the results of the forward pass."""
    random = np.random.default_rng(seed)
    shape = (heads, tokens, HEAD_DIM)
    arrays: dict[str, Any] = {name: uniform(random, shape, np.float32) for name in ("q", "k", "v")}
    arrays["q"] *= 4
    arrays["o"], lse = aligned(shape, np.float32), aligned(shape[:2], np.float32)
    for head in range(heads):
        weights, lse[head] = softmax_of_scores(arrays["q"][head], arrays["k"][head])
        arrays["o"][head] = weights @ arrays["v"][head]
    arrays["do"] = uniform(random, shape, np.float32)
    return {**arrays, "lse": lse, **{name: poisoned(shape, np.float32) for name in ("dq", "dk", "dv")}}


def work(heads: int, tokens: int) -> Work:
    """Counts for one backward pass."""
    elements = heads * tokens * HEAD_DIM
    return Work(
        flops=10 * elements * tokens,
        bytes_read=20 * elements + 4 * heads * tokens,
        bytes_written=12 * elements,
        formula="flops = 10 heads tokens^2 64; bytes = 20 heads tokens 64 + 4 heads tokens read + "
        "12 heads tokens 64 written",
    )


ATTENTION_BACKWARD = Kernel(
    name="attention_backward",
    story="Training of large language models: the gradient of self-attention.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"heads": 2, "tokens": 1024},
        "standard": {"heads": 8, "tokens": 1024},
        "full": {"heads": 16, "tokens": 2048},
    },
    inputs=inputs,
    outputs=("dq", "dk", "dv"),
    reference=reference,
    cpu=attention_backward,
    work=work,
    rtol=4e-5,
    tolerance="scores up to about 20 carry 64 fp32 roundings into the exponent of every weight, D cancels twice",
    source="Dao et al., FlashAttention, NeurIPS 2022",
    goals={"torch": 1.0},
)
