"""Several steps of the seven-point stencil in one pass through memory: blocking in time.

Formula  `steps` times v = c u + s (sum of the 6 neighbours of u) inside; the boundary keeps its values.
Work     8 steps flops per inner point; the field read once and written once, 16 bytes per point, at least.
Method   The result is cut into tiles of ROWS rows and PLANES planes. A tile is computed as a wave along its planes:
         as soon as three neighbouring planes of one step are known, a plane of the next step is, and takes the place
         of the oldest of the three, which nobody needs any more. So two planes of each step are kept, few enough for
         the second-level cache; only the last step goes to memory, and the field that the first one reads is asked
         for during the second. Each step needs one row and plane more around the tile than the next one;
         neighbouring tiles compute these twice, so that none waits for another.
Peers    Plain sweeps over the whole field, one per step: what they lose is what blocking in time gains.
Source   K. Datta et al., Optimization and performance modeling of stencil computations, SIAM Review 51(1), 2009;
         M. Wittmann et al., Multicore-aware parallel temporal blocking of stencil codes, IPDPS Workshops 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import poisoned
from kernels.compile import compiled, part
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.simulation import stencil7
from kernels.spec import Kernel, Work

ROWS = 24
PLANES = 160
GAP = 72


def reference(u: Any, v: Any, kept: Any, centre: float, side: float, steps: int) -> dict[str, Any]:
    """Single steps, one after the other."""
    field = u
    for _ in range(steps):
        field = stencil7.reference(field, v, centre, side)["v"]
    return {"v": field.copy()}


@part
def advance_vectors(
    source: Any, places: Any, target: Any, to: int, count: int, row: int, weights: Any, ahead: Any
) -> None:
    """`count` elements of inner rows, a vector or more, then the ends of rows get back their values.

    places  where the rows start in the planes below, here and above
    ahead   (field, element): what is asked for meanwhile, as many elements
    """
    below, here, above = places
    lanes = simd.lanes(source)
    line = simd.load(source, here - lanes), simd.load(source, here), simd.load(source, here + lanes)
    for k in range(0, count, lanes):
        simd.prefetch_far(ahead[0], ahead[1] + k)
        new = stencil7.mixed(source, (below + k, here + k, above + k), row, line, weights)
        if k + lanes <= count:
            simd.store(target, to + k, new)
        else:
            simd.store_part(target, to + k, new, count - k)
        line = line[1], line[2], simd.load(source, here + k + 2 * lanes)
    for start in range(0, count, row):
        target[to + start] = source[here + start]
        target[to + start + row - 1] = source[here + start + row - 1]


@part
def advance_points(source: Any, places: Any, target: Any, to: int, count: int, row: int, weights: Any) -> None:
    """Like `advance_vectors`, for rows that are shorter than a vector."""
    below, here, above = places
    for k in range(count):
        old = source[here + k]
        if k % row in (0, row - 1):
            target[to + k] = old
        else:
            x = source[below + k] + source[above + k]
            y = source[here + k - row] + source[here + k + row]
            z = source[here + k - 1] + source[here + k + 1]
            target[to + k] = weights[0] * old + weights[1] * (x + y + z)


@part
def copy_rows(source: Any, start: int, target: Any, to: int, count: int) -> None:
    """Rows on the boundary keep their values."""
    for k in range(count):
        target[to + k] = source[start + k]


@part
def advance_plane(
    source: Any, places: Any, target: Any, to: int, rows: Any, shape: Any, weights: Any, ahead: Any, past_caches: bool
) -> None:
    """One step of rows [first, last) of a plane; places and `to` are where row `first` starts."""
    first, last, inner = rows
    _, ny, row = shape
    here, end = places[1], (ny - 1 - first) * row
    if not inner or first == 0:
        copy_rows(source, here, target, to, row if inner else (last - first) * row)
    if not inner:
        return
    if last == ny:
        copy_rows(source, here + end, target, to + end, row)
    skipped = row if first == 0 else 0
    count = (min(last, ny - 1) - max(first, 1)) * row
    moved = (places[0] + skipped, places[1] + skipped, places[2] + skipped)
    if count > 0 and row >= simd.lanes(source):
        if past_caches:
            stencil7.stream_rows(source, target, moved, to + skipped, count, row, weights)
        else:
            advance_vectors(source, moved, target, to + skipped, count, row, weights, ahead)
    elif count > 0:
        advance_points(source, moved, target, to + skipped, count, row, weights)


@part
def place_of(level: int, steps: int, i: int, j: int, corner: Any, shape: Any, height: int) -> Any:
    """Element where row j of plane i starts: in the field before the first and after the last step, else in `kept`."""
    if level in (0, steps):
        return (i * shape[1] + j) * shape[2]
    slots = 2 * steps - 1
    slot = (i - level + 1 + steps * slots) % slots
    return corner[2] + slot * (height * shape[2] + GAP) + (j - max(corner[1] - steps, 0)) * shape[2]


@part
def advance_tile(
    u: Any, v: Any, kept: Any, corner: Any, shape: Any, weights: Any, steps: int, past_caches: bool
) -> None:
    """All steps of the tile at plane, row = corner[:2], whose planes between steps start at kept[corner[2]]."""
    nx, ny, row = shape
    height = ROWS + 2 * steps
    end = min(corner[0] + PLANES, nx), min(corner[1] + ROWS, ny)
    for wave in range(corner[0] - steps + 1, end[0] + steps - 1):
        for level in range(1, steps + 1):
            margin, i = steps - level, wave - level + 1
            if max(corner[0] - margin, 0) <= i < min(end[0] + margin, nx):
                first, last = max(corner[1] - margin, 0), min(end[1] + margin, ny)
                below = place_of(level - 1, steps, i - 1, first, corner, shape, height)
                here = place_of(level - 1, steps, i, first, corner, shape, height)
                above = place_of(level - 1, steps, i + 1, first, corner, shape, height)
                to = place_of(level, steps, i, first, corner, shape, height)
                source = u if level == 1 else kept
                target = v if level == steps else kept
                rows = first, last, 0 < i < nx - 1
                final = past_caches and level == steps
                read_next = u, ((wave + 2) * ny + first - 2) * row
                ahead = read_next if level == 2 else (source, above + row)
                advance_plane(source, (below, here, above), target, to, rows, shape, weights, ahead, final)


@compiled(
    u="float64 nx ny nz",
    v="float64 nx ny nz",
    kept="float64 tiles words",
    centre="float64",
    side="float64",
    steps="int64",
)
def stencil7_blocked(u: Any, v: Any, kept: Any, centre: float, side: float, steps: int) -> None:
    """Tiles in parallel."""
    across = (u.shape[1] + ROWS - 1) // ROWS
    past_caches = v.size * v.itemsize >= STREAM_FROM_BYTES and stencil7.rows_start_lines(v)
    before, after, between = u.reshape(u.size), v.reshape(v.size), kept.reshape(kept.size)
    for tile in prange(kept.shape[0]):
        corner = tile // across * PLANES, tile % across * ROWS, tile * kept.shape[1]
        advance_tile(before, after, between, corner, u.shape, (centre, side), steps, past_caches)


def inputs(seed: int, nx: int, ny: int, nz: int, steps: int) -> dict[str, Any]:
    """A random field, weights that conserve a constant one, and room for the planes between the steps."""
    arrays = stencil7.inputs(seed, nx, ny, nz)
    tiles = -(-nx // PLANES) * -(-ny // ROWS)
    words = (2 * steps - 1) * ((ROWS + 2 * steps) * nz + GAP)
    kept = poisoned((tiles, words), np.float64)
    return {
        "u": arrays["u"],
        "v": arrays["v"],
        "kept": kept,
        "centre": stencil7.CENTRE,
        "side": stencil7.SIDE,
        "steps": steps,
    }


def work(nx: int, ny: int, nz: int, steps: int) -> Work:
    """Counts for all steps."""
    single = stencil7.work(nx, ny, nz)
    return Work(
        flops=steps * single.flops,
        bytes_read=single.bytes_read,
        bytes_written=single.bytes_written,
        formula="flops = 8 steps (nx - 2)(ny - 2)(nz - 2); bytes = 8 nx ny nz read + 8 nx ny nz written, at least",
    )


STENCIL7_BLOCKED = Kernel(
    name="stencil7_blocked",
    story="Explicit physics on a grid, several steps at a time: the caches serve what memory cannot.",
    limit="compute",
    precision="fp64",
    sizes={
        "quick": {"nx": 160, "ny": 160, "nz": 160, "steps": 4},
        "standard": {"nx": 320, "ny": 320, "nz": 320, "steps": 4},
        "full": {"nx": 512, "ny": 512, "nz": 512, "steps": 8},
    },
    inputs=inputs,
    outputs=("v",),
    workspace=("kept",),
    reference=reference,
    cpu=stencil7_blocked,
    work=work,
    rtol=1e-14,
    tolerance="8 roundings per step of numbers below 1 whose weights sum to 1, at most 8 steps",
    source="Datta et al., SIAM Review 51(1), 2009; Wittmann et al., IPDPS Workshops 2010",
    goals={"C": 1.5},
    moves_once=False,
)
