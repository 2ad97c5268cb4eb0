"""Gravity on a GPU: a body per thread, tiles of bodies in shared memory that all threads of a block read together."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, THREADS, cuda, device, rsqrt32, rsqrt64
from kernels.gpu.version import Launch, Version

X, Y, Z, MASS = 0, 1, 2, 3


def accelerations(dtype: Any, inverse_root: Any) -> Any:
    """The kernel for one precision."""
    zero = dtype(0)

    def pulled(x: Any, y: Any, z: Any, tile: Any, count: Any, soft: Any) -> Any:
        ax, ay, az = zero, zero, zero
        for j in range(count):
            dx = tile[j, X] - x
            dy = tile[j, Y] - y
            dz = tile[j, Z] - z
            over = inverse_root(dx * dx + dy * dy + dz * dz + soft)
            pull = tile[j, MASS] * over * (over * over)
            ax += pull * dx
            ay += pull * dy
            az += pull * dz
        return ax, ay, az

    pull_of_tile = device(pulled)

    def nbody(x: Any, y: Any, z: Any, mass: Any, ax: Any, ay: Any, az: Any, softening: float) -> None:
        tile = cuda.shared.array((THREADS, 4), dtype, alignment=ALIGNMENT)
        i = cuda.grid(1)
        soft = dtype(softening * softening)
        n = x.size
        mine = min(i, n - 1)
        px, py, pz = x[mine], y[mine], z[mine]
        sx, sy, sz = zero, zero, zero
        for start in range(0, n, THREADS):
            j = start + cuda.threadIdx.x
            if j < n:
                tile[cuda.threadIdx.x, X] = x[j]
                tile[cuda.threadIdx.x, Y] = y[j]
                tile[cuda.threadIdx.x, Z] = z[j]
                tile[cuda.threadIdx.x, MASS] = mass[j]
            cuda.syncthreads()
            tx, ty, tz = pull_of_tile(px, py, pz, tile, min(THREADS, n - start), soft)
            sx += tx
            sy += ty
            sz += tz
            cuda.syncthreads()
        if i < n:
            ax[i] = sx
            ay[i] = sy
            az[i] = sz

    return nbody


def _version(name: str, dtype: Any, inverse_root: Any, *instructions: str) -> Version:
    function = accelerations(dtype, inverse_root)

    def launches(multiprocessors: int, n: int) -> tuple[Launch, ...]:
        arguments = ("x", "y", "z", "mass", "ax", "ay", "az", "softening")
        return (Launch(function, arguments, -(-n // THREADS), THREADS),)

    return Version(name, launches, instructions, {"n": 40})


VERSIONS = (
    _version("nbody_fp32", np.float32, rsqrt32, "ld.shared.v4.f32", "fma.rn.f32", "rsqrt.approx.f32"),
    _version("nbody_fp64", np.float64, rsqrt64, "ld.shared.v2.f64", "fma.rn.f64"),
)
