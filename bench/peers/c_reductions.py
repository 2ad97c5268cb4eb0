"""Peer of dot and sum: the same blocks and vector accumulators in C, compiled at run time."""

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
#define AT(x, i) (*(const vec *)((x) + (i)))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

#define BETWEEN(name, vector, scalar)                                                \
    static double name(const double *x, const double *y, long first, long last) {        \
        vec a = {}, b = {}, c = {}, d = {};                                              \
        const long whole = last - (last - first) % (4 * LANES);                          \
        for (long i = first; i < whole; i += 4 * LANES) {                                \
            a += vector(i);                                                              \
            b += vector(i + LANES);                                                      \
            c += vector(i + 2 * LANES);                                                  \
            d += vector(i + 3 * LANES);                                                  \
        }                                                                                \
        a = (a + b) + (c + d);                                                           \
        double total = 0;                                                                \
        for (int lane = 0; lane < LANES; lane++) total += a[lane];                       \
        for (long i = whole; i < last; i++) total += scalar(i);                          \
        return total;                                                                    \
    }
#define PRODUCTS(i) AT(x, i) * AT(y, i)
#define PRODUCT(i) x[i] * y[i]
#define VALUES(i) AT(x, i)
#define VALUE(i) x[i]
BETWEEN(dot_between, PRODUCTS, PRODUCT)
BETWEEN(sum_between, VALUES, VALUE)

#define REDUCE(between)                                                                  \
    const long step = 4 * LANES * blocks, share = (n + step - 1) / step * 4 * LANES;     \
    _Pragma("omp parallel for schedule(static)")                                         \
    for (long k = 0; k < blocks; k++)                                                    \
        partials[k] = between(x, y, MIN(k * share, n), MIN((k + 1) * share, n));         \
    *result = sum_between(partials, partials, 0, blocks);

void dot(const double *x, const double *y, double *partials, double *result, long n, long blocks) {
    REDUCE(dot_between)
}
void sum(const double *x, const double *y, double *partials, double *result, long n, long blocks) {
    REDUCE(sum_between)
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function of the same name on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(SOURCE)[kernel]
    x = arrays["x"]
    buffers = (x, arrays.get("y", x), arrays["partials"], arrays["result"])
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in buffers]
    lengths = [ctypes.c_long(x.size), ctypes.c_long(arrays["partials"].size)]
    function.restype = None
    return lambda: function(*pointers, *lengths)


PEER = Peer("C accumulators", ("dot", "sum"), c_compiler.version, bind)
