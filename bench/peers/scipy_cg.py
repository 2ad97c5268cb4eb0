"""Peer of cg27: SciPy's compressed-row products, colour by colour, with NumPy between them; on one thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers import scipy_spmv
from bench.peers.spec import Peer, Unavailable


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The kernel's iteration on its own halves of the matrix. Raises Unavailable."""
    try:
        from scipy.sparse._sparsetools import csr_matvec
    except ImportError:
        raise Unavailable("this scipy keeps its csr_matvec elsewhere") from None
    lower, upper = (
        (arrays[f"{name}_start"].view(np.int32), arrays[f"{name}_column"].view(np.int32), arrays[f"{name}_value"])
        for name in ("lower", "upper")
    )
    d, edges = arrays["diagonal"], [int(edge) for edge in arrays["colour_start"]]
    blocks = [slice(*pair) for pair in itertools.pairwise(edges)]
    b, x, norms, r, z, p, q = (arrays[name] for name in ("b", "x", "norms", "r", "z", "p", "q"))

    def add_product(half: Any, rows: slice, vector: Any, out: Any) -> None:
        start, column, value = half
        csr_matvec(rows.stop - rows.start, vector.size, start[rows.start : rows.stop + 1], column, value, vector, out)

    def precondition() -> float:
        q.fill(0.0)
        for rows in blocks:
            add_product(lower, rows, z, q[rows])
            np.divide(r[rows] - q[rows], d[rows], out=z[rows])
        q.fill(0.0)
        for rows in reversed(blocks):
            add_product(upper, rows, z, q[rows])
            z[rows] -= q[rows] / d[rows]
        return float(r @ z)

    def call() -> None:
        x.fill(0.0)
        r[:] = b
        norms[0] = np.sqrt(r @ r)
        rz = 0.0
        for iteration in range(norms.size - 1):
            old, rz = rz, precondition()
            np.multiply(p, rz / old if old > 0 else 0.0, out=p) if iteration else p.fill(0.0)
            np.add(p, z, out=p)
            np.multiply(d, p, out=q)
            add_product(lower, slice(0, b.size), p, q)
            add_product(upper, slice(0, b.size), p, q)
            pq = float(p @ q)
            step = rz / pq if pq > 0 else 0.0
            np.add(x, step * p, out=x)
            np.subtract(r, step * q, out=r)
            norms[iteration + 1] = np.sqrt(r @ r)

    return call


PEER = Peer("scipy by colour, 1 thread", ("cg27",), scipy_spmv.version, bind)
