"""Cross-entropy: the loss of language models and classifiers, and its gradient.

Formula  loss[r] = log(sum over c of e^(x[r, c])) - x[r, t[r]], with the logits x and the target t[r] of row r;
         gradient[r, c] = e^(x[r, c]) / sum over c of e^(x[r, c]), less 1 at c = t[r].
         Minus infinity adds nothing to a sum; as the target's logit it makes the loss infinite. A row with NaN
         or plus infinity, or of nothing but minus infinity, has NaN for its loss and its gradient.
Work     2 flops per logit (difference, sum) and 2 per row (maximum and target's logit); the gradient takes one
         more of both (product, weight of the target). Maxima, exponentials and logarithms are not counted.
         x and t are read once, loss and gradient written once.
Method   Loss: one pass over x. Every SIMD lane keeps its own maximum and sum, rescaled block by block.
         Gradient: as in `softmax`, but the target's weight is lowered by the sum before it leaves.
Source   M. Milakov, N. Gimelshein, Online normalizer calculation for softmax, arXiv:1805.02867, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import aligned, poisoned, uniform
from kernels.compile import compiled, part
from kernels.elementary import exp_vector
from kernels.spec import Kernel, Work
from kernels.training.rows import LOWEST, fetch_ahead, highest, load_or, room_for_row
from kernels.training.softmax import put_and_weigh, put_scaled, weigh

BLOCK = 2048
FLOOR = np.float32(np.finfo(np.float32).min)
SMALL_SIZES = tuple(
    {"rows": rows, "vocabulary": vocabulary} for rows, vocabulary in ((1, 1), (2, 40), (31, 67), (67, 31), (1009, 3))
)


def reference(logits: Any, target: Any, loss: Any) -> dict[str, Any]:
    """The formula in double precision, row by row."""
    losses = [_in_double(row, goal)[0] for row, goal in zip(logits, target, strict=True)]
    return {"loss": np.array(losses).reshape(loss.shape)}


def gradient_reference(logits: Any, target: Any, loss: Any, gradient: Any) -> dict[str, Any]:
    """Both formulas in double precision, row by row."""
    losses, gradients = np.empty(loss.shape), np.empty(gradient.shape)
    for row, (x, goal) in enumerate(zip(logits, target, strict=True)):
        losses[row], gradients[row] = _in_double(x, goal)
    return {"loss": losses, "gradient": gradients}


def _in_double(logits: Any, target: int) -> tuple[Any, Any]:
    x = logits.astype(np.float64)
    weights = np.exp(x - x.max())
    total = weights.sum()
    gradient = weights / total
    gradient[target] -= 1
    return np.log(total) + x.max() - x[target], gradient


@part
def widen(x: Any, at: int, end: int, tops: Any, sums: Any) -> Any:
    """Maxima and sums of e^(x - maximum), lane by lane, after the vectors from element `at` to `end`."""
    higher = tops
    for j in range(at, end, simd.lanes(x)):
        higher = simd.maximum(higher, simd.load(x, j))
    sums = sums * exp_vector(tops - higher)
    for j in range(at, end, simd.lanes(x)):
        fetch_ahead(x, j, 0)
        sums = sums + exp_vector(simd.load(x, j) - higher)
    return higher, sums


@part
def logarithm_of_sum(x: Any, start: int, count: int) -> Any:
    """log(sum of e^x) over `count` elements from `start` on, in double precision."""
    end = start + count // simd.lanes(x) * simd.lanes(x)
    rest = load_or(x, end, start + count - end, simd.broadcast(LOWEST))
    tops = simd.maximum(simd.broadcast(FLOOR), rest)
    sums = exp_vector(rest - tops)
    for at in range(start, end, BLOCK):
        tops, sums = widen(x, at, min(at + BLOCK, end), tops, sums)
    top = simd.highest(tops)
    return np.log(np.float64(simd.total(sums * exp_vector(tops - top)))) + top


@compiled(logits="float32 rows vocabulary", target="uint32 rows", loss="float32 rows")
def cross_entropy(logits: Any, target: Any, loss: Any) -> None:
    """Rows in parallel. The targets are trusted: they must be below the vocabulary's size."""
    rows, vocabulary = logits.shape
    for row in prange(rows):
        loss[row] = logarithm_of_sum(logits, row * vocabulary, vocabulary) - np.float64(logits[row, target[row]])


