"""Peer of bfs: the same search in C, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
#include <string.h>
#define UPWARDS_FROM 15
#define DOWNWARDS_BELOW 24
#define HELD 256
#define FEW 4096
#define LAST_FEW 4
#define AHEAD 2
static inline uint64_t is_set(const uint64_t *bitmap, uint32_t v) { return bitmap[v >> 6] >> (v & 63) & 1; }

static void clear_word(const uint32_t *restrict start, int32_t *restrict level, uint64_t *restrict seen, long word,
                       long n) {
    const long first = 64 * word, end = first + 64 < n ? first + 64 : n;
    uint64_t lonely = ~UINT64_C(0);
    for (long v = first; v < end; v++) {
        level[v] = -1;
        lonely ^= (uint64_t)(start[v] != start[v + 1]) << (v & 63);
    }
    seen[word] = lonely;
}

static long up_word(const uint32_t *restrict start, const uint32_t *restrict column, int32_t *restrict level,
                    uint64_t *restrict seen, const uint64_t *restrict now, uint64_t *restrict ahead, long word,
                    long words, int depth) {
    const uint32_t first = 64 * word;
    if (word + AHEAD < words)
        for (uint64_t left = ~seen[word + AHEAD]; left; left &= left - 1)
            __builtin_prefetch(column + start[first + 64 * AHEAD + __builtin_ctzll(left)]);
    const uint64_t waiting = ~seen[word];
    uint64_t found = 0;
    for (uint64_t left = waiting; left; left &= left - 1) {
        const int bit = __builtin_ctzll(left);
        found |= is_set(now, column[start[first + bit]]) << bit;
    }
    uint32_t who[64], at[64], ends[64];
    int count = 0;
    for (uint64_t left = waiting & ~found; left; left &= left - 1) {
        const int bit = __builtin_ctzll(left);
        who[count] = bit;
        at[count] = start[first + bit] + 1;
        ends[count] = start[first + bit + 1];
        count += at[count] < ends[count];
    }
    while (count > LAST_FEW) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            const uint32_t bit = who[i], entry = at[i], end = ends[i];
            const uint64_t hit = is_set(now, column[entry]);
            found |= hit << bit;
            who[kept] = bit;
            at[kept] = entry + 1;
            ends[kept] = end;
            kept += !hit & (entry + 1 < end);
        }
        count = kept;
    }
    for (int i = 0; i < count; i++)
        for (uint32_t e = at[i]; e < ends[i]; e++)
            if (is_set(now, column[e])) {
                found |= UINT64_C(1) << who[i];
                break;
            }
    ahead[word] = found;
    seen[word] |= found;
    for (uint64_t left = found; left; left &= left - 1) level[first + __builtin_ctzll(left)] = depth;
    return __builtin_popcountll(found);
}

static long hand_in(const uint32_t *held, long count, uint32_t *queue, long *tail) {
    const long place = __atomic_fetch_add(tail, count, __ATOMIC_RELAXED);
    memcpy(queue + place, held, count * sizeof *held);
    return 0;
}

void bfs(const uint32_t *restrict start, const uint32_t *restrict column, long source, int32_t *restrict level,
         uint32_t *restrict queue, uint64_t *restrict bits, long n, long entries, int threads) {
    const long words = (n + 63) / 64;
    uint64_t *seen = bits, *now = bits + words, *ahead = bits + 2 * words;
    _Pragma("omp parallel for schedule(dynamic, 16) num_threads(threads)")
    for (long w = 0; w < words; w++) clear_word(start, level, seen, w, n);
    level[source] = 0;
    seen[source / 64] |= UINT64_C(1) << (source % 64);
    queue[0] = source;
    long begin = 0, end = 1, edges = start[source + 1] - start[source], unexplored = entries - edges;
    int up = 0, turned = 0;
    for (long frontier = 1, depth = 1; frontier; depth++) {
        if (up && frontier < n / DOWNWARDS_BELOW) {
            begin = end = 0;
            for (long w = 0; w < words; w++)
                for (uint64_t left = now[w]; left; left &= left - 1) queue[end++] = 64 * w + __builtin_ctzll(left);
            up = 0;
            turned = 1;
            edges = FEW;
        } else if (!up && !turned && edges > unexplored / UPWARDS_FROM) {
            memset(now, 0, words * sizeof *now);
            for (long i = begin; i < end; i++) now[queue[i] >> 6] |= UINT64_C(1) << (queue[i] & 63);
            up = 1;
        }
        if (up) {
            frontier = 0;
            _Pragma("omp parallel for schedule(dynamic, 16) reduction(+ : frontier) num_threads(threads)")
            for (long w = 0; w < words; w++)
                frontier += up_word(start, column, level, seen, now, ahead, w, words, depth);
            uint64_t *other = now;
            now = ahead;
            ahead = other;
            continue;
        }
        const int active = edges < FEW ? 1 : threads;
        long tail = end;
        edges = 0;
        _Pragma("omp parallel reduction(+ : edges) num_threads(active)")
        {
            uint32_t held[HELD];
            long count = 0;
            _Pragma("omp for schedule(dynamic, 64)")
            for (long i = begin; i < end; i++)
                for (uint32_t e = start[queue[i]], last = start[queue[i] + 1]; e < last; e++) {
                    const uint32_t v = column[e];
                    const uint64_t bit = UINT64_C(1) << (v & 63);
                    if (seen[v >> 6] & bit || __atomic_fetch_or(seen + (v >> 6), bit, __ATOMIC_RELAXED) & bit) continue;
                    level[v] = depth;
                    edges += start[v + 1] - start[v];
                    held[count++] = v;
                    if (count == HELD) count = hand_in(held, count, queue, &tail);
                }
            hand_in(held, count, queue, &tail);
        }
        begin = end;
        end = tail;
        frontier = end - begin;
        unexplored -= edges;
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays. Raises Unavailable."""
    function = c_compiler.library(SOURCE).bfs
    row_start, column, level, queue, bits = (
        ctypes.c_void_p(arrays[name].ctypes.data) for name in ("row_start", "column", "level", "queue", "bits")
    )
    source, vertices, entries = (
        ctypes.c_long(int(number)) for number in (arrays["source"], arrays["level"].size, arrays["column"].size)
    )
    count = ctypes.c_int(threads)
    function.restype = None
    return lambda: function(row_start, column, source, level, queue, bits, vertices, entries, count)


PEER = Peer("C search", ("bfs",), c_compiler.version, bind)
