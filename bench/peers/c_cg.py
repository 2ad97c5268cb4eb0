"""Peer of cg27: the same iteration in C, colour by colour, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <math.h>
#include <stdint.h>
#define R restrict
#define ROWS(first, last) for (long row = (first); row < (long)(last); row++)
#define PARALLEL _Pragma("omp parallel for schedule(static)")

typedef struct { const uint32_t *start, *column; const double *value; } half;

static inline double row_sum(half h, const double *x, long row) {
    double first = 0, second = 0, third = 0;
    uint64_t entry = h.start[row], end = h.start[row + 1];
    for (; entry + 3 <= end; entry += 3) {
        first += h.value[entry] * x[h.column[entry]];
        second += h.value[entry + 1] * x[h.column[entry + 1]];
        third += h.value[entry + 2] * x[h.column[entry + 2]];
    }
    for (; entry < end; entry++) first += h.value[entry] * x[h.column[entry]];
    return first + second + third;
}

static double precondition(half lower, half upper, const double *R d, const uint32_t *R colour, const double *R r,
                           double *z) {
    double rz = 0;
    for (int c = 0; c < 8; c++) {
        PARALLEL
        ROWS(colour[c], colour[c + 1]) z[row] = (r[row] - row_sum(lower, z, row)) / d[row];
    }
    for (int c = 7; c >= 0; c--) {
        _Pragma("omp parallel for schedule(static) reduction(+ : rz)")
        ROWS(colour[c], colour[c + 1]) {
            z[row] -= row_sum(upper, z, row) / d[row];
            rz += r[row] * z[row];
        }
    }
    return rz;
}

void cg27(const uint32_t *lower_start, const uint32_t *lower_column, const double *lower_value,
          const uint32_t *upper_start, const uint32_t *upper_column, const double *upper_value, const double *R d,
          const uint32_t *R colour, const double *R b, double *R x, double *R norms, double *R r, double *z,
          double *R p, double *R q, long rows, long iterations) {
    const half lower = {lower_start, lower_column, lower_value}, upper = {upper_start, upper_column, upper_value};
    double square = 0, rz = 0;
    _Pragma("omp parallel for schedule(static) reduction(+ : square)")
    ROWS(0, rows) {
        x[row] = 0;
        r[row] = b[row];
        square += b[row] * b[row];
    }
    norms[0] = sqrt(square);
    for (long k = 0; k < iterations; k++) {
        const double old = rz;
        rz = precondition(lower, upper, d, colour, r, z);
        const double beta = k > 0 && old > 0 ? rz / old : 0;
        PARALLEL
        ROWS(0, rows) p[row] = k > 0 ? z[row] + beta * p[row] : z[row];
        double pq = 0;
        _Pragma("omp parallel for schedule(static) reduction(+ : pq)")
        ROWS(0, rows) {
            q[row] = d[row] * p[row] + (row_sum(lower, p, row) + row_sum(upper, p, row));
            pq += p[row] * q[row];
        }
        const double step = pq > 0 ? rz / pq : 0;
        square = 0;
        _Pragma("omp parallel for schedule(static) reduction(+ : square)")
        ROWS(0, rows) {
            x[row] += step * p[row];
            r[row] -= step * q[row];
            square += r[row] * r[row];
        }
        norms[k + 1] = sqrt(square);
    }
}
"""
ARRAYS = (
    *("lower_start", "lower_column", "lower_value", "upper_start", "upper_column", "upper_value"),
    *("diagonal", "colour_start", "b", "x", "norms", "r", "z", "p", "q"),
)


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    function = c_compiler.library(SOURCE).cg27
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ARRAYS]
    counts = [ctypes.c_long(arrays["b"].size), ctypes.c_long(arrays["iterations"])]
    function.restype = None
    return lambda: function(*pointers, *counts)


PEER = Peer("C loops by colour", ("cg27",), c_compiler.version, bind)
