"""Peers of cross_entropy and its gradient: the same algorithms in C with explicit vectors, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.c_vectors import VECTORS
from bench.peers.spec import Peer
from kernels.elementary import E1, E2, E3, E4, E5, LOG2_E
from kernels.training.cross_entropy import BLOCK
from kernels.training.rows import AHEAD

EXPONENTIAL = r"""
static inline vec exponential(vec x) {
    const vec scale = ALL(LOG2_E), shift = ALL(12582912.0f + 127.0f);
    x = MAX(x, ALL(-88.0f));
    const vec shifted = FMA(x, scale, shift), y = FMA(x, scale, SUB(shift, shifted));
    vec f = FMA(ALL(E5), y, ALL(E4));
    f = FMA(f, y, ALL(E3));
    f = FMA(f, y, ALL(E2));
    f = FMA(f, y, ALL(E1));
    return MUL(FMA(f, y, ALL(1.0f)), POWER(shifted));
}

static vec part(const float *x, long count) {
    float lane[LANES];
    for (int l = 0; l < LANES; l++) lane[l] = l < count ? x[l] : -INFINITY;
    return LOAD(lane);
}
"""

LOSS = r"""
void cross_entropy(const float *x, const uint32_t *target, float *loss, long rows, long n) {
    _Pragma("omp parallel for schedule(static)")
    for (long r = 0; r < rows; r++) {
        const float *row = x + r * n;
        const long whole = n / LANES * LANES;
        const vec rest = part(row + whole, n - whole);
        vec tops = MAX(rest, ALL(-FLT_MAX)), sums = exponential(SUB(rest, tops));
        for (long start = 0; start < whole; start += BLOCK) {
            const long end = start + BLOCK < whole ? start + BLOCK : whole;
            vec higher = tops;
            for (long j = start; j < end; j += LANES) higher = MAX(higher, LOAD(row + j));
            sums = MUL(sums, exponential(SUB(tops, higher)));
            tops = higher;
            for (long j = start; j < end; j += LANES) {
                fetch(row + j, AHEAD);
                sums = ADD(sums, exponential(SUB(LOAD(row + j), tops)));
            }
        }
        const float top = largest(tops);
        const double sum = total(MUL(sums, exponential(SUB(tops, ALL(top)))));
        loss[r] = (float)(log(sum) + top - row[target[r]]);
    }
}
"""

GRADIENT = r"""
static float highest(const float *x, long n) {
    const long whole = n / LANES * LANES;
    vec tops = part(x + whole, n - whole);
    for (long j = 0; j < whole; j += LANES) tops = MAX(tops, LOAD(x + j));
    return largest(tops);
}

static vec weigh(const float *restrict x, long from, long n, float top, float *restrict weights) {
    vec sums = ALL(0.0f);
    for (long j = from; j < n; j += LANES) {
        const vec weight = exponential(SUB(part(x + j, n - j), ALL(top)));
        STORE(weights + j, weight);
        sums = ADD(sums, weight);
    }
    return sums;
}

static void put(const float *restrict weights, float factor, float *restrict y, long n) {
    const long head = head_of(y, n), end = n - (n - head) % LANES;
    for (long j = 0; j < head; j++) y[j] = factor * weights[j];
    for (long j = head; j < end; j += LANES) STREAM(y + j, MUL(ALL(factor), LOAD(weights + j)));
    for (long j = end; j < n; j++) y[j] = factor * weights[j];
}

static float put_and_weigh(float *restrict weights, float factor, float *restrict y, const float *restrict x, long n,
                           float top) {
    const long head = head_of(y, n), whole = (n - head) / LANES * LANES;
    vec sums = ALL(0.0f);
    for (long j = 0; j < head; j++) y[j] = factor * weights[j];
    for (long j = 0; j < whole; j += LANES) {
        fetch(x + j, n > AHEAD ? n : AHEAD);
        const vec weight = exponential(SUB(LOAD(x + j), ALL(top)));
        STREAM(y + head + j, MUL(ALL(factor), LOAD(weights + head + j)));
        STORE(weights + j, weight);
        sums = ADD(sums, weight);
    }
    for (long j = head + whole; j < n; j++) y[j] = factor * weights[j];
    return total(ADD(sums, weigh(x, whole, n, top, weights)));
}

void cross_entropy_gradient(const float *x, const uint32_t *target, float *loss, float *y, long rows, long n,
                            long threads) {
    _Pragma("omp parallel for schedule(static)")
    for (long t = 0; t < threads; t++) {
        float *weights = aligned_alloc(64, ((n + 2 * LANES) * sizeof(float) + 63) / 64 * 64), sum = 1;
        const long first = t * rows / threads, last = (t + 1) * rows / threads;
        for (long r = first; r < last; r++) {
            const float top = highest(x + r * n, n);
            if (r == first) sum = total(weigh(x + r * n, 0, n, top, weights));
            else sum = put_and_weigh(weights, 1 / sum, y + (r - 1) * n, x + r * n, n, top);
            loss[r] = (float)(log((double)sum) + top - x[r * n + target[r]]);
            weights[target[r]] -= sum;
        }
        if (first < last) put(weights, 1 / sum, y + (last - 1) * n, n);
        free(weights);
    }
}
"""


def source() -> str:
    """C for both kernels, with the constants of the kernels."""
    constants = {"E1": E1, "E2": E2, "E3": E3, "E4": E4, "E5": E5, "LOG2_E": LOG2_E, "BLOCK": BLOCK, "AHEAD": AHEAD}
    defines = "".join(f"#define {name} {value!s}\n" for name, value in constants.items())
    return defines + VECTORS + EXPONENTIAL + LOSS + GRADIENT


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function of the same name on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(source())[kernel]
    pointers = [ctypes.c_void_p(value.ctypes.data) for value in arrays.values()]
    lengths = [ctypes.c_long(length) for length in (*arrays["logits"].shape, threads)]
    function.restype = None
    return lambda: function(*pointers, *lengths)


PEER = Peer("C vectors, fused", ("cross_entropy", "cross_entropy_gradient"), c_compiler.version, bind)
