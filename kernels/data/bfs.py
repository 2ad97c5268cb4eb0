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
from numba import prange

from kernels.arrays import poisoned
from kernels.compile import compiled, part
from kernels.data.frontier import (
    CLEAR,
    DONE,
    DOWN,
    EDGES,
    FOUND,
    ONE,
    STATE,
    TAIL,
    UP,
    down,
    each_word,
    to_bitmap,
    to_queue,
)
from kernels.data.graph import neighbours, random_edges
from kernels.spec import Kernel, Work

UPWARDS_FROM = 15
DOWNWARDS_BELOW = 24
FEW = 4096


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
