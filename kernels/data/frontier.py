"""The two directions of a breadth-first search, as parts of a kernel.

A set of vertices is a bitmap, 64 of them in a word. Words and vertices are drawn by the threads with a ticket, so that
vertices with many neighbours do not hold up the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from kernels import atomic, simd
from kernels.compile import inlined_part, part

CLEAR, DOWN, UP, DONE = 0, 1, 2, 3
TICKET, TAIL, FOUND, EDGES, STATE = 0, 16, 32, 48, 64
DRAWN_VERTICES = 64
DRAWN_WORDS = 16
HELD = 256
LAST_FEW = np.uint64(4)
AHEAD = 2
ONE, SIX, LOW6, ALL = (np.uint64(number) for number in (1, 6, 63, 2**64 - 1))
NONE = np.uint64(0)


@simd.operation
def trailing_zeros(_context: Any, word: Any) -> Any:
    """Position of the lowest set bit of a 64-bit word that is not zero."""

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        return simd.emit_call(builder, "llvm.cttz.i64", ir.IntType(64), (arguments[0], ir.Constant(ir.IntType(1), 1)))

    return types.uint64(types.uint64), generate


@part
def is_set(bitmap: Any, vertex: Any) -> Any:
    """1 where the vertex is in the set, otherwise 0."""
    place = np.uint64(vertex)
    return bitmap[place >> SIX] >> (place & LOW6) & ONE


@inlined_part
def clear_word(row_start: Any, level: Any, seen: Any, word: int) -> None:
    """Nothing is reached; what has no neighbours, and what lies beyond the last vertex, counts as seen."""
    lonely = ALL
    for vertex in range(np.uint64(64 * word), np.uint64(min(64 * word + 64, level.size))):
        level[vertex] = -1
        if row_start[vertex] != row_start[vertex + ONE]:
            lonely ^= ONE << (vertex & LOW6)
    seen[word] = lonely


@inlined_part
def first_found(row_start: Any, column: Any, now: Any, first: Any, waiting: Any) -> Any:
    """Bits of those waiting vertices of a word whose first neighbour is in the set `now`."""
    found = NONE
    while waiting != NONE:
        bit = trailing_zeros(waiting)
        waiting &= waiting - ONE
        found |= is_set(now, column[row_start[first + bit]]) << bit
    return found


@inlined_part
def later_found(row_start: Any, column: Any, now: Any, first: Any, waiting: Any, notes: Any) -> Any:
    """Bits of those whose second or a later one is: round by round without branches, the last few one by one."""
    who, at, ends = notes
    found: Any = NONE
    count: Any = NONE
    while waiting != NONE:
        bit = trailing_zeros(waiting)
        waiting &= waiting - ONE
        entry, end = np.uint64(row_start[first + bit]) + ONE, row_start[first + bit + ONE]
        who[count], at[count], ends[count] = bit, entry, end
        count += np.uint64(entry < end)
    while count > LAST_FEW:
        kept: Any = NONE
        for i in range(count):
            bit, entry, end = np.uint64(who[i]), np.uint64(at[i]), np.uint64(ends[i])
            hit = is_set(now, column[entry])
            found |= hit << bit
            who[kept], at[kept], ends[kept] = bit, entry + ONE, end
            kept += (hit ^ ONE) & np.uint64(entry + ONE < end)
        count = kept
    for i in range(count):
        for place in range(at[i], ends[i]):
            if is_set(now, column[place]) != NONE:
                found |= ONE << np.uint64(who[i])
                break
    return found


@inlined_part
def ask_for(row_start: Any, column: Any, word: int, waiting: Any) -> None:
    """Prefetch the first neighbours of the waiting vertices of a word."""
    first = np.uint64(64 * word)
    while waiting != NONE:
        simd.prefetch(column, np.int64(row_start[first + trailing_zeros(waiting)]))
        waiting &= waiting - ONE


@inlined_part
def up_word(row_start: Any, column: Any, level: Any, bitmaps: Any, word: int, depth: int, notes: Any) -> int:
    """Reach what is unseen in a word of the bitmap; how many that is."""
    seen, now, ahead = bitmaps
    if word + AHEAD < seen.size:
        ask_for(row_start, column, word + AHEAD, ~seen[word + AHEAD])
    first, waiting = np.uint64(64 * word), ~seen[word]
    found = first_found(row_start, column, now, first, waiting)
    found |= later_found(row_start, column, now, first, waiting & ~found, notes)
    ahead[word] = found
    seen[word] |= found
    count = 0
    while found != NONE:
        level[first + trailing_zeros(found)] = depth
        found &= found - ONE
        count += 1
    return count


@part
def hand_in(held: Any, count: int, queue: Any, state: Any) -> None:
    """Append the vertices that a thread holds to the queue."""
    place = atomic.fetch_add(state, TAIL, count)
    for i in range(count):
        queue[place + i] = held[i]


@part
def down(row_start: Any, column: Any, level: Any, queue: Any, seen: Any, state: Any, ends: Any, depth: int) -> None:
    """Reach the unseen neighbours of the vertices that this thread draws from queue[begin:end]."""
    begin, end = ends
    held = np.empty(HELD, np.uint32)
    zero: Any = np.int64(0)
    count, edges = zero, zero
    drawn = begin + atomic.fetch_add(state, TICKET, DRAWN_VERTICES)
    while drawn < end:
        for i in range(drawn, min(drawn + DRAWN_VERTICES, end)):
            vertex = np.uint64(queue[i])
            for entry in range(row_start[vertex], row_start[vertex + ONE]):
                other = np.uint64(column[entry])
                bit = ONE << (other & LOW6)
                if seen[other >> SIX] & bit == NONE and atomic.fetch_or(seen, other >> SIX, bit) & bit == NONE:
                    level[other] = depth
                    held[count] = np.uint32(other)
                    count += 1
                    edges += np.int64(row_start[other + ONE] - row_start[other])
                    if count == HELD:
                        hand_in(held, count, queue, state)
                        count = 0
        drawn = begin + atomic.fetch_add(state, TICKET, DRAWN_VERTICES)
    hand_in(held, count, queue, state)
    atomic.fetch_add(state, EDGES, edges)


@part
def each_word(mode: int, row_start: Any, column: Any, level: Any, bitmaps: Any, state: Any, depth: int) -> None:
    """Clear, or search upwards, the words of the bitmaps that this thread draws."""
    count = 0
    words = bitmaps[0].size
    notes = np.empty(64, np.uint32), np.empty(64, np.uint32), np.empty(64, np.uint32)
    drawn = atomic.fetch_add(state, TICKET, DRAWN_WORDS)
    while drawn < words:
        for word in range(drawn, min(drawn + DRAWN_WORDS, words)):
            if mode == CLEAR:
                clear_word(row_start, level, bitmaps[0], word)
            else:
                count += up_word(row_start, column, level, bitmaps, word, depth, notes)
        drawn = atomic.fetch_add(state, TICKET, DRAWN_WORDS)
    atomic.fetch_add(state, FOUND, count)


@part
def to_bitmap(queue: Any, begin: int, end: int, bitmap: Any) -> None:
    """The vertices of queue[begin:end] as a set."""
    for word in range(bitmap.size):
        bitmap[word] = NONE
    for i in range(begin, end):
        vertex = np.uint64(queue[i])
        bitmap[vertex >> SIX] |= ONE << (vertex & LOW6)


@part
def to_queue(bitmap: Any, queue: Any) -> int:
    """The vertices of a set, written to the start of the queue; how many there are."""
    count = 0
    for word in range(bitmap.size):
        left = bitmap[word]
        while left != NONE:
            queue[count] = np.uint32(np.uint64(64 * word) + trailing_zeros(left))
            left &= left - ONE
            count += 1
    return count
