"""Peer of sort: the same buckets and passes in C, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
typedef uint64_t key_t_;
#define DIGIT 8
#define DIGITS 256
#define FEW 24
#define SPARE_BITS 2
#define MOVES_PER_KEY 16
#define BUCKET_KEYS 4096
#define BUCKET_BITS 11
#define SAMPLE 1024

static inline int width(uint64_t x) { return x ? 64 - __builtin_clzll(x) : 0; }

static inline void move_by_digit(const key_t_ *restrict from, key_t_ *restrict to, long n, int shift) {
    uint64_t place[DIGITS];
    memset(place, 0, sizeof place);
    for (long i = 0; i < n; i++) place[(from[i] >> shift) & (DIGITS - 1)]++;
    uint64_t start = 0;
    for (int d = 0; d < DIGITS; d++) {
        const uint64_t count = place[d];
        place[d] = start;
        start += count;
    }
    for (long i = 0; i < n; i++) {
        const key_t_ key = from[i];
        to[place[(key >> shift) & (DIGITS - 1)]++] = key;
    }
}

static inline int insert(const key_t_ *from, key_t_ *to, long n) {
    long moves = MOVES_PER_KEY * n;
    key_t_ highest = 0;
    for (long i = 0; i < n; i++) {
        const key_t_ key = from[i];
        long place = i;
        if (key < highest)
            for (; place > 0 && to[place - 1] > key; place--) to[place] = to[place - 1];
        to[place] = key;
        if (key > highest) highest = key;
        if ((moves -= i - place) < 0) return 0;
    }
    return 1;
}

static void sort_bucket(key_t_ *spare, key_t_ *ordered, long n) {
    int top = 0;
    if (n > FEW) {
        uint64_t differing = 0;
        for (long i = 0; i < n; i++) differing |= spare[i] ^ spare[0];
        top = width(differing);
    }
    int low = top - (width((uint64_t)n) + SPARE_BITS + DIGIT - 1) / DIGIT * DIGIT;
    key_t_ *from = spare, *to = ordered;
    for (int done = 0; !done; low = 0) {
        for (int shift = low > 0 ? low : 0; shift < top; shift += DIGIT) {
            move_by_digit(from, to, n, shift);
            key_t_ *other = from;
            from = to;
            to = other;
        }
        done = insert(from, ordered, n);
    }
}

void sort(const key_t_ *restrict keys, key_t_ *restrict ordered, key_t_ *restrict spare, long n, int threads) {
    int bits = width((uint64_t)(n / BUCKET_KEYS));
    bits = bits < 1 ? 1 : bits > BUCKET_BITS ? BUCKET_BITS : bits;
    const long buckets = 1L << bits, step = n / SAMPLE > 1 ? n / SAMPLE : 1, share = (n + threads - 1) / threads;
    key_t_ lowest = keys[0], highest = keys[0];
    for (long i = 0; i < n; i += step) {
        if (keys[i] < lowest) lowest = keys[i];
        if (keys[i] > highest) highest = keys[i];
    }
    const int range = width(highest - lowest), shift = range > bits ? range - bits : 0;
    const uint64_t last = buckets - 1;
    uint64_t *counts = calloc(buckets * threads, sizeof *counts);
#define BUCKET(key) ({ uint64_t at = ((key > lowest ? key : lowest) - lowest) >> shift; at < last ? at : last; })
    _Pragma("omp parallel num_threads(threads)")
    {
        _Pragma("omp for schedule(static, 1)")
        for (int t = 0; t < threads; t++) {
            uint64_t *own = counts + t * buckets;
            const long end = (t + 1) * share < n ? (t + 1) * share : n;
            for (long i = t * share; i < end; i++) own[BUCKET(keys[i])]++;
        }
        _Pragma("omp single")
        for (long b = 0, start = 0; b < buckets; b++)
            for (int t = 0; t < threads; t++) {
                const uint64_t count = counts[t * buckets + b];
                counts[t * buckets + b] = start;
                start += count;
            }
        _Pragma("omp for schedule(static, 1)")
        for (int t = 0; t < threads; t++) {
            uint64_t *own = counts + t * buckets;
            const long end = (t + 1) * share < n ? (t + 1) * share : n;
            for (long i = t * share; i < end; i++) {
                const key_t_ key = keys[i];
                spare[own[BUCKET(key)]++] = key;
            }
        }
        const uint64_t *ends = counts + (threads - 1) * buckets;
        _Pragma("omp for schedule(dynamic, 1)")
        for (long b = 0; b < buckets; b++) {
            const long begin = b ? ends[b - 1] : 0;
            if ((long)ends[b] > begin) sort_bucket(spare + begin, ordered + begin, ends[b] - begin);
        }
    }
    free(counts);
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays. Raises Unavailable."""
    function = c_compiler.library(SOURCE).sort
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("keys", "ordered", "spare")]
    length, count = ctypes.c_long(arrays["keys"].size), ctypes.c_int(threads)
    function.restype = None
    return lambda: function(*pointers, length, count)


PEER = Peer("C buckets", ("sort",), c_compiler.version, bind)
