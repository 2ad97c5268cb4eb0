"""Monte Carlo pricing on a GPU: a path per thread, its random numbers from its own counter; payoffs added by blocks.

Blocks are as many for every device, so that the values have the same bits on all of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import THREADS, block_sum, cospi, cuda, device, sinpi
from kernels.gpu.version import Launch, Version, shape_of
from kernels.simulation.philox import HALF, LOW, philox_words

BLOCKS = 1024
PAYOFFS = 4
TWO_TO_32 = 2.0**-32

philox = device(philox_words)


@device
def uniform(word: Any) -> Any:
    """A number between zero and one from the low half of a word."""
    return (float(word & LOW) + 0.5) * TWO_TO_32


@device
def radius(word: Any) -> Any:
    """How far from zero a pair of normal numbers lies."""
    return math.sqrt(-2.0 * math.log(uniform(word)))


@device
def angle(word: Any) -> Any:
    """In which direction, in half turns."""
    return 2.0 * uniform(word)


@device
def stepped(exponent: Any, total: Any, z: Any, step: Any, steps: Any, terms: Any) -> Any:
    """Exponent and sum of prices after one more step; as they were after the last one."""
    if step >= steps:
        return exponent, total
    drift, spread, spot = terms
    exponent += drift + spread * z
    return exponent, total + spot * math.exp(exponent)


@device
def simulated(path: Any, key: Any, steps: Any, terms: Any) -> Any:
    """Exponent at the end of a path and the sum of its prices."""
    exponent, total = 0.0, 0.0
    nothing = np.uint64(0)
    for step in range(0, steps, 4):
        low, high = np.uint64(path) & LOW, np.uint64(path) >> HALF
        w0, w1, w2, w3 = philox(low, np.uint64(step // 4), high, nothing, key)
        r, t = radius(w0), angle(w1)
        exponent, total = stepped(exponent, total, r * cospi(t), step, steps, terms)
        exponent, total = stepped(exponent, total, r * sinpi(t), step + 1, steps, terms)
        r, t = radius(w2), angle(w3)
        exponent, total = stepped(exponent, total, r * cospi(t), step + 2, steps, terms)
        exponent, total = stepped(exponent, total, r * sinpi(t), step + 3, steps, terms)
    return exponent, total


def simulate(
    key: Any,
    spot: float,
    strike: float,
    rate: float,
    volatility: float,
    years: float,
    steps: int,
    final: Any,
    average: Any,
    sums: Any,
) -> None:
    """Every path, and the payoffs of each block added up."""
    shared = cuda.shared.array(THREADS, np.float64)
    h = years / steps
    terms = ((rate - volatility * volatility / 2.0) * h, volatility * math.sqrt(h), spot)
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for path in range(cuda.grid(1), final.size, cuda.gridsize(1)):
        exponent, total = simulated(path, key, steps, terms)
        end, mean = spot * math.exp(exponent), total / steps
        final[path] = end
        average[path] = mean
        a += max(end - strike, 0.0)
        b += max(strike - end, 0.0)
        c += max(mean - strike, 0.0)
        d += max(strike - mean, 0.0)
    a, b, c, d = block_sum(a, shared), block_sum(b, shared), block_sum(c, shared), block_sum(d, shared)
    if cuda.threadIdx.x == 0:
        sums[0, cuda.blockIdx.x] = a
        sums[1, cuda.blockIdx.x] = b
        sums[2, cuda.blockIdx.x] = c
        sums[3, cuda.blockIdx.x] = d


def values(sums: Any, final: Any, rate: float, years: float, value: Any) -> None:
    """Discounted means of the four payoffs, a block for each."""
    shared = cuda.shared.array(THREADS, np.float64)
    total = 0.0
    for i in range(cuda.threadIdx.x, sums.shape[1], cuda.blockDim.x):
        total += sums[cuda.blockIdx.x, i]
    total = block_sum(total, shared)
    if cuda.threadIdx.x == 0:
        value[cuda.blockIdx.x] = math.exp(-rate * years) * total / final.size


def blocks_of(count: int) -> int:
    """Blocks of the paths: by their number alone."""
    return max(1, min(BLOCKS, -(-count // THREADS)))


def _launches(multiprocessors: int, paths: int, steps: int) -> tuple[Launch, ...]:
    asked = ("key", "spot", "strike", "rate", "volatility", "years", "steps", "final", "average", "sums")
    return (
        Launch(simulate, asked, blocks_of(paths), THREADS),
        Launch(values, ("sums", "final", "rate", "years", "value"), PAYOFFS, THREADS),
    )


VERSIONS = (
    Version(
        "monte_carlo",
        _launches,
        ("fma.rn.f64", "mul.lo.s64", "shfl.sync.bfly"),
        {"paths": 40, "steps": 6},
        scratch=lambda paths, steps: {"sums": shape_of(np.float64, PAYOFFS, blocks_of(paths))},
    ),
)
