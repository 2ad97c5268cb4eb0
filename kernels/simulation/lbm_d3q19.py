"""Lattice Boltzmann in three dimensions, 19 velocities: air around cars, blood flow, porous rock.

Formula  See `kernels.simulation.lbm`; weights 1/3 at rest, 1/18 along the axes, 1/36 along the diagonals of the faces.
Work     161 flops per cell as written here; each population read once and written once, 304 bytes per cell.
Method   See `kernels.simulation.lbm`. Against plain loops: directions written out, vectors, lines past the caches.
         The presets keep an odd number of cache lines between directions; a power of two would send the 19 streams
         to the same few places of the cache.
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

AXES = [(0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
FLAT = [(1, 1, 0), (-1, -1, 0), (1, -1, 0), (-1, 1, 0)]
UPRIGHT = [(1, 0, 1), (-1, 0, -1), (1, 0, -1), (-1, 0, 1), (0, 1, 1), (0, -1, -1), (0, 1, -1), (0, -1, 1)]
VELOCITY = np.array([*AXES, *FLAT, *UPRIGHT])
WEIGHT = np.array([1 / 3] + [1 / 18] * 6 + [1 / 36] * 12)
PARAMETERS = {"f": "float64 19 nz ny nx", "omega": "float64", "g": "float64 19 nz ny nx", "threads": "threads"}


def reference(f: Any, omega: float, g: Any) -> dict[str, Any]:
    """Travel, then collision."""
    return {"g": lbm.step(f, omega, VELOCITY, WEIGHT)}


@inlined_part
def collide(f: Any, start: Any, x: int, nx: int, omega: float, place: Any) -> None:
    """One vector of cells: pairs of populations, their moments, the new populations."""
    still = simd.load(f, start[0] + x)
    along_x = moving_pair(f, start, 1, x, nx)
    along_y, along_z = standing_pair(f, start, 3, x), standing_pair(f, start, 5, x)
    xy, x_y = moving_pair(f, start, 7, x, nx), moving_pair(f, start, 9, x, nx)
    xz, x_z = moving_pair(f, start, 11, x, nx), moving_pair(f, start, 13, x, nx)
    yz, y_z = standing_pair(f, start, 15, x), standing_pair(f, start, 17, x)
    axes = (along_x[0] + along_y[0]) + (along_z[0] + still)
    rho = axes + ((xy[0] + x_y[0]) + (xz[0] + x_z[0])) + (yz[0] + y_z[0])
    over = 3.0 / rho
    ux = (along_x[1] + (xy[1] + x_y[1]) + (xz[1] + x_z[1])) * over
    uy = (along_y[1] + (xy[1] - x_y[1]) + (yz[1] + y_z[1])) * over
    uz = (along_z[1] + (xz[1] - x_z[1]) + (yz[1] - y_z[1])) * over
    s = 1.0 - (ux * ux + uy * uy + uz * uz) * (1.0 / 6.0)
    weight = rho * (omega / 18.0)
    diagonal = weight * 0.5
    keep = simd.broadcast(0.5 * (1.0 - omega))
    put(place, 0, (weight * 6.0) * s + still * (1.0 - omega))
    relax_pair(place, 1, along_x, ux, s, weight, keep)
    relax_pair(place, 3, along_y, uy, s, weight, keep)
    relax_pair(place, 5, along_z, uz, s, weight, keep)
    relax_pair(place, 7, xy, ux + uy, s, diagonal, keep)
    relax_pair(place, 9, x_y, ux - uy, s, diagonal, keep)
    relax_pair(place, 11, xz, ux + uz, s, diagonal, keep)
    relax_pair(place, 13, x_z, ux - uz, s, diagonal, keep)
    relax_pair(place, 15, yz, uy + uz, s, diagonal, keep)
    relax_pair(place, 17, y_z, uy - uz, s, diagonal, keep)


line_rows = lbm.rows_by(collide)
plain_rows = lbm.plain_rows


def lbm_d3q19(f: Any, omega: float, g: Any, threads: int) -> None:
    """Equal shares of the rows for all threads; rows shorter than a cache line by plain loops."""
    _, nz, ny, nx = f.shape
    flat, result = f.reshape(f.size), g.reshape(g.size)
    for thread in prange(threads):
        first, last = thread * nz * ny // threads, (thread + 1) * nz * ny // threads
        if nx >= LINE:
            line_rows(VELOCITY, flat, omega, result, (nz, ny, nx), first, last)
        else:
            plain_rows(VELOCITY, WEIGHT, flat, omega, result, (nz, ny, nx), first, last)


def lbm_d3q19_simple(f: Any, omega: float, g: Any, threads: int) -> None:
    """All rows by plain loops."""
    _, nz, ny, nx = f.shape
    flat, result = f.reshape(f.size), g.reshape(g.size)
    for thread in prange(threads):
        first, last = thread * nz * ny // threads, (thread + 1) * nz * ny // threads
        plain_rows(VELOCITY, WEIGHT, flat, omega, result, (nz, ny, nx), first, last)


def inputs(seed: int, nz: int, ny: int, nx: int) -> dict[str, Any]:
    """A disturbed fluid at rest."""
    f = lbm.fluid(seed, (nz, ny, nx), WEIGHT)
    return {"f": f, "omega": lbm.OMEGA, "g": poisoned(f.shape, np.float64)}


def work(nz: int, ny: int, nx: int) -> Work:
    """Counts for one step."""
    cells = nz * ny * nx
    return Work(
        flops=161 * cells,
        bytes_read=152 * cells,
        bytes_written=152 * cells,
        formula="flops = 161 nz ny nx; bytes = 152 nz ny nx read + 152 nz ny nx written (no write-allocate)",
    )


LBM_D3Q19 = Kernel(
    name="lbm_d3q19",
    story="Three-dimensional fluids: 19 populations per cell travel and collide (air, blood, oil in rock).",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"nz": 75, "ny": 77, "nx": 88},
        "standard": {"nz": 119, "ny": 121, "nx": 120},
        "full": {"nz": 169, "ny": 167, "nx": 168},
    },
    inputs=inputs,
    outputs=("g",),
    reference=reference,
    cpu=Compiled(lbm_d3q19, PARAMETERS),
    work=work,
    rtol=4e-15,
    tolerance="the largest population is 1/3 of a density near 1, whose 18 additions round by 1e-16 each",
    source="Qian, d'Humieres, Lallemand, Europhys. Lett. 17, 1992",
    goals={"best": 0.97},
    simple=Compiled(lbm_d3q19_simple, PARAMETERS),
)
