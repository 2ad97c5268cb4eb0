"""C for fp32 vectors of the machine's full width, which peers that are written with explicit vectors begin with."""

from __future__ import annotations

VECTORS = r"""
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#define LANES 16
typedef __m512 vec;
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define STREAM(p, v) _mm512_stream_ps(p, v)
#define ALL(s) _mm512_set1_ps(s)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define MAX(a, b) _mm512_max_ps(a, b)
#define POWER(v) _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 23))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define LANES 8
typedef __m256 vec;
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define STREAM(p, v) _mm256_stream_ps(p, v)
#define ALL(s) _mm256_set1_ps(s)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUB(a, b) _mm256_sub_ps(a, b)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define MAX(a, b) _mm256_max_ps(a, b)
#define POWER(v) _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23))
#else
#define LANES 1
typedef float vec;
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define STREAM(p, v) (*(p) = (v))
#define ALL(s) ((float)(s))
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define FMA(a, b, c) ((a) * (b) + (c))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
static inline float POWER(float v) {
    union { float f; uint32_t u; } both = {v};
    both.u <<= 23;
    return both.f;
}
#endif

static float total(vec v) {
    float lane[LANES], sum = 0;
    STORE(lane, v);
    for (int l = 0; l < LANES; l++) sum += lane[l];
    return sum;
}

static float largest(vec v) {
    float lane[LANES], top;
    STORE(lane, v);
    top = lane[0];
    for (int l = 1; l < LANES; l++) top = lane[l] > top ? lane[l] : top;
    return top;
}

static void fetch(const float *x, long distance) {
    __builtin_prefetch(x + distance, 0, 2);
    if (LANES == 16) __builtin_prefetch(x + distance / 2, 0, 2);
}

static long head_of(const float *y, long n) {
    const long head = (long)((-(uintptr_t)y % (LANES * 4)) / 4);
    return head < n ? head : n;
}
"""
