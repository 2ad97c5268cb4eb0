"""Vectors of 64 numbers in the registers of a thread, against rows of shared memory that all threads read together.

Every step is written out for four numbers, so that compilers unroll the loops whole and no number leaves the registers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import cuda, device, load4, store4
from kernels.training.flash import HEAD_DIM

QUADS = HEAD_DIM // 4
NOTHING = np.float32(0)


@device
def load(vector: Any, array: Any, at: Any, factor: Any) -> None:
    """Take factor times 64 numbers of memory from `at` on."""
    for d in range(QUADS):
        part = load4(array, at + 4 * d)
        vector[4 * d] = factor * part[0]
        vector[4 * d + 1] = factor * part[1]
        vector[4 * d + 2] = factor * part[2]
        vector[4 * d + 3] = factor * part[3]


@device
def clear(vector: Any) -> None:
    """Set all numbers to zero."""
    for d in range(QUADS):
        vector[4 * d] = NOTHING
        vector[4 * d + 1] = NOTHING
        vector[4 * d + 2] = NOTHING
        vector[4 * d + 3] = NOTHING


@device
def scale(vector: Any, factor: Any) -> None:
    """Multiply all numbers by a factor."""
    for d in range(QUADS):
        vector[4 * d] *= factor
        vector[4 * d + 1] *= factor
        vector[4 * d + 2] *= factor
        vector[4 * d + 3] *= factor


@device
def add(vector: Any, factor: Any, rows: Any, row: Any) -> None:
    """Add factor times a row of shared memory."""
    for d in range(QUADS):
        part = load4(rows, row * HEAD_DIM + 4 * d)
        vector[4 * d] += factor * part[0]
        vector[4 * d + 1] += factor * part[1]
        vector[4 * d + 2] += factor * part[2]
        vector[4 * d + 3] += factor * part[3]


@device
def dot(vector: Any, rows: Any, row: Any) -> Any:
    """Product of the vector and a row of shared memory."""
    a, b = NOTHING, NOTHING
    for d in range(QUADS):
        part = load4(rows, row * HEAD_DIM + 4 * d)
        a += vector[4 * d] * part[0] + vector[4 * d + 1] * part[1]
        b += vector[4 * d + 2] * part[2] + vector[4 * d + 3] * part[3]
    return a + b


@device
def store(vector: Any, array: Any, at: Any, factor: Any) -> None:
    """Put factor times the vector into memory from `at` on."""
    for d in range(QUADS):
        lanes = (
            factor * vector[4 * d],
            factor * vector[4 * d + 1],
            factor * vector[4 * d + 2],
            factor * vector[4 * d + 3],
        )
        store4(array, at + 4 * d, lanes)


@device
def share(rows: Any, array: Any, at: Any, count: Any, threads: Any) -> None:
    """Copy `count` rows of memory from `at` on into shared memory, by all threads of a block."""
    for i in range(cuda.threadIdx.x, count * QUADS, threads):
        store4(rows, 4 * i, load4(array, at + 4 * i))
