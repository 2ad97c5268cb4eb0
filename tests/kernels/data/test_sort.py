"""Laws of sorting, and keys that are hard for sorting by digits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.arrays import poisoned
from kernels.data.sort import BUCKET_KEYS, FEW

KERNEL = find("sort")
N = 3 * BUCKET_KEYS + 17
random = np.random.default_rng(1)


def ordered(keys):
    """The keys in order, by the kernel."""
    result = poisoned(keys.size, np.uint64)
    KERNEL.cpu(keys, result, poisoned(keys.size, np.uint64))
    return result


def bits(count, low=0):
    """N random numbers with `count` random bits above the `low` lowest, which are zero."""
    return random.integers(0, 2**count, N, np.uint64) << np.uint64(low)


HARD = {
    "all equal": np.full(N, 2**63, np.uint64),
    "all zero": np.zeros(N, np.uint64),
    "all highest": np.full(N, 2**64 - 1, np.uint64),
    "in order": np.arange(N, dtype=np.uint64),
    "in order, far apart": np.arange(N, dtype=np.uint64) << np.uint64(45),
    "backwards": np.arange(N, dtype=np.uint64)[::-1].copy(),
    "few values": random.integers(0, 5, N, np.uint64),
    "highest and lowest bits only": bits(1, 63) | bits(12),
    "three far digits": bits(1, 50) | bits(1, 40) | bits(14),
    "one far above the sample": np.where(np.arange(N) == 7, 2**64 - 1, bits(20)),
    "one far below the sample": np.where(np.arange(N) == 7, 0, bits(20) + np.uint64(2**63)),
    "bits of normal numbers": random.normal(size=N).view(np.uint64),
    "spread over scales": np.exp(3 * random.normal(size=N) + 20).astype(np.uint64),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_keys(name):
    assert np.array_equal(ordered(HARD[name]), np.sort(HARD[name]))


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=3 * FEW), st.integers(1, 300))
@settings(max_examples=50, deadline=None)
def test_the_result_is_in_order_and_a_rearrangement(numbers, repeats):
    keys = np.tile(np.array(numbers, np.uint64), repeats)
    found = ordered(keys)
    assert (found[1:] >= found[:-1]).all()
    values, counts = np.unique(keys, return_counts=True)
    found_values, found_counts = np.unique(found, return_counts=True)
    assert np.array_equal(values, found_values)
    assert np.array_equal(counts, found_counts)


@pytest.mark.parametrize("n", [1, 2, FEW - 1, FEW, FEW + 1, FEW + 2, 255, 256, BUCKET_KEYS, 2 * BUCKET_KEYS + 1])
def test_lengths_around_the_blocks(n):
    keys = KERNEL.inputs(2, n=n)["keys"]
    assert np.array_equal(ordered(keys), np.sort(keys))


def test_sorting_again_changes_nothing_and_reverses_nothing():
    keys = KERNEL.inputs(3, n=N)["keys"]
    once = ordered(keys)
    assert np.array_equal(ordered(once), once)
    assert np.array_equal(ordered(once[::-1].copy()), once)


def test_any_order_of_the_same_keys_gives_the_same():
    keys = KERNEL.inputs(4, n=N)["keys"]
    assert np.array_equal(ordered(random.permutation(keys)), ordered(keys))


def test_work_is_every_key_in_and_out_once():
    work = KERNEL.work(n=10)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, 80, 80)
