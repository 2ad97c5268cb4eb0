"""Breadth-first search: how many steps every vertex of a graph is away, the core of graph analytics.

Formula  level[source] = 0; level[v] = 1 + the lowest level of a neighbour of v; -1 where no path leads.
         Levels are unique, so the result does not depend on the order in which threads find vertices.
Work     R-MAT graph of 2^scale vertices with edge_factor edges for each, kept in both directions: 2 edge_factor 2^scale
         entries of 4 bytes, row starts and levels, each counted once. Searching upwards skips many entries, so the
         bytes are the measure of the graph rather than of the traffic. No floating-point operation.
Method   As long as few edges leave the frontier, its vertices look for unseen neighbours (downwards, from a queue);
         when many do, the unseen vertices look for one neighbour in the frontier and stop at the first (upwards,
         on bitmaps). Vertices without neighbours count as seen. Upwards, the first neighbours of 64 vertices are
         tested without branches, then the second ones of those that are left, and so on, because a branch that
         nobody can predict costs more than a test; what the vertices that follow need is prefetched.
         Downwards, a bit set atomically decides who found a vertex.
Source   S. Beamer, K. Asanovic, D. Patterson, Direction-optimizing breadth-first search, SC 2012.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import prange, types

from kernels import atomic, simd
from kernels.arrays import poisoned
from kernels.compile import compiled, inlined_part, part
from kernels.data.graph import neighbours, random_edges
from kernels.spec import Kernel, Work

UPWARDS_FROM = 15
DOWNWARDS_BELOW = 24
DRAWN_VERTICES = 64
DRAWN_WORDS = 16
HELD = 256
FEW = 4096
LAST_FEW = np.uint64(4)
AHEAD = 2
TICKET, TAIL, FOUND, EDGES, STATE = 0, 16, 32, 48, 64
CLEAR, DOWN, UP, DONE = 0, 1, 2, 3
ONE, SIX, LOW6, ALL = (np.uint64(number) for number in (1, 6, 63, 2**64 - 1))
NONE = np.uint64(0)


def reference(
    row_start: Any, column: Any, source: int, level: Any, queue: Any, bits: Any, state: Any
) -> dict[str, Any]:
    """All edges that leave a level are followed at once."""
    row = np.repeat(np.arange(level.size), np.diff(row_start.astype(np.int64)))
    found = np.full(level.size, -1, np.int32)
    found[source] = 0
    depth, ahead = 0, np.array([source])
    while ahead.size:
        ahead = column[found[row] == depth]
        ahead = ahead[found[ahead] < 0]
        depth += 1
        found[ahead] = depth
    return {"level": found}


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
        for entry in range(at[i], ends[i]):
            if is_set(now, column[entry]) != NONE:
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


@part
def next_mode(mode: int, frontier: int, edges: int, unexplored: int, vertices: int, turned: int) -> int:
    """Upwards while many edges leave the frontier, then downwards to the end."""
    if frontier == 0:
        return DONE
    if mode == UP and frontier < vertices // DOWNWARDS_BELOW:
        return DOWN
    if mode == DOWN and not turned and edges > unexplored // UPWARDS_FROM:
        return UP
    return mode


@compiled(
    row_start="uint32 vertices+1",
    column="uint32 entries",
    source="int64",
    level="int32 vertices",
    queue="uint32 vertices",
    bits="uint64 3 words",
    state="int64 64",
    threads="threads",
)
def bfs(row_start: Any, column: Any, source: int, level: Any, queue: Any, bits: Any, state: Any, threads: int) -> None:
    """One parallel region, entered to clear and for every level that is not small. The graph is trusted."""
    if source < 0 or source >= level.size or 64 * bits.shape[1] < level.size:
        raise ValueError("bfs: the source is no vertex, or bits has too few words")
    zero: Any = np.int64(0)
    mode, depth, begin, end, edges, unexplored, turned = zero + CLEAR, zero, zero, zero, zero, column.size, zero
    while mode != DONE:
        for i in range(STATE):
            state[i] = 0
        state[TAIL] = end
        seen, now, ahead = bits[0], bits[1 + depth % 2], bits[2 - depth % 2]
        if mode == DOWN and edges < FEW:
            down(row_start, column, level, queue, seen, state, (begin, end), depth)
        else:
            for _ in prange(threads):
                if mode == DOWN:
                    down(row_start, column, level, queue, seen, state, (begin, end), depth)
                else:
                    each_word(mode, row_start, column, level, (seen, now, ahead), state, depth)
        if mode == CLEAR:
            level[source] = 0
            seen[source // 64] |= ONE << np.uint64(source % 64)
            queue[0] = source
            state[TAIL], state[EDGES] = 1, row_start[source + 1] - row_start[source]
            mode = DOWN
        begin, end = end, state[TAIL]
        edges = state[EDGES]
        unexplored -= edges
        frontier = state[FOUND] if mode == UP else end - begin
        following = next_mode(mode, frontier, edges, unexplored, level.size, turned)
        if mode == DOWN and following == UP:
            to_bitmap(queue, begin, end, ahead)
        if mode == UP and following == DOWN:
            begin, end, edges, turned = 0, to_queue(ahead, queue), FEW, 1
        mode = following
        depth += 1


@compiled(
    row_start="uint32 vertices+1",
    column="uint32 entries",
    source="int64",
    level="int32 vertices",
    queue="uint32 vertices",
    bits="uint64 3 words",
    state="int64 64",
    parallel=False,
)
def bfs_plain(row_start: Any, column: Any, source: int, level: Any, queue: Any, bits: Any, state: Any) -> None:
    """One queue, one thread, always downwards, signed indices."""
    for i in range(level.size):
        level[i] = -1
    level[source], queue[0] = 0, source
    head, tail = 0, 1
    while head < tail:
        vertex = np.int64(queue[head])
        head += 1
        for entry in range(np.int64(row_start[vertex]), np.int64(row_start[vertex + 1])):
            other = np.int64(column[entry])
            if level[other] < 0:
                level[other] = level[vertex] + 1
                queue[tail] = other
                tail += 1


def inputs(seed: int, scale: int, edge_factor: int) -> dict[str, Any]:
    """An R-MAT graph and one of its vertices that has neighbours."""
    random = np.random.default_rng(seed)
    vertices = 2**scale
    row_start, column = neighbours(random_edges(random, scale, edge_factor * vertices), vertices)
    return {
        "row_start": row_start,
        "column": column,
        "source": int(random.choice(np.flatnonzero(np.diff(row_start)))),
        "level": poisoned(vertices, np.int32),
        "queue": poisoned(vertices, np.uint32),
        "bits": poisoned((3, (vertices + 63) // 64), np.uint64),
        "state": poisoned(STATE, np.int64),
    }


def work(scale: int, edge_factor: int) -> Work:
    """Counts for the whole graph, as if every entry were followed once."""
    vertices, entries = 2**scale, 2 * edge_factor * 2**scale
    return Work(
        flops=0,
        bytes_read=4 * entries + 4 * (vertices + 1),
        bytes_written=4 * vertices,
        formula="n = 2^scale, entries = 2 edge_factor n; flops = 0; "
        "bytes = 4 entries + 4 (n + 1) read + 4 n written; traversed edges = entries / 2",
    )


BFS = Kernel(
    name="bfs",
    story="Graph analytics (routes, social networks, dependencies): steps from one vertex to all others.",
    limit="latency",
    precision="int32",
    sizes={
        "quick": {"scale": 17, "edge_factor": 16},
        "standard": {"scale": 19, "edge_factor": 16},
        "full": {"scale": 21, "edge_factor": 16},
    },
    inputs=inputs,
    outputs=("level",),
    reference=reference,
    cpu=bfs,
    work=work,
    rtol=0,
    tolerance="levels are unique: equal",
    source="Beamer, Asanovic, Patterson, SC 2012",
    goals={"best": 1.0},
    workspace=("queue", "bits", "state"),
    moves_once=False,
    small_sizes=(
        {"scale": 1, "edge_factor": 1},
        {"scale": 2, "edge_factor": 2},
        {"scale": 6, "edge_factor": 5},
        {"scale": 5, "edge_factor": 7},
        {"scale": 10, "edge_factor": 3},
    ),
    simple=bfs_plain,
)
