"""Seven-point stencil in three dimensions: one explicit step of heat, diffusion and weather codes.

Formula  v = c u + s (sum of the 6 neighbours of u) inside; the boundary keeps its values.
Work     8 flops per inner point; the field read once and written once, 16 bytes per point.
Method   A row of a result larger than any cache is computed as whole vectors, its two end points put back by a
         mask, and stored past the caches; meanwhile the next row of the next plane, the only one that comes from
         memory, is asked for. Where rows do not start cache lines, plain loops do the same.
Source   K. Datta et al., Stencil computation optimization and auto-tuning, SC 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import ALIGNMENT_BYTES, poisoned, uniform
from kernels.compile import compiled, part
from kernels.memory.stream import STREAM_FROM_BYTES
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


@part
def plain_row(u: Any, v: Any, i: int, j: int, centre: float, side: float) -> None:
    """An inner row, point by point."""
    last = u.shape[2] - 1
    v[i, j, 0] = u[i, j, 0]
    v[i, j, last] = u[i, j, last]
    for k in range(1, last):
        x = u[i - 1, j, k] + u[i + 1, j, k]
        y = u[i, j - 1, k] + u[i, j + 1, k]
        z = u[i, j, k - 1] + u[i, j, k + 1]
        v[i, j, k] = centre * u[i, j, k] + side * (x + y + z)


@part
def mixed(u: Any, places: Any, row: int, line: Any, weights: Any) -> Any:
    """New values of one vector: `line` is the vectors before, at and after it, `places` are those of the vectors in
    the planes below, here and above, and neighbouring rows start `row` elements away.
    """
    x = simd.load(u, places[0]) + simd.load(u, places[2])
    y = simd.load(u, places[1] - row) + simd.load(u, places[1] + row)
    z = simd.window(line[0], line[1], -1) + simd.window(line[1], line[2], 1)
    return simd.fma(simd.broadcast(weights[1]), x + y + z, simd.broadcast(weights[0]) * line[1])


@part
def stream_rows(u: Any, v: Any, places: Any, to: int, count: int, row: int, weights: Any) -> None:
    """`count` elements of inner rows, starting with a row, in one loop over whole vectors, stored past the caches.

    The end points of each row keep their values.
    """
    below, here, above = places
    lanes = simd.lanes(u)
    position = simd.steps(u)
    line = simd.load(u, here - lanes), simd.load(u, here), simd.load(u, here + lanes)
    for k in range(0, count, lanes):
        simd.prefetch(u, above + k + row)
        new = mixed(u, (below + k, here + k, above + k), row, line, weights)
        new = simd.select(position < row - 1.5, simd.select(position > 0.5, new, line[1]), line[1])
        simd.stream(v, to + k, new)
        position = position + lanes
        position = simd.select(position < row, position, position - row)
        line = line[1], line[2], simd.load(u, here + k + 2 * lanes)


@part
def stream_plane(u: Any, v: Any, i: int, centre: float, side: float) -> None:
    """The inner rows of a plane."""
    _, ny, row = u.shape
    plane = ny * row
    here = i * plane + row
    stream_rows(u, v, (here - plane, here, here + plane), here, (ny - 2) * row, row, (centre, side))


@part
def plain_plane(u: Any, v: Any, i: int, centre: float, side: float) -> None:
    """The inner rows of a plane, point by point."""
    for j in range(1, u.shape[1] - 1):
        plain_row(u, v, i, j, centre, side)


@part
def rows_start_lines(v: Any) -> Any:
    """Whether all rows of a field start a cache line."""
    return simd.address(v) % ALIGNMENT_BYTES == 0 and v.shape[2] * v.itemsize % ALIGNMENT_BYTES == 0


@part
def copy_boundary(u: Any, v: Any, i: int) -> None:
    """The rows of a plane that keep their values: all of them in the first and last plane."""
    nx, ny, _ = u.shape
    whole = i in (0, nx - 1)
    for j in range(0, ny, 1 if whole else max(ny - 1, 1)):
        copy_row(u, v, i, j)


@compiled(u="float64 nx ny nz", v="float64 nx ny nz", centre="float64", side="float64")
def stencil7(u: Any, v: Any, centre: float, side: float) -> None:
    """Planes in parallel, rows along z innermost."""
    past_caches = v.size * v.itemsize >= STREAM_FROM_BYTES and rows_start_lines(v)
    for i in prange(u.shape[0]):
        copy_boundary(u, v, i)
        if 0 < i < u.shape[0] - 1:
            if past_caches:
                stream_plane(u, v, i, centre, side)
            else:
                plain_plane(u, v, i, centre, side)


@compiled(u="float64 nx ny nz", v="float64 nx ny nz", centre="float64", side="float64")
def plain_stencil7(u: Any, v: Any, centre: float, side: float) -> None:
    """The loops alone: every line of the result is read into the caches before it is overwritten."""
    for i in prange(u.shape[0]):
        copy_boundary(u, v, i)
        if 0 < i < u.shape[0] - 1:
            plain_plane(u, v, i, centre, side)


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
    simple=plain_stencil7,
)
