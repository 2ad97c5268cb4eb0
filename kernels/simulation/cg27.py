"""Preconditioned conjugate gradients on a 27-point grid: the implicit solver inside simulations, as HPCG runs it.

Formula  q = A p; a = (r, z) / (p, q); x <- x + a p; r <- r - a q; z = M^-1 r; b = (r, z) / (r, z)_old; p <- z + b p;
         from x = 0, `iterations` times. A has 26 on its diagonal and -1 for each neighbour; M is one symmetric
         Gauss-Seidel sweep from z = 0. Outputs: x, and the norm of r before and after every iteration.
Work     entries E = (3 nx - 2)(3 ny - 2)(3 nz - 2), rows N. One application of M takes 2 E + 4 N flops, see below,
         the rest of an iteration 2 E + 10 N. Every iteration reads each entry beside the diagonal twice, 24 (E - N)
         bytes, and every vector once per loop that uses it: 128 N bytes read and 48 N written.
Method   Points are numbered colour by colour: the 8 colours of a 2 x 2 x 2 cube share no neighbours, so the points of
         a colour are swept in parallel and the answer does not depend on the number of threads. After the forward
         sweep d z = r - L z holds, so the backward sweep is z <- z - (U z) / d and reads the other half of the
         entries only; therefore the halves are stored apart. Dot products are formed where their vectors are made.
Source   J. Dongarra, M. Heroux, P. Luszczek, HPCG benchmark, IJHPCA 30(1), 2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, inlined_part, part
from kernels.simulation.spmv import ONE, THREE, TWO, grid_matrix
from kernels.spec import Kernel, Work

COLOURS = 8
DIAGONAL, NEIGHBOUR = 26.0, -1.0


def reference(
    lower_start: Any, lower_column: Any, lower_value: Any, upper_start: Any, upper_column: Any, upper_value: Any,
    diagonal: Any, colour_start: Any, b: Any, iterations: int, x: Any, norms: Any, **_workspace: Any,
) -> dict[str, Any]:  # fmt: skip
    """The recurrences with NumPy; Gauss-Seidel as two whole sweeps over all entries."""
    halves = [(lower_start, lower_column, lower_value), (upper_start, upper_column, upper_value)]
    sweep = [*range(COLOURS), *reversed(range(COLOURS))]

    def neighbours(v: Any, first: int, last: int) -> Any:
        sums = np.zeros(last - first)
        for start, column, value in halves:
            own = slice(int(start[first]), int(start[last]))
            counts: Any = np.diff(start[first : last + 1].astype(np.int64))
            row = np.repeat(np.arange(last - first), counts)
            sums += np.bincount(row, weights=value[own] * v[column[own]], minlength=last - first)
        return sums

    def preconditioned(r: Any) -> Any:
        z = np.zeros(b.size)
        for colour in sweep:
            first, last = (int(colour_start[colour + end]) for end in (0, 1))
            z[first:last] = (r[first:last] - neighbours(z, first, last)) / diagonal[first:last]
        return z

    found, r = np.zeros(b.size), b.copy()
    history = [np.linalg.norm(r)]
    z = preconditioned(r)
    p, rz = z.copy(), r @ z
    for _ in range(iterations):
        q = diagonal * p + neighbours(p, 0, b.size)
        step = ratio(rz, p @ q)
        found += step * p
        r -= step * q
        history.append(np.linalg.norm(r))
        z = preconditioned(r)
        old, rz = rz, r @ z
        p = z + ratio(rz, old) * p
    return {"x": found, "norms": np.array(history)}


def ratio(a: float, b: float) -> float:
    """Quotient a / b, and 0 where the exact solution has been reached."""
    return a / b if b > 0 else 0.0


over = part(ratio)


@inlined_part
def row_sum(start: Any, column: Any, value: Any, x: Any, row: Any) -> float:
    """Sum of value[e] x[column[e]] over the entries of a row, in three running sums."""
    first, second, third = 0.0, 0.0, 0.0
    entry, end = np.uint64(start[row]), np.uint64(start[row + ONE])
    while entry + THREE <= end:
        first += value[entry] * x[column[entry]]
        second += value[entry + ONE] * x[column[entry + ONE]]
        third += value[entry + TWO] * x[column[entry + TWO]]
        entry += THREE
    while entry < end:
        first += value[entry] * x[column[entry]]
        entry += ONE
    return first + second + third


@compiled(
    lower_start="uint32 rows+1",
    lower_column="uint32 below",
    lower_value="float64 below",
    upper_start="uint32 rows+1",
    upper_column="uint32 above",
    upper_value="float64 above",
    diagonal="float64 rows",
    colour_start="uint32 9",
    b="float64 rows",
    iterations="int64",
    x="float64 rows",
    norms="float64 length",
    r="float64 rows",
    z="float64 rows",
    p="float64 rows",
    q="float64 rows",
)
def cg27(
    lower_start: Any, lower_column: Any, lower_value: Any, upper_start: Any, upper_column: Any, upper_value: Any,
    diagonal: Any, colour_start: Any, b: Any, iterations: int, x: Any, norms: Any, r: Any, z: Any, p: Any, q: Any,
) -> None:  # fmt: skip
    """Rows in parallel. The indices are trusted: they must lie inside x."""
    if norms.size != iterations + 1:
        raise ValueError("cg27: norms has another length than iterations + 1")
    square = 0.0
    for row in prange(b.size):
        x[row] = 0.0
        r[row] = b[row]
        square += b[row] * b[row]
    norms[0] = np.sqrt(square)
    rz = 0.0
    for iteration in range(iterations):
        for colour in range(COLOURS):
            for row in prange(colour_start[colour], colour_start[colour + 1]):
                at = np.uint64(row)
                z[at] = (r[at] - row_sum(lower_start, lower_column, lower_value, z, at)) / diagonal[at]
        old = rz
        rz = 0.0
        for later in range(COLOURS):
            colour = COLOURS - 1 - later
            for row in prange(colour_start[colour], colour_start[colour + 1]):
                at = np.uint64(row)
                z[at] -= row_sum(upper_start, upper_column, upper_value, z, at) / diagonal[at]
                rz += r[at] * z[at]
        beta = over(rz, old) if iteration > 0 else 0.0
        for row in prange(b.size):
            p[row] = z[row] + beta * p[row] if iteration > 0 else z[row]
        pq = 0.0
        for row in prange(b.size):
            at = np.uint64(row)
            below = row_sum(lower_start, lower_column, lower_value, p, at)
            above = row_sum(upper_start, upper_column, upper_value, p, at)
            q[at] = diagonal[at] * p[at] + (below + above)
            pq += p[at] * q[at]
        step = over(rz, pq)
        square = 0.0
        for row in prange(b.size):
            x[row] += step * p[row]
            r[row] -= step * q[row]
            square += r[row] * r[row]
        norms[iteration + 1] = np.sqrt(square)


def coloured(nx: int, ny: int, nz: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """(points in the order of their colours, first point of each colour and the end)."""
    parity = [np.arange(length) % 2 for length in (nx, ny, nz)]
    colour = (4 * parity[0][:, None, None] + 2 * parity[1][:, None] + parity[2]).ravel()
    starts = np.concatenate([[0], np.cumsum(np.bincount(colour, minlength=COLOURS))])
    return np.argsort(colour, kind="stable"), starts.astype(np.uint32)


def coloured_matrix(nx: int, ny: int, nz: int) -> dict[str, Any]:
    """The matrix with its points numbered by colour, the entries left and right of its diagonal apart."""
    order, colour_start = coloured(nx, ny, nz)
    row_start, column = grid_matrix(nx, ny, nz)
    points = order.size
    number = np.empty(points, np.int64)
    number[order] = np.arange(points)
    counts: Any = np.diff(row_start.astype(np.int64))
    row, columns = np.repeat(number, counts), number[column]
    found: dict[str, Any] = {}
    for name, chosen in (("lower", columns < row), ("upper", columns > row)):
        entries = np.sort(row[chosen] * points + columns[chosen])
        starts = np.concatenate([[0], np.cumsum(np.bincount(entries // points, minlength=points))])
        found[f"{name}_start"], found[f"{name}_column"] = starts.astype(np.uint32), (entries % points).astype(np.uint32)
        found[f"{name}_value"] = np.full(entries.size, NEIGHBOUR)
    return {**found, "diagonal": np.full(points, DIAGONAL), "colour_start": colour_start}


def inputs(seed: int, nx: int, ny: int, nz: int, iterations: int) -> dict[str, Any]:
    """The matrix and a random right-hand side."""
    rows = nx * ny * nz
    return {
        **coloured_matrix(nx, ny, nz),
        "b": uniform(np.random.default_rng(seed), rows, np.float64),
        "iterations": iterations,
        "x": poisoned(rows, np.float64),
        "norms": poisoned(iterations + 1, np.float64),
        **{name: poisoned(rows, np.float64) for name in ("r", "z", "p", "q")},
    }


def work(nx: int, ny: int, nz: int, iterations: int) -> Work:
    """Counts for one solve. The first iteration spends on norms what it saves on p = z + b p."""
    entries, rows = (3 * nx - 2) * (3 * ny - 2) * (3 * nz - 2), nx * ny * nz
    return Work(
        flops=iterations * (4 * entries + 14 * rows),
        bytes_read=iterations * (24 * (entries - rows) + 128 * rows),
        bytes_written=iterations * 48 * rows + 16 * rows,
        formula="E = (3 nx - 2)(3 ny - 2)(3 nz - 2), N = nx ny nz; flops = iterations (4 E + 14 N); "
        "bytes = iterations (24 E + 104 N) read + iterations 48 N + 16 N written",
    )


CG27 = Kernel(
    name="cg27",
    story="Implicit solvers (fluids, structures, reservoirs): conjugate gradients with Gauss-Seidel, as in HPCG.",
    limit="memory",
    precision="fp64",
    sizes={
        "quick": {"nx": 56, "ny": 56, "nz": 56, "iterations": 3},
        "standard": {"nx": 72, "ny": 72, "nz": 72, "iterations": 5},
        "full": {"nx": 144, "ny": 144, "nz": 144, "iterations": 10},
    },
    inputs=inputs,
    outputs=("x", "norms"),
    reference=reference,
    cpu=cg27,
    work=work,
    rtol=1e-13,
    tolerance="27 roundings (1e-16 each) per product, amplified by a preconditioned condition number below 40",
    source="Dongarra, Heroux, Luszczek, HPCG, IJHPCA 30(1), 2016",
    goals={"scipy": 1.3, "C": 0.97},
    workspace=("r", "z", "p", "q"),
    moves_once=False,
)
