"""Running sums on a GPU: sums of chunks, running sums of these, then every chunk on its own.

Chunks pass through shared memory, so that threads add neighbours while memory is read and written in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import THREADS, cuda, device
from kernels.gpu.version import Launch, Version, shape_of

EACH = 8
CHUNK = THREADS * EACH


@device
def running(value: Any, totals: Any) -> Any:
    """Sum of the values of this thread and of all threads before it in the block."""
    me = cuda.threadIdx.x
    totals[me] = value
    cuda.syncthreads()
    step = 1
    while step < THREADS:
        before = totals[me - step] if me >= step else 0
        cuda.syncthreads()
        totals[me] += before
        cuda.syncthreads()
        step *= 2
    return totals[me]


def chunk_sums(values: Any, carried: Any) -> None:
    """carried[chunk] = sum of its values."""
    totals = cuda.shared.array(THREADS, np.int64)
    first = cuda.blockIdx.x * CHUNK
    total = 0
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, values.size), THREADS):
        total += values[i]
    total = running(total, totals)
    if cuda.threadIdx.x == THREADS - 1:
        carried[cuda.blockIdx.x] = total


def carry(carried: Any) -> None:
    """carried[chunk] = sum of all chunks before it, by one block."""
    totals = cuda.shared.array(THREADS, np.int64)
    before = 0
    for start in range(0, carried.size, THREADS):
        i = start + cuda.threadIdx.x
        value = carried[i] if i < carried.size else 0
        through = running(value, totals)
        if i < carried.size:
            carried[i] = before + through - value
        before += totals[THREADS - 1]
        cuda.syncthreads()


def scan_chunks(values: Any, carried: Any, sums: Any) -> None:
    """sums[i] = what was carried into the chunk and all its values up to i."""
    chunk = cuda.shared.array(CHUNK, np.int64)
    totals = cuda.shared.array(THREADS, np.int64)
    first = cuda.blockIdx.x * CHUNK
    count = min(CHUNK, values.size - first)
    for i in range(cuda.threadIdx.x, CHUNK, THREADS):
        chunk[i] = values[first + i] if i < count else 0
    cuda.syncthreads()
    mine = cuda.threadIdx.x * EACH
    total = 0
    for i in range(mine, mine + EACH):
        total += chunk[i]
        chunk[i] = total
    offset = carried[cuda.blockIdx.x] + running(total, totals) - total
    for i in range(mine, mine + EACH):
        chunk[i] += offset
    cuda.syncthreads()
    for i in range(cuda.threadIdx.x, count, THREADS):
        sums[first + i] = chunk[i]


def _launches(multiprocessors: int, n: int) -> tuple[Launch, ...]:
    chunks = -(-n // CHUNK)
    return (
        Launch(chunk_sums, ("values", "carried"), chunks, THREADS),
        Launch(carry, ("carried",), 1, THREADS),
        Launch(scan_chunks, ("values", "carried", "sums"), chunks, THREADS),
    )


VERSIONS = (
    Version(
        "scan",
        _launches,
        ("ld.global.u64", "st.global.u64", "ld.shared.u64", "bar.sync"),
        {"n": 2 * CHUNK + 77},
        scratch=lambda n: {"carried": shape_of(np.int64, -(-n // CHUNK))},
    ),
)
