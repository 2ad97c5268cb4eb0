"""Random graphs of the Graph500 benchmark: few vertices with many neighbours, many with few, short paths.

R-MAT: the adjacency matrix is quartered as often as there are bits in a vertex number, and an edge falls into the
quarters with probabilities 0.57, 0.19, 0.19 and 0.05. Then the vertices get random numbers.
Source: D. Chakrabarti, Y. Zhan, C. Faloutsos, R-MAT, SDM 2004; Graph500 specification 2.0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.arrays import aligned
from kernels.data.sort import sort

DRAWS = 2**16
BLOCK = 2**15
UPPER_LEFT, UPPER, LOWER_LEFT = (np.uint16(round(share * DRAWS)) for share in (0.57, 0.76, 0.95))

Vertices = NDArray[np.uint32]


def random_edges(random: np.random.Generator, scale: int, count: int) -> tuple[Vertices, Vertices]:
    """Both ends of `count` edges among 2^scale vertices; loops and repeated edges occur."""
    ends = np.empty((2, count), np.uint32)
    for start in range(0, count, BLOCK):
        _draw(random, scale, ends[:, start : start + BLOCK])
    number = random.permutation(2**scale).astype(np.uint32)
    return number[ends[0]], number[ends[1]]


def _draw(random: np.random.Generator, scale: int, ends: NDArray[np.uint32]) -> None:
    """Fill with the rows and columns of entries of the adjacency matrix, bit by bit."""
    row, column = ends
    ends.fill(0)
    for _ in range(scale):
        draw = random.integers(0, DRAWS, row.size, np.uint16)
        lower = draw >= UPPER
        right = ((draw >= UPPER_LEFT) & ~lower) | (draw >= LOWER_LEFT)
        np.left_shift(ends, 1, out=ends)
        np.bitwise_or(row, lower, out=row)
        np.bitwise_or(column, right, out=column)


def neighbours(ends: tuple[Vertices, Vertices], vertices: int) -> tuple[Vertices, Vertices]:
    """Compressed rows (row_start, column) of the undirected graph: every edge in both directions, also repeated ones.

    The neighbours of a vertex come in ascending order.
    """
    row, column = (end.astype(np.uint64) for end in ends)
    keys, ordered, spare = (aligned(2 * row.size, np.uint64) for _ in range(3))
    keys[: row.size] = row << np.uint64(32) | column
    keys[row.size :] = column << np.uint64(32) | row
    sort(keys, ordered, spare)
    row_start: Any = np.zeros(vertices + 1, np.uint32)
    np.cumsum(np.bincount((ordered >> np.uint64(32)).astype(np.int64), minlength=vertices), out=row_start[1:])
    return row_start, ordered.astype(np.uint32)
