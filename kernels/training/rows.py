"""What kernels that walk along the rows of a matrix share: ragged ends, extremes, fetching ahead."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import simd
from kernels.compile import part

LOWEST = np.float32(-np.inf)
AHEAD = 4096
LINE = 16


@part
def load_or(x: Any, at: int, count: int, other: Any) -> Any:
    """The vector at element `at` with its lanes from `count` on replaced."""
    return simd.select(simd.steps(x) < count, simd.load_part(x, at, count), other)


@part
def highest(x: Any, start: int, count: int) -> Any:
    """Largest of `count` elements from `start` on, a scalar; any value when one of them is NaN."""
    width = simd.lanes(x)
    whole = count // width * width
    top = load_or(x, start + whole, count - whole, simd.broadcast(LOWEST))
    for j in range(start, start + whole, width):
        top = simd.maximum(top, simd.load(x, j))
    return simd.highest(top)


@part
def before_vector(output: Any, start: int, count: int) -> Any:
    """Elements of a row of `count` from `start` on before the first that starts a whole vector in memory."""
    vector_bytes = simd.lanes(output) * output.itemsize
    return min(count, -(simd.address(output) + start * output.itemsize) % vector_bytes // output.itemsize)


@part
def fetch_ahead(x: Any, at: int, count: int) -> None:
    """Ask for what lies a row, but at least `AHEAD` elements, behind the vector at `at`: memory needs that long.

    A whole line is asked for once more on half the way, because some requests get lost while many are under way;
    shorter vectors ask for every line more than once anyway.
    """
    distance = max(count, AHEAD)
    simd.prefetch_far(x, at + distance)
    if simd.lanes(x) == LINE:
        simd.prefetch_far(x, at + distance // 2)


@part
def room_for_row(x: Any, count: int) -> Any:
    """Uninitialised room for `count` elements and two more vectors; no vector of it crosses a cache line."""
    room = np.empty(count + 3 * simd.lanes(x), x.dtype)
    return room[before_vector(room, 0, room.size) :]
