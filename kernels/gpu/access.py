"""Access at random on a GPU: dependent loads, updates, counting; atomics keep what several threads write."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import THREADS, blocks_for, cuda
from kernels.gpu.version import Launch, Version

CHAIN_THREADS = 32
BINS = 4096


def pointer_chase(table: Any, position: Any, steps: int) -> None:
    """A chain per thread: every load waits for the one before it."""
    chain = cuda.grid(1)
    if chain < position.size:
        at = position[chain]
        for _ in range(steps):
            at = table[chain, at]
        position[chain] = at


def gups(table: Any, state: Any, steps: int) -> None:
    """A stream per thread; exclusive or is the same in any order, so no update is lost and all bits are told."""
    stream = cuda.grid(1)
    if stream < state.size:
        value = state[stream]
        mask = np.uint64(table.size - 1)
        for _ in range(steps):
            cuda.atomic.xor(table, value & mask, value)
            top = value >> np.uint64(63)
            value = (value << np.uint64(1)) ^ (top * np.uint64(7))
        state[stream] = value


def clear(counts: Any) -> None:
    """No key has been counted."""
    for b in range(cuda.grid(1), counts.size, cuda.gridsize(1)):
        counts[b] = 0


def histogram(keys: Any, counts: Any) -> None:
    """A table per block in shared memory, added up at its end; bins beyond it are counted in memory at once."""
    table = cuda.shared.array(BINS, np.uint32)
    bins = counts.size
    for b in range(cuda.threadIdx.x, min(bins, BINS), cuda.blockDim.x):
        table[b] = 0
    cuda.syncthreads()
    for i in range(cuda.grid(1), keys.size, cuda.gridsize(1)):
        key = keys[i]
        if key < min(bins, BINS):
            cuda.atomic.add(table, key, np.uint32(1))
        elif key < bins:
            cuda.atomic.add(counts, key, 1)
    cuda.syncthreads()
    for b in range(cuda.threadIdx.x, min(bins, BINS), cuda.blockDim.x):
        if table[b] > 0:
            cuda.atomic.add(counts, b, np.int64(table[b]))


def _chains(multiprocessors: int, chains: int, lines: int, steps: int) -> tuple[Launch, ...]:
    blocks = -(-chains // CHAIN_THREADS)
    return (Launch(pointer_chase, ("table", "position", "steps"), blocks, CHAIN_THREADS),)


def _streams(multiprocessors: int, words: int, streams: int, steps: int) -> tuple[Launch, ...]:
    return (Launch(gups, ("table", "state", "steps"), -(-streams // THREADS), THREADS),)


def _counts(multiprocessors: int, n: int, bins: int) -> tuple[Launch, ...]:
    return (
        Launch(clear, ("counts",), blocks_for(bins, THREADS, multiprocessors), THREADS),
        Launch(histogram, ("keys", "counts"), blocks_for(n, THREADS, multiprocessors), THREADS),
    )


VERSIONS = (
    Version("pointer_chase", _chains, ("ld.global.u64",), {"chains": 3, "lines": 5, "steps": 7}),
    Version("gups", _streams, ("atom.global.xor.b64",), {"words": 64, "streams": 9, "steps": 5}),
    Version("histogram", _counts, ("atom.shared.add.u32", "atom.global.add.u64"), {"n": 1031, "bins": 37}),
)
