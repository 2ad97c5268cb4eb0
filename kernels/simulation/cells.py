"""Cells of a periodic box: which particles are near each other, found without looking at all pairs.

The box has nx x ny x nz cubic cells of one side, not below the reach of the force, so that whatever acts on a
particle is in its own cell or one of the 26 around it, or is the image of something there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import simd
from kernels.compile import part

PADDING = 16
NOWHERE = 1e30
ONE = np.uint32(1)


@part
def wrapped(position: float, length: float) -> float:
    """The image of a position inside [0, length)."""
    inside = position - length * np.floor(position / length)
    return 0.0 if inside >= length else inside


@part
def cell_along(inside: float, side: float, count: int) -> int:
    """Cell of a wrapped coordinate; 0 where it is not a number."""
    place = inside / side
    if place >= count:
        return count - 1
    return int(place) if place >= 0 else 0


@part
def count_by_cell(position: Any, side: float, cell: Any, end: Any) -> Any:
    """Fill the cell of each particle and the number of particles of each cell; returns the largest number."""
    nx, ny, nz = end.shape
    counts = end.reshape(-1)
    counts[:] = 0
    most = np.uint32(0)
    for i in range(cell.size):
        a = cell_along(wrapped(position[0, i], nx * side), side, nx)
        b = cell_along(wrapped(position[1, i], ny * side), side, ny)
        c = cell_along(wrapped(position[2, i], nz * side), side, nz)
        cell[i] = (a * ny + b) * nz + c
        counts[cell[i]] += ONE
        most = max(most, counts[cell[i]])
    return np.int64(most)


@part
def sort_by_cell(position: Any, side: float, cell: Any, end: Any, order: Any, ordered: Any) -> Any:
    """Counting sort; returns the largest number of particles in a cell.

    Fills `end`, where the particles of each cell end in the sorted order; `order`, the particle at each place of it;
    `ordered`, the wrapped positions in it, `NOWHERE` for coordinates that are not finite. Rows of `ordered` are
    longer by `PADDING`, which stays as it is.
    """
    most = count_by_cell(position, side, cell, end)
    ends = end.reshape(-1)
    before = np.uint32(0)
    for k in range(ends.size):
        count = ends[k]
        ends[k] = before
        before += count
    for i in range(cell.size):
        place = ends[cell[i]]
        ends[cell[i]] = place + ONE
        order[place] = i
        for axis in range(3):
            inside = wrapped(position[axis, i], end.shape[axis] * side)
            ordered[axis, place] = inside if inside >= 0 else NOWHERE
    return most


@part
def start_of(end: Any, a: int, b: int, c: int) -> Any:
    """Place of the first particle of a cell in the sorted order."""
    _, ny, nz = end.shape
    flat = np.uint64((a * ny + b) * nz + c)
    return np.int64(end.reshape(-1)[flat - np.uint64(1)]) if flat > 0 else 0


@part
def image(index: int, count: int, length: float) -> Any:
    """The cell that an index from -1 to count stands for, and how far its image is shifted."""
    if index < 0:
        return count - 1, -length
    if index >= count:
        return 0, length
    return index, 0.0


@part
def pack_run(ordered: Any, first: int, last: int, shift: Any, near: Any, at: int) -> int:
    """Append the sorted particles first to last - 1, shifted, to `near`; returns the number packed so far.

    Whole vectors are copied: what is too much is overwritten by the next run.
    """
    row = ordered.shape[1]
    room = near.shape[1]
    for start in range(first, last, simd.lanes(ordered)):
        to = at + start - first
        simd.store(near, to, simd.load(ordered, start) + shift[0])
        simd.store(near, room + to, simd.load(ordered, row + start) + shift[1])
        simd.store(near, 2 * room + to, simd.load(ordered, 2 * row + start) + shift[2])
    return at + last - first


@part
def pack_neighbours(ordered: Any, end: Any, side: float, a: int, b: int, c: int, near: Any) -> int:
    """Positions of the particles in the 27 cells around and including cell (a, b, c), shifted; returns their number.

    Cells next to each other along z are one run, unless the box ends between them: a run for each image of it.
    """
    nx, ny, nz = end.shape
    at = 0
    for step in range(9):
        i, dx = image(a + step // 3 - 1, nx, nx * side)
        j, dy = image(b + step % 3 - 1, ny, ny * side)
        for turn in range(-1, 2):
            low = max(c - 1 - turn * nz, 0)
            high = min(c + 1 - turn * nz, nz - 1)
            if low <= high:
                first, last = start_of(end, i, j, low), np.int64(end[i, j, high])
                at = pack_run(ordered, first, last, (dx, dy, turn * nz * side), near, at)
    return at