@compiled(
    logits="float32 rows vocabulary",
    target="uint32 rows",
    loss="float32 rows",
    gradient="float32 rows vocabulary",
    threads="threads",
)
def cross_entropy_gradient(logits: Any, target: Any, loss: Any, gradient: Any, threads: int) -> None:
    """Each thread takes rows that follow one another. Targets are trusted, as above."""
    rows, vocabulary = logits.shape
    for thread in prange(threads):
        weights = room_for_row(logits, vocabulary)
        first, last = thread * rows // threads, (thread + 1) * rows // threads
        total = np.float32(1)
        for row in range(first, last):
            start = row * vocabulary
            top = highest(logits, start, vocabulary)
            if row == first:
                total = weigh(logits, start, 0, vocabulary, top, weights, simd.broadcast(np.float32(0)))
            else:
                total = put_and_weigh(weights, np.float32(1) / total, gradient, logits, start, vocabulary, top)
            loss[row] = np.log(np.float64(total)) + np.float64(top) - np.float64(logits[row, target[row]])
            weights[target[row]] -= total
        if first < last:
            put_scaled(weights, np.float32(1) / total, gradient, (last - 1) * vocabulary, vocabulary)


def inputs(seed: int, rows: int, vocabulary: int) -> dict[str, Any]:
    """Random logits between -8 and 8 and random targets."""
    random = np.random.default_rng(seed)
    logits = uniform(random, (rows, vocabulary), np.float32)
    logits *= 8
    target = aligned(rows, np.uint32)
    target[:] = random.integers(0, vocabulary, rows)
    return {"logits": logits, "target": target, "loss": poisoned(rows, np.float32)}


def gradient_inputs(seed: int, rows: int, vocabulary: int) -> dict[str, Any]:
    """The same, with room for the gradient."""
    return {**inputs(seed, rows, vocabulary), "gradient": poisoned((rows, vocabulary), np.float32)}


def work(rows: int, vocabulary: int) -> Work:
    """Counts for the loss alone."""
    return Work(
        flops=2 * rows * vocabulary + 2 * rows,
        bytes_read=4 * rows * vocabulary + 4 * rows,
        bytes_written=4 * rows,
        formula="flops = 2 rows vocabulary + 2 rows; bytes = 4 rows vocabulary + 4 rows read + 4 rows written",
    )


def gradient_work(rows: int, vocabulary: int) -> Work:
    """Counts for loss and gradient."""
    return Work(
        flops=3 * rows * vocabulary + 3 * rows,
        bytes_read=4 * rows * vocabulary + 4 * rows,
        bytes_written=4 * rows * vocabulary + 4 * rows,
        formula="flops = 3 rows vocabulary + 3 rows; bytes = 4 rows vocabulary + 4 rows, both read and written",
    )


CROSS_ENTROPY = Kernel(
    name="cross_entropy",
    story="Training of language models: the loss of every token over a large vocabulary.",
    limit="memory",
    precision="fp32",
    sizes={
        "quick": {"rows": 1024, "vocabulary": 32000},
        "standard": {"rows": 2048, "vocabulary": 32000},
        "full": {"rows": 8192, "vocabulary": 32000},
    },
    inputs=inputs,
    outputs=("loss",),
    reference=reference,
    cpu=cross_entropy,
    work=work,
    rtol=1e-6,
    tolerance="3e-7 of the polynomial in the sum, an absolute error of its logarithm, for losses that reach 1",
    source="Milakov and Gimelshein, arXiv:1805.02867, 2018",
    goals={"torch": 3.0, "C": 0.95},
    small_sizes=SMALL_SIZES,
)

CROSS_ENTROPY_GRADIENT = Kernel(
    name="cross_entropy_gradient",
    story="Training of language models: the loss of every token with its gradient, in one sweep over the logits.",
    limit="memory",
    precision="fp32",
    sizes={
        "quick": {"rows": 512, "vocabulary": 32000},
        "standard": {"rows": 2048, "vocabulary": 32000},
        "full": {"rows": 4096, "vocabulary": 32000},
    },
    inputs=gradient_inputs,
    outputs=("loss", "gradient"),
    reference=gradient_reference,
    cpu=cross_entropy_gradient,
    work=gradient_work,
    rtol=2e-6,
    tolerance="3e-7 of the polynomial, 6e-8 for each rounding of a difference and a weight; those of the sum even out",
    source="Milakov and Gimelshein, arXiv:1805.02867, 2018",
    goals={"torch": 2.0, "C": 0.95},
    small_sizes=SMALL_SIZES,
)
