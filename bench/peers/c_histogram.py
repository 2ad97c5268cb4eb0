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
void histogram(const uint32_t *restrict keys, int64_t *restrict counts, uint32_t *restrict tables, long n, long size,
               int threads) {
    const uint32_t bins = size;
    _Pragma("omp parallel for schedule(static, 1) num_threads(threads)")
    for (int t = 0; t < threads; t++) {
        uint32_t *restrict first = tables + 2 * t * size, *restrict second = first + bins;
        const long begin = t * n / threads, end = (t + 1) * n / threads, half = (end - begin) / 2;
        memset(first, 0, 2 * size * sizeof *first);
        for (long i = begin; i < begin + half; i++) {
            if (keys[i] < bins) first[keys[i]]++;
            if (keys[i + half] < bins) second[keys[i + half]]++;
        }
        if (begin + 2 * half < end && keys[end - 1] < bins) first[keys[end - 1]]++;
    }
    memset(counts, 0, size * sizeof *counts);
    for (int row = 0; row < 2 * threads; row++)
        for (long b = 0; b < size; b++) counts[b] += tables[row * size + b];
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
