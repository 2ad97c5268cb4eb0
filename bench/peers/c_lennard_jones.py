"""Peer of lennard_jones in C: cells, packed neighbours, masked vectors (AVX-512 intrinsics; elsewhere plain loops)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SORT = r"""
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define CUTOFF 2.5
#define R restrict
#define PADDING 16

static inline double wrapped(double position, double length) {
    const double inside = position - length * floor(position / length);
    return inside >= length ? 0.0 : inside;
}

static inline long cell_along(double inside, double side, long count) {
    const double place = inside / side;
    return place >= count ? count - 1 : place >= 0 ? (long)place : 0;
}

static long sort_by_cell(const double *R position, double side, long n, const long *R counts, uint32_t *R cell,
                         uint32_t *R end, uint32_t *R order, double *R ordered) {
    const long cells = counts[0] * counts[1] * counts[2];
    uint32_t most = 0, before = 0;
    memset(end, 0, cells * sizeof *end);
    for (long i = 0; i < n; i++) {
        long flat = 0;
        for (int axis = 0; axis < 3; axis++) {
            const double inside = wrapped(position[axis * n + i], counts[axis] * side);
            flat = flat * counts[axis] + cell_along(inside, side, counts[axis]);
        }
        cell[i] = flat;
        if (++end[flat] > most) most = end[flat];
    }
    for (long k = 0; k < cells; k++) {
        const uint32_t count = end[k];
        end[k] = before;
        before += count;
    }
    for (long i = 0; i < n; i++) {
        const long place = end[cell[i]]++;
        order[place] = i;
        for (int axis = 0; axis < 3; axis++)
            ordered[axis * (n + PADDING) + place] = wrapped(position[axis * n + i], counts[axis] * side);
    }
    return most;
}
"""

PACK = r"""
static inline long pack(const double *R ordered, long row, long first, long last, double dx, double dy, double dz,
                        double *R near, long room, long at) {
    for (long i = first; i < last; i++) {
        near[at + i - first] = ordered[i] + dx;
        near[room + at + i - first] = ordered[row + i] + dy;
        near[2 * room + at + i - first] = ordered[2 * row + i] + dz;
    }
    return at + last - first;
}

static inline long image(long index, long count, double length, double *R shift) {
    *shift = index < 0 ? -length : index >= count ? length : 0.0;
    return index < 0 ? count - 1 : index >= count ? 0 : index;
}

static inline long start_of(const uint32_t *R end, long flat) { return flat > 0 ? end[flat - 1] : 0; }

