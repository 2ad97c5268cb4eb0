"""Peer of gups: the same groups of streams, vectors and requests ahead in C, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
#define GROUP 64
typedef uint64_t word;
typedef word vec __attribute__((vector_size(LANES * 8), aligned(8)));
#define NEXT(a) (((a) << 1) ^ ((0 - ((a) >> 63)) & 7))

static inline void update(word *table, word mask, word a, int alone) {
    if (alone) table[a & mask] ^= a;
    else __atomic_fetch_xor(table + (a & mask), a, __ATOMIC_RELAXED);
}

static inline void step_together(word *table, word mask, word *state, long count, int alone) {
    const long whole = count - count % LANES;
    for (long i = 0; i < whole; i += LANES) {
        for (long k = i; k < i + LANES; k++) update(table, mask, state[k], alone);
        vec *values = (vec *)(state + i);
        *values = NEXT(*values);
        for (long k = i; k < i + LANES; k++) __builtin_prefetch(table + (state[k] & mask), 1);
    }
    for (long i = whole; i < count; i++) {
        update(table, mask, state[i], alone);
        state[i] = NEXT(state[i]);
    }
}

void gups(word *restrict table, word *restrict state, long words, long streams, long steps, int threads) {
    _Pragma("omp parallel for schedule(static)")
    for (long first = 0; first < streams; first += GROUP) {
        const long count = streams - first < GROUP ? streams - first : GROUP;
        if (threads == 1)
            for (long step = 0; step < steps; step++) step_together(table, words - 1, state + first, count, 1);
        else
            for (long step = 0; step < steps; step++) step_together(table, words - 1, state + first, count, 0);
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; atomic updates unless there is one thread."""
    function = c_compiler.library(SOURCE).gups
    table, state = arrays["table"], arrays["state"]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (table, state)]
    counts = [ctypes.c_long(count) for count in (table.size, state.size, arrays["steps"])]
    function.restype = None
    return lambda: function(*pointers, *counts, ctypes.c_int(threads))


PEER = Peer("C prefetching", ("gups",), c_compiler.version, bind)
