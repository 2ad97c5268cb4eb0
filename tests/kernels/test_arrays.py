"""Alignment, poison and range of the arrays that kernels get."""

import numpy as np
import pytest

from kernels.arrays import ALIGNMENT_BYTES, aligned, poisoned, uniform


@pytest.mark.parametrize("shape", [1, 7, (3, 5), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint32])
def test_aligned_arrays_start_a_cache_line(shape, dtype):
    array = aligned(shape, dtype)
    assert array.ctypes.data % ALIGNMENT_BYTES == 0
    assert array.shape == np.empty(shape).shape
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert array.flags.writeable


def test_poison_is_everywhere():
    assert np.isnan(poisoned((5, 7), np.float32)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform_covers_its_interval(dtype):
    values = uniform(np.random.default_rng(1), (100, 200), dtype)
    assert values.dtype == dtype
    assert values.min() >= -1
    assert values.max() < 1
    assert abs(values.mean(dtype=np.float64)) < 0.02
    assert abs(values.var(dtype=np.float64) - 1 / 3) < 0.01
