"""Arrays for kernel inputs: aligned to cache lines, and outputs poisoned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

ALIGNMENT_BYTES = 64


def aligned(shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Uninitialised C-contiguous array whose first byte starts a cache line."""
    kind = np.dtype(dtype)
    size_bytes = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    buffer = np.empty(size_bytes + ALIGNMENT_BYTES, np.uint8)
    start = -buffer.ctypes.data % ALIGNMENT_BYTES
    return buffer[start : start + size_bytes].view(kind).reshape(shape)


def poison(output: NDArray[Any]) -> None:
    """Fill with NaN, integers with 1010...10: whatever a kernel forgets to write is seen by the check."""
    if output.dtype.kind in "fc":
        output.fill(np.nan)
    else:
        output.view(np.uint8).fill(0xAA)


def poisoned(shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Aligned array full of poison."""
    output = aligned(shape, dtype)
    poison(output)
    return output


def is_poisoned(array: NDArray[Any]) -> bool:
    """Whether every element is poison."""
    untouched = np.empty_like(array)
    poison(untouched)
    return np.array_equal(array, untouched, equal_nan=array.dtype.kind in "fc")


def uniform(
    random: np.random.Generator, shape: int | tuple[int, ...], dtype: type[np.float32] | type[np.float64]
) -> NDArray[Any]:
    """Aligned array of numbers spread evenly over [-1, 1)."""
    values = aligned(shape, dtype)
    random.random(out=values, dtype=dtype)
    values *= 2
    values -= 1
    return values
