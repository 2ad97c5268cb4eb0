"""Monte Carlo pricing: simulated paths of a stock price, the daily work of option desks and risk departments.

Formula  price after k of n steps: S[k] = S[0] exp(sum over the steps of (r - v^2/2) h + v sqrt(h) z), h = years / n,
         z normal. Values: exp(-r years) times the mean over paths of max(S[n] - K, 0), max(K - S[n], 0),
         max(A - K, 0) and max(K - A, 0), A the mean of S[1] to S[n]: European call and put, Asian call and put.
         Random numbers: words w of Philox4x32-10 for counter (path, step / 4, path / 2^32, 0) and the key;
         z of steps 4 b and 4 b + 1 from its first two words, of the other two steps from the last two, by Box and
         Muller: sqrt(-2 log u) cos(2 pi t) and sin, u = (w0 + 1/2) / 2^32, t = (w1 + 1/2) / 2^32.
         So the random numbers are the same bit by bit for any number of threads and any width of vectors.
Work     11 flops for each step of a path: per pair of normals 4 for the uniforms, log, times -2, root, angle,
         cosine, sine and 2 products; per step 3 for the exponent, the exponential and 1 for the mean; 8 at a path's
         end (2 scalings, 2 differences, 4 sums). Integer operations of Philox are not counted: 60 per 4 steps.
Method   Every lane is one path. Logarithm, sine, cosine and exponential are polynomials in registers.
Source   P. Boyle, Options: a Monte Carlo approach, J. Financial Economics 4, 1977; G. Box, M. Muller, 1958;
         J. Salmon et al., SC 2011 (Philox).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import aligned, poisoned
from kernels.compile import Compiled, fast_part, inlined_part, part
from kernels.elementary64 import EXPONENT_OF_2_52, exp2_vector64, log_vector64, sin_cos_vector64
from kernels.pairs import store_pair
from kernels.simulation.philox import HALF, LOW, philox, philox_words
from kernels.spec import Kernel, Work

SPOT, STRIKE, RATE, VOLATILITY, YEARS = 100.0, 105.0, 0.03, 0.2, 1.0
TOGETHER = 512
TWO_TO_32 = 2.0**-32
# what the bits of 2^52 + w as a float must lose to give w + 1/2
TO_HALF = 2.0**52 - 0.5
LOG2_E = math.log2(math.e)
WORDS = np.zeros(1, np.uint64)


def normals(path: NDArray[np.uint64], block: int, key: Any) -> list[NDArray[np.float64]]:
    """The four normal numbers of every path for steps 4 block to 4 block + 3."""
    with np.errstate(over="ignore"):
        words = philox_words(path & LOW, np.full_like(path, block), path >> HALF, np.zeros_like(path), key)
    w = [(word & LOW) + 0.5 for word in words]
    found = []
    for first, second in ((w[0], w[1]), (w[2], w[3])):
        radius = np.sqrt(-2 * np.log(first * TWO_TO_32))
        angle = 2 * np.pi * second * TWO_TO_32
        found += [radius * np.cos(angle), radius * np.sin(angle)]
    return found


def reference(
    key: Any, spot: float, strike: float, rate: float, volatility: float, years: float, steps: int, final: Any, **_: Any
) -> dict[str, Any]:
    """The formula, all paths at once."""
    path = np.arange(final.size, dtype=np.uint64)
    step_years = years / steps
    exponent, total = np.zeros(final.size), np.zeros(final.size)
    for step in range(steps):
        if step % 4 == 0:
            z = normals(path, step // 4, key)
        exponent += (rate - volatility**2 / 2) * step_years + volatility * np.sqrt(step_years) * z[step % 4]
        total += spot * np.exp(exponent)
    end, average = spot * np.exp(exponent), total / steps
    payoffs = [np.maximum(sign * (price - strike), 0) for price in (end, average) for sign in (1, -1)]
    return {"final": end, "average": average, "value": np.exp(-rate * years) * np.mean(payoffs, axis=1)}


@part
def centred(word: Any) -> Any:
    """The low halves of lanes, plus 1/2, as floats."""
    return simd.as_float((word & LOW) | EXPONENT_OF_2_52) - TO_HALF


@part
def box_muller(first: Any, second: Any) -> Any:
    """Two vectors of normal numbers from two of words."""
    radius = simd.sqrt(-2.0 * log_vector64(centred(first) * TWO_TO_32))
    sine, cosine = sin_cos_vector64(centred(second) * TWO_TO_32)
    return radius * cosine, radius * sine


@inlined_part
def four_normals(low: Any, high: Any, block: int, key: Any) -> Any:
    """`normals` of the paths in the lanes."""
    nothing = low ^ low
    w0, w1, w2, w3 = philox(low, nothing + np.uint64(block), high, nothing, key)
    z0, z1 = box_muller(w0, w1)
    z2, z3 = box_muller(w2, w3)
    return z0, z1, z2, z3


@part
def advance(exponent: Any, total: Any, z: Any, drift: Any, scale: Any) -> Any:
    """One step: the exponent of two of the price, and the sum of prices over the first one."""
    exponent = simd.fma(scale, z, exponent + drift)
    return exponent, total + exp2_vector64(exponent)


@part
def walk(path: int, steps: int, drift: float, scale: float, key: Any) -> Any:
    """Last price and sum of prices, both over the first price, of the paths from `path` on, one in each lane.

    Two vectors of paths go together: one alone waits for its long chain of dependent instructions.
    """
    index = simd.steps(WORDS) + np.uint64(path)
    index = simd.pair(index, index + np.uint64(simd.lanes(WORDS)))
    low, high = index & LOW, index >> HALF
    exponent = simd.pair(simd.broadcast(0.0), simd.broadcast(0.0))
    total = exponent
    for block in range((steps + 3) // 4):
        z0, z1, z2, z3 = four_normals(low, high, block, key)
        if 4 * block + 4 <= steps:
            exponent, total = advance(exponent, total, z0, drift, scale)
            exponent, total = advance(exponent, total, z1, drift, scale)
            exponent, total = advance(exponent, total, z2, drift, scale)
            exponent, total = advance(exponent, total, z3, drift, scale)
            continue
        for _ in range(steps - 4 * block):
            exponent, total = advance(exponent, total, z0, drift, scale)
            z0, z1 = z1, z2
    return exp2_vector64(exponent), total


@fast_part
def payoffs(prices: Any, first: int, last: int, strike: float) -> Any:
    """Sums of what calls and puts on paths first to last - 1 pay."""
    call = 0.0
    put = 0.0
    for path in range(first, last):
        call += max(prices[path] - strike, 0.0)
        put += max(strike - prices[path], 0.0)
    return call, put


def monte_carlo(
    key: Any, spot: float, strike: float, rate: float, volatility: float, years: float, steps: int,
    final: Any, average: Any, value: Any,
) -> None:  # fmt: skip
    """`TOGETHER` paths after the other in parallel; their sums are added in order, whatever the threads."""
    paths = final.size
    drift = (rate - volatility**2 / 2) * (years / steps) * LOG2_E
    scale = volatility * np.sqrt(years / steps) * LOG2_E
    blocks = (paths + TOGETHER - 1) // TOGETHER
    sums = np.empty((blocks, 4))
    for block in prange(blocks):
        first, last = block * TOGETHER, min((block + 1) * TOGETHER, paths)
        for path in range(first, last, 2 * simd.lanes(final)):
            end, total = walk(path, steps, drift, scale, key)
            store_pair(final, path, end * spot, last - path)
            store_pair(average, path, total * (spot / steps), last - path)
        sums[block, 0], sums[block, 1] = payoffs(final, first, last, strike)
        sums[block, 2], sums[block, 3] = payoffs(average, first, last, strike)
    value[:] = 0.0
    for block in range(blocks):
        for k in range(4):
            value[k] += sums[block, k]
    for k in range(4):
        value[k] *= np.exp(-rate * years) / paths


@part
def normal_pair(first: Any, second: Any) -> Any:
    """Two normal numbers from two words, by the C library."""
    radius = np.sqrt(-2.0 * np.log((np.float64(first & LOW) + 0.5) * TWO_TO_32))
    angle = 2.0 * np.pi * TWO_TO_32 * (np.float64(second & LOW) + 0.5)
    return radius * np.cos(angle), radius * np.sin(angle)


def monte_carlo_loops(
    key: Any, spot: float, strike: float, rate: float, volatility: float, years: float, steps: int,
    final: Any, average: Any, value: Any,
) -> None:  # fmt: skip
    """Path by path, step by step."""
    drift = (rate - volatility**2 / 2) * (years / steps)
    scale = volatility * np.sqrt(years / steps)
    for path in prange(final.size):
        low, high = np.uint64(path) & LOW, np.uint64(path) >> HALF
        exponent = 0.0
        total = 0.0
        for block in range((steps + 3) // 4):
            w0, w1, w2, w3 = philox(low, np.uint64(block), high, np.uint64(0), key)
            z0, z1 = normal_pair(w0, w1)
            z2, z3 = normal_pair(w2, w3)
            for _ in range(min(4, steps - 4 * block)):
                exponent += drift + scale * z0
                total += spot * np.exp(exponent)
                z0, z1, z2 = z1, z2, z3
        final[path] = spot * np.exp(exponent)
        average[path] = total / steps
    discount = np.exp(-rate * years) / final.size
    value[0], value[1] = payoffs(final, 0, final.size, strike)
    value[2], value[3] = payoffs(average, 0, final.size, strike)
    for k in range(4):
        value[k] *= discount


def inputs(seed: int, paths: int, steps: int) -> dict[str, Any]:
    """A random key, and an option somewhat out of the money."""
    key = aligned(2, np.uint32)
    key[:] = np.random.default_rng(seed).integers(0, 2**32, 2, np.uint32)
    market = {"spot": SPOT, "strike": STRIKE, "rate": RATE, "volatility": VOLATILITY, "years": YEARS}
    outputs = {"final": poisoned(paths, np.float64), "average": poisoned(paths, np.float64)}
    return {"key": key, **market, "steps": steps, **outputs, "value": poisoned(4, np.float64)}


def work(paths: int, steps: int) -> Work:
    """Counts for all paths."""
    return Work(
        flops=paths * (11 * steps + 8),
        bytes_read=8,
        bytes_written=16 * paths + 32,
        formula="flops = paths (11 steps + 8), a logarithm, root, sine, cosine or exponential counting one; "
        "bytes = 8 read + 16 paths + 32 written",
    )


PARAMETERS = {
    "key": "uint32 2",
    **dict.fromkeys(("spot", "strike", "rate", "volatility", "years"), "float64"),
    "steps": "int64",
    "final": "float64 paths",
    "average": "float64 paths",
    "value": "float64 4",
}

MONTE_CARLO = Kernel(
    name="monte_carlo",
    story="Finance: option prices and risk from simulated paths of a price.",
    limit="compute",
    precision="fp64",
    sizes={
        "quick": {"paths": 65_536, "steps": 64},
        "standard": {"paths": 131_072, "steps": 128},
        "full": {"paths": 1_048_576, "steps": 252},
    },
    inputs=inputs,
    outputs=("final", "average", "value"),
    reference=reference,
    cpu=Compiled(monte_carlo, PARAMETERS),
    work=work,
    rtol=1e-13,
    tolerance="an exponent below 2 is rounded at each of up to 252 steps, 2.2e-16 each, here and in the reference",
    source="Boyle, J. Financial Economics 4, 1977; Salmon et al., SC 2011",
    goals={"C": 0.97, "numpy": 10},
    simple=Compiled(monte_carlo_loops, PARAMETERS),
)
