"""Seven-point stencil in three dimensions: one explicit step of heat, diffusion and weather codes.

Formula  v = c u + s (sum of the 6 neighbours of u) inside; the boundary keeps its values.
Work     8 flops per inner point; the field read once and written once, 16 bytes per point.
Source   K. Datta et al., Stencil computation optimization and auto-tuning, SC 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

CENTRE = 0.4
SIDE = 0.1


def reference(u: Any, v: Any, centre: float, side: float) -> dict[str, Any]:
    """Six shifted copies of the field, added."""
    result = u.copy()
    neighbours = (
        u[:-2, 1:-1, 1:-1]
        + u[2:, 1:-1, 1:-1]
        + u[1:-1, :-2, 1:-1]
        + u[1:-1, 2:, 1:-1]
        + u[1:-1, 1:-1, :-2]
        + u[1:-1, 1:-1, 2:]
    )
    result[1:-1, 1:-1, 1:-1] = centre * u[1:-1, 1:-1, 1:-1] + side * neighbours
    return {"v": result}


@part
def copy_row(u: Any, v: Any, i: int, j: int) -> None:
    """A row on the boundary keeps its values."""
    for k in range(u.shape[2]):
        v[i, j, k] = u[i, j, k]


@compiled(u="float64 nx ny nz", v="float64 nx ny nz", centre="float64", side="float64")
def stencil7(u: Any, v: Any, centre: float, side: float) -> None:
    """Planes in parallel, rows along z innermost."""
    nx, ny, nz = u.shape
    for i in prange(nx):
        whole = i in (0, nx - 1)
        for j in range(0, ny, 1 if whole else max(ny - 1, 1)):
            copy_row(u, v, i, j)
        for j in range(1, 1 if whole else ny - 1):
            v[i, j, 0] = u[i, j, 0]
            v[i, j, nz - 1] = u[i, j, nz - 1]
            for k in range(1, nz - 1):
                x = u[i - 1, j, k] + u[i + 1, j, k]
                y = u[i, j - 1, k] + u[i, j + 1, k]
                z = u[i, j, k - 1] + u[i, j, k + 1]
                v[i, j, k] = centre * u[i, j, k] + side * (x + y + z)


def inputs(seed: int, nx: int, ny: int, nz: int) -> dict[str, Any]:
    """A random field and weights that conserve a constant one."""
    u = uniform(np.random.default_rng(seed), (nx, ny, nz), np.float64)
    return {"u": u, "v": poisoned((nx, ny, nz), np.float64), "centre": CENTRE, "side": SIDE}


def work(nx: int, ny: int, nz: int) -> Work:
    """Counts for one step."""
    inner = max(nx - 2, 0) * max(ny - 2, 0) * max(nz - 2, 0)
    points = nx * ny * nz
    return Work(
        flops=8 * inner,
        bytes_read=8 * points,
        bytes_written=8 * points,
        formula="flops = 8 (nx - 2)(ny - 2)(nz - 2); bytes = 8 nx ny nz read + 8 nx ny nz written",
    )


STENCIL7 = Kernel(
    name="stencil7",
    story="Explicit physics on a grid (diffusion, weather, seismics): each point is mixed with its 6 neighbours.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"nx": 192, "ny": 192, "nz": 192},
        "standard": {"nx": 320, "ny": 320, "nz": 320},
        "full": {"nx": 512, "ny": 512, "nz": 512},
    },
    inputs=inputs,
    outputs=("v",),
    reference=reference,
    cpu=stencil7,
    work=work,
    rtol=1e-15,
    tolerance="8 roundings of numbers below 1 whose weights sum to 1",
    source="Datta et al., SC 2008",
    goals={"C": 1.0},
)
