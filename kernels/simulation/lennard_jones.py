"""Molecular dynamics of a simple liquid: forces and energy of particles that act on near ones only.

Formula  u(r) = 4 (r^-12 - r^-6) - u0 below r = 2.5, with u0 such that u(2.5) = 0; 0 beyond. Lengths in diameters,
         energies in depths of the well. Force on i = sum over j of 48 (r^-12 - r^-6 / 2) d / r^2,
         d = position[i] - position[j]; energy = half the sum of u over i and j. The box is periodic.
         Particles in exactly one place do not act on each other. One whose position is no finite number acts on
         nobody; its force and the energy are NaN.
Work     24 flops for each candidate, a pair of particles in touching cells: 3 differences, 5 for the distance,
         1 inverse, 2 for r^-6, 3 for the force's factor, 6 to add it up, 4 for the energy. Each of the
         nx ny nz cells holds 16 particles, so there are 16 nx ny nz 27 16 candidates; one of 8 is in reach.
Method   Counting sort into cells. Around each cell, the particles of all 27 are packed with their shifts into one
         local array, so that the inner loop knows neither cells nor images: a vector of candidates at a time,
         those out of reach masked. Double precision, as usual where energy must last for many steps.
Source   S. Plimpton, Fast parallel algorithms for short-range molecular dynamics, J. Comp. Phys. 117, 1995;
         M. Allen, D. Tildesley, Computer Simulation of Liquids, 2017, chapter 5 (cells).
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import aligned, poisoned
from kernels.compile import Compiled, part
from kernels.simulation.cells import NOWHERE, PADDING, image, pack_neighbours, sort_by_cell, start_of
from kernels.spec import Kernel, Work

CUTOFF = 2.5
CUTOFF_SQUARED = CUTOFF**2
QUARTER_SHIFT = CUTOFF**-6 - CUTOFF**-12
SIDE = 8 / 3
PER_CELL = 16
JITTER = 0.1


def reference(position: Any, side: float, force: Any, energy: Any, cell: Any, end: Any, **_: Any) -> dict[str, Any]:
    """Particles of a cell with those of one neighbour, for all cells at once; empty places of cells are NaN."""
    counts = np.array(end.shape)
    wrapped = position.T % (counts * side)
    home = np.ravel_multi_index(tuple(np.minimum(wrapped // side, counts - 1).astype(int).T), end.shape)
    order = np.argsort(home, kind="stable")
    occupied = np.bincount(home, minlength=end.size)
    place = np.arange(home.size) - np.repeat(np.cumsum(occupied) - occupied, occupied)
    table = np.full((end.size, occupied.max(), 3), np.nan)
    table[home[order], place] = wrapped[order]
    forces = np.zeros_like(table)
    total = 0.0
    where = np.stack(np.unravel_index(np.arange(end.size), end.shape), axis=1)
    for step in product((-1, 0, 1), repeat=3):
        turns, neighbour = np.divmod(where + step, counts)
        others = table[np.ravel_multi_index(tuple(neighbour.T), end.shape)] + (turns * counts * side)[:, None]
        added, part_of_total = interaction(table[:, :, None] - others[:, None])
        forces += added
        total += part_of_total
    result = np.empty((home.size, 3))
    result[order] = forces[home[order], place]
    return {"force": result.T, "energy": np.array([total])}


def interaction(d: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Forces (groups, i, 3) and half the energy of the pairs with differences (groups, i, j, 3)."""
    square = (d**2).sum(axis=3)
    acts = (square > 0) & (square < CUTOFF_SQUARED)
    sixth = np.where(acts, square, np.inf) ** -3
    factor = 48 * sixth * (sixth - 0.5) / np.where(acts, square, 1)
    force = (factor[..., None] * np.where(acts[..., None], d, 0)).sum(axis=2)
    return force, float(2 * (sixth * (sixth - 1) + QUARTER_SHIFT)[acts].sum())


