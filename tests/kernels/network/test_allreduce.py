"""Laws of the sum over all ranks; the ranks take turns in one process, `test_group` runs them at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find, simd
from kernels.arrays import aligned, poisoned
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.network.allreduce import allreduce

KERNEL = find("allreduce")
PAIR = 2 * simd.BITS // 32


def reduced(contribution):
    """The totals of all ranks, one rank after the other, the last one first."""
    contribution = np.ascontiguousarray(contribution, np.float32)
    total = poisoned(contribution.shape, np.float32)
    before = contribution.copy()
    for rank in reversed(range(len(contribution))):
        allreduce(contribution, total, rank)
    assert np.array_equal(contribution, before, equal_nan=True)
    return total


def some(ranks, n, seed=1):
    return np.random.default_rng(seed).random((ranks, n), np.float32)


@given(st.integers(1, 9), st.integers(1, 5 * PAIR))
@settings(max_examples=60, deadline=None)
def test_every_rank_gets_the_same_sum(ranks, n):
    contribution = some(ranks, n)
    total = reduced(contribution)
    assert (total == total[0]).all()
    assert np.allclose(total[0], contribution.sum(axis=0, dtype=np.float64), rtol=ranks * 6e-8)


@pytest.mark.parametrize("n", [1, PAIR - 1, PAIR, PAIR + 1, 3 * PAIR, 16 * 7, 1009])
def test_every_element_belongs_to_one_rank(n):
    """What one rank writes, no other one does: the shares cover the totals without overlap."""
    contribution = some(3, n)
    written = np.zeros((3, n), int)
    for rank in range(3):
        total = poisoned((3, n), np.float32)
        allreduce(contribution, total, rank)
        written += ~np.isnan(total)
    assert (written == 1).all()


def test_one_rank_copies():
    contribution = some(1, 1003)
    assert np.array_equal(reduced(contribution), contribution)


def test_order_of_the_ranks_and_scale_do_not_matter():
    contribution = some(4, 500)
    total = reduced(contribution)
    assert np.allclose(reduced(contribution[::-1]), total, rtol=3e-7)
    assert np.array_equal(reduced(4 * contribution), 4 * total)


def test_whole_numbers_add_up_exactly():
    contribution = np.random.default_rng(2).integers(-1000, 1000, (7, 333)).astype(np.float32)
    assert np.array_equal(reduced(contribution)[3], contribution.sum(axis=0))


def test_nan_and_infinity_stay_in_their_places():
    contribution = some(3, 100)
    contribution[1, 17], contribution[2, 40], contribution[0, 60], contribution[1, 60] = np.nan, np.inf, np.inf, -np.inf
    with np.errstate(invalid="ignore"):
        expected = contribution[0] + contribution[1] + contribution[2]
    assert np.array_equal(reduced(contribution)[2], expected, equal_nan=True)
    assert np.flatnonzero(~np.isfinite(expected)).tolist() == [17, 40, 60]


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("extra", [0, 5])
def test_large_arrays_at_any_alignment(offset, extra):
    n = STREAM_FROM_BYTES // 8 + extra
    total = aligned(2 * n + 1, np.float32)[offset : offset + 2 * n].reshape(2, n)
    contribution = np.ones((2, n), np.float32)
    contribution[1] = np.arange(n) % 1000
    for rank in range(2):
        allreduce(contribution, total, rank)
    assert (total == 1 + np.arange(n) % 1000).all()


def test_work_is_that_of_one_of_many_ranks():
    """Ring all-reduce, counted: p - 1 times a p-th is sent to be added up, p - 1 times to be handed on."""
    n, p = 1200, 400
    sent = received = added = 0
    for _ in range(p - 1):
        sent += 4 * n // p
        received += 4 * n // p
        added += n // p
    for _ in range(p - 1):
        sent += 4 * n // p
        received += 4 * n // p
    work = KERNEL.work(n=n)
    assert sent == received == pytest.approx(work.bytes_moved, rel=1 / p)
    assert added == pytest.approx(work.flops, rel=1 / p)
