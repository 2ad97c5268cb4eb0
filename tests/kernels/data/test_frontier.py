"""Parts of the search: bitmaps, queues, one word upwards."""

import numpy as np
import pytest
from numba import njit

from kernels.data import frontier
from kernels.data.frontier import NONE, STATE, TAIL


@njit
def zeros_of(word):
    return frontier.trailing_zeros(word)


@njit
def later(row_start, column, now, waiting):
    notes = np.empty(64, np.uint32), np.empty(64, np.uint32), np.empty(64, np.uint32)
    return frontier.later_found(row_start, column, now, NONE, waiting, notes)


def bitmap(vertices, words):
    found = np.zeros(words, np.uint64)
    for vertex in vertices:
        found[vertex // 64] |= np.uint64(1) << np.uint64(vertex % 64)
    return found


@pytest.mark.parametrize("place", [0, 1, 31, 32, 63])
def test_lowest_bit(place):
    assert zeros_of(np.uint64(1 << place)) == place
    assert zeros_of(np.uint64((1 << 63) | (1 << place))) == place


def test_queue_and_bitmap_hold_the_same_set():
    vertices = [190, 0, 63, 64, 65, 127, 3]
    queue, found = np.array([7, *vertices, 9], np.uint32), np.full(3, 2**64 - 1, np.uint64)
    frontier.to_bitmap(queue, 1, 8, found)
    assert np.array_equal(found, bitmap(vertices, 3))
    back = np.zeros(192, np.uint32)
    assert frontier.to_queue(found, back) == len(vertices)
    assert back[: len(vertices)].tolist() == sorted(vertices)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 64])
def test_later_neighbours_are_found_wherever_they_stand(count):
    """Vertex v has v % 7 + 1 neighbours; the one in the set is neighbour v % 5, if it has so many."""
    lists = [[100 + v + 64 * k for k in range(v % 7 + 1)] for v in range(64)]
    row_start = np.cumsum([0, *map(len, lists)]).astype(np.uint32)
    column = np.concatenate(lists).astype(np.uint32)
    now = bitmap([lists[v][v % 5] for v in range(64) if v % 5 < len(lists[v])], 9)
    waiting = sum(1 << v for v in range(64) if v < count)
    expected = sum(
        1 << v for v in range(count) if any(now[c // 64] >> np.uint64(c % 64) & np.uint64(1) for c in lists[v][1:])
    )
    assert later(row_start, column, now, np.uint64(waiting)) == expected


def test_vertices_without_neighbours_and_beyond_the_end_count_as_seen():
    row_start = np.array([0, 2, 2, 3, 3, 5], np.uint32)
    level, seen = np.zeros(5, np.int32), np.zeros(1, np.uint64)
    frontier.clear_word(row_start, level, seen, 0)
    assert level.tolist() == [-1] * 5
    assert ~seen[0] == 0b10101


def test_vertices_are_handed_in_behind_the_last():
    queue, state = np.zeros(10, np.uint32), np.zeros(STATE, np.int64)
    state[TAIL] = 3
    frontier.hand_in(np.array([5, 6, 7, 8], np.uint32), 3, queue, state)
    assert queue.tolist() == [0, 0, 0, 5, 6, 7, 0, 0, 0, 0]
    assert state[TAIL] == 6
