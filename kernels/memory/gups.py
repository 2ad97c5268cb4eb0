"""Giga-updates per second: a large table changed at random places, as in hashing, histograms and graph codes.

Formula  for each of `streams` values a, `steps` times: table[a mod words] <- table[a mod words] xor a, then
         a <- 2 a xor (7 if the highest bit of a was set), in 64 bits: the shift register of HPCC RandomAccess.
Work     updates = streams steps; no flops; 128 bytes per update (one cache line in and out), 16 per stream.
Method   GROUP streams advance together as vectors, and the line of each new value is asked for at once, GROUP
         updates ahead of its use (HPCC allows 1024): that many misses overlap. Xor forgets the order of updates,
         so the answer is exact as long as none is lost: several threads update atomically, a single one need not.
         Words must be a power of two for the places to be spread evenly.
Source   P. Luszczek et al., The HPC Challenge benchmark suite, SC 2006 (RandomAccess).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels import atomic, simd
from kernels.arrays import aligned
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

GROUP = 64


def advanced(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The next value of every stream."""
    return (state << np.uint64(1)) ^ ((state >> np.uint64(63)) * np.uint64(7))


def reference(table: Any, state: Any, steps: int) -> dict[str, Any]:
    """All streams side by side, one step at a time."""
    words, values = table.copy(), state.copy()
    for _ in range(steps):
        np.bitwise_xor.at(words, values & np.uint64(table.size - 1), values)
        values = advanced(values)
    return {"table": words, "state": values}


@part
def next_value(value: Any) -> Any:
    """A step of the shift register, for a number or a vector."""
    return (value << np.uint64(1)) ^ ((np.uint64(0) - (value >> np.uint64(63))) & np.uint64(7))


@part
def update(table: Any, value: Any, alone: bool) -> None:
    """One change of the table; no other thread's change is lost."""
    place = value & np.uint64(table.size - 1)
    if alone:
        table[place] ^= value
    else:
        atomic.fetch_xor(table, place, value)


@part
def step_together(table: Any, state: Any, first: int, last: int, alone: bool) -> None:
    """One step of the streams in [first, last): updates, next values, and the request for their lines."""
    lanes = simd.lanes(state)
    whole = last - (last - first) % lanes
    for i in range(first, whole, lanes):
        for k in range(i, i + lanes):
            update(table, state[np.uint64(k)], alone)
        simd.store(state, i, next_value(simd.load(state, i)))
        for k in range(i, i + lanes):
            simd.prefetch_to_write(table, state[np.uint64(k)] & np.uint64(table.size - 1))
    for i in range(whole, last):
        update(table, state[i], alone)
        state[i] = next_value(state[i])


@compiled(table="uint64 words", state="uint64 streams", steps="int64", threads="threads")
def gups(table: Any, state: Any, steps: int, threads: int) -> None:
    """Groups of streams in parallel."""
    for group in prange((state.size + GROUP - 1) // GROUP):
        first, last = group * GROUP, min((group + 1) * GROUP, state.size)
        if threads == 1:
            for _ in range(steps):
                step_together(table, state, first, last, True)
        else:
            for _ in range(steps):
                step_together(table, state, first, last, False)


@compiled(table="uint64 words", state="uint64 streams", steps="int64", parallel=False)
def plain_gups(table: Any, state: Any, steps: int) -> None:
    """Stream after stream on one thread, nothing asked for ahead."""
    for stream in range(state.size):
        value = state[stream]
        for _ in range(steps):
            table[value & np.uint64(table.size - 1)] ^= value
            value = next_value(value)
        state[stream] = value


def inputs(seed: int, words: int, streams: int, steps: int) -> dict[str, Any]:
    """The table i -> i of HPCC, and random starts of the streams."""
    table, state = aligned(words, np.uint64), aligned(streams, np.uint64)
    table[:] = np.arange(words, dtype=np.uint64)
    state[:] = np.random.default_rng(seed).integers(1, 2**64, streams, dtype=np.uint64)
    return {"table": table, "state": state, "steps": steps}


def work(words: int, streams: int, steps: int) -> Work:
    """Counts for one call."""
    updates = streams * steps
    return Work(
        flops=0,
        bytes_read=64 * updates + 8 * streams,
        bytes_written=64 * updates + 8 * streams,
        formula="updates = streams steps; flops = 0; "
        "bytes = 64 updates + 8 streams read + 64 updates + 8 streams written",
    )


GUPS = Kernel(
    name="gups",
    story="Hash tables, histograms and graphs: small changes at random places of a large memory.",
    limit="latency",
    precision="int64",
    sizes={
        "quick": {"words": 2**25, "streams": 8192, "steps": 128},
        "standard": {"words": 2**26, "streams": 8192, "steps": 512},
        "full": {"words": 2**27, "streams": 8192, "steps": 2048},
    },
    inputs=inputs,
    outputs=("table", "state"),
    updates=("table", "state"),
    reference=reference,
    cpu=gups,
    work=work,
    rtol=0,
    tolerance="integers are exact",
    source="Luszczek et al., HPC Challenge, SC 2006",
    goals={"C": 1.0},
    moves_once=False,
    simple=plain_gups,
)
