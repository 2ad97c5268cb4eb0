"""Peers of n-body in C: the two loops, at two widths, and the kernel's own algorithm with AVX-512 intrinsics."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer
from kernels.simulation.nbody import series_for
from kernels.spec import Precision

NUMBERS: Mapping[str, tuple[Precision, str]] = {"nbody_fp32": ("fp32", "float"), "nbody_fp64": ("fp64", "double")}
ARRAYS = ("x", "y", "z", "mass", "ax", "ay", "az")

LOOPS = r"""
#include <math.h>
#define R restrict
void nbody(const T *R x, const T *R y, const T *R z, const T *R m, T *R ax, T *R ay, T *R az,
           double softening, long n) {
    const T squared = (T)(softening * softening);
    _Pragma("omp parallel for schedule(static)")
    for (long i = 0; i < n; i++) {
        const T xi = x[i], yi = y[i], zi = z[i];
        T sx = 0, sy = 0, sz = 0;
        for (long j = 0; j < n; j++) {
            const T dx = x[j] - xi, dy = y[j] - yi, dz = z[j] - zi;
            const T inverse = 1 / ROOT(dx * dx + dy * dy + dz * dz + squared);
            const T pull = m[j] * inverse * inverse * inverse;
            sx += pull * dx;
            sy += pull * dy;
            sz += pull * dz;
        }
        ax[i] = sx;
        ay[i] = sy;
        az[i] = sz;
    }
}
"""

INTRINSICS = r"""
#include <immintrin.h>
#ifndef __AVX512F__
#error these intrinsics need AVX-512
#endif
typedef T V __attribute__((vector_size(64)));
#define ALL(c) ((V){} + (T)(c))
#define TOGETHER 256
#define R restrict
void nbody(const T *R x, const T *R y, const T *R z, const T *R m, T *R ax, T *R ay, T *R az,
           double softening, long n) {
    const long lanes = 64 / sizeof(T);
    const V squared = ALL(softening * softening);
    _Pragma("omp parallel for schedule(static)")
    for (long i = 0; i < n; i += lanes) {
        const unsigned mask = n - i < lanes ? (1u << (n - i)) - 1 : 0xffff;
        const V xi = (V)LOAD(mask, x + i), yi = (V)LOAD(mask, y + i), zi = (V)LOAD(mask, z + i);
        V sx = {}, sy = {}, sz = {};
        for (long first = 0; first < n; first += TOGETHER) {
            const long last = first + TOGETHER < n ? first + TOGETHER : n;
            V tx = {}, ty = {}, tz = {};
            for (long j = first; j < last; j++) {
                const V dx = xi - x[j], dy = yi - y[j], dz = zi - z[j];
                const V square = dx * dx + (dy * dy + (dz * dz + squared));
                const V estimate = (V)ESTIMATE(square), inverse = estimate * estimate;
                const V d = square * inverse - 1;
                const V pull = estimate * m[j] * inverse * (SERIES);
                tx += pull * dx;
                ty += pull * dy;
                tz += pull * dz;
            }
            sx += tx;
            sy += ty;
            sz += tz;
        }
        STORE(ax + i, mask, sx * (T)LEADING);
        STORE(ay + i, mask, sy * (T)LEADING);
        STORE(az + i, mask, sz * (T)LEADING);
    }
}
"""


def _horner(precision: Precision) -> tuple[str, float]:
    """C text of the series over its leading coefficient, and that coefficient with the sign of the differences."""
    constants = series_for(precision, 14)
    text = "d"
    for c in constants[-2:0:-1]:
        text = f"({text} + (T){float(c / constants[-1])!r}) * d"
    return f"{text} + (T){float(constants[0] / constants[-1])!r}", -float(constants[-1])


def _bind_loops(width: int, kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    number = NUMBERS[kernel][1]
    root = "sqrtf" if number == "float" else "sqrt"
    flags = ("-ffast-math", f"-mprefer-vector-width={width}", f"-DT={number}", f"-DROOT={root}")
    return _call(c_compiler.library(LOOPS, *flags), arrays)


def _bind_intrinsics(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    precision, number = NUMBERS[kernel]
    kind = "ps" if precision == "fp32" else "pd"
    series, leading = _horner(precision)
    names = {"LOAD": f"_mm512_maskz_loadu_{kind}", "STORE": f"_mm512_mask_storeu_{kind}"}
    words = {"T": number, "SERIES": series, "LEADING": repr(leading), "ESTIMATE": f"_mm512_rsqrt14_{kind}", **names}
    source = "".join(f"#define {word} {text}\n" for word, text in words.items()) + INTRINSICS
    return _call(c_compiler.library(source), arrays)


def _call(library: ctypes.CDLL, arrays: Mapping[str, Any]) -> Callable[[], None]:
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ARRAYS]
    softening, count = ctypes.c_double(arrays["softening"]), ctypes.c_long(arrays["x"].size)
    library.nbody.restype = None
    return lambda: library.nbody(*pointers, softening, count)


PEERS = (
    Peer("C loops, fast math, 512 bits", tuple(NUMBERS), c_compiler.version, partial(_bind_loops, 512)),
    Peer("C loops, fast math, 256 bits", tuple(NUMBERS), c_compiler.version, partial(_bind_loops, 256)),
    Peer("intrinsics of AVX-512 in C", tuple(NUMBERS), c_compiler.version, _bind_intrinsics),
)
