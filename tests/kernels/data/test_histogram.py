"""Laws of counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.arrays import poisoned
from kernels.data.histogram import TABLES

KERNEL = find("histogram")


def histogram(keys, bins, rows=TABLES):
    """Counts by the kernel."""
    counts = poisoned(bins, np.int64)
    KERNEL.cpu(np.asarray(keys, np.uint32), counts, poisoned((rows, bins), np.uint32))
    return counts


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 20), min_size=1, max_size=60), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_every_key_that_has_a_bin_is_counted_once(keys, bins):
    assert histogram(keys, bins).tolist() == [keys.count(b) for b in range(bins)]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [1, 2, 3, 9, 1000, 1001])
def test_any_number_of_tables_gives_the_same(threads, n):
    keys = KERNEL.inputs(1, n=n, bins=7)["keys"]
    counts = histogram(keys, 7, TABLES * threads)
    assert counts.sum() == n
    assert np.array_equal(counts, np.bincount(keys, minlength=7))


def test_keys_without_a_bin_touch_nothing():
    buffer = poisoned(30, np.int64)
    tables = poisoned((4, 10), np.uint32)
    KERNEL.cpu(np.array([10, 11, 2**31, 2**32 - 1, 9], np.uint32), buffer[10:20], tables)
    assert buffer[10:20].tolist() == [0] * 9 + [1]
    assert np.array_equal(buffer[:10], poisoned(10, np.int64))
    assert np.array_equal(buffer[20:], poisoned(10, np.int64))


def test_order_does_not_matter_and_counts_add_up():
    first, second = (KERNEL.inputs(seed, n=5003, bins=64)["keys"] for seed in (2, 3))
    both = np.random.default_rng(4).permutation(np.concatenate([first, second]))
    assert np.array_equal(histogram(both, 64), histogram(first, 64) + histogram(second, 64))


def test_one_value_only():
    assert histogram(np.full(100_001, 3), 5).tolist() == [0, 0, 0, 100_001, 0]


def test_keys_lie_around_the_middle():
    keys = KERNEL.inputs(5, n=100_000, bins=1000)["keys"]
    assert keys.max() < 1000
    assert abs(keys.mean() - 500) < 5
    assert histogram(keys, 1000)[450:550].sum() > histogram(keys, 1000)[:200].sum()


def test_work_reads_the_keys_and_writes_the_counts():
    work = KERNEL.work(n=10, bins=3)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, 40, 24)
