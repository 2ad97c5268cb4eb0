"""Peer of cache_read: the same rows and vector accumulators in C, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
typedef double vec __attribute__((vector_size(LANES * 8), aligned(8)));
#define AT(i) (*(const vec *)(x + (i)))

static double read(const double *x, long n, long repeats) {
    vec a = {}, b = {}, c = {}, d = {}, e = {}, f = {}, g = {}, h = {};
    const long whole = n - n % (8 * LANES);
    double total = 0;
    for (long repeat = 0; repeat < repeats; repeat++) {
        for (long i = 0; i < whole; i += 8 * LANES) {
            a += AT(i);
            b += AT(i + LANES);
            c += AT(i + 2 * LANES);
            d += AT(i + 3 * LANES);
            e += AT(i + 4 * LANES);
            f += AT(i + 5 * LANES);
            g += AT(i + 6 * LANES);
            h += AT(i + 7 * LANES);
        }
        for (long i = whole; i < n; i++) total += x[i];
    }
    a = ((a + b) + (c + d)) + ((e + f) + (g + h));
    for (int lane = 0; lane < LANES; lane++) total += a[lane];
    return total;
}

void cache_read(const double *x, double *result, long n, long rows, long repeats) {
    #pragma omp parallel for schedule(static)
    for (long row = 0; row < rows; row++) result[row] = read(x + row * n, n, repeats);
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's rows; OpenMP takes its threads from the environment."""
    function = c_compiler.library(SOURCE).cache_read
    function.restype = None
    x, result = arrays["x"], arrays["result"]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (x, result)]
    lengths = [ctypes.c_long(number) for number in (x.shape[1], x.shape[0], arrays["repeats"])]
    return lambda: function(*pointers, *lengths)


PEER = Peer("C reads", ("cache_read",), c_compiler.version, bind)
