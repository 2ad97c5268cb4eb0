"""Atomic operations: what they return, that none is lost, that what was written before is seen after."""

import os
import threading

import numpy as np
import pytest
from numba import njit, prange
from numba.core.errors import TypingError

from kernels import atomic

INTEGERS = (np.int32, np.uint32, np.int64, np.uint64)
ROUNDS = 20_000


@njit
def add(array, index, value):
    return atomic.fetch_add(array, index, value)


@njit
def set_bits(array, index, value):
    return atomic.fetch_or(array, index, value)


@njit
def flip_bits(array, index, value):
    return atomic.fetch_xor(array, index, value)


@njit
def put(array, index, value):
    atomic.store(array, index, value)


@njit
def get(array, index):
    return atomic.load(array, index)


@njit(nogil=True)
def send(box, rounds):
    for i in range(rounds):
        atomic.wait_for(box, 0, 0)
        box[16] = 3 * i
        atomic.store(box, 0, 1)


@njit(nogil=True)
def receive(box, rounds):
    wrong = 0
    for i in range(rounds):
        atomic.wait_for(box, 0, 1)
        wrong += box[16] != 3 * i
        atomic.store(box, 0, 0)
    return wrong


@pytest.mark.parametrize("dtype", INTEGERS)
def test_values_before_and_after(dtype):
    array = np.array([7, 8, 9], dtype)
    assert get(array, 1) == 8
    assert (add(array, 1, 5), array.tolist()) == (8, [7, 13, 9])
    assert (set_bits(array, 2, 6), array.tolist()) == (9, [7, 13, 15])
    assert (flip_bits(array, 2, 5), array.tolist()) == (15, [7, 13, 10])
    put(array, 0, 1)
    assert array.tolist() == [1, 13, 10]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_addition_wraps_around(dtype):
    highest = np.iinfo(dtype).max
    array = np.array([highest], dtype)
    assert add(array, 0, 1) == highest
    assert array[0] == np.iinfo(dtype).min


def test_indices_count_elements_of_any_rank():
    array = np.arange(6, dtype=np.int64).reshape(2, 3)
    assert add(array, 4, 10) == 4
    assert array[1, 1] == 14


def test_no_addition_and_no_bit_is_lost():
    @njit(parallel=True)
    def count(counter, bits, seen):
        for i in prange(seen.size):
            seen[atomic.fetch_add(counter, 0, 1)] = 1
            atomic.fetch_or(bits, i >> 6, np.uint64(1) << np.uint64(i & 63))

    counter, seen = np.zeros(1, np.int64), np.zeros(64 * 300, np.int8)
    bits = np.zeros(300, np.uint64)
    count(counter, bits, seen)
    assert counter[0] == seen.size
    assert seen.all()
    assert (bits == np.uint64(2**64 - 1)).all()


def test_what_was_written_before_a_store_is_seen_after_its_load():
    box = np.zeros(32, np.int64)
    sender = threading.Thread(target=send, args=(box, ROUNDS))
    sender.start()
    assert receive(box, ROUNDS) == 0
    sender.join()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system pins no threads")
def test_waiting_gives_way_to_the_one_that_is_waited_for():
    """Both sides on one processor: without giving way every hand-over would cost a time slice."""
    allowed = os.sched_getaffinity(0)
    box = np.zeros(32, np.int64)
    send(box, 0), receive(box, 0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        sender = threading.Thread(target=send, args=(box, 500))
        sender.start()
        assert receive(box, 500) == 0
        sender.join()
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros(3, np.int16), np.zeros((4, 4), np.int64)[:, ::2]])
def test_only_whole_numbers_side_by_side(array):
    with pytest.raises(TypingError, match="C-contiguous array of 32 or 64 bit integers"):
        get(array, 0)


def test_the_code_is_atomic():
    get(np.zeros(1, np.int64), 0)
    add(np.zeros(1, np.int64), 0, 1)
    text = add.inspect_llvm(next(kinds for kinds in add.signatures if kinds[0].dtype.name == "int64"))
    assert "atomicrmw add" in text
    assert "seq_cst" in text
