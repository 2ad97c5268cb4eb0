"""Arrays in memory that other processes can map.

The memory belongs to a file without a name, so that the system frees it with the last process that uses it,
however that process ends. It is reserved when an array is made: a lack of memory is an error there, not a crash later.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kernels.arrays import poison


@dataclass(frozen=True)
class Segment:
    """One piece of shared memory.

    number  unique in this process, never used again
    file    descriptor to hand to another process
    start   address of the first byte in this process
    size    in bytes
    """

    number: int
    file: int
    start: int
    size: int


_numbers = count(1)
_segments: dict[int, Segment] = {}


def shared(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Array of zeros in shared memory, which lives as long as the array or one of its views. Raises OSError."""
    length = int(np.prod(shape, dtype=np.int64))
    size = length * np.dtype(dtype).itemsize
    file = _nameless_file()
    try:
        _reserve(file, size)
        memory = mmap.mmap(file, size)
    except OSError:
        os.close(file)
        raise
    array = np.frombuffer(memory, dtype, length).reshape(shape)
    segment = Segment(next(_numbers), file, array.ctypes.data, size)
    _segments[segment.number] = segment
    weakref.finalize(memory, _release, segment)
    return array


def shared_poison(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Shared array full of poison."""
    output = shared(shape, dtype)
    poison(output)
    return output


def segment_of(array: NDArray[Any]) -> Segment | None:
    """The segment that holds all of a contiguous array; None if there is none.

    Memory is given back a moment before its segment is crossed off here, and may be in use again: the newest counts.
    """
    start = array.ctypes.data
    for segment in reversed(list(_segments.values())):
        if segment.start <= start and start + array.nbytes <= segment.start + segment.size:
            return segment
    return None


def is_alive(number: int) -> bool:
    """Whether an array of that segment still exists."""
    return number in _segments


def attached(file: int, offset: int, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Array in the memory that another process has made, `offset` bytes from its start."""
    memory = mmap.mmap(file, os.fstat(file).st_size)
    return np.frombuffer(memory, dtype, int(np.prod(shape, dtype=np.int64)), offset).reshape(shape)


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("innocap")
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())


def _reserve(file: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.ftruncate(file, size)


def _release(segment: Segment) -> None:
    del _segments[segment.number]
    os.close(segment.file)
