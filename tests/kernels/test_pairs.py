"""Two joined vectors at the end of an array."""

import numpy as np
import pytest
from numba import njit

from kernels import simd
from kernels.pairs import load_pair, store_pair

LANES = simd.BITS // 64


@njit
def move(source, target, index, count):
    store_pair(target, index, load_pair(source, index, count) + 0.0, count)


@njit
def load_some_store_all(source, target, count):
    store_pair(target, 0, load_pair(source, 0, count), target.size)


@pytest.mark.parametrize("count", [0, 1, LANES - 1, LANES, LANES + 1, 2 * LANES - 1, 2 * LANES])
def test_as_many_elements_as_asked_for_are_stored(count):
    source, target = np.arange(1.0, 41), np.full(40, -1.0)
    move(source, target, 3, count)
    expected = np.full(40, -1.0)
    expected[3 : 3 + count] = source[3 : 3 + count]
    assert np.array_equal(target, expected)


@pytest.mark.parametrize("count", [-1, 0, LANES, LANES + 1, 2 * LANES])
def test_lanes_that_are_not_loaded_are_zero(count):
    source, target = np.arange(1.0, 2 * LANES + 1), np.full(2 * LANES, -1.0)
    load_some_store_all(source, target, count)
    assert np.array_equal(target, np.where(np.arange(2 * LANES) < count, source, 0))
