"""Embedding tables: bags of rows are gathered and summed, and their gradients added back.

Formula  gather: bag[b] = sum over e from start[b] to start[b + 1] of table[index[e]], 0 for an empty bag;
         scatter-add: table[index[e]] += gradient[e], one e after the other.
Work     width flops per lookup (one addition per element). Gather reads a table row and an index per lookup and
         the bags' starts, and writes the bags; scatter-add reads a gradient, a table row and an index per
         lookup and writes the row. Rows that several lookups share are counted each time.
Method   The table is larger than any cache and its rows lie anywhere, so the rows of lookups to come are
         prefetched, into the second-level cache: it takes more requests at a time than the first, and gathers
         ran 1.4 times as fast on Zen 4. Gather sums in registers. Scatter-add gives each thread a range of
         table rows; it looks at every index and adds its own, so results do not depend on the number of threads.
         Indices are trusted: they must be below the number of rows. NaN and infinities follow the additions.
Source   M. Naumov et al., Deep learning recommendation model, arXiv:1906.00091, 2019.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import aligned, poisoned, uniform
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

BLOCK = 64
VECTORS = BLOCK * 32 // simd.BITS
LINE = 16
AHEAD = 32


def gather_reference(table: Any, index: Any, start: Any, bag: Any) -> dict[str, Any]:
    """Rows added up in double precision, bag by bag."""
    rows = table[index].astype(np.float64)
    return {"bag": np.array([rows[first:last].sum(axis=0) for first, last in pairwise(start)])}


def scatter_reference(index: Any, gradient: Any, table: Any) -> dict[str, Any]:
    """Gradients added in double precision."""
    result = table.astype(np.float64)
    np.add.at(result, index, gradient)
    return {"table": result}


@part
def fetch_row(table: Any, row: int) -> None:
    """Ask for every line of a row of the table."""
    width = table.shape[1]
    for column in range(0, width, LINE):
        simd.prefetch_far(table, row * width + column)


@part
def sum_block(table: Any, index: Any, first: int, last: int, column: int, bag: Any, at: int) -> None:
    """`BLOCK` columns of one bag, summed in registers; with the first block come the rows of later lookups."""
    width = table.shape[1]
    block = tile.zeros(table, 1, VECTORS)
    for entry in range(first, last):
        if column == 0:
            fetch_row(table, np.int64(index[min(entry + AHEAD, index.size - 1)]))
        block = tile.add(block, table, np.int64(index[entry]) * width + column, 0)
    tile.store(block, bag, at + column, 0)


@part
def sum_rest(table: Any, index: Any, first: int, last: int, column: int, bag: Any, at: int) -> None:
    """At most a vector of the last columns of one bag."""
    width = table.shape[1]
    count = min(width - column, simd.lanes(table))
    total = simd.broadcast(np.float32(0))
    for entry in range(first, last):
        total = total + simd.load_part(table, np.int64(index[entry]) * width + column, count)
    simd.store_part(bag, at + column, total, count)


@compiled(table="float32 rows width", index="uint32 lookups", start="uint32 bags+1", bag="float32 bags width")
def embedding_bag(table: Any, index: Any, start: Any, bag: Any) -> None:
    """Bags in parallel."""
    width = table.shape[1]
    whole = width // BLOCK * BLOCK
    for b in prange(bag.shape[0]):
        first, last = np.int64(start[b]), np.int64(start[b + 1])
        for column in range(0, whole, BLOCK):
            sum_block(table, index, first, last, column, bag, b * width)
        for column in range(whole, width, simd.lanes(table)):
            sum_rest(table, index, first, last, column, bag, b * width)


@part
def add_row(gradient: Any, source: int, table: Any, row: int) -> None:
    """table[row] += gradient[source]."""
    width = table.shape[1]
    whole = width // simd.lanes(table) * simd.lanes(table)
    a, b = source * width, row * width
    for j in range(0, whole, simd.lanes(table)):
        simd.store(table, b + j, simd.load(table, b + j) + simd.load(gradient, a + j))
    for j in range(whole, width):
        table[row, j] += gradient[source, j]


@compiled(index="uint32 lookups", gradient="float32 lookups width", table="float32 rows width", threads="threads")
def embedding_scatter_add(index: Any, gradient: Any, table: Any, threads: int) -> None:
    """Each thread adds to its own rows of the table, in the order of the lookups."""
    rows = table.shape[0]
    for thread in prange(threads):
        low, high = thread * rows // threads, (thread + 1) * rows // threads
        for entry in range(index.size):
            coming = np.int64(index[min(entry + AHEAD, index.size - 1)])
            if low <= coming < high:
                fetch_row(table, coming)
            row = np.int64(index[entry])
            if low <= row < high:
                add_row(gradient, entry, table, row)


def gather_inputs(seed: int, rows: int, width: int, bags: int, lookups: int) -> dict[str, Any]:
    """A random table, random rows of it, and bags with random limits: of very different sizes, some empty."""
    random = np.random.default_rng(seed)
    index, start = aligned(lookups, np.uint32), aligned(bags + 1, np.uint32)
    index[:] = random.integers(0, rows, lookups)
    start[0], start[-1] = 0, lookups
    start[1:-1] = np.sort(random.integers(0, lookups, bags - 1, endpoint=True))
    return {
        "table": uniform(random, (rows, width), np.float32),
        "index": index,
        "start": start,
        "bag": poisoned((bags, width), np.float32),
    }


def scatter_inputs(seed: int, rows: int, width: int, lookups: int) -> dict[str, Any]:
    """Random gradients for random rows of a random table."""
    random = np.random.default_rng(seed)
    index = aligned(lookups, np.uint32)
    index[:] = random.integers(0, rows, lookups)
    return {
        "index": index,
        "gradient": uniform(random, (lookups, width), np.float32),
        "table": uniform(random, (rows, width), np.float32),
    }


def gather_work(rows: int, width: int, bags: int, lookups: int) -> Work:
    """Counts for all bags."""
    return Work(
        flops=lookups * width,
        bytes_read=4 * lookups * width + 4 * lookups + 4 * (bags + 1),
        bytes_written=4 * bags * width,
        formula="flops = lookups width; bytes = 4 lookups (width + 1) + 4 (bags + 1) read + 4 bags width written",
    )


def scatter_work(rows: int, width: int, lookups: int) -> Work:
    """Counts for all lookups."""
    return Work(
        flops=lookups * width,
        bytes_read=8 * lookups * width + 4 * lookups,
        bytes_written=4 * lookups * width,
        formula="flops = lookups width; bytes = 4 lookups (2 width + 1) read + 4 lookups width written",
    )


EMBEDDING_BAG = Kernel(
    name="embedding_bag",
    story="Recommendation: every user and item is a bag of rows of a table that no cache holds.",
    limit="latency",
    precision="fp32",
    sizes={
        "quick": {"rows": 2**19, "width": 64, "bags": 8192, "lookups": 2**18},
        "standard": {"rows": 2**20, "width": 64, "bags": 32768, "lookups": 2**19},
        "full": {"rows": 2**22, "width": 64, "bags": 131072, "lookups": 2**22},
    },
    inputs=gather_inputs,
    outputs=("bag",),
    reference=gather_reference,
    cpu=embedding_bag,
    work=gather_work,
    rtol=2e-6,
    tolerance="one fp32 rounding (6e-8) per row of a bag, which even out, of sums that grow like the largest result",
    source="Naumov et al., arXiv:1906.00091, 2019",
    goals={"torch": 1.0},
    moves_once=False,
)

EMBEDDING_SCATTER_ADD = Kernel(
    name="embedding_scatter_add",
    story="Recommendation and mixtures of experts: gradients return to the rows that they came from.",
    limit="latency",
    precision="fp32",
    sizes={
        "quick": {"rows": 2**19, "width": 64, "lookups": 2**16},
        "standard": {"rows": 2**20, "width": 64, "lookups": 2**18},
        "full": {"rows": 2**22, "width": 64, "lookups": 2**21},
    },
    inputs=scatter_inputs,
    outputs=("table",),
    reference=scatter_reference,
    cpu=embedding_scatter_add,
    work=scatter_work,
    rtol=2e-6,
    tolerance="one fp32 rounding (6e-8) per gradient of a row, of sums that grow like the largest result",
    source="Naumov et al., arXiv:1906.00091, 2019",
    goals={"torch": 1.3, "numpy": 1.3},
    updates=("table",),
    moves_once=False,
)
