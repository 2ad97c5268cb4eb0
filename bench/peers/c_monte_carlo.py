"""Peer of monte_carlo in C: the same random numbers, functions and lanes as vectors of gcc, products by intrinsics."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer
from kernels import elementary64

HEAD = r"""
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#define BYTES 64
#define PRODUCT(a, b) (U)_mm512_mul_epu32((__m512i)(a), (__m512i)(b))
#define ROOT(a) (V)_mm512_sqrt_pd(a)
#elif defined(__AVX2__)
#include <immintrin.h>
#define BYTES 32
#define PRODUCT(a, b) (U)_mm256_mul_epu32((__m256i)(a), (__m256i)(b))
#define ROOT(a) (V)_mm256_sqrt_pd(a)
#else
#define BYTES 16
#define PRODUCT(a, b) (((a) & 0xffffffffu) * ((b) & 0xffffffffu))
static inline void roots(double *x) { x[0] = sqrt(x[0]); x[1] = sqrt(x[1]); }
#define ROOT(a) ({ V root_ = a; roots((double *)&root_); root_; })
#endif
#define LANES (BYTES / 8)
#define TOGETHER 512
#define R restrict
typedef double V __attribute__((vector_size(BYTES)));
typedef uint64_t U __attribute__((vector_size(BYTES)));
typedef int64_t I __attribute__((vector_size(BYTES)));
#define ALL(x) ((V){} + (x))
#define INLINE static inline __attribute__((always_inline))
"""

FUNCTIONS = r"""
INLINE V inverse(V a) {
#ifdef __AVX512F__
    const V y = (V)_mm512_rcp14_pd(a), e = 1 - a * y, refined = y * e + y;
    return refined * e * e + refined;
#else
    return 1 / a;
#endif
}
INLINE V choose(I mask, V a, V b) { return (V)((mask & (I)a) | (~mask & (I)b)); }
INLINE V power_of_two(V y) {
    const V shifted = y + 0x1.8p52, f = y - (shifted - 0x1.8p52);
    const V x = f;
    return (V)((U)(POWER) + ((U)shifted << 52));
}
INLINE V logarithm(V a) {
    const U shifted = (U)a + (0x3ff0000000000000u - 0x3fe6a09e00000000u);
    const V exponent = (V)((shifted >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
    const V m = (V)((shifted & 0xfffffffffffffu) + 0x3fe6a09e00000000u);
    const V t = (m - 1) * inverse(m + 1), x = t * t;
    return exponent * 0x1.62e42fefa39efp-1 + t * (LOGARITHM);
}
INLINE V centred(U word) { return (V)((word & 0xffffffffu) | 0x4330000000000000u) - (0x1p52 - 0.5); }
INLINE void normal_pair(U first, U second, V *a, V *b) {
    const V radius = ROOT(-2 * logarithm(centred(first) * 0x1p-32)), turns = centred(second) * 0x1p-32;
    const V shifted = 4 * turns + 0x1.8p52, f = turns - 0.25 * (shifted - 0x1.8p52), x = f * f;
    const V sine = f * (SINE), cosine = COSINE;
    const U quarter = (U)shifted;
    const I swapped = (quarter & 1) == 1;
    const U sine_sign = (quarter & 2) << 62, cosine_sign = ((quarter + 1) & 2) << 62;
    *a = radius * (V)((U)choose(swapped, sine, cosine) ^ cosine_sign);
    *b = radius * (V)((U)choose(swapped, cosine, sine) ^ sine_sign);
}
INLINE void four_normals(U low, U high, uint64_t block, const uint32_t *key, V *z) {
    const U m0 = (U){} + 0xD2511F53u, m1 = (U){} + 0xCD9E8D57u;
    U c0 = low, c1 = (U){} + block, c2 = high, c3 = {};
    uint32_t k0 = key[0], k1 = key[1];
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        const U p0 = PRODUCT(c0, m0), p1 = PRODUCT(c2, m1);
        c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
        c1 = p1;
        c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    normal_pair(c0, c1, z, z + 1);
    normal_pair(c2, c3, z + 2, z + 3);
}
"""

PATHS = r"""
INLINE void walk(long path, long steps, double drift, double scale, const uint32_t *R key, V *last, V *sum) {
    U index;
    for (int lane = 0; lane < LANES; lane++) index[lane] = path + lane;
    const U low = index & 0xffffffffu, high = index >> 32;
    V exponent = {}, total = {}, z[4];
    for (long block = 0; block < steps / 4; block++) {
        four_normals(low, high, block, key, z);
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            exponent = scale * z[k] + (exponent + drift);
            total += power_of_two(exponent);
        }
    }
    if (steps % 4) {
        four_normals(low, high, steps / 4, key, z);
        for (int k = 0; k < steps % 4; k++) {
            exponent = scale * z[k] + (exponent + drift);
            total += power_of_two(exponent);
        }
    }
    *last = power_of_two(exponent);
    *sum = total;
}

static void payoffs(const double *R prices, long first, long last, double strike, double *R sums) {
    double call = 0, put = 0;
    _Pragma("omp simd reduction(+:call, put)")
    for (long path = first; path < last; path++) {
        call += prices[path] > strike ? prices[path] - strike : 0;
        put += prices[path] < strike ? strike - prices[path] : 0;
    }
    sums[0] = call;
    sums[1] = put;
}

void monte_carlo(const uint32_t *R key, double spot, double strike, double rate, double volatility, double years,
                 long steps, double *R final, double *R average, double *R value, long paths) {
    const double log2_e = 0x1.71547652b82fep0;
    const double drift = (rate - volatility * volatility / 2) * (years / steps) * log2_e;
    const double scale = volatility * sqrt(years / steps) * log2_e;
    const long blocks = (paths + TOGETHER - 1) / TOGETHER;
    double (*sums)[4] = malloc(blocks * sizeof *sums);
    _Pragma("omp parallel for schedule(static)")
    for (long block = 0; block < blocks; block++) {
        const long first = block * TOGETHER, last = first + TOGETHER < paths ? first + TOGETHER : paths;
        for (long path = first; path < last; path += LANES) {
            V end, total;
            walk(path, steps, drift, scale, key, &end, &total);
            const long count = last - path < LANES ? last - path : LANES;
            end *= spot;
            total *= spot / steps;
            memcpy(final + path, &end, count * sizeof *final);
            memcpy(average + path, &total, count * sizeof *average);
        }
        payoffs(final, first, last, strike, sums[block]);
        payoffs(average, first, last, strike, sums[block] + 2);
    }
    for (int k = 0; k < 4; k++) {
        value[k] = 0;
        for (long block = 0; block < blocks; block++) value[k] += sums[block][k];
        value[k] *= exp(-rate * years) / paths;
    }
    free(sums);
}
"""

SERIES = ("POWER", "LOGARITHM", "SINE", "COSINE")
SCALARS = ("spot", "strike", "rate", "volatility", "years")


def source() -> str:
    """The C text, with the polynomials of the kernel written out by Horner's rule."""
    return (
        HEAD
        + "".join(f"#define {name} {_horner(getattr(elementary64, name))}\n" for name in SERIES)
        + (FUNCTIONS + PATHS)
    )


def _horner(coefficients: tuple[float, ...]) -> str:
    text = f"ALL({coefficients[0]!r})"
    for coefficient in coefficients[1:]:
        text = f"({text} * x + {coefficient!r})"
    return text


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    function = c_compiler.library(source(), "-mprefer-vector-width=512").monte_carlo
    key, *outputs = (ctypes.c_void_p(arrays[name].ctypes.data) for name in ("key", "final", "average", "value"))
    market = [ctypes.c_double(arrays[name]) for name in SCALARS]
    steps, paths = ctypes.c_long(arrays["steps"]), ctypes.c_long(arrays["final"].size)
    function.restype = None
    return lambda: function(key, *market, steps, *outputs, paths)


PEER = Peer("C lanes", ("monte_carlo",), c_compiler.version, bind)
