"""Halo exchange: every process gets the layer of cells that surrounds its part of a grid from the parts beside it.

It comes before every step of weather, fluid and material codes on many machines.

Formula  A periodic grid is cut into p boxes of nx x ny x nz cells, one for each rank, each kept with one more layer on
         every side. The six faces of that layer take the values of the cells that they stand for; its edges and
         corners are left as they are.
Work     6 faces of float32 for each rank: 2 (nx ny + ny nz + nz nx) cells are read and as many written, 4 bytes each,
         by one rank. No floating-point operation.
Method   As many ranks as Numba has threads when the inputs are made: processes with shared memory, in the most cubic
         arrangement. Nothing is packed where all memory is in reach: every rank reads the faces of its neighbours
         where they are and writes them where they belong. Faces across z, one cell of each row, are taken on both
         sides at once, because their cells share cache lines. With one rank the box is its own neighbour.
Source   W. Gropp, E. Lusk, A. Skjellum, Using MPI, 3rd edition, MIT Press 2014, chapter 4 (ghost points).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray

from kernels.compile import compiled, part
from kernels.network.collective import Collective
from kernels.network.shared import shared
from kernels.spec import Kernel, Work

SIDES = 6


def reference(neighbour: Any, field: Any) -> dict[str, Any]:
    """Slices, side by side."""
    result = field.copy()
    inside = slice(1, -1)
    for rank, (west, east, south, north, below, above) in enumerate(neighbour):
        result[rank, 0, inside, inside] = field[west, -2, inside, inside]
        result[rank, -1, inside, inside] = field[east, 1, inside, inside]
        result[rank, inside, 0, inside] = field[south, inside, -2, inside]
        result[rank, inside, -1, inside] = field[north, inside, 1, inside]
        result[rank, inside, inside, 0] = field[below, inside, inside, -2]
        result[rank, inside, inside, -1] = field[above, inside, inside, 1]
    return {"field": result}


@part
def copy_row(source: Any, target: Any) -> None:
    """All cells of a row but the first and the last one."""
    for k in range(1, target.size - 1):
        target[k] = source[k]


@compiled(neighbour="int64 ranks 6", field="float32 ranks nx+2 ny+2 nz+2", rank="int64", parallel=False)
def halo_exchange(neighbour: Any, field: Any, rank: int) -> None:
    """The six faces of one rank. The neighbours are trusted to be ranks."""
    west, east, south, north, below, above = neighbour[rank]
    own = field[rank]
    nx, ny, nz = own.shape[0] - 2, own.shape[1] - 2, own.shape[2] - 2
    for j in range(1, ny + 1):
        copy_row(field[west, nx, j], own[0, j])
        copy_row(field[east, 1, j], own[nx + 1, j])
    for i in range(1, nx + 1):
        copy_row(field[south, i, ny], own[i, 0])
        copy_row(field[north, i, 1], own[i, ny + 1])
        for j in range(1, ny + 1):
            own[i, j, 0] = field[below, i, j, nz]
            own[i, j, nz + 1] = field[above, i, j, 1]


def arrangement(ranks: int) -> tuple[int, int, int]:
    """Boxes along x, y and z: the three factors of `ranks` with the smallest sum, largest first."""
    triples = [
        (ranks // (b * c), b, c)
        for c in range(1, ranks + 1)
        for b in range(c, ranks + 1)
        if ranks % (b * c) == 0 and ranks // (b * c) >= b
    ]
    return min(triples, key=sum)


def neighbours(ranks: int) -> NDArray[np.int64]:
    """For each rank those to the west and east (x), south and north (y), below and above (z); the grid is periodic."""
    number = np.arange(ranks).reshape(arrangement(ranks))
    beside = [np.roll(number, step, axis).ravel() for axis in range(3) for step in (1, -1)]
    return np.stack(beside, axis=1)


def inputs(seed: int, nx: int, ny: int, nz: int) -> dict[str, Any]:
    """Random boxes, surrounded by random numbers that the exchange replaces, in shared memory."""
    ranks = get_num_threads()
    neighbour, field = shared((ranks, SIDES), np.int64), shared((ranks, nx + 2, ny + 2, nz + 2), np.float32)
    neighbour[:] = neighbours(ranks)
    np.random.default_rng(seed).random(out=field, dtype=np.float32)
    return {"neighbour": neighbour, "field": field}


def work(nx: int, ny: int, nz: int) -> Work:
    """Counts for one rank."""
    cells = 2 * (nx * ny + ny * nz + nz * nx)
    return Work(
        flops=0,
        bytes_read=4 * cells,
        bytes_written=4 * cells,
        formula="per rank: cells = 2 (nx ny + ny nz + nz nx); flops = 0; bytes = 4 cells read + 4 cells written",
    )


HALO_EXCHANGE = Kernel(
    name="halo_exchange",
    story="Weather, fluids, materials on many processors: each gets the cells around its part from its neighbours.",
    limit="network",
    precision="fp32",
    sizes={
        "quick": {"nx": 192, "ny": 192, "nz": 192},
        "standard": {"nx": 320, "ny": 320, "nz": 320},
        "full": {"nx": 448, "ny": 448, "nz": 448},
    },
    inputs=inputs,
    outputs=("field",),
    reference=reference,
    cpu=Collective(halo_exchange, ("field",)),
    work=work,
    rtol=0,
    tolerance="numbers are copied: equal",
    source="Gropp, Lusk, Skjellum, Using MPI, 2014",
    goals={"torch": 0.95},
    updates=("field",),
    moves_once=False,
)
