"""Peers of layernorm and rmsnorm: the same algorithm in C with explicit vectors, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.c_vectors import VECTORS
from bench.peers.spec import Peer
from kernels.training.layernorm import EPSILON
from kernels.training.rows import AHEAD

ROWS = r"""
static float mean(const float *x, long n) {
    const long whole = n / (4 * LANES) * (4 * LANES);
    vec a = ALL(0.0f), b = a, c = a, d = a;
    for (long j = 0; j < whole; j += 4 * LANES) {
        a = ADD(a, LOAD(x + j));
        b = ADD(b, LOAD(x + j + LANES));
        c = ADD(c, LOAD(x + j + 2 * LANES));
        d = ADD(d, LOAD(x + j + 3 * LANES));
    }
    float sum = total(ADD(ADD(a, b), ADD(c, d)));
    for (long j = whole; j < n; j++) sum += x[j];
    return sum / n;
}

static float scale_of(const float *x, long from, long n, float middle, float squares) {
    for (long j = from; j < n; j++) squares += (x[j] - middle) * (x[j] - middle);
    return 1 / sqrtf(squares / n + (float)EPSILON);
}
"""

NORM = r"""
static void put_NAME(const float *restrict x, float middle, float scale, const float *restrict weight,
                     const float *restrict bias, float *restrict y, long from, long to) {
    for (long j = from; j < to; j++) y[j] = (x[j] - middle) * scale * weight[j] PLUS_BIAS;
}

static float both_NAME(const float *restrict x, float middle, const float *restrict before, float old, float scale,
                       const float *restrict weight, const float *restrict bias, float *restrict y, long n) {
    const long head = head_of(y, n), whole = (n - head) / LANES * LANES;
    vec squares = ALL(0.0f);
    put_NAME(before, old, scale, weight, bias, y, 0, head);
    for (long j = 0; j < whole; j += LANES) {
        fetch(x + j, n > AHEAD ? n : AHEAD);
        const vec difference = SUB(LOAD(x + j), ALL(middle));
        squares = FMA(difference, difference, squares);
        const long k = head + j;
        const vec normal = MUL(SUB(LOAD(before + k), ALL(old)), ALL(scale));
        STREAM(y + k, VECTOR_RESULT);
    }
    put_NAME(before, old, scale, weight, bias, y, head + whole, n);
    return scale_of(x, whole, n, middle, total(squares));
}

void NAME(const float *x, const float *weight, const float *bias, float *y, long rows, long n, long threads) {
    _Pragma("omp parallel for schedule(static)")
    for (long t = 0; t < threads; t++) {
        const long first = t * rows / threads, last = (t + 1) * rows / threads;
        float old = 0, scale = 0;
        for (long r = first; r < last; r++) {
            const float *row = x + r * n, middle = MEAN;
            if (r == first) scale = scale_of(row, 0, n, middle, 0);
            else scale = both_NAME(row, middle, row - n, old, scale, weight, bias, y + (r - 1) * n, n);
            old = middle;
        }
        if (first < last) put_NAME(x + (last - 1) * n, old, scale, weight, bias, y + (last - 1) * n, 0, n);
    }
}
"""

MEANINGS = {
    "layernorm": {
        "PLUS_BIAS": "+ bias[j]",
        "VECTOR_RESULT": "FMA(normal, LOAD(weight + k), LOAD(bias + k))",
        "MEAN": "mean(row, n)",
    },
    "rmsnorm": {"PLUS_BIAS": "", "VECTOR_RESULT": "MUL(normal, LOAD(weight + k))", "MEAN": "0"},
}


def source(kernel: str) -> str:
    """C for one of the two, with the constants of the kernel."""
    body = NORM.replace("NAME", kernel)
    for word, meaning in MEANINGS[kernel].items():
        body = body.replace(word, meaning)
    return f"#define AHEAD {AHEAD}\n#define EPSILON {EPSILON}\n" + VECTORS + ROWS + body


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function of the same name on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(source(kernel))[kernel]
    addresses = {name: ctypes.c_void_p(value.ctypes.data) for name, value in arrays.items()}
    pointers = [addresses.get(name) for name in ("x", "weight", "bias", "y")]
    lengths = [ctypes.c_long(length) for length in (*arrays["x"].shape, threads)]
    function.restype = None
    return lambda: function(*pointers, *lengths)


PEER = Peer("C vectors, rows", ("layernorm", "rmsnorm"), c_compiler.version, bind)
