"""Lattice Boltzmann fluids: what the lattices D2Q9 and D3Q19 share.

Formula  Populations f[q] travel one cell along their velocity c_q and relax towards equilibrium there (BGK):
             p_q(x) = f_q(x - c_q);  rho = sum p_q;  u = sum p_q c_q / rho;  s = 1 - 3/2 u.u
             g_q = (1 - omega) p_q + omega w_q rho (s + 3 c_q.u + 9/2 (c_q.u)^2).
         The grid is periodic along every axis, so mass and momentum are conserved. A cell that pulls NaN or
         infinity, or that has no mass, becomes NaN; no other cell notices.
Method   One pass: pull, relax, store. Opposite velocities are handled together, as sum and difference of their
         populations, because their equilibria share all terms but a sign. Results leave past the caches, so that
         no line is read only to be overwritten, and whole cache lines of all directions take turns: half lines, or
         longer runs of one direction, are much slower. There are more streams than the processor foresees, so
         lines are requested ahead. Rows that are not whole cache lines are stored normally.
Source   Y. H. Qian, D. d'Humieres, P. Lallemand, Lattice BGK models for Navier-Stokes equation,
         Europhys. Lett. 17, 1992.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import aligned
from kernels.compile import inlined_part, part

LINE = 8
AHEAD = 32
OMEGA = 1.2


def step(f: Any, omega: float, velocity: Any, weight: Any) -> NDArray[np.float64]:
    """Populations f[direction, y, x] or f[direction, z, y, x] after travel and collision, by the formula."""
    axes = tuple(range(f.ndim - 1))
    p = np.stack([np.roll(f[q], velocity[q, : f.ndim - 1][::-1], axes) for q in range(weight.size)])
    rho = p.sum(axis=0)
    u = np.tensordot(velocity.T, p, 1) / rho
    s = 1 - 1.5 * (u * u).sum(axis=0)
    for q in range(weight.size):
        along = np.tensordot(velocity[q], u, 1)
        p[q] = (1 - omega) * p[q] + omega * weight[q] * rho * (s + 3 * along + 4.5 * along**2)
    return p


def fluid(seed: int, shape: tuple[int, ...], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Populations of a fluid at rest with density 1, disturbed at random by up to 10 %."""
    f = aligned((weight.size, *shape), np.float64)
    np.random.default_rng(seed).random(out=f)
    f *= 0.1
    f += 1
    f *= weight.reshape(-1, *[1] * len(shape))
    return f


@part
def source_starts(velocity: Any, row: int, extent: Any, start: Any) -> None:
    """start[q] + x is the element of f that flows along q into cell x of the row, except at its wrapped end."""
    nz, ny, nx = extent
    for q in range(start.size):
        z = row // ny - velocity[q, 2]
        y = row % ny - velocity[q, 1]
        z += nz if z < 0 else -nz if z == nz else 0
        y += ny if y < 0 else -ny if y == ny else 0
        start[q] = ((q * nz + z) * ny + y) * nx - velocity[q, 0]