static long pack_neighbours(const double *R ordered, long row, const uint32_t *R end, const long *R counts, double side,
                            long a, long b, long c, double *R near, long room) {
    const long nz = counts[2], low = c > 0 ? c - 1 : 0, high = c + 1 < nz ? c + 1 : nz - 1;
    const double height = nz * side;
    long at = 0;
    for (long step = 0; step < 9; step++) {
        double dx, dy;
        const long i = image(a + step / 3 - 1, counts[0], counts[0] * side, &dx);
        const long j = image(b + step % 3 - 1, counts[1], counts[1] * side, &dy);
        const long bottom = (i * counts[1] + j) * nz, top = bottom + nz - 1;
        at = pack(ordered, row, start_of(end, bottom + low), end[bottom + high], dx, dy, 0.0, near, room, at);
        if (c == 0) at = pack(ordered, row, start_of(end, top), end[top], dx, dy, -height, near, room, at);
        if (c == nz - 1) at = pack(ordered, row, start_of(end, bottom), end[bottom], dx, dy, height, near, room, at);
    }
    for (int axis = 0; axis < 3; axis++)
        for (int k = 0; k < 8; k++) near[axis * room + at + k] = 1e30;
    return at;
}
"""

FORCES = r"""
#define SHIFT (pow(CUTOFF, -6) - pow(CUTOFF, -12))
#ifdef __AVX512F__
#include <immintrin.h>
typedef double V __attribute__((vector_size(64)));
static inline double force_on(double x, double y, double z, const double *R near, long room, long count,
                              double *R out) {
    const V zero = {}, shift = zero + SHIFT;
    V sx = zero, sy = zero, sz = zero, energy = zero;
    for (long k = 0; k < count; k += 8) {
        const V dx = x - (V)_mm512_loadu_pd(near + k);
        const V dy = y - (V)_mm512_loadu_pd(near + room + k);
        const V dz = z - (V)_mm512_loadu_pd(near + 2 * room + k);
        const V square = dx * dx + (dy * dy + dz * dz);
        const __mmask8 below = _mm512_cmp_pd_mask(square, zero + CUTOFF * CUTOFF, _CMP_LT_OQ);
        const __mmask8 acts = _mm512_mask_cmp_pd_mask(below, square, zero, _CMP_GT_OQ);
        const V estimate = (V)_mm512_rcp14_pd(square), e = 1 - square * estimate, refined = estimate * e + estimate;
        const V inverse = refined * e * e + refined, sixth = inverse * inverse * inverse;
        const V pull = (V)_mm512_maskz_mul_pd(acts, inverse, sixth * (sixth - 0.5));
        energy = (V)_mm512_mask_add_pd(energy, acts, energy, sixth * (sixth - 1.0) + shift);
        sx += pull * dx;
        sy += pull * dy;
        sz += pull * dz;
    }
    out[0] = _mm512_reduce_add_pd(sx);
    out[1] = _mm512_reduce_add_pd(sy);
    out[2] = _mm512_reduce_add_pd(sz);
    return _mm512_reduce_add_pd(energy);
}
#else
static inline double force_on(double x, double y, double z, const double *R near, long room, long count,
                              double *R out) {
    double sx = 0, sy = 0, sz = 0, energy = 0;
    const double shift = SHIFT;
    _Pragma("omp simd reduction(+:sx, sy, sz, energy)")
    for (long k = 0; k < count; k++) {
        const double dx = x - near[k], dy = y - near[room + k], dz = z - near[2 * room + k];
        const double square = dx * dx + dy * dy + dz * dz;
        const int acts = square < CUTOFF * CUTOFF && square > 0;
        const double inverse = 1 / (acts ? square : 1e30), sixth = inverse * inverse * inverse;
        const double pull = inverse * (sixth * (sixth - 0.5));
        energy += acts ? sixth * (sixth - 1) + shift : 0;
        sx += pull * dx;
        sy += pull * dy;
        sz += pull * dz;
    }
    out[0] = sx;
    out[1] = sy;
    out[2] = sz;
    return energy;
}
#endif

void lennard_jones(const double *R position, double side, double *R force, double *R energy, uint32_t *R cell,
                   uint32_t *R end, uint32_t *R order, double *R ordered, long n, long nx, long ny, long nz) {
    const long counts[3] = {nx, ny, nz}, row = n + PADDING;
    const long room = (27 * sort_by_cell(position, side, n, counts, cell, end, order, ordered) + PADDING + 7) / 8 * 8;
    double total = 0;
    _Pragma("omp parallel for schedule(static) reduction(+:total)")
    for (long column = 0; column < nx * ny; column++) {
        double *near = aligned_alloc(64, 3 * room * sizeof *near);
        for (long c = 0; c < nz; c++) {
            const long here = column * nz + c;
            const long a = column / ny, b = column % ny;
            const long count = pack_neighbours(ordered, row, end, counts, side, a, b, c, near, room);
            for (long i = start_of(end, here); i < end[here]; i++) {
                double s[3];
                total += 2 * force_on(ordered[i], ordered[row + i], ordered[2 * row + i], near, room, count, s);
                for (int axis = 0; axis < 3; axis++) force[axis * n + order[i]] = 48 * s[axis];
            }
        }
        free(near);
    }
    energy[0] = total;
}
"""

ARRAYS = ("cell", "end", "order", "ordered")


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    function = c_compiler.library(SORT + PACK + FORCES, "-ffast-math", "-mprefer-vector-width=512").lennard_jones
    outputs = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("force", "energy", *ARRAYS)]
    position, side = ctypes.c_void_p(arrays["position"].ctypes.data), ctypes.c_double(arrays["side"])
    lengths = [ctypes.c_long(length) for length in (arrays["order"].size, *arrays["end"].shape)]
    function.restype = None
    return lambda: function(position, side, *outputs, *lengths)


PEER = Peer("C with packed cells", ("lennard_jones",), c_compiler.version, bind)
