"""Peer of histogram: the same tables per thread in C, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#include <string.h>
static void count_halves(const uint32_t *restrict keys, long n, uint32_t *restrict first, uint32_t *restrict second,
                         uint32_t bins) {
    const long half = n / 2;
    memset(first, 0, bins * sizeof *first);
    memset(second, 0, bins * sizeof *second);
    for (long i = 0; i < half; i++) {
        const uint32_t a = keys[i], b = keys[i + half];
        if (a < bins) first[a]++;
        if (b < bins) second[b]++;
    }
    if (n % 2 && keys[n - 1] < bins) first[keys[n - 1]]++;
}

void histogram(const uint32_t *restrict keys, int64_t *restrict counts, uint32_t *restrict tables, long n, long bins,
               int threads) {
    _Pragma("omp parallel for schedule(static, 1) num_threads(threads)")
    for (int t = 0; t < threads; t++) {
        const long begin = t * n / threads, end = (t + 1) * n / threads;
        count_halves(keys + begin, end - begin, tables + 2 * t * bins, tables + (2 * t + 1) * bins, bins);
    }
    memset(counts, 0, bins * sizeof *counts);
    for (int row = 0; row < 2 * threads; row++)
        for (long b = 0; b < bins; b++) counts[b] += tables[row * bins + b];
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays. Raises Unavailable."""
    function = c_compiler.library(SOURCE).histogram
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("keys", "counts", "tables")]
    lengths = [ctypes.c_long(arrays[name].size) for name in ("keys", "counts")]
    count = ctypes.c_int(min(threads, arrays["tables"].shape[0] // 2))
    function.restype = None
    return lambda: function(*pointers, *lengths, count)


PEER = Peer("C tables", ("histogram",), c_compiler.version, bind)
