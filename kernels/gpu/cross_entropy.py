"""Cross-entropy on a GPU: a block per row, largest logit and sum of exponentials kept together in one sweep.

A thread whose largest logit m grows to m' scales its sum by e^(m - m'); a block joins the pairs of its threads alike.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import THREADS, block_max, block_sum, cuda, device
from kernels.gpu.version import Launch, Version

LOWEST = np.float32(-np.inf)
NOTHING = np.float32(0)
ONE = np.float32(1)
PER_MULTIPROCESSOR = 8


@device
def top_and_total(logits: Any, row: Any, shared: Any) -> Any:
    """Largest logit of a row and the sum of e^(logit - largest), in all threads of the block."""
    top = LOWEST
    total = NOTHING
    for i in range(cuda.threadIdx.x, logits.shape[1], cuda.blockDim.x):
        x = logits[row, i]
        higher = max(top, x)
        total = total * math.exp(top - higher) + math.exp(x - higher)
        top = higher
    highest = block_max(top, shared)
    share = total * math.exp(top - highest) if total > NOTHING else NOTHING
    return highest, block_sum(share, shared)


def cross_entropy(logits: Any, target: Any, loss: Any) -> None:
    """loss[row] = ln(sum of e^logit) - logit of the target."""
    shared = cuda.shared.array(THREADS, np.float32)
    for row in range(cuda.blockIdx.x, logits.shape[0], cuda.gridDim.x):
        top, total = top_and_total(logits, row, shared)
        if cuda.threadIdx.x == 0:
            loss[row] = math.log(total) + (top - logits[row, target[row]])


def cross_entropy_gradient(logits: Any, target: Any, loss: Any, gradient: Any) -> None:
    """The loss, and gradient[row] = softmax less one at the target; the row comes from the cache the second time."""
    shared = cuda.shared.array(THREADS, np.float32)
    for row in range(cuda.blockIdx.x, logits.shape[0], cuda.gridDim.x):
        top, total = top_and_total(logits, row, shared)
        over = ONE / total
        goal = target[row]
        for i in range(cuda.threadIdx.x, logits.shape[1], cuda.blockDim.x):
            share = math.exp(logits[row, i] - top) * over
            gradient[row, i] = share - ONE if i == goal else share
        if cuda.threadIdx.x == 0:
            loss[row] = math.log(total) + (top - logits[row, goal])


def _version(function: Any, *arguments: str) -> Version:
    def launches(multiprocessors: int, rows: int, vocabulary: int) -> tuple[Launch, ...]:
        blocks = min(rows, PER_MULTIPROCESSOR * multiprocessors)
        return (Launch(function, arguments, blocks, THREADS),)

    fast = ("ld.global.f32", "shfl.sync.bfly", "ex2.approx")
    return Version(function.__name__, launches, fast, {"rows": 3, "vocabulary": 600})


VERSIONS = (
    _version(cross_entropy, "logits", "target", "loss"),
    _version(cross_entropy_gradient, "logits", "target", "loss", "gradient"),
)