@part
def force_on(x: float, y: float, z: float, near: Any, count: int, energy: Any) -> Any:
    """Force on one particle from the first `count` of `near`, over 48; `energy`, a vector, with theirs over 4 added."""
    room = near.shape[1]
    nothing = simd.broadcast(0.0)
    sx = nothing
    sy = nothing
    sz = nothing
    for k in range(0, count, simd.lanes(near)):
        dx = x - simd.load(near, k)
        dy = y - simd.load(near, room + k)
        dz = z - simd.load(near, 2 * room + k)
        square = simd.fma(dx, dx, simd.fma(dy, dy, dz * dz))
        acts = (square < CUTOFF_SQUARED) & (square > 0.0)
        inverse = simd.inverse(square)
        sixth = inverse * inverse * inverse
        pull = simd.select(acts, inverse * (sixth * (sixth - 0.5)), nothing)
        pair = simd.fma(sixth, sixth - 1.0, simd.broadcast(QUARTER_SHIFT))
        energy = energy + simd.select(acts, pair, nothing)
        sx = simd.fma(pull, dx, sx)
        sy = simd.fma(pull, dy, sy)
        sz = simd.fma(pull, dz, sz)
    return simd.total(sx), simd.total(sy), simd.total(sz), energy


@part
def sum_in_order(values: Any) -> Any:
    """Sum by one thread: the same to the last bit for any number of them."""
    total = 0.0
    for value in values.flat:
        total += value
    return total


@part
def forces_in_cell(ordered: Any, first: int, last: int, near: Any, count: int, order: Any, force: Any) -> Any:
    """Forces on the sorted particles first to last - 1 from the first `count` of `near`; half the energy."""
    energies = simd.broadcast(0.0)
    unknown = 0.0
    for i in range(first, last):
        x, y, z = ordered[0, i], ordered[1, i], ordered[2, i]
        sx, sy, sz, energies = force_on(x, y, z, near, count, energies)
        nothing_or_nan = np.nan if max(x, y, z) >= NOWHERE else 0.0
        force[0, order[i]] = 48.0 * sx + nothing_or_nan
        force[1, order[i]] = 48.0 * sy + nothing_or_nan
        force[2, order[i]] = 48.0 * sz + nothing_or_nan
        unknown += nothing_or_nan
    return 2.0 * simd.total(energies) + unknown


def lennard_jones(
    position: Any, side: float, force: Any, energy: Any, cell: Any, end: Any, order: Any, ordered: Any, cell_energy: Any
) -> None:
    """Sort, then columns of cells in parallel. ValueError when a cell is smaller than the force reaches."""
    if not side >= CUTOFF:
        raise ValueError("lennard_jones: the side of a cell is below the cutoff, 2.5")
    most = sort_by_cell(position, side, cell, end, order, ordered)
    nx, ny, nz = end.shape
    for column in prange(nx * ny):
        a, b = divmod(np.int64(column), ny)
        near = np.empty((3, 27 * most + PADDING))
        for c in range(nz):
            count = pack_neighbours(ordered, end, side, a, b, c, near)
            for axis in range(3):
                simd.store(near, axis * near.shape[1] + count, simd.broadcast(NOWHERE))
            first, last = start_of(end, a, b, c), np.int64(end[a, b, c])
            cell_energy[a, b, c] = forces_in_cell(ordered, first, last, near, count, order, force)
    energy[0] = sum_in_order(cell_energy)


@part
def add_pair(d: Any, force: Any, i: int) -> Any:
    """Add the force of one particle on another at the difference d; half their energy."""
    square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    if not 0.0 < square < CUTOFF_SQUARED:
        return 0.0
    sixth = 1.0 / (square * square * square)
    factor = 48.0 * sixth * (sixth - 0.5) / square
    for axis in range(3):
        force[axis, i] += factor * d[axis]
    return 2.0 * (sixth * (sixth - 1.0) + QUARTER_SHIFT)


