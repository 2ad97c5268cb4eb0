"""AdamW: the optimizer step that follows every training step of a large model.

Formula  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
         p <- p (1 - rate decay) - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
Work     14 flops per parameter; p, g, m, v read and p, m, v written once, 28 bytes per parameter.
         The state is updated in place: p, m, v are inputs and outputs.
Source   I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels.arrays import uniform
from kernels.compile import FAST_MATH, compiled, fast_part
from kernels.spec import Kernel, Work

BETA1 = 0.9
BETA2 = 0.999
EPSILON = 1e-8
DECAY = 0.01


def reference(parameter: Any, gradient: Any, first: Any, second: Any, rate: float, step: int) -> dict[str, Any]:
    """The formula in double precision."""
    g = gradient.astype(np.float64)
    m = BETA1 * first.astype(np.float64) + (1 - BETA1) * g
    v = BETA2 * second.astype(np.float64) + (1 - BETA2) * g**2
    change = m / (1 - BETA1**step) / (np.sqrt(v / (1 - BETA2**step)) + EPSILON)
    return {"parameter": parameter * (1 - rate * DECAY) - rate * change, "first": m, "second": v}


@fast_part
def factors(rate: float, step: int) -> Any:
    """What depends on the step alone: (shrink of parameters, rate over bias of m, root of the bias of v)."""
    scaled_rate = np.float32(rate / (1 - BETA1**step))
    return np.float32(1 - rate * DECAY), scaled_rate, np.float32(1 / np.sqrt(1 - BETA2**step))


@fast_part
def update(parameter: Any, gradient: Any, first: Any, second: Any, i: int, of_step: Any) -> None:
    """One parameter and its moments."""
    shrink, scaled_rate, correction = of_step
    g = gradient[i]
    m = np.float32(BETA1) * first[i] + np.float32(1 - BETA1) * g
    v = np.float32(BETA2) * second[i] + np.float32(1 - BETA2) * (g * g)
    first[i] = m
    second[i] = v
    parameter[i] = shrink * parameter[i] - scaled_rate * m / (np.sqrt(v) * correction + np.float32(EPSILON))


@compiled(
    parameter="float32 n",
    gradient="float32 n",
    first="float32 n",
    second="float32 n",
    rate="float64",
    step="int64",
    fastmath=FAST_MATH,
)
def adamw(parameter: Any, gradient: Any, first: Any, second: Any, rate: float, step: int) -> None:
    """One pass over all parameters."""
    of_step = factors(rate, step)
    for i in prange(parameter.size):
        update(parameter, gradient, first, second, i, of_step)


def inputs(seed: int, n: int) -> dict[str, Any]:
    """Random parameters, gradients and moments in the middle of a training run."""
    random = np.random.default_rng(seed)
    arrays: dict[str, Any] = {
        name: uniform(random, n, np.float32) for name in ("parameter", "gradient", "first", "second")
    }
    arrays["second"] **= 2
    return {**arrays, "rate": 1e-3, "step": 10}


def work(n: int) -> Work:
    """Counts for one step over n parameters."""
    return Work(
        flops=14 * n,
        bytes_read=16 * n,
        bytes_written=12 * n,
        formula="flops = 14 n; bytes = 16 n read + 12 n written",
    )


ADAMW = Kernel(
    name="adamw",
    story="Training of large models: the optimizer reads and rewrites the whole training state each step.",
    limit="memory",
    precision="fp32",
    sizes={"quick": {"n": 8 * 2**20}, "standard": {"n": 32 * 2**20}, "full": {"n": 128 * 2**20}},
    inputs=inputs,
    outputs=("parameter", "first", "second"),
    reference=reference,
    cpu=adamw,
    work=work,
    rtol=1e-6,
    tolerance="about ten fp32 roundings (6e-8 each) of numbers below 1",
    source="Loshchilov and Hutter, ICLR 2019",
    goals={"torch": 1.0},
    updates=("parameter", "first", "second"),
)
