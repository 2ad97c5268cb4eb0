"""Peer of fma_peak_bf16: the same chains in C, by the instruction that multiplies pairs where the compiler has it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

CHAINS = {"WIDE": 24, "NARROW": 12}

HEAD = r"""
#include <stdint.h>
#include <string.h>
#if defined(__AVX512BF16__)
#include <immintrin.h>
#define BYTES 64
#define WIDE 1
typedef __m512 vec;
typedef __m512bh pair;
static pair pair_of(const uint16_t *p) { uint32_t w; memcpy(&w, p, 4); return (pair)_mm512_set1_epi32(w); }
#define STEP(z) z = _mm512_dpbf16_ps(z, l, r);
#define OPERANDS const pair l = pair_of(left), r = pair_of(right);
#else
#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
#if defined(__AVX512F__) || defined(__aarch64__)
#define WIDE 1
#endif
typedef float vec __attribute__((vector_size(BYTES), aligned(4)));
#define STEP(z) z = z + l0 * r0; z = z + l1 * r1;
#define OPERANDS const vec l0 = (vec){} + number(left), r0 = (vec){} + number(right), \
                           l1 = (vec){} + number(left + 1), r1 = (vec){} + number(right + 1);
#endif
static float number(const uint16_t *p) { uint32_t w = (uint32_t)*p << 16; float x; memcpy(&x, &w, 4); return x; }
static vec read_part(const float *x, long n) { vec z = {}; memcpy(&z, x, n * 4); return z; }
"""


def source() -> str:
    """C with 24 chains where the machine has 32 vector registers, else 12."""
    wide, narrow = (_groups(count) for count in CHAINS.values())
    return f"""{HEAD}
void fma_peak_bf16(float *x, float *y, const uint16_t *left, const uint16_t *right, long steps, long n) {{
    const long lanes = BYTES / 4;
    OPERANDS
#ifdef WIDE
{wide}
#else
{narrow}
#endif
    for (long i = whole; i < n; i += lanes) {{
        const long count = n - i < lanes ? n - i : lanes;
        vec z = read_part(x + i, count);
        for (long s = 0; s < steps; s++) {{ STEP(z) }}
        memcpy(y + i, &z, count * 4);
    }}
}}
"""


def _groups(chains: int) -> str:
    each = range(chains)
    lines = [
        f"    const long size = {chains} * lanes, whole = n / size * size;",
        '    _Pragma("omp parallel for schedule(static)")',
        "    for (long i = 0; i < whole; i += size) {",
        *(f"        vec z{c} = read_part(x + i + {c} * lanes, lanes);" for c in each),
        "        for (long s = 0; s < steps; s++) {",
        *(f"            STEP(z{c})" for c in each),
        "        }",
        *(f"        memcpy(y + i + {c} * lanes, &z{c}, BYTES);" for c in each),
        "    }",
    ]
    return "\n".join(lines)


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(source())[kernel]
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("values", "result", "left", "right")]
    counts = [ctypes.c_long(arrays["steps"]), ctypes.c_long(arrays["values"].size)]
    function.restype = None
    return lambda: function(*pointers, *counts)


PEER = Peer("C bfloat16 vectors", ("fma_peak_bf16",), c_compiler.version, bind)
