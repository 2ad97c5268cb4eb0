"""Arrays in shared memory: what another process sees, how long they live."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from kernels.arrays import is_poisoned
from kernels.network import shared as module
from kernels.network.shared import attached, is_alive, segment_of, shared, shared_poison


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(("shape", "dtype"), [((1,), "int64"), ((3, 5), "float32"), ((2, 3, 4), "float64")])
def test_a_new_array_is_zero_and_can_be_written(shape, dtype):
    array = shared(shape, dtype)
    assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert not array.any()
    assert array.flags.c_contiguous
    assert array.ctypes.data % 64 == 0
    array[...] = 3
    assert (array == 3).all()


def test_poison():
    assert is_poisoned(shared_poison((4, 5), np.float32))
    assert is_poisoned(shared_poison((3,), np.int64))


def test_another_mapping_of_the_file_is_the_same_memory():
    array = shared((4, 10), np.float32)
    segment = segment_of(array)
    other = attached(segment.file, 40, (3, 10), "float32")
    array[1] = np.arange(10)
    assert np.array_equal(other[0], np.arange(10))
    other[2] = 7
    assert (array[3] == 7).all()
    assert other.ctypes.data != array[1:].ctypes.data


def test_views_are_found_and_other_arrays_are_not():
    array, other = shared((4, 10), np.int64), shared((4, 10), np.int64)
    segment = segment_of(array)
    assert segment_of(array[1:3]) == segment_of(array.reshape(-1)[39:]) == segment
    assert segment_of(other).number != segment.number
    assert segment_of(np.zeros(10)) is None


def test_memory_goes_with_the_last_view():
    before = open_files()
    array = shared((1000,), np.float64)
    number = segment_of(array).number
    view = array[10:20]
    del array
    assert is_alive(number)
    view[:] = 1
    del view
    assert not is_alive(number)
    assert open_files() == before


def test_numbers_are_never_used_again():
    first = segment_of(shared((1,), np.int64)).number
    assert segment_of(shared((1,), np.int64)).number > first


def test_a_lack_of_memory_is_an_error_at_once_and_leaks_nothing(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = open_files()
    monkeypatch.setattr(module, "_reserve", refuse)
    with pytest.raises(OSError, match="No space left"):
        shared((1000,), np.float64)
    assert open_files() == before


def test_without_memory_files_a_nameless_file_does(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    array = shared((100,), np.int64)
    other = attached(segment_of(array).file, 0, (100,), "int64")
    array[:] = 5
    assert (other == 5).all()
    assert list(tmp_path.iterdir()) == []
