"""Laws of the halo; the ranks take turns in one process, `test_group` runs them at once."""

import math

import numpy as np
import pytest

from kernels import find
from kernels.network.halo_exchange import arrangement, halo_exchange, neighbours

KERNEL = find("halo_exchange")
RANKS = (1, 2, 3, 4, 6, 8, 12)


def exchanged(field):
    """The boxes after the exchange, one rank after the other."""
    result = field.copy()
    table = neighbours(len(field))
    for rank in range(len(field)):
        halo_exchange(table, result, rank)
    return result


def boxes(ranks, nx, ny, nz, seed=1):
    return np.random.default_rng(seed).random((ranks, nx + 2, ny + 2, nz + 2), np.float32)


def halo(shape):
    """True on the six faces of the surrounding layer."""
    outside = [np.isin(np.arange(length), (0, length - 1)) for length in shape]
    return sum(np.meshgrid(*outside, indexing="ij")) == 1


@pytest.mark.parametrize("ranks", RANKS)
def test_a_periodic_function_goes_on_across_the_boxes(ranks):
    size = np.array((3, 4, 5))
    boxes_along = np.array(arrangement(ranks))
    place = np.array(list(np.ndindex(*boxes_along)))
    cell = np.stack(np.meshgrid(*(np.arange(-1, length + 1) for length in size), indexing="ij"), axis=-1)
    where = (cell[None] + (place * size)[:, None, None, None]) % (boxes_along * size)
    expected = (where @ np.array([10000, 100, 1])).astype(np.float32)
    faces = halo(size + 2)
    field = np.where(faces, np.float32(-1), expected)
    assert np.array_equal(exchanged(field), expected)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 2), (7, 1, 3), (4, 6, 33)])
@pytest.mark.parametrize("ranks", [1, 2, 8])
def test_only_the_six_faces_change_and_a_second_time_nothing(ranks, shape):
    field = boxes(ranks, *shape)
    found = exchanged(field)
    faces = halo(field.shape[1:])
    assert np.array_equal(found[:, ~faces], field[:, ~faces])
    assert (found[:, faces] != field[:, faces]).all()
    assert np.array_equal(found, KERNEL.reference(neighbours(ranks), field)["field"])
    assert np.array_equal(exchanged(found), found)


def test_what_crosses_is_copied_bit_by_bit():
    field = boxes(2, 3, 3, 3)
    field[0, 3] = np.nan
    field[0, 2, 1] = -np.inf
    found = exchanged(field)
    assert np.isnan(found[1, 0, 1:-1, 1:-1]).all()
    assert np.isneginf(found[0, 2, -1, 1:-1]).all()


@pytest.mark.parametrize("ranks", range(1, 65))
def test_arrangements_are_whole_and_cubic(ranks):
    found = arrangement(ranks)
    assert math.prod(found) == ranks
    assert list(found) == sorted(found, reverse=True)


def test_known_arrangements():
    cases = {1: (1, 1, 1), 2: (2, 1, 1), 4: (2, 2, 1), 7: (7, 1, 1), 8: (2, 2, 2), 12: (3, 2, 2), 64: (4, 4, 4)}
    assert {ranks: arrangement(ranks) for ranks in cases} == cases


@pytest.mark.parametrize("ranks", RANKS)
def test_whoever_is_beside_me_has_me_beside_on_the_other_side(ranks):
    table = neighbours(ranks)
    for side in range(6):
        assert np.array_equal(table[table[:, side], side ^ 1], np.arange(ranks))


def test_work_counts_the_faces_of_one_rank():
    shape = (3, 4, 5)
    cells = int(halo(np.array(shape) + 2).sum())
    work = KERNEL.work(nx=3, ny=4, nz=5)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, 4 * cells, 4 * cells)
