"""All-pairs gravity: stars, galaxies, charged particles; the arithmetic of direct summation.

Formula  a[i] = sum over j of m[j] d / (|d|^2 + softening^2)^(3/2), d = position[j] - position[i]; gravity constant 1.
         A body does not pull itself: its d is 0. The softening must not be 0, or that term is 0 / 0.
Work     20 flops for each of the n^2 pairs, the count that the literature uses: 3 differences, 6 for the distance,
         4 for the inverse cube (2 products, 1 root, 1 division), 1 for the mass, 6 to add up.
Method   Every lane is one body i; each body j is broadcast to all. The estimate y of 1 / sqrt(q) that the machine
         gives is refined inside the cube: q^(-3/2) = y^3 (1 + d)^(-3/2) with d = q y^2 - 1, a short polynomial.
         Its leading coefficient, and the sign of the differences, are taken out of the sum. Two vectors of bodies
         go together where registers allow: one alone waits for its long chain of dependent instructions.
Source   L. Nyland, M. Harris, J. Prins, Fast N-body simulation with CUDA, GPU Gems 3, chapter 31, 2007 (20 flops).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange
from numpy.polynomial.chebyshev import cheb2poly
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, Compiled, part
from kernels.pairs import load_pair, store_pair
from kernels.spec import Kernel, Precision, Work

SOFTENING = 0.02
TOGETHER = np.uint64(256)
ROWS_OF_REFERENCE = 64


def reference(x: Any, y: Any, z: Any, mass: Any, ax: Any, ay: Any, az: Any, softening: float) -> dict[str, Any]:
    """The formula in double precision, some bodies at a time."""
    position = np.stack([x, y, z]).astype(np.float64)
    result = np.empty(position.shape)
    for start in range(0, x.size, ROWS_OF_REFERENCE):
        rows = slice(start, start + ROWS_OF_REFERENCE)
        d = position[:, None, :] - position[:, rows, None]
        pull = mass * (np.einsum("kij,kij->ij", d, d) + softening**2) ** -1.5
        result[:, rows] = (pull * d).sum(axis=2)
    return dict(zip(("ax", "ay", "az"), result, strict=True))


def inverse_cube_series(degree: int, reach: float) -> NDArray[np.float64]:
    """Coefficients, constant first, of a polynomial for (1 + d)^(-3/2) where |d| <= reach.

    Taylor's of one degree more, whose last term is spread as the Chebyshev polynomial that is smallest there.
    """
    taylor = np.cumprod([1.0, *(-(1.5 + k) / (k + 1) for k in range(degree + 1))])
    chebyshev = cheb2poly([0.0] * (degree + 1) + [1.0]) / (2.0**degree * reach ** np.arange(degree + 2))
    series: NDArray[np.float64] = taylor - taylor[-1] * reach ** (degree + 1) * chebyshev
    return series[: degree + 1]


def series_for(precision: Precision, bits: int) -> NDArray[np.float64]:
    """The series that an estimate right to `bits` bits needs: y is off by 2^-bits, y^2 by twice that."""
    degree = {("fp32", 14): 1, ("fp32", 10): 2, ("fp64", 14): 3, ("fp64", 10): 5}[precision, bits]
    return inverse_cube_series(degree, 2.0 ** (1 - bits))


@part
def pull_of_each(
    x: Any, y: Any, z: Any, mass: Any, first: Any, last: Any, here: Any, nothing: Any, squared: Any, monic: Any
) -> Any:
    """What bodies first to last - 1 add to the accelerations of the bodies in the lanes, over -leading."""
    xi, yi, zi = here
    sx = sy = sz = nothing
    for j in range(first, last):
        dx = xi - x[j]
        dy = yi - y[j]
        dz = zi - z[j]
        square = simd.fma(dx, dx, simd.fma(dy, dy, simd.fma(dz, dz, squared)))
        estimate = simd.inverse_sqrt_estimate(square)
        inverse = estimate * estimate
        correction = simd.polynomial(simd.fma(square, inverse, -1.0), monic)
        pull = estimate * mass[j] * inverse * correction
        sx = simd.fma(pull, dx, sx)
        sy = simd.fma(pull, dy, sy)
        sz = simd.fma(pull, dz, sz)
    return sx, sy, sz


def lanes_of_bodies(series: NDArray[np.float64], *, paired: bool) -> Callable[..., None]:
    """The fast version, with the series as constants; with vectors joined in pairs or alone."""
    leading = -float(series[-1])
    monic = tuple(float(c / series[-1]) for c in series[::-1])
    load, store = (load_pair, store_pair) if paired else (simd.load_part, simd.store_part)
    vectors = 2 if paired else 1

    def nbody(x: Any, y: Any, z: Any, mass: Any, ax: Any, ay: Any, az: Any, softening: float) -> None:
        """Vectors of bodies in parallel; `TOGETHER` terms make a partial sum, so that rounding errors stay small."""
        lanes = vectors * simd.lanes(x)
        bodies = np.uint64(x.size)
        squared = x.dtype.type(softening * softening)
        for group in prange((x.size + lanes - 1) // lanes):
            i = group * lanes
            count = x.size - i
            here = load(x, i, count), load(y, i, count), load(z, i, count)
            nothing = load(x, i, 0)
            sx = sy = sz = nothing
            for first in range(np.uint64(0), bodies, TOGETHER):
                last = min(first + TOGETHER, bodies)
                tx, ty, tz = pull_of_each(x, y, z, mass, first, last, here, nothing, squared, monic)
                sx = sx + tx
                sy = sy + ty
                sz = sz + tz
            store(ax, i, sx * leading, count)
            store(ay, i, sy * leading, count)
            store(az, i, sz * leading, count)

    return nbody


def nbody_loops(x: Any, y: Any, z: Any, mass: Any, ax: Any, ay: Any, az: Any, softening: float) -> None:
    """The formula as two loops."""
    one = x.dtype.type(1)
    squared = x.dtype.type(softening * softening)
    for i in prange(x.size):
        sx = sy = sz = x.dtype.type(0)
        for j in range(x.size):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            dz = z[j] - z[i]
            inverse = one / np.sqrt(dx * dx + dy * dy + dz * dz + squared)
            pull = mass[j] * inverse * inverse * inverse
            sx += pull * dx
            sy += pull * dy
            sz += pull * dz
        ax[i] = sx
        ay[i] = sy
        az[i] = sz


def work(itemsize: int, n: int) -> Work:
    """Counts for n bodies of `itemsize` bytes per number."""
    return Work(
        flops=20 * n * n,
        bytes_read=4 * itemsize * n,
        bytes_written=3 * itemsize * n,
        formula=f"flops = 20 n^2; bytes = {4 * itemsize} n read + {3 * itemsize} n written",
    )


def kernel(precision: Precision, dtype: type[np.float32] | type[np.float64], rtol: float, tolerance: str) -> Kernel:
    """The kernel in one precision."""
    paired = precision == "fp64" or simd.REGISTERS == 32  # else two vectors do not fit the registers
    name = np.dtype(dtype).name
    arrays = dict.fromkeys(("x", "y", "z", "mass", "ax", "ay", "az"), f"{name} n")
    parameters = {**arrays, "softening": "float64"}

    def inputs(seed: int, n: int) -> dict[str, Any]:
        """Bodies of unequal mass, 1 together, spread evenly over a cube of side 2."""
        random = np.random.default_rng(seed)
        made: dict[str, Any] = {axis: uniform(random, n, dtype) for axis in ("x", "y", "z", "mass")}
        made["mass"] += dtype(1.5)
        made["mass"] /= made["mass"].sum()
        return {**made, **{a: poisoned(n, dtype) for a in ("ax", "ay", "az")}, "softening": SOFTENING}

    return Kernel(
        name=f"nbody_{precision}",
        story="Astrophysics by direct summation: every body attracts every other one.",
        limit="compute",
        precision=precision,
        sizes={"quick": {"n": 4096}, "standard": {"n": 8192}, "full": {"n": 32768}},
        inputs=inputs,
        outputs=("ax", "ay", "az"),
        reference=reference,
        cpu=Compiled(lanes_of_bodies(series_for(precision, simd.ESTIMATE_BITS), paired=paired), parameters),
        work=lambda n: work(np.dtype(dtype).itemsize, n),
        rtol=rtol,
        tolerance=tolerance,
        source="Nyland, Harris, Prins, GPU Gems 3, chapter 31, 2007",
        goals={"C": 1.2, "best": 0.97},
        simple=Compiled(nbody_loops, parameters, FAST_MATH),
    )


NBODY_FP32 = kernel(
    "fp32",
    np.float32,
    rtol=2e-6,
    tolerance="about 10 fp32 roundings (6e-8) per pair, and partial sums of 256 terms whose roundings mostly cancel",
)
NBODY_FP64 = kernel(
    "fp64",
    np.float64,
    rtol=4e-15,
    tolerance="about 10 fp64 roundings (1.1e-16) per pair, and partial sums of 256 terms whose roundings mostly cancel",
)
