"""Peer of scan: the same chain of chunks in C with explicit vectors, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#include <sched.h>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif
#if defined(__AVX512F__)
typedef __m512i vector;
#define LANES 8
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, x) _mm512_store_si512(p, x)
#define STREAM(p, x) _mm512_stream_si512((void *)(p), x)
#define ALL(x) _mm512_set1_epi64(x)
#define ADD _mm512_add_epi64
static inline vector prefix(vector x) {
    const vector zero = _mm512_setzero_si512();
    x = ADD(x, _mm512_alignr_epi64(x, zero, 7));
    x = ADD(x, _mm512_alignr_epi64(x, zero, 6));
    return ADD(x, _mm512_alignr_epi64(x, zero, 4));
}
#define LAST(x) _mm512_permutexvar_epi64(ALL(7), x)
#define NUMBER(x) _mm_cvtsi128_si64(_mm512_castsi512_si128(x))
#elif defined(__AVX2__)
typedef __m256i vector;
#define LANES 4
#define LOAD(p) _mm256_loadu_si256((const void *)(p))
#define STORE(p, x) _mm256_store_si256((void *)(p), x)
#define STREAM(p, x) _mm256_stream_si256((void *)(p), x)
#define ALL(x) _mm256_set1_epi64x(x)
#define ADD _mm256_add_epi64
static inline vector prefix(vector x) {
    const vector zero = _mm256_setzero_si256();
    x = ADD(x, _mm256_blend_epi32(_mm256_permute4x64_epi64(x, 0x90), zero, 0x03));
    return ADD(x, _mm256_permute2x128_si256(x, x, 0x08));
}
#define LAST(x) _mm256_permute4x64_epi64(x, 0xff)
#define NUMBER(x) _mm_cvtsi128_si64(_mm256_castsi256_si128(x))
#endif
#define CHUNK 32768
#define LARGE (4L << 20)

static int64_t slowly(const int64_t *in, int64_t *out, long begin, long end, int64_t carry) {
    for (long i = begin; i < end; i++) out[i] = carry = (int64_t)((uint64_t)carry + (uint64_t)in[i]);
    return carry;
}

static int64_t chunk_scan(const int64_t *in, int64_t *out, long begin, long end, int64_t carry, int large) {
#ifdef LANES
    long first = begin + (long)((-(uintptr_t)(out + begin) % (LANES * 8)) / 8);
    if (first > end) first = end;
    const long last = end - (end - first) % LANES;
    vector running = ALL(slowly(in, out, begin, first, carry));
    if (large)
        for (long i = first; i < last; i += LANES) {
            __builtin_prefetch(in + i + 256, 0, 3);
            const vector x = prefix(LOAD(in + i));
            STREAM(out + i, ADD(x, running));
            running = ADD(running, LAST(x));
        }
    else
        for (long i = first; i < last; i += LANES) {
            __builtin_prefetch(in + i + 256, 0, 3);
            const vector x = prefix(LOAD(in + i));
            STORE(out + i, ADD(x, running));
            running = ADD(running, LAST(x));
        }
    return slowly(in, out, last, end, NUMBER(running));
#else
    return slowly(in, out, begin, end, carry);
#endif
}

static int64_t sum(const int64_t *in, long begin, long end) {
    uint64_t total = 0;
    for (long i = begin; i < end; i++) total += (uint64_t)in[i];
    return (int64_t)total;
}

void scan(const int64_t *restrict in, int64_t *restrict out, long n, int threads) {
    const long length = threads == 1 ? n : CHUNK;
    const int large = n >= LARGE;
    long ticket = 0, turn = 0;
    int64_t carry = 0;
    _Pragma("omp parallel num_threads(threads)")
    for (long c; (c = __atomic_fetch_add(&ticket, 1, __ATOMIC_RELAXED)) * length < n;) {
        const long begin = c * length, end = begin + length < n ? begin + length : n;
        const int64_t own = threads > 1 ? sum(in, begin, end) : 0;
        for (int spins = 0; __atomic_load_n(&turn, __ATOMIC_ACQUIRE) != c;)
            if (++spins > 500) sched_yield();
        const int64_t before = carry;
        carry = (int64_t)((uint64_t)before + (uint64_t)own);
        __atomic_store_n(&turn, c + 1, __ATOMIC_RELEASE);
        chunk_scan(in, out, begin, end, before, large);
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays. Raises Unavailable."""
    function = c_compiler.library(SOURCE).scan
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("values", "sums")]
    length, count = ctypes.c_long(arrays["values"].size), ctypes.c_int(threads)
    function.restype = None
    return lambda: function(*pointers, length, count)


PEER = Peer("C chain", ("scan",), c_compiler.version, bind)
