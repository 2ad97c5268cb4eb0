"""Scan: running sums, the step that turns counts into positions in sorting, compaction and graph building.

Formula  sums[i] = values[0] + ... + values[i] in 64-bit integers that wrap around.
Work     n values read and n sums written once, 16 n bytes; no floating-point operation.
Method   The array is cut into chunks that fit a core's own cache, handed out in order. A thread adds up its chunk,
         waits for the sum of all chunks before it, passes the total on at once and then scans its chunk from the
         cache, so that memory is read once. One thread alone scans the array as one chunk, without adding it up
         first. Inside a vector, log2(lanes) shifted additions. Results larger than any cache are stored past it;
         prefetching 2 KiB ahead bridges the ends of pages.
Source   G. Blelloch, Prefix sums and their applications, CMU-CS-90-190, 1990; the chain of chunks:
         S. Yan, G. Long, Y. Zhang, StreamScan, PPoPP 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import prange

from kernels import atomic, simd
from kernels.arrays import aligned, poisoned
from kernels.compile import compiled, part
from kernels.memory.stream import put
from kernels.simd.vector import INT32, require_vectors
from kernels.spec import Kernel, Work

CHUNK = 2**15
AHEAD = 256
TICKET, TURN, CARRY = 0, 16, 32
STATE = 48
LARGEST = 2**31


def reference(values: Any, sums: Any, state: Any) -> dict[str, Any]:
    """NumPy's cumulative sum."""
    return {"sums": np.cumsum(values)}


@simd.operation
def shifted_up(_context: Any, a: Any, count: Any) -> Any:
    """Lane i takes lane i - count, the first ones zero; `count` is a constant power of two."""
    vector = require_vectors((a,))
    zero = ir.Constant(vector.ir, None)
    positions = [vector.lanes + i - count.literal_value for i in range(vector.lanes)]
    if count.literal_value >= vector.lanes:
        return vector(a, count), lambda *_: zero
    pattern = ir.Constant(ir.VectorType(INT32, vector.lanes), positions)
    return vector(a, count), lambda _c, builder, _s, arguments: builder.shuffle_vector(zero, arguments[0], pattern)


@simd.operation
def last_lane(_context: Any, a: Any) -> Any:
    """The number in the last lane."""
    vector = require_vectors((a,))
    position = ir.Constant(INT32, vector.lanes - 1)
    return vector.dtype(a), lambda _c, builder, _s, arguments: builder.extract_element(arguments[0], position)


@simd.operation
def last_everywhere(_context: Any, a: Any) -> Any:
    """Every lane takes the last one."""
    vector = require_vectors((a,))
    pattern = ir.Constant(ir.VectorType(INT32, vector.lanes), [vector.lanes - 1] * vector.lanes)
    return vector(a), lambda _c, builder, _s, arguments: builder.shuffle_vector(arguments[0], arguments[0], pattern)


@part
def total(values: Any, begin: int, end: int) -> Any:
    """Sum of values[begin:end]."""
    found = np.int64(0)
    for i in range(np.uint64(begin), np.uint64(end)):
        found += values[i]
    return found


@part
def scan_slowly(values: Any, sums: Any, begin: int, end: int, carry: int) -> Any:
    """One by one; the last sum."""
    for i in range(begin, end):
        carry += values[i]
        sums[i] = carry
    return carry


@part
def scan_chunk(values: Any, sums: Any, begin: int, end: int, carry: int) -> Any:
    """Running sums from `carry` on; the last one."""
    lanes = simd.lanes(sums)
    first = min(end, begin + -(simd.address(sums) // 8 + begin) % lanes)
    last = end - (end - first) % lanes
    running = simd.broadcast(scan_slowly(values, sums, begin, first, carry))
    for i in range(first, last, lanes):
        simd.prefetch(values, i + AHEAD)
        v = simd.load(values, i)
        v = v + shifted_up(v, 1)
        v = v + shifted_up(v, 2)
        v = v + shifted_up(v, 4)
        put(sums, i, v + running)
        running = running + last_everywhere(v)
    return scan_slowly(values, sums, last, end, last_lane(running))


@part
def handed_over(state: Any, chunk: int, own: int) -> Any:
    """Sum of all chunks before this one, whose own sum is passed on at once."""
    atomic.wait_for(state, TURN, chunk)
    before = state[CARRY]
    state[CARRY] = before + own
    atomic.store(state, TURN, chunk + 1)
    return before


@compiled(values="int64 n", sums="int64 n", state="int64 48", threads="threads")
def scan(values: Any, sums: Any, state: Any, threads: int) -> None:
    """Threads draw chunks in order and pass the sum so far from one chunk to the next."""
    length = values.size if threads == 1 else CHUNK
    state[:] = 0
    for _ in prange(threads):
        chunk = atomic.fetch_add(state, TICKET, 1)
        while chunk * length < values.size:
            begin, end = chunk * length, min((chunk + 1) * length, values.size)
            own = total(values, begin, end) if threads > 1 else 0
            scan_chunk(values, sums, begin, end, handed_over(state, chunk, own))
            chunk = atomic.fetch_add(state, TICKET, 1)


def inputs(seed: int, n: int) -> dict[str, Any]:
    """Random numbers of both signs."""
    values = aligned(n, np.int64)
    values[:] = np.random.default_rng(seed).integers(-LARGEST, LARGEST, n)
    return {"values": values, "sums": poisoned(n, np.int64), "state": poisoned(STATE, np.int64)}


def work(n: int) -> Work:
    """Counts for n elements."""
    return Work(flops=0, bytes_read=8 * n, bytes_written=8 * n, formula="flops = 0; bytes = 8 n read + 8 n written")


SCAN = Kernel(
    name="scan",
    story="Counts become positions (sorting, filtering, building graphs): the running sum of a long array.",
    limit="memory",
    precision="int64",
    sizes={"quick": {"n": 8 * 2**20}, "standard": {"n": 32 * 2**20}, "full": {"n": 128 * 2**20}},
    inputs=inputs,
    outputs=("sums",),
    reference=reference,
    cpu=scan,
    work=work,
    rtol=0,
    tolerance="integers: equal",
    source="Blelloch, CMU-CS-90-190, 1990",
    goals={"best": 1.0},
    workspace=("state",),
)
