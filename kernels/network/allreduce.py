"""All-reduce: every process gets the sum of what all have, the step between two training steps on many machines.

Formula  total[r] = contribution[0] + ... + contribution[p - 1] for every rank r of p; n float32 elements each.
Work     (p - 1) n additions in all, (p - 1) / p n for each rank. The bytes are those of one rank, in the limit of many:
         whatever the method, it must receive and send 2 (p - 1) / p n elements in all, 8 n bytes, the "bus bytes"
         of nccl-tests. Counts per rank do not change with the number of ranks, as flops = n and bytes = 8 n; with one
         rank the same 8 n bytes are copied from the contribution to the total.
Method   As many ranks as Numba has threads when the inputs are made: processes with shared memory. Reduce-scatter and
         all-gather fall together where all memory is in reach: rank r adds up its share of all contributions in
         registers and writes the sums into the totals of all ranks, past the caches if they are large. Adding up
         blocks in the cache, one rank after the other, was slower up to 16 ranks.
Source   R. Thakur, R. Rabenseifner, W. Gropp, Optimization of collective communication operations in MPICH,
         IJHPCA 19(1), 2005.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import get_num_threads

from kernels import simd
from kernels.arrays import ALIGNMENT_BYTES
from kernels.compile import compiled, part
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.network.collective import Collective
from kernels.network.shared import shared, shared_poison
from kernels.spec import Kernel, Work


def reference(contribution: Any, total: Any) -> dict[str, Any]:
    """The sum in double precision, once for every rank."""
    result = np.empty(total.shape)
    result[:] = contribution.sum(axis=0, dtype=np.float64)
    return {"total": result}


@part
def reduce_pairs(contribution: Any, total: Any, begin: int, end: int, past_caches: bool) -> None:
    """Elements begin to end, a whole number of pairs of vectors."""
    ranks, n = total.shape
    lanes = simd.lanes(total)
    for i in range(begin, end, 2 * lanes):
        first, second = simd.load(contribution, i), simd.load(contribution, i + lanes)
        for place in range(n + i, ranks * n, n):
            first = first + simd.load(contribution, place)
            second = second + simd.load(contribution, place + lanes)
        for place in range(i, ranks * n, n):
            if past_caches:
                simd.stream(total, place, first)
                simd.stream(total, place + lanes, second)
            else:
                simd.store(total, place, first)
                simd.store(total, place + lanes, second)


@compiled(contribution="float32 ranks n", total="float32 ranks n", rank="int64", parallel=False)
def allreduce(contribution: Any, total: Any, rank: int) -> None:
    """The share of one rank: pairs of vectors, the last rank also the few elements at the end."""
    ranks, n = contribution.shape
    pair = 2 * simd.lanes(total)
    pairs = n // pair
    in_line = n * total.itemsize % ALIGNMENT_BYTES == 0 and simd.address(total) % ALIGNMENT_BYTES == 0
    large = ranks * n * total.itemsize >= STREAM_FROM_BYTES
    begin, end = rank * pairs // ranks * pair, (rank + 1) * pairs // ranks * pair
    reduce_pairs(contribution, total, begin, end, in_line and large)
    for i in range(pairs * pair if rank == ranks - 1 else n, n):
        value = contribution[0, i]
        for other in range(1, ranks):
            value += contribution[other, i]
        for other in range(ranks):
            total[other, i] = value


def inputs(seed: int, n: int) -> dict[str, Any]:
    """Numbers from 0 to 1 for every rank, in shared memory. There are as many ranks as threads."""
    ranks = get_num_threads()
    contribution = shared((ranks, n), np.float32)
    np.random.default_rng(seed).random(out=contribution, dtype=np.float32)
    return {"contribution": contribution, "total": shared_poison((ranks, n), np.float32)}


def work(n: int) -> Work:
    """Counts for one of many ranks."""
    return Work(
        flops=n,
        bytes_read=4 * n,
        bytes_written=4 * n,
        formula="per rank, in the limit of many ranks: flops = n; "
        "bytes = 4 n received or read + 4 n sent or written (bus bytes 2 (p - 1) / p 4 n for p ranks)",
    )


ALLREDUCE = Kernel(
    name="allreduce",
    story="Training on many processors: the gradients of all are added up, and everyone gets the sum.",
    limit="network",
    precision="fp32",
    sizes={"quick": {"n": 8 * 2**20}, "standard": {"n": 16 * 2**20}, "full": {"n": 64 * 2**20}},
    inputs=inputs,
    outputs=("total",),
    reference=reference,
    cpu=Collective(allreduce, ("total",)),
    work=work,
    rtol=1e-5,
    tolerance="p - 1 additions of numbers of one sign, 6e-8 each, for up to 160 ranks",
    source="Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005",
    goals={"torch": 0.95},
    moves_once=False,
)
