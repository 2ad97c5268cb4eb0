"""Peer of stream: the same two halves in C, explicit vectors, non-temporal stores, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#if defined(__AVX512F__) || defined(__AVX__) || defined(__SSE2__)
#include <immintrin.h>
#endif
#if defined(__AVX512F__)
#define LANES 8
#define LOAD(p) _mm512_loadu_pd(p)
#define ALL(s) _mm512_set1_pd(s)
#define ADD(x, y) _mm512_add_pd(x, y)
#define MULTIPLY(x, y) _mm512_mul_pd(x, y)
#define STORE(p, x) _mm512_stream_pd(p, x)
#elif defined(__AVX__)
#define LANES 4
#define LOAD(p) _mm256_loadu_pd(p)
#define ALL(s) _mm256_set1_pd(s)
#define ADD(x, y) _mm256_add_pd(x, y)
#define MULTIPLY(x, y) _mm256_mul_pd(x, y)
#define STORE(p, x) _mm256_stream_pd(p, x)
#elif defined(__SSE2__)
#define LANES 2
#define LOAD(p) _mm_loadu_pd(p)
#define ALL(s) _mm_set1_pd(s)
#define ADD(x, y) _mm_add_pd(x, y)
#define MULTIPLY(x, y) _mm_mul_pd(x, y)
#define STORE(p, x) _mm_stream_pd(p, x)
#else
#define LANES 1
#define LOAD(p) (*(p))
#define ALL(s) (s)
#define ADD(x, y) ((x) + (y))
#define MULTIPLY(x, y) ((x) * (y))
#define STORE(p, x) (*(p) = (x))
#endif

#define LINE 8
#define LEFT_OVER 8192

static long head(const double *p, long n) {
    long first = (long)(-(uintptr_t)p % (LINE * 8) / 8);
    return first < n ? first : n;
}

/* Both halves side by side: one keeps memory busy while the other waits for its next page.
   At a distance that is a large power of two both would wait for the same memory bank. */
static long half_of(long n) { return n < LEFT_OVER ? 0 : (n - LEFT_OVER) / (2 * LINE) * LINE; }

#define STREAM(out, vector, scalar)                                           \
    long first = head(out, n), half = half_of(n - first);                     \
    for (long i = 0; i < first; i++) out[i] = scalar;                         \
    _Pragma("omp parallel for schedule(static)")                              \
    for (long line = first; line < first + half; line += LINE) {              \
        for (long i = line; i < line + LINE; i += LANES) STORE(out + i, vector); \
        for (long i = line + half; i < line + half + LINE; i += LANES) STORE(out + i, vector); \
    }                                                                         \
    for (long i = first + 2 * half; i < n; i++) out[i] = scalar;

void stream_copy(const double *a, double *c, double s, long n) {
    STREAM(c, LOAD(a + i), a[i])
}
void stream_scale(const double *c, double *b, double s, long n) {
    STREAM(b, MULTIPLY(ALL(s), LOAD(c + i)), s * c[i])
}
void stream_add(const double *a, const double *b, double *c, double s, long n) {
    STREAM(c, ADD(LOAD(a + i), LOAD(b + i)), a[i] + b[i])
}
void stream_triad(const double *b, const double *c, double *a, double s, long n) {
    STREAM(a, ADD(LOAD(b + i), MULTIPLY(ALL(s), LOAD(c + i))), b[i] + s * c[i])
}
"""

ARRAYS = {
    "stream_copy": ("a", "c"),
    "stream_scale": ("c", "b"),
    "stream_add": ("a", "b", "c"),
    "stream_triad": ("b", "c", "a"),
}


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function of the same name on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(SOURCE)[kernel]
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ARRAYS[kernel]]
    scalar = ctypes.c_double(arrays.get("scalar", 0.0))
    length = ctypes.c_long(arrays[ARRAYS[kernel][0]].size)
    function.restype = None
    return lambda: function(*pointers, scalar, length)


PEER = Peer("C streaming", tuple(ARRAYS), c_compiler.version, bind)
