"""Three-dimensional fast Fourier transform: spectral solvers of turbulence, plane waves, particle-mesh gravity.

Formula  y[k] = sum over j of exp(-2 pi i (jx kx / nx + jy ky / ny + jz kz / nz)) x[j], lengths powers of two.
Work     5 N log2 N flops for N = nx ny nz by convention, more than any fast algorithm spends; x and the twiddle
         factors read once, y written once. The twiddle factors are made beforehand, like the plan of any library.
Method   Plane by plane along z, then along y, eight lines at a time, in a copy of the plane that fits the cache;
         then along x. Two trips through memory in all. Passes of radix 2 where a side is shorter than eight.
         A NaN or an infinity in x leaves no finite number in y.
Source   C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels.arrays import aligned, poisoned, uniform
from kernels.compile import compiled, part
from kernels.simulation.butterfly import LINES, ROW
from kernels.simulation.lines import (
    COMPLEX_TURNED,
    GAP,
    ROWS,
    ROWS_TURNED,
    SHORTEST,
    Lines,
    line_twiddles,
    plain_transform,
    transform_lines,
    way_to_store,
)
from kernels.spec import Kernel, Work


def reference(x: Any, y: Any, x_factors: Any, y_factors: Any, z_factors: Any, workspace: Any) -> dict[str, Any]:
    """NumPy's transform."""
    return {"y": np.fft.fftn(x)}


