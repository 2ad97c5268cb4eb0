"""Peer of stencil7: the same three loops in C, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
void stencil7(const double *restrict u, double *restrict v, double centre, double side, long nx, long ny, long nz) {
    const long plane = ny * nz;
    _Pragma("omp parallel for schedule(static)")
    for (long i = 0; i < nx; i++) {
        for (long j = 0; j < ny; j++) {
            const double *here = u + i * plane + j * nz;
            double *out = v + i * plane + j * nz;
            if (i == 0 || j == 0 || i == nx - 1 || j == ny - 1) {
                for (long k = 0; k < nz; k++) out[k] = here[k];
                continue;
            }
            out[0] = here[0];
            for (long k = 1; k < nz - 1; k++)
                out[k] = centre * here[k] + side * (here[k - plane] + here[k + plane] + here[k - nz] + here[k + nz]
                                                    + here[k - 1] + here[k + 1]);
            out[nz - 1] = here[nz - 1];
        }
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    function = c_compiler.library(SOURCE).stencil7
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("u", "v")]
    scalars = [ctypes.c_double(arrays[name]) for name in ("centre", "side")]
    lengths = [ctypes.c_long(length) for length in arrays["u"].shape]
    function.restype = None
    return lambda: function(*pointers, *scalars, *lengths)


PEER = Peer("C loops", ("stencil7",), c_compiler.version, bind)
