"""Peers of the stencils: in C the plain three loops, and the vectors, requests and stores past the caches of stencil7.

Several steps are as many sweeps over the whole field, to and fro between two fields: no blocking in time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers import c_compiler
from bench.peers.spec import Peer
from kernels.arrays import poisoned
from kernels.memory.stream import STREAM_FROM_BYTES

SOURCE = r"""
#include <stdint.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif
#if defined(__AVX512F__)
#define LANES 8
#define STREAM(p, x) _mm512_stream_pd(p, (__m512d)(x))
#elif defined(__AVX__)
#define LANES 4
#define STREAM(p, x) _mm256_stream_pd(p, (__m256d)(x))
#else
#define LANES 2
#if defined(__SSE2__)
#define STREAM(p, x) _mm_stream_pd(p, (__m128d)(x))
#else
#define STREAM(p, x) (*(vec *)(p) = (x))
#endif
#endif
typedef double vec __attribute__((vector_size(LANES * 8), aligned(8)));
#define AT(p) (*(const vec *)(p))

static inline void plain_row(const double *restrict u, double *restrict v, double centre, double side, long plane,
                             long nz) {
    v[0] = u[0];
    for (long k = 1; k < nz - 1; k++)
        v[k] = centre * u[k] + side * (u[k - plane] + u[k + plane] + u[k - nz] + u[k + nz] + u[k - 1] + u[k + 1]);
    v[nz - 1] = u[nz - 1];
}

static inline vec mixed(const double *u, vec centre, vec side, long plane, long nz) {
    __builtin_prefetch(u + plane + nz);
    return centre * AT(u) + side * ((AT(u - plane) + AT(u + plane)) + (AT(u - nz) + AT(u + nz))
                                    + (AT(u - 1) + AT(u + 1)));
}

static inline void stream_row(const double *restrict u, double *restrict v, double centre, double side, long plane,
                              long nz) {
    const vec all_centre = (vec){} + centre, all_side = (vec){} + side;
    vec first = mixed(u, all_centre, all_side, plane, nz);
    first[0] = u[0];
    if (nz == LANES) first[LANES - 1] = u[nz - 1];
    STREAM(v, first);
    long k = LANES;
    for (; k < nz - LANES; k += LANES) STREAM(v + k, mixed(u + k, all_centre, all_side, plane, nz));
    if (k < nz) {
        vec last = mixed(u + k, all_centre, all_side, plane, nz);
        last[LANES - 1] = u[nz - 1];
        STREAM(v + k, last);
    }
}

#define SWEEP(row)                                                                                   \
    const long plane = ny * nz;                                                                      \
    _Pragma("omp parallel for schedule(static)")                                                     \
    for (long i = 0; i < nx; i++) {                                                                  \
        for (long j = 0; j < ny; j++) {                                                              \
            const double *here = u + i * plane + j * nz;                                             \
            double *out = v + i * plane + j * nz;                                                    \
            if (i == 0 || j == 0 || i == nx - 1 || j == ny - 1)                                      \
                for (long k = 0; k < nz; k++) out[k] = here[k];                                      \
            else                                                                                     \
                row(here, out, centre, side, plane, nz);                                             \
        }                                                                                            \
    }

static void loops(const double *restrict u, double *restrict v, double centre, double side, long nx, long ny, long nz) {
    SWEEP(plain_row)
}
static void streaming(const double *restrict u, double *restrict v, double centre, double side, long nx, long ny,
                      long nz, long stream_from) {
    if (8 * nx * ny * nz >= stream_from && (uintptr_t)v % 64 == 0 && nz % 8 == 0) {
        SWEEP(stream_row)
    } else {
        SWEEP(plain_row)
    }
}

void stencil7_loops(const double *u, double *v, double centre, double side, long nx, long ny, long nz, long from) {
    loops(u, v, centre, side, nx, ny, nz);
}
void stencil7_streaming(const double *u, double *v, double centre, double side, long nx, long ny, long nz, long from) {
    streaming(u, v, centre, side, nx, ny, nz, from);
}
"""


def binder(function_name: str) -> Callable[[str, Mapping[str, Any], int], Callable[[], None]]:
    """How one of the C functions takes the kernel's arrays; OpenMP takes its threads from the environment."""

    def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
        function = c_compiler.library(SOURCE)[function_name]
        u, v, steps = arrays["u"], arrays["v"], arrays.get("steps", 1)
        other = poisoned(v.shape, np.float64) if steps > 1 else v
        results = [v if (steps - step) % 2 else other for step in range(steps)]
        sweeps = [
            [ctypes.c_void_p(field.ctypes.data) for field in pair]
            for pair in zip([u, *results[:-1]], results, strict=True)
        ]
        scalars = [ctypes.c_double(arrays[name]) for name in ("centre", "side")]
        lengths = [ctypes.c_long(length) for length in (*u.shape, STREAM_FROM_BYTES)]
        function.restype = None

        def call(kept: Any = other) -> None:
            for pointers in sweeps:
                function(*pointers, *scalars, *lengths)

        return call

    return bind


KERNELS = ("stencil7", "stencil7_blocked")
LOOPS = Peer("C loops", KERNELS, c_compiler.version, binder("stencil7_loops"))
STREAMING = Peer("C streaming rows", KERNELS, c_compiler.version, binder("stencil7_streaming"))
