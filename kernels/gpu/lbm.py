"""Lattice Boltzmann on a GPU: a cell per thread, neighbours along x in one warp; pull, relax, store in one pass.

Opposite velocities are handled together, as sum and difference of their populations, as on the processor. With
t = 3 c.u, s = 1 - 3/2 u.u, keep = (1 - omega) / 2 and weight = omega w rho the new populations of a pair are

    keep sum + weight (s + t t / 2) +- (keep difference + weight t)
"""

from __future__ import annotations

from typing import Any

from kernels.cuda import THREADS, cuda, device
from kernels.gpu.version import Launch, Version


@device
def around(position: Any, extent: Any) -> Any:
    """A place one step outside the grid comes in again on its other side."""
    if position < 0:
        return position + extent
    return position - extent if position >= extent else position


@device
def relaxed(pair: Any, t: Any, s: Any, weight: Any, keep: Any) -> Any:
    """The new populations of a pair, given by sum and difference."""
    even = keep * pair[0] + weight * (s + 0.5 * t * t)
    odd = keep * pair[1] + weight * t
    return even + odd, even - odd


@device
def pulled_flat(f: Any, q: Any, forth: Any, back: Any) -> Any:
    """Sum and difference of populations q and q + 1, which come from these cells (y, x)."""
    a = f[q, forth[0], forth[1]]
    b = f[q + 1, back[0], back[1]]
    return a + b, a - b


@device
def put_flat(g: Any, q: Any, cell: Any, pair: Any) -> None:
    """Store populations q and q + 1 of a cell (y, x)."""
    g[q, cell[0], cell[1]] = pair[0]
    g[q + 1, cell[0], cell[1]] = pair[1]


@device
def pulled(f: Any, q: Any, forth: Any, back: Any) -> Any:
    """The same in space, from cells (z, y, x)."""
    a = f[q, forth[0], forth[1], forth[2]]
    b = f[q + 1, back[0], back[1], back[2]]
    return a + b, a - b


@device
def put(g: Any, q: Any, cell: Any, pair: Any) -> None:
    """Store populations q and q + 1 of a cell (z, y, x)."""
    g[q, cell[0], cell[1], cell[2]] = pair[0]
    g[q + 1, cell[0], cell[1], cell[2]] = pair[1]


def lbm_d2q9(f: Any, omega: float, g: Any) -> None:
    """One time step in the plane."""
    _, ny, nx = f.shape
    if cuda.grid(1) >= ny * nx:
        return
    x, y = cuda.grid(1) % nx, cuda.grid(1) // nx
    cell = (y, x)
    left, right, below, above = around(x - 1, nx), around(x + 1, nx), around(y - 1, ny), around(y + 1, ny)
    still = f[0, y, x]
    along_x, along_y = pulled_flat(f, 1, (y, left), (y, right)), pulled_flat(f, 7, (below, x), (above, x))
    rising = pulled_flat(f, 3, (below, left), (above, right))
    falling = pulled_flat(f, 5, (above, left), (below, right))
    rho = ((still + along_x[0]) + along_y[0]) + (rising[0] + falling[0])
    over = 3.0 / rho
    ux = (along_x[1] + (rising[1] + falling[1])) * over
    uy = (along_y[1] + (rising[1] - falling[1])) * over
    s = 1.0 - (ux * ux + uy * uy) * (1.0 / 6.0)
    weight = rho * (omega / 9.0)
    diagonal = weight * 0.25
    keep = 0.5 * (1.0 - omega)
    g[0, y, x] = (weight * 4.0) * s + still * (1.0 - omega)
    put_flat(g, 1, cell, relaxed(along_x, ux, s, weight, keep))
    put_flat(g, 3, cell, relaxed(rising, ux + uy, s, diagonal, keep))
    put_flat(g, 5, cell, relaxed(falling, ux - uy, s, diagonal, keep))
    put_flat(g, 7, cell, relaxed(along_y, uy, s, weight, keep))


def lbm_d3q19(f: Any, omega: float, g: Any) -> None:
    """One time step in space."""
    _, nz, ny, nx = f.shape
    at = cuda.grid(1)
    if at >= nz * ny * nx:
        return
    x, y, z = at % nx, at // nx % ny, at // (nx * ny)
    cell = (z, y, x)
    left, right, below, above = around(x - 1, nx), around(x + 1, nx), around(y - 1, ny), around(y + 1, ny)
    far, near = around(z - 1, nz), around(z + 1, nz)
    still = f[0, z, y, x]
    along_x, along_y = pulled(f, 1, (z, y, left), (z, y, right)), pulled(f, 3, (z, below, x), (z, above, x))
    along_z = pulled(f, 5, (far, y, x), (near, y, x))
    xy, x_y = pulled(f, 7, (z, below, left), (z, above, right)), pulled(f, 9, (z, above, left), (z, below, right))
    xz, x_z = pulled(f, 11, (far, y, left), (near, y, right)), pulled(f, 13, (near, y, left), (far, y, right))
    yz, y_z = pulled(f, 15, (far, below, x), (near, above, x)), pulled(f, 17, (near, below, x), (far, above, x))
    axes = (along_x[0] + along_y[0]) + (along_z[0] + still)
    rho = axes + ((xy[0] + x_y[0]) + (xz[0] + x_z[0])) + (yz[0] + y_z[0])
    over = 3.0 / rho
    ux = (along_x[1] + (xy[1] + x_y[1]) + (xz[1] + x_z[1])) * over
    uy = (along_y[1] + (xy[1] - x_y[1]) + (yz[1] + y_z[1])) * over
    uz = (along_z[1] + (xz[1] - x_z[1]) + (yz[1] - y_z[1])) * over
    s = 1.0 - (ux * ux + uy * uy + uz * uz) * (1.0 / 6.0)
    weight = rho * (omega / 18.0)
    diagonal = weight * 0.5
    keep = 0.5 * (1.0 - omega)
    g[0, z, y, x] = (weight * 6.0) * s + still * (1.0 - omega)
    put(g, 1, cell, relaxed(along_x, ux, s, weight, keep))
    put(g, 3, cell, relaxed(along_y, uy, s, weight, keep))
    put(g, 5, cell, relaxed(along_z, uz, s, weight, keep))
    put(g, 7, cell, relaxed(xy, ux + uy, s, diagonal, keep))
    put(g, 9, cell, relaxed(x_y, ux - uy, s, diagonal, keep))
    put(g, 11, cell, relaxed(xz, ux + uz, s, diagonal, keep))
    put(g, 13, cell, relaxed(x_z, ux - uz, s, diagonal, keep))
    put(g, 15, cell, relaxed(yz, uy + uz, s, diagonal, keep))
    put(g, 17, cell, relaxed(y_z, uy - uz, s, diagonal, keep))


def _version(function: Any, simulated: dict[str, int]) -> Version:
    def launches(multiprocessors: int, ny: int, nx: int, nz: int = 1) -> tuple[Launch, ...]:
        return (Launch(function, ("f", "omega", "g"), -(-nz * ny * nx // THREADS), THREADS),)

    return Version(function.__name__, launches, ("ld.global.f64", "st.global.f64", "fma.rn.f64"), simulated)


VERSIONS = (
    _version(lbm_d2q9, {"ny": 5, "nx": 7}),
    _version(lbm_d3q19, {"nz": 3, "ny": 4, "nx": 5}),
)
