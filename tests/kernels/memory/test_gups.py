"""Laws of the random updates."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.memory.gups import GROUP, advanced

KERNEL = find("gups")


def run(table, state, steps):
    """Table and streams after the kernel."""
    words, values = table.copy(), state.copy()
    KERNEL.cpu(words, values, steps)
    return words, values


def by_hand(table, state, steps):
    """The shift register and the updates in whole Python numbers."""
    words, values = [int(word) for word in table], []
    for start in state:
        value = int(start)
        for _ in range(steps):
            words[value % len(words)] ^= value
            value = (2 * value) % 2**64 ^ (7 if value >= 2**63 else 0)
        values.append(value)
    return words, values


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32), bits=st.integers(0, 8), streams=st.integers(1, 2 * GROUP + 9), steps=st.integers(0, 70)
)
def test_every_update_arrives(seed, bits, streams, steps):
    arrays = KERNEL.inputs(seed, words=2**bits, streams=streams, steps=steps)
    words, values = run(arrays["table"], arrays["state"], steps)
    assert (words.tolist(), values.tolist()) == by_hand(arrays["table"], arrays["state"], steps)


@pytest.mark.parametrize("streams", [GROUP - 1, GROUP, GROUP + 1])
def test_the_same_updates_again_restore_the_table(streams):
    arrays = KERNEL.inputs(1, words=256, streams=streams, steps=33)
    words, _ = run(arrays["table"], arrays["state"], 33)
    assert not np.array_equal(words, arrays["table"])
    restored, _ = run(words, arrays["state"], 33)
    assert np.array_equal(restored, arrays["table"])


def test_two_calls_are_one_long_call():
    arrays = KERNEL.inputs(2, words=512, streams=70, steps=1)
    once = run(arrays["table"], arrays["state"], 50)
    twice = run(*run(arrays["table"], arrays["state"], 20), 30)
    assert np.array_equal(once[0], twice[0])
    assert np.array_equal(once[1], twice[1])


def test_threads_that_meet_at_the_same_word_lose_no_update():
    arrays = KERNEL.inputs(3, words=1, streams=64 * GROUP, steps=300)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone, _ = run(arrays["table"], arrays["state"], 300)
    finally:
        numba.set_num_threads(threads)
    for _ in range(3):
        together, _ = run(arrays["table"], arrays["state"], 300)
        assert np.array_equal(together, alone)


def test_the_register_is_a_multiplication_by_x_of_polynomials():
    random = np.random.default_rng(4)
    a, b = random.integers(0, 2**64, (2, 1000), dtype=np.uint64)
    assert np.array_equal(advanced(a ^ b), advanced(a) ^ advanced(b))
    value = np.array([1], np.uint64)
    for power in range(64):
        assert value[0] == 2**power
        value = advanced(value)
    assert value[0] == 7


def test_places_are_spread_evenly():
    arrays = KERNEL.inputs(5, words=64, streams=640, steps=100)
    state, hits = arrays["state"], np.zeros(64, np.int64)
    for _ in range(100):
        np.add.at(hits, (state & np.uint64(63)).astype(np.int64), 1)
        state = advanced(state)
    assert abs(hits - 1000).max() < 350


def test_work_counts_a_line_in_and_out_per_update():
    streams, steps, updates = 3, 5, 0
    for _ in range(streams):
        for _ in range(steps):
            updates += 1
    work = KERNEL.work(words=8, streams=streams, steps=steps)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, *[64 * updates + 8 * streams] * 2)
