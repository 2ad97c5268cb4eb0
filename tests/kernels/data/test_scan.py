"""Laws of the running sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find, simd
from kernels.arrays import aligned, poisoned
from kernels.data.scan import CHUNK, STATE
from kernels.memory.stream import STREAM_FROM_BYTES

KERNEL = find("scan")
LANES = simd.BITS // 64
INT64 = np.iinfo(np.int64)


def scan(values):
    """Running sums by the kernel."""
    sums = poisoned(values.size, np.int64)
    KERNEL.cpu(values, sums, poisoned(STATE, np.int64))
    return sums


@given(st.lists(st.integers(INT64.min, INT64.max), min_size=1, max_size=50))
@settings(max_examples=50, deadline=None)
def test_differences_give_the_values_back_even_where_sums_wrap(numbers):
    values = np.array(numbers, np.int64)
    sums = scan(values)
    assert sums[0] == values[0]
    assert np.array_equal(np.diff(sums), values[1:])


@pytest.mark.parametrize("chunks", [1, 2, 5])
@pytest.mark.parametrize("extra", [-LANES - 1, -1, 0, 1, LANES + 1])
def test_lengths_around_the_chunks(chunks, extra):
    values = KERNEL.inputs(1, n=chunks * CHUNK + extra)["values"]
    assert np.array_equal(scan(values), np.cumsum(values))


@pytest.mark.parametrize("offset", range(9))
def test_every_alignment_and_length_is_written_completely(offset):
    for length in range(1, 40):
        buffer = poisoned(length + 16, np.int64)
        sums = buffer[offset : offset + length]
        KERNEL.cpu(np.ones(length, np.int64), sums, poisoned(STATE, np.int64))
        assert np.array_equal(sums, np.arange(1, length + 1))
        untouched = poisoned(length + 16, np.int64)
        assert np.array_equal(buffer[:offset], untouched[:offset])
        assert np.array_equal(buffer[offset + length :], untouched[offset + length :])


def test_long_arrays_take_the_streaming_path_at_any_alignment():
    n = STREAM_FROM_BYTES // 8 + 11
    sums = aligned(n + 1, np.int64)[1:]
    KERNEL.cpu(np.full(n, 3, np.int64), sums, poisoned(STATE, np.int64))
    assert np.array_equal(sums, np.arange(3, 3 * n + 3, 3))


def test_joined_arrays_go_on_where_the_first_ended():
    first, second = (KERNEL.inputs(seed, n=CHUNK + 5)["values"] for seed in (1, 2))
    whole = scan(np.concatenate([first, second]))
    assert np.array_equal(whole[: first.size], scan(first))
    assert np.array_equal(whole[first.size :], scan(second) + whole[first.size - 1])


def test_the_state_of_an_earlier_call_does_not_matter():
    arrays = KERNEL.inputs(3, n=3 * CHUNK)
    KERNEL.cpu(*arrays.values())
    first = arrays["sums"].copy()
    KERNEL.cpu(*arrays.values())
    assert np.array_equal(arrays["sums"], first)


def test_work_is_every_element_in_and_out_once():
    work = KERNEL.work(n=10)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, 80, 80)
