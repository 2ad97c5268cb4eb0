"""Peer of transpose: the same strips and blocks in C, transposed in registers, stored past the caches."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer
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
#define STRIP 16
#define AHEAD 32
typedef double vec __attribute__((vector_size(LANES * 8), aligned(8)));
#define SHUFFLE __builtin_shufflevector

#if LANES == 8
#define ROUND1(p, q) { vec u = p, v = q; p = SHUFFLE(u, v, 0, 8, 2, 10, 4, 12, 6, 14); \
                       q = SHUFFLE(u, v, 1, 9, 3, 11, 5, 13, 7, 15); }
#define ROUND2(p, q) { vec u = p, v = q; p = SHUFFLE(u, v, 0, 1, 8, 9, 4, 5, 12, 13); \
                       q = SHUFFLE(u, v, 2, 3, 10, 11, 6, 7, 14, 15); }
#define ROUND4(p, q) { vec u = p, v = q; p = SHUFFLE(u, v, 0, 1, 2, 3, 8, 9, 10, 11); \
                       q = SHUFFLE(u, v, 4, 5, 6, 7, 12, 13, 14, 15); }
#define TRANSPOSE(r) \
    ROUND1(r[0], r[1]) ROUND1(r[2], r[3]) ROUND1(r[4], r[5]) ROUND1(r[6], r[7]) \
    ROUND2(r[0], r[2]) ROUND2(r[1], r[3]) ROUND2(r[4], r[6]) ROUND2(r[5], r[7]) \
    ROUND4(r[0], r[4]) ROUND4(r[1], r[5]) ROUND4(r[2], r[6]) ROUND4(r[3], r[7])
#elif LANES == 4
#define ROUND1(p, q) { vec u = p, v = q; p = SHUFFLE(u, v, 0, 4, 2, 6); q = SHUFFLE(u, v, 1, 5, 3, 7); }
#define ROUND2(p, q) { vec u = p, v = q; p = SHUFFLE(u, v, 0, 1, 4, 5); q = SHUFFLE(u, v, 2, 3, 6, 7); }
#define TRANSPOSE(r) ROUND1(r[0], r[1]) ROUND1(r[2], r[3]) ROUND2(r[0], r[2]) ROUND2(r[1], r[3])
#else
#define TRANSPOSE(r) { vec u = r[0], v = r[1]; r[0] = SHUFFLE(u, v, 0, 2); r[1] = SHUFFLE(u, v, 1, 3); }
#endif

static inline __attribute__((always_inline)) void block(
    const double *a, long n, double *b, long m, const int past_caches) {
    vec r[LANES];
    _Pragma("GCC unroll 8")
    for (int k = 0; k < LANES; k++) {
        __builtin_prefetch(a + k * n + AHEAD);
        r[k] = *(const vec *)(a + k * n);
    }
    TRANSPOSE(r)
    _Pragma("GCC unroll 8")
    for (int k = 0; k < LANES; k++) {
        if (past_caches) STREAM(b + k * m, r[k]);
        else *(vec *)(b + k * m) = r[k];
    }
}

static inline __attribute__((always_inline)) void strip(
    const double *a, double *b, long m, long n, long first, long last, const int past_caches) {
    const long rows_end = last - (last - first) % LANES, columns_end = n - n % LANES;
    for (long j = 0; j < columns_end; j += LANES)
        for (long i = first; i < rows_end; i += LANES) block(a + i * n + j, n, b + j * m + i, m, past_caches);
    for (long i = rows_end; i < last; i++)
        for (long j = 0; j < n; j++) b[j * m + i] = a[i * n + j];
    for (long i = first; i < rows_end; i++)
        for (long j = columns_end; j < n; j++) b[j * m + i] = a[i * n + j];
}

void transpose(const double *restrict a, double *restrict b, long m, long n, long stream_from) {
    const int past_caches = 8 * m * n >= stream_from && (uintptr_t)b % 64 == 0 && m % 8 == 0;
    _Pragma("omp parallel for schedule(static)")
    for (long first = 0; first < m; first += STRIP) {
        const long last = first + STRIP < m ? first + STRIP : m;
        if (past_caches) strip(a, b, m, n, first, last, 1);
        else strip(a, b, m, n, first, last, 0);
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(SOURCE).transpose
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("a", "b")]
    lengths = [ctypes.c_long(length) for length in (*arrays["a"].shape, STREAM_FROM_BYTES)]
    function.restype = None
    return lambda: function(*pointers, *lengths)


PEER = Peer("C blocks", ("transpose",), c_compiler.version, bind)
