"""Seven-point stencil on a GPU: neighbours along the last axis in one warp, a thread walks along the first axis.

A thread keeps the points before and behind it in registers, so that a point is read from memory once; the four
neighbours to its sides come from the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import cuda
from kernels.gpu.version import Launch, Version, shape_of

ACROSS, DOWN, ALONG = 64, 4, 32


def stencil7(u: Any, v: Any, centre: float, side: float) -> None:
    """One step: v = centre u + side (six neighbours); the boundary keeps its values."""
    nx, ny, nz = u.shape
    k = cuda.blockIdx.x * ACROSS + cuda.threadIdx.x
    j = cuda.blockIdx.y * DOWN + cuda.threadIdx.y
    first = cuda.blockIdx.z * ALONG
    last = min(first + ALONG, nx)
    if j >= ny or k >= nz:
        return
    edge = j == 0 or j == ny - 1 or k == 0 or k == nz - 1
    before = u[max(first - 1, 0), j, k]
    here = u[first, j, k]
    for i in range(first, last):
        behind = u[min(i + 1, nx - 1), j, k]
        if edge or i == 0 or i == nx - 1:
            v[i, j, k] = here
        else:
            sides = (u[i, j - 1, k] + u[i, j + 1, k]) + (u[i, j, k - 1] + u[i, j, k + 1])
            v[i, j, k] = centre * here + side * (sides + (before + behind))
        before = here
        here = behind


def _launches(multiprocessors: int, nx: int, ny: int, nz: int) -> tuple[Launch, ...]:
    blocks = (-(-nz // ACROSS), -(-ny // DOWN), -(-nx // ALONG))
    return (Launch(stencil7, ("u", "v", "centre", "side"), blocks, (ACROSS, DOWN)),)


def _many(multiprocessors: int, nx: int, ny: int, nz: int, steps: int) -> tuple[Launch, ...]:
    """Steps to and fro between the result and a field of scratch, so that the last one ends in the result."""
    (single,) = _launches(multiprocessors, nx, ny, nz)
    turns = ["v" if (steps - at) % 2 else "between" for at in range(steps)]
    sources = ["u", *turns[:-1]]
    weights = ("centre", "side")
    return tuple(
        Launch(stencil7, (source, target, *weights), single.blocks, single.threads)
        for source, target in zip(sources, turns, strict=True)
    )


FAST = ("ld.global.f64", "st.global.f64", "fma.rn.f64")
VERSIONS = (
    Version("stencil7", _launches, FAST, {"nx": 6, "ny": 7, "nz": 9}),
    Version(
        "stencil7_blocked",
        _many,
        FAST,
        {"nx": 5, "ny": 6, "nz": 7, "steps": 3},
        scratch=lambda nx, ny, nz, steps: {"between": shape_of(np.float64, nx, ny, nz)},
    ),
)
