"""Pointer chase: how long one load takes when its address is the result of the load before it.

Formula  position <- table[position], `steps` times in each of `chains` tables, one after the other.
Work     no flops; 64 bytes, one cache line, per load, and 8 bytes read and written per position.
Method   Each table is one random cycle through all of its cache lines, so no prefetcher can guess the next line and
         no line is met twice before all others were. A call goes on where the last one stopped: what it finds in
         the caches is left from long ago. A thread chases one chain at a time, so it waits for every load.
         The time per load includes the search for the page where pages are small.
Source   L. McVoy, C. Staelin, lmbench, USENIX 1996 (memory latency); S. Sattolo, IPL 22(6), 1986 (random cycles).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels.arrays import ALIGNMENT_BYTES, aligned
from kernels.compile import compiled
from kernels.spec import Kernel, Work

LINE = ALIGNMENT_BYTES // 8


def reference(table: Any, position: Any, steps: int) -> dict[str, Any]:
    """All chains side by side, one step at a time."""
    chain = np.arange(position.size)
    reached = position.copy()
    for _ in range(steps):
        reached = table[chain, reached]
    return {"position": reached}


@compiled(table="uint64 chains words", position="uint64 chains", steps="int64")
def pointer_chase(table: Any, position: Any, steps: int) -> None:
    """Chains in parallel. The positions are trusted: they must lie inside the table."""
    for chain in prange(position.size):
        links = table[chain]
        at = position[chain]
        for _ in range(steps):
            at = links[at]
        position[chain] = at


def random_cycle(random: np.random.Generator, links: Any) -> None:
    """Link the first words of all lines to one cycle; each cycle through them is equally likely."""
    order = random.permutation(links.size // LINE).astype(np.uint64) * np.uint64(LINE)
    links[order] = np.roll(order, -1)


def inputs(seed: int, chains: int, lines: int, steps: int) -> dict[str, Any]:
    """Cycles of `lines` cache lines each, and a random place on each."""
    random = np.random.default_rng(seed)
    table = aligned((chains, lines * LINE), np.uint64)
    table.fill(0)
    for links in table:
        random_cycle(random, links)
    position = aligned(chains, np.uint64)
    position[:] = random.integers(lines, size=chains) * LINE
    return {"table": table, "position": position, "steps": steps}


def work(chains: int, lines: int, steps: int) -> Work:
    """Counts for one call."""
    return Work(
        flops=0,
        bytes_read=64 * chains * steps + 8 * chains,
        bytes_written=8 * chains,
        formula="flops = 0; bytes = 64 chains steps + 8 chains read + 8 chains written",
    )


POINTER_CHASE = Kernel(
    name="pointer_chase",
    story="Linked data, indices and interpreters: each load must wait for the one before it.",
    limit="latency",
    precision="int64",
    sizes={
        "quick": {"chains": 16, "lines": 2**18, "steps": 10_000},
        "standard": {"chains": 16, "lines": 2**19, "steps": 25_000},
        "full": {"chains": 16, "lines": 2**20, "steps": 100_000},
    },
    inputs=inputs,
    outputs=("position",),
    updates=("position",),
    reference=reference,
    cpu=pointer_chase,
    work=work,
    rtol=0,
    tolerance="positions are integers",
    source="McVoy, Staelin, lmbench, USENIX 1996",
    goals={"C": 0.99},
    moves_once=False,
)
