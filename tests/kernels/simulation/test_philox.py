"""Philox4x32-10 against the known answers of Random123, and what random bits must look like."""

import numpy as np
import pytest
from numba import njit

from kernels import simd
from kernels.simulation.philox import LOW, philox, philox_words

PI = ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0))
KNOWN = {
    ((0, 0, 0, 0), (0, 0)): (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2): (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    PI: (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
}
each_known = pytest.mark.parametrize(("given", "words"), KNOWN.items(), ids=["zeros", "ones", "pi"])


@njit
def one(counter, key):
    return philox(counter[0], counter[1], counter[2], counter[3], key)


@njit
def many(counter, key, words):
    for i in range(0, counter.shape[1], simd.lanes(counter)):
        rows = counter.shape[1]
        c0, c1 = simd.load(counter, i), simd.load(counter, rows + i)
        c2, c3 = simd.load(counter, 2 * rows + i), simd.load(counter, 3 * rows + i)
        w0, w1, w2, w3 = philox(c0, c1, c2, c3, key)
        simd.store(words, i, w0)
        simd.store(words, rows + i, w1)
        simd.store(words, 2 * rows + i, w2)
        simd.store(words, 3 * rows + i, w3)


def words_of(counter, key):
    """(4, n) words for (4, n) counters."""
    words = np.empty_like(counter)
    many(counter, np.array(key, np.uint32), words)
    return words & LOW


@each_known
def test_known_answers_as_numbers(given, words):
    counter, key = given
    found = one(np.array(counter, np.uint64), np.array(key, np.uint32))
    assert tuple(word & int(LOW) for word in found) == words


@each_known
def test_known_answers_in_every_lane(given, words):
    counter, key = given
    counters = np.repeat(np.array(counter, np.uint64)[:, None], 16, axis=1)
    expected = np.repeat(np.array(words, np.uint64)[:, None], 16, axis=1)
    assert np.array_equal(words_of(counters, key), expected)


@each_known
def test_known_answers_in_numpy(given, words):
    counter, key = given
    with np.errstate(over="ignore"):
        found = philox_words(*np.array(counter, np.uint64)[:, None], np.array(key, np.uint32))
    assert tuple(int(word[0] & LOW) for word in found) == words


def test_only_the_low_halves_of_counters_count():
    counter = np.random.default_rng(1).integers(0, 2**32, (4, 64), np.uint64)
    high = np.random.default_rng(2).integers(0, 2**32, (4, 64), np.uint64) << np.uint64(32)
    assert np.array_equal(words_of(counter, (5, 6)), words_of(counter | high, (5, 6)))


def consecutive(count, key=(1, 2)):
    counter = np.zeros((4, count), np.uint64)
    counter[0] = np.arange(count)
    return words_of(counter, key)


def test_words_are_uniform():
    u = consecutive(65_536).ravel() / 2.0**32
    for power in range(1, 5):
        mean, spread = 1 / (power + 1), np.sqrt(1 / (2 * power + 1) - 1 / (power + 1) ** 2)
        assert abs((u**power).mean() - mean) < 4 * spread / np.sqrt(u.size)
    counts = np.bincount((u * 256).astype(int), minlength=256)
    chi_squared = ((counts - u.size / 256) ** 2 / (u.size / 256)).sum()
    assert abs(chi_squared - 255) < 4 * np.sqrt(2 * 255)


def test_words_of_neighbouring_counters_and_keys_do_not_correlate():
    words = consecutive(65_536) / 2.0**32 - 0.5
    other = consecutive(65_536, key=(1, 3)) / 2.0**32 - 0.5
    limit = 4 / 12 / np.sqrt(words.shape[1])
    assert abs((words[:, 1:] * words[:, :-1]).mean(axis=1)).max() < limit
    assert abs((words[0] * words[1:]).mean(axis=1)).max() < limit
    assert abs((words * other).mean(axis=1)).max() < limit


def test_no_counter_gives_the_words_of_another():
    words = consecutive(65_536)
    both = words[0] << np.uint64(32) | words[1]
    assert np.unique(both).size == both.size