def lennard_jones_loops(
    position: Any, side: float, force: Any, energy: Any, cell: Any, end: Any, order: Any, ordered: Any, cell_energy: Any
) -> None:
    """Cell by cell, neighbour by neighbour, pair by pair: whether a pair acts is a branch."""
    if not side >= CUTOFF:
        raise ValueError("lennard_jones_loops: the side of a cell is below the cutoff, 2.5")
    sort_by_cell(position, side, cell, end, order, ordered)
    nx, ny, nz = end.shape
    for column in prange(nx * ny):
        a, b = divmod(np.int64(column), ny)
        for c in range(nz):
            total = 0.0
            for p in range(start_of(end, a, b, c), end[a, b, c]):
                for axis in range(3):
                    force[axis, order[p]] = 0.0
            for step in range(27):
                i, dx = image(a + step // 9 - 1, nx, nx * side)
                j, dy = image(b + step // 3 % 3 - 1, ny, ny * side)
                k, dz = image(c + step % 3 - 1, nz, nz * side)
                for p in range(start_of(end, a, b, c), end[a, b, c]):
                    for q in range(start_of(end, i, j, k), end[i, j, k]):
                        x = ordered[0, p] - (ordered[0, q] + dx)
                        y = ordered[1, p] - (ordered[1, q] + dy)
                        z = ordered[2, p] - (ordered[2, q] + dz)
                        total += add_pair((x, y, z), force, order[p])
            cell_energy[a, b, c] = total
    energy[0] = sum_in_order(cell_energy)


def lattice(nx: int, ny: int, nz: int) -> NDArray[np.float64]:
    """(3, n) sites of a body-centred cubic crystal, two by two by two of its cells in each of ours."""
    corners = np.indices((2 * nx, 2 * ny, 2 * nz)).reshape(3, -1)
    return np.concatenate([corners + 0.25, corners + 0.75], axis=1) * (SIDE / 2)


def inputs(seed: int, nx: int, ny: int, nz: int) -> dict[str, Any]:
    """A disturbed crystal of density 0.84, particles in random order: `PER_CELL` in each cell, whatever the seed."""
    random = np.random.default_rng(seed)
    sites = lattice(nx, ny, nz) + random.uniform(-JITTER, JITTER, (3, PER_CELL * nx * ny * nz))
    n = sites.shape[1]
    position = aligned((3, n), np.float64)
    position[:] = random.permutation(sites, axis=1)
    return {
        "position": position,
        "side": SIDE,
        "force": poisoned((3, n), np.float64),
        "energy": poisoned(1, np.float64),
        "cell": poisoned(n, np.uint32),
        "end": poisoned((nx, ny, nz), np.uint32),
        "order": poisoned(n, np.uint32),
        "ordered": poisoned((3, n + PADDING), np.float64),
        "cell_energy": poisoned((nx, ny, nz), np.float64),
    }


def work(nx: int, ny: int, nz: int) -> Work:
    """Counts for the disturbed crystal."""
    n = PER_CELL * nx * ny * nz
    return Work(
        flops=24 * n * 27 * PER_CELL,
        bytes_read=24 * n,
        bytes_written=24 * n + 8,
        formula="n = 16 nx ny nz; flops = 24 n 27 16 (candidates in touching cells); "
        "bytes = 24 n read + 24 n + 8 written",
    )


PARAMETERS = {
    "position": "float64 3 n",
    "side": "float64",
    "force": "float64 3 n",
    "energy": "float64 1",
    "cell": "uint32 n",
    "end": "uint32 nx ny nz",
    "order": "uint32 n",
    "ordered": f"float64 3 n+{PADDING}",
    "cell_energy": "float64 nx ny nz",
}

LENNARD_JONES = Kernel(
    name="lennard_jones",
    story="Molecular dynamics: liquids, materials and proteins, where forces reach near particles only.",
    limit="compute",
    precision="fp64",
    sizes={
        "quick": {"nx": 8, "ny": 8, "nz": 8},
        "standard": {"nx": 16, "ny": 16, "nz": 16},
        "full": {"nx": 32, "ny": 32, "nz": 32},
    },
    inputs=inputs,
    outputs=("force", "energy"),
    reference=reference,
    cpu=Compiled(lennard_jones, PARAMETERS),
    work=work,
    rtol=1e-14,
    tolerance="r^-14 takes 7 times the 3 roundings of r^2; with the others about 30 unit roundoffs (1.1e-16) per pair, "
    "of which the nearest few matter",
    source="Plimpton, J. Comp. Phys. 117, 1995",
    goals={"C": 0.97},
    workspace=("cell", "end", "order", "ordered", "cell_energy"),
    small_sizes=(
        {"nx": 1, "ny": 1, "nz": 1},
        {"nx": 2, "ny": 2, "nz": 2},
        {"nx": 3, "ny": 1, "nz": 5},
        {"nx": 5, "ny": 2, "nz": 3},
        {"nx": 1, "ny": 2, "nz": 29},
    ),
    simple=Compiled(lennard_jones_loops, PARAMETERS),
)