@part
def transform_planes(
    x: Any, workspace: Any, ny: int, nz: int, y_factors: Any, z_factors: Any, first: int, last: int
) -> None:
    """Along z and y in the planes [first, last), into rows of `LINES` points along z."""
    plane = np.empty(2 * ny * nz)
    for i in range(first, last):
        origin = Lines(COMPLEX_TURNED, x, i * 2 * ny * nz, LINES * 2 * nz, 2, 2 * nz)
        goal = Lines(ROWS, plane, 0, nz * ROW, ROW, 2)
        transform_lines(nz, z_factors, 0, ny // LINES, origin, goal, z_factors, 0)
        origin = Lines(ROWS_TURNED, plane, 0, LINES * ROW, 2 * nz, 2)
        goal = Lines(ROWS, workspace, i * workspace.shape[1] * ROW, ROW, 2 * nz, 2)
        transform_lines(ny, y_factors, 0, nz // LINES, origin, goal, y_factors, 0)


@part
def transform_axes_plainly(nx: int, ny: int, nz: int, source: Any, target: Any) -> None:
    """All three axes by passes of radix 2."""
    plain_transform(nz, 1, nx * ny, source, target)
    plain_transform(ny, nz, nx * nz, target, target)
    plain_transform(nx, ny * nz, ny * nz, target, target)


@compiled(
    x="complex128 nx ny nz",
    y="complex128 nx ny nz",
    x_factors="float64 a",
    y_factors="float64 b",
    z_factors="float64 c",
    workspace="float64 planes rows 16",
    threads="threads",
)
def fft3d(x: Any, y: Any, x_factors: Any, y_factors: Any, z_factors: Any, workspace: Any, threads: int) -> None:
    """Planes, then lines along x, each thread its share. ValueError when the lengths do not fit."""
    nx, ny, nz = x.shape
    if nx & (nx - 1) or ny & (ny - 1) or nz & (nz - 1) or x.size == 0:
        raise ValueError("fft3d: a side of x is not a power of two")
    source, target = x.reshape(x.size).view(np.float64), y.reshape(y.size).view(np.float64)
    if min(nx, ny, nz) < SHORTEST:
        transform_axes_plainly(nx, ny, nz, source, target)
        return
    rows = workspace.shape[1]
    if workspace.shape[0] != nx or rows != ny * nz // LINES + GAP:
        raise ValueError("fft3d: the workspace belongs to other lengths")
    if x_factors.size != 4 * nx or y_factors.size != 4 * ny or z_factors.size != 4 * nz:
        raise ValueError("fft3d: the twiddle factors belong to other lengths")
    for step in range(2):
        pieces = nx if step == 0 else ny * nz // LINES
        for thread in prange(threads):
            first, last = thread * pieces // threads, (thread + 1) * pieces // threads
            if step == 0:
                transform_planes(source, workspace, ny, nz, y_factors, z_factors, first, last)
            else:
                origin = Lines(ROWS, workspace, 0, ROW, rows * ROW, 2)
                goal = Lines(way_to_store(target), target, 0, ROW, 2 * ny * nz, 2)
                transform_lines(nx, x_factors, first, last, origin, goal, x_factors, 0)


@compiled(
    x="complex128 nx ny nz",
    y="complex128 nx ny nz",
    x_factors="float64 a",
    y_factors="float64 b",
    z_factors="float64 c",
    workspace="float64 planes rows 16",
    parallel=False,
)
def plain_fft3d(x: Any, y: Any, x_factors: Any, y_factors: Any, z_factors: Any, workspace: Any) -> None:
    """Passes of radix 2 line by line, axis by axis."""
    nx, ny, nz = x.shape
    source, target = x.reshape(x.size).view(np.float64), y.reshape(y.size).view(np.float64)
    transform_axes_plainly(nx, ny, nz, source, target)


def inputs(seed: int, nx: int, ny: int, nz: int) -> dict[str, Any]:
    """A random field, twiddle factors (none where a side is shorter than 8), workspace. ValueError unless sides 2^p."""
    sides = (nx, ny, nz)
    if any(side < 1 or side & (side - 1) for side in sides):
        raise ValueError(f"the sides are {sides}, expected powers of two")
    plain = min(sides) < SHORTEST
    factors: list[NDArray[np.float64]] = [aligned(0, np.float64) if plain else line_twiddles(side) for side in sides]
    rows = 0 if plain else ny * nz // LINES + GAP
    return {
        "x": uniform(np.random.default_rng(seed), (nx, ny, 2 * nz), np.float64).view(np.complex128),
        "y": poisoned(sides, np.complex128),
        **dict(zip(("x_factors", "y_factors", "z_factors"), factors, strict=True)),
        "workspace": poisoned((nx, rows, ROW), np.float64),
    }


def work(nx: int, ny: int, nz: int) -> Work:
    """Counts for one transform."""
    points = nx * ny * nz
    factors = 0 if min(nx, ny, nz) < SHORTEST else 32 * (nx + ny + nz)
    return Work(
        flops=5 * points * round(math.log2(points)),
        bytes_read=16 * points + factors,
        bytes_written=16 * points,
        formula="N = nx ny nz; flops = 5 N log2 N; bytes = 16 N + 32 (nx + ny + nz) read + 16 N written; "
        "16 N read where a side is shorter than 8",
    )


FFT3D = Kernel(
    name="fft3d",
    story="Spectral solvers of turbulence, plane-wave quantum mechanics, particle-mesh gravity: a field transformed.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"nx": 128, "ny": 128, "nz": 128},
        "standard": {"nx": 256, "ny": 128, "nz": 128},
        "full": {"nx": 256, "ny": 256, "nz": 256},
    },
    inputs=inputs,
    outputs=("y",),
    workspace=("workspace",),
    reference=reference,
    cpu=fft3d,
    simple=plain_fft3d,
    work=work,
    rtol=5e-15,
    tolerance="each of log2 N <= 24 levels adds at most two unit roundoffs of the largest value, random ones far fewer",
    source="Van Loan, SIAM 1992",
    goals={"best": 1.2},
    small_sizes=(
        {"nx": 1, "ny": 1, "nz": 1},
        {"nx": 8, "ny": 16, "nz": 8},
        {"nx": 16, "ny": 8, "nz": 32},
        {"nx": 2, "ny": 4, "nz": 16},
        {"nx": 8, "ny": 8, "nz": 64},
    ),
)
