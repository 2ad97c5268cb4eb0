"""Cells: the sort, the images of a periodic box, and that nothing near is missed."""

import numpy as np
import pytest
from numba import njit

from kernels.simulation.cells import PADDING, cell_along, image, pack_neighbours, sort_by_cell, wrapped

SIDE = 2.5


@njit
def wrap(position, length):
    return wrapped(position, length)


@njit
def along(inside, side, count):
    return cell_along(inside, side, count)


@njit
def image_of(index, count, length):
    return image(index, count, length)


@njit
def sort(position, side, cell, end, order, ordered):
    return sort_by_cell(position, side, cell, end, order, ordered)


@njit
def pack(ordered, end, side, a, b, c, near):
    return pack_neighbours(ordered, end, side, a, b, c, near)


def particles(seed, n, shape):
    """Positions anywhere in and around the box."""
    box = np.array(shape)[:, None] * SIDE
    return np.random.default_rng(seed).uniform(-1, 2, (3, n)) * box


def sorted_particles(position, shape):
    n = position.shape[1]
    cell, order = np.zeros(n, np.uint32), np.zeros(n, np.uint32)
    end, ordered = np.zeros(shape, np.uint32), np.zeros((3, n + PADDING))
    most = sort(position, SIDE, cell, end, order, ordered)
    return cell, end, order, ordered, most


def test_wrapping():
    assert wrap(3.0, 10.0) == 3.0
    assert wrap(-1.0, 10.0) == 9.0
    assert wrap(25.0, 10.0) == 5.0
    assert wrap(10.0, 10.0) == 0.0
    assert wrap(-1e-20, 10.0) == 0.0
    assert np.isnan(wrap(np.nan, 10.0))
    assert np.isnan(wrap(np.inf, 10.0))


def test_the_cell_of_a_coordinate_is_one_of_them():
    assert [along(x, 2.5, 4) for x in (0.0, 2.4999, 2.5, 9.9999)] == [0, 0, 1, 3]
    assert along(np.nextafter(10.0, 0), 10.0 / 3, 3) == 2
    assert along(10.0, 2.5, 4) == 3
    assert along(np.nan, 2.5, 4) == 0


def test_images():
    assert image_of(2, 4, 10.0) == (2, 0.0)
    assert image_of(-1, 4, 10.0) == (3, -10.0)
    assert image_of(4, 4, 10.0) == (0, 10.0)
    assert image_of(-1, 1, 2.5) == (0, -2.5)


@pytest.mark.parametrize(("n", "shape"), [(1, (1, 1, 1)), (100, (2, 3, 4)), (500, (1, 7, 2)), (20, (5, 5, 5))])
def test_the_sort(n, shape):
    position = particles(1, n, shape)
    cell, end, order, ordered, most = sorted_particles(position, shape)
    assert np.array_equal(order, np.argsort(cell, kind="stable"))
    counts = np.bincount(cell, minlength=end.size)
    assert np.array_equal(end.ravel(), np.cumsum(counts))
    assert most == counts.max()
    box = np.array(shape)[:, None] * SIDE
    assert np.allclose(ordered[:, :n], (position % box)[:, order], atol=1e-12)
    assert not ordered[:, n:].any()
    expected = np.ravel_multi_index((ordered[:, :n] // SIDE).astype(int), shape)
    assert np.array_equal(cell[order], expected)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 2), (1, 2, 5), (4, 3, 3)])
def test_every_image_within_reach_is_packed_once(shape):
    position = particles(2, 60, shape)
    _, end, _, ordered, most = sorted_particles(position, shape)
    n, box = 60, np.array(shape) * SIDE
    shifts = np.indices((5, 5, 5)).reshape(3, -1).T - 2
    images = (ordered[:, :n].T[:, None] + shifts * box).reshape(-1, 3)
    for a, b, c in np.ndindex(shape):
        near = np.zeros((3, 27 * most + PADDING))
        count = pack(ordered, end, SIDE, a, b, c, near)
        corner = np.array([a, b, c]) * SIDE
        inside = ((images >= corner - SIDE) & (images < corner + 2 * SIDE)).all(axis=1)
        packed = near[:, :count].T
        assert count == inside.sum()
        assert np.allclose(packed[np.lexsort(packed.T)], images[inside][np.lexsort(images[inside].T)])