@part
def plain_row(velocity: Any, weight: Any, f: Any, omega: float, g: Any, to: int, nx: int, start: Any, p: Any) -> None:
    """One row of any length, cell by cell, as the formula says."""
    for x in range(nx):
        rho, ux, uy, uz = 0.0, 0.0, 0.0, 0.0
        for q in range(weight.size):
            wrap = nx if x < velocity[q, 0] else -nx if x - velocity[q, 0] == nx else 0
            p[q] = f[start[q] + x + wrap]
            rho += p[q]
            ux += velocity[q, 0] * p[q]
            uy += velocity[q, 1] * p[q]
            uz += velocity[q, 2] * p[q]
        s = 1.0 - 1.5 * (ux * ux + uy * uy + uz * uz) / (rho * rho)
        for q in range(weight.size):
            c = (velocity[q, 0] * ux + velocity[q, 1] * uy + velocity[q, 2] * uz) / rho
            equilibrium = weight[q] * rho * (s + 3.0 * c + 4.5 * c * c)
            g[q * (f.size // weight.size) + to + x] = (1.0 - omega) * p[q] + omega * equilibrium


@part
def plain_rows(velocity: Any, weight: Any, f: Any, omega: float, g: Any, extent: Any, first: int, last: int) -> None:
    """Rows first, ..., last - 1 of flat f and g by plain loops."""
    start = np.empty(weight.size, np.int64)
    p = np.empty(weight.size)
    for row in range(first, last):
        source_starts(velocity, row, extent, start)
        plain_row(velocity, weight, f, omega, g, row * extent[2], extent[2], start, p)


@inlined_part
def moving_pair(f: Any, start: Any, q: int, x: int, nx: int) -> Any:
    """Sum and difference of the populations that arrive along +x (number q) and -x; the end cells wrap around."""
    position = simd.steps(start) + x
    forth, back = start[np.uint64(q)], start[np.uint64(q + 1)]
    a = simd.select(position == 0, simd.broadcast(f[np.uint64(forth + nx)]), simd.load(f, forth + x))
    b = simd.select(position == nx - 1, simd.broadcast(f[np.uint64(back - 1)]), simd.load(f, back + x))
    return a + b, a - b


@inlined_part
def standing_pair(f: Any, start: Any, q: int, x: int) -> Any:
    """Sum and difference of the populations q and q + 1, which do not move along x."""
    a = simd.load(f, start[np.uint64(q)] + x)
    b = simd.load(f, start[np.uint64(q + 1)] + x)
    return a + b, a - b


@inlined_part
def put(place: Any, q: int, vector: Any) -> None:
    """New population q: straight to memory if a vector is a whole cache line, or to the lines that `flush` stores."""
    g, to, cells, lines, i, direct = place
    if direct:
        simd.stream(g, to + q * cells, vector)
    else:
        simd.store(lines, q * LINE + i, vector)


@inlined_part
def relax_pair(place: Any, q: int, pair: Any, c: Any, s: Any, weight: Any, keep: Any) -> None:
    """New populations q and q + 1; c = 3 c_q.u, weight = omega w_q rho, keep = (1 - omega) / 2."""
    even = weight * (s + 0.5 * (c * c)) + keep * pair[0]
    odd = weight * c + keep * pair[1]
    put(place, q, even + odd)
    put(place, q + 1, even - odd)


@inlined_part
def flush(lines: Any, g: Any, to: int, cells: int, stream: bool) -> None:
    """Store one line of each direction."""
    for q in range(lines.size // LINE):
        for i in range(0, LINE, simd.lanes(g)):
            line = simd.load(lines, q * LINE + i)
            if stream:
                simd.stream(g, q * cells + to + i, line)
            else:
                simd.store(g, q * cells + to + i, line)


@inlined_part
def request(f: Any, start: Any, x: int) -> None:
    """Ask for the lines of all directions that are needed soon."""
    for q in range(start.size):
        simd.prefetch(f, start[np.uint64(q)] + x + AHEAD)


@part
def in_lines(g: Any, cells: int, nx: int) -> bool:
    """Whether every row of every direction is made of whole cache lines."""
    return nx % LINE == 0 and cells % LINE == 0 and simd.address(g) % (8 * LINE) == 0


def rows_by(collide: Callable[..., None]) -> Callable[..., None]:
    """A part that computes rows of at least a line by `collide(f, start, x, nx, omega, place)`, vector by vector."""

    def rows(velocity: Any, f: Any, omega: float, g: Any, extent: Any, first: int, last: int) -> None:
        nx, cells = extent[2], extent[0] * extent[1] * extent[2]
        stream = in_lines(g, cells, nx)
        start = np.empty(velocity.shape[0], np.int64)
        lines = np.empty(velocity.shape[0] * LINE)
        for row in range(first, last):
            source_starts(velocity, row, extent, start)
            for begin in range(0, nx, LINE):
                x = min(begin, nx - LINE)
                to = row * nx + x
                request(f, start, x)
                if stream and simd.lanes(g) == LINE:
                    collide(f, start, x, nx, omega, (g, to, cells, lines, 0, True))
                else:
                    for i in range(0, LINE, simd.lanes(g)):
                        collide(f, start, x + i, nx, omega, (g, to, cells, lines, i, False))
                    flush(lines, g, to, cells, stream)

    return part(rows)
