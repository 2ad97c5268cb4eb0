"""Embedding tables on a GPU: a block per bag or lookup, a thread per column, so that rows are read whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import cuda
from kernels.gpu.version import Launch, Version

COLUMNS = 64
LOOKUPS = 4


def embedding_bag(table: Any, index: Any, start: Any, bag: Any) -> None:
    """bag[b] = sum of the rows that it looks up."""
    for b in range(cuda.blockIdx.x, bag.shape[0], cuda.gridDim.x):
        for column in range(cuda.threadIdx.x, table.shape[1], cuda.blockDim.x):
            total = np.float32(0)
            for lookup in range(start[b], start[b + 1]):
                total += table[index[lookup], column]
            bag[b, column] = total


def embedding_scatter_add(index: Any, gradient: Any, table: Any) -> None:
    """table[index] += gradient; atomics keep what several lookups of one row add."""
    lookup = cuda.blockIdx.x * LOOKUPS + cuda.threadIdx.y
    if lookup < index.size:
        for column in range(cuda.threadIdx.x, table.shape[1], cuda.blockDim.x):
            cuda.atomic.add(table, (index[lookup], column), gradient[lookup, column])


def _bags(multiprocessors: int, rows: int, width: int, bags: int, lookups: int) -> tuple[Launch, ...]:
    return (Launch(embedding_bag, ("table", "index", "start", "bag"), bags, COLUMNS),)


def _lookups(multiprocessors: int, rows: int, width: int, lookups: int) -> tuple[Launch, ...]:
    blocks = -(-lookups // LOOKUPS)
    return (Launch(embedding_scatter_add, ("index", "gradient", "table"), blocks, (COLUMNS, LOOKUPS)),)


VERSIONS = (
    Version(
        "embedding_bag",
        _bags,
        ("ld.global.f32", "add.f32"),
        {"rows": 9, "width": 5, "bags": 4, "lookups": 12},
    ),
    Version(
        "embedding_scatter_add",
        _lookups,
        (".global.add.f32",),
        {"rows": 9, "width": 5, "lookups": 12},
    ),
)
