"""Lattice Boltzmann in two dimensions, nine velocities: flow in channels, around profiles, in thin films.

Formula  See `kernels.simulation.lbm`; weights 4/9 at rest, 1/9 along the axes, 1/36 along the diagonals.
Work     76 flops per cell as written here; each population read once and written once, 144 bytes per cell.
Method   See `kernels.simulation.lbm`. Against plain loops: directions written out, vectors, lines past the caches.
Source   Y. H. Qian, D. d'Humieres, P. Lallemand, Europhys. Lett. 17, 1992.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd
from kernels.arrays import poisoned
from kernels.compile import Compiled, inlined_part
from kernels.simulation import lbm
from kernels.simulation.lbm import LINE, moving_pair, put, relax_pair, standing_pair
from kernels.spec import Kernel, Work

VELOCITY = np.array(
    [(0, 0, 0), (1, 0, 0), (-1, 0, 0), (1, 1, 0), (-1, -1, 0), (1, -1, 0), (-1, 1, 0), (0, 1, 0), (0, -1, 0)]
)
WEIGHT = np.array([4 / 9, 1 / 9, 1 / 9, 1 / 36, 1 / 36, 1 / 36, 1 / 36, 1 / 9, 1 / 9])
PARAMETERS = {"f": "float64 9 ny nx", "omega": "float64", "g": "float64 9 ny nx", "threads": "threads"}


def reference(f: Any, omega: float, g: Any) -> dict[str, Any]:
    """Travel, then collision."""
    return {"g": lbm.step(f, omega, VELOCITY, WEIGHT)}


@inlined_part
def collide(f: Any, start: Any, x: int, nx: int, omega: float, place: Any) -> None:
    """One vector of cells: pairs of populations, their moments, the new populations."""
    still = simd.load(f, start[0] + x)
    along_x, along_y = moving_pair(f, start, 1, x, nx), standing_pair(f, start, 7, x)
    rising, falling = moving_pair(f, start, 3, x, nx), moving_pair(f, start, 5, x, nx)
    rho = ((still + along_x[0]) + along_y[0]) + (rising[0] + falling[0])
    over = 3.0 / rho
    ux = (along_x[1] + (rising[1] + falling[1])) * over
    uy = (along_y[1] + (rising[1] - falling[1])) * over
    s = 1.0 - (ux * ux + uy * uy) * (1.0 / 6.0)
    weight = rho * (omega / 9.0)
    diagonal = weight * 0.25
    keep = simd.broadcast(0.5 * (1.0 - omega))
    put(place, 0, (weight * 4.0) * s + still * (1.0 - omega))
    relax_pair(place, 1, along_x, ux, s, weight, keep)
    relax_pair(place, 3, rising, ux + uy, s, diagonal, keep)
    relax_pair(place, 5, falling, ux - uy, s, diagonal, keep)
    relax_pair(place, 7, along_y, uy, s, weight, keep)


line_rows = lbm.rows_by(collide)
plain_rows = lbm.plain_rows


def lbm_d2q9(f: Any, omega: float, g: Any, threads: int) -> None:
    """Equal shares of the rows for all threads; rows shorter than a cache line by plain loops."""
    _, ny, nx = f.shape
    flat, result = f.reshape(f.size), g.reshape(g.size)
    for thread in prange(threads):
        first, last = thread * ny // threads, (thread + 1) * ny // threads
        if nx >= LINE:
            line_rows(VELOCITY, flat, omega, result, (1, ny, nx), first, last)
        else:
            plain_rows(VELOCITY, WEIGHT, flat, omega, result, (1, ny, nx), first, last)


def lbm_d2q9_simple(f: Any, omega: float, g: Any, threads: int) -> None:
    """All rows by plain loops."""
    _, ny, nx = f.shape
    flat, result = f.reshape(f.size), g.reshape(g.size)
    for thread in prange(threads):
        first, last = thread * ny // threads, (thread + 1) * ny // threads
        plain_rows(VELOCITY, WEIGHT, flat, omega, result, (1, ny, nx), first, last)


def inputs(seed: int, ny: int, nx: int) -> dict[str, Any]:
    """A disturbed fluid at rest."""
    f = lbm.fluid(seed, (ny, nx), WEIGHT)
    return {"f": f, "omega": lbm.OMEGA, "g": poisoned(f.shape, np.float64)}


def work(ny: int, nx: int) -> Work:
    """Counts for one step."""
    cells = ny * nx
    return Work(
        flops=76 * cells,
        bytes_read=72 * cells,
        bytes_written=72 * cells,
        formula="flops = 76 ny nx; bytes = 72 ny nx read + 72 ny nx written (no write-allocate)",
    )


LBM_D2Q9 = Kernel(
    name="lbm_d2q9",
    story="Two-dimensional fluids: nine populations per cell travel to the neighbours and collide.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"ny": 701, "nx": 1000},
        "standard": {"ny": 1501, "nx": 2040},
        "full": {"ny": 3001, "nx": 4088},
    },
    inputs=inputs,
    outputs=("g",),
    reference=reference,
    cpu=Compiled(lbm_d2q9, PARAMETERS),
    work=work,
    rtol=4e-15,
    tolerance="the largest population is 4/9 of a density near 1, whose 8 additions round by 1e-16 each",
    source="Qian, d'Humieres, Lallemand, Europhys. Lett. 17, 1992",
    goals={"best": 0.97},
    simple=Compiled(lbm_d2q9_simple, PARAMETERS),
)
