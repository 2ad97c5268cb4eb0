"""Random graphs: their form, their rows."""

import numpy as np

from kernels.data.graph import neighbours, random_edges


def test_rows_hold_every_edge_in_both_directions_in_order():
    row, column = np.array([3, 0, 2, 3, 1], np.uint32), np.array([0, 3, 2, 1, 3], np.uint32)
    row_start, found = neighbours((row, column), 5)
    assert row_start.tolist() == [0, 2, 4, 6, 10, 10]
    assert [part.tolist() for part in np.split(found, row_start[1:-1])] == [[3, 3], [3, 3], [2, 2], [0, 0, 1, 1], []]
    assert (row_start.dtype, found.dtype) == (np.uint32, np.uint32)


def test_edges_follow_the_generator_and_stay_inside():
    first, again, other = (random_edges(np.random.default_rng(seed), 10, 5000) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert max(end.max() for end in first) < 2**10


def test_the_quarters_have_their_shares():
    """With two vertices an edge is one throw; which vertex is called 0 is a throw of its own."""
    row, column = random_edges(np.random.default_rng(3), 1, 200_000)
    shares = np.bincount(2 * row + column, minlength=4) / row.size
    if shares[0] < shares[3]:
        shares = shares[::-1]
    assert np.allclose(shares, [0.57, 0.19, 0.19, 0.05], atol=0.005)


def test_few_vertices_have_many_neighbours():
    scale, count = 12, 16 * 2**12
    row_start, _ = neighbours(random_edges(np.random.default_rng(4), scale, count), 2**scale)
    degree = np.sort(np.diff(row_start.astype(np.int64)))[::-1]
    assert degree.sum() == 2 * count
    assert degree[: 2**scale // 100].sum() > 0.15 * degree.sum()
    assert degree[0] > 20 * degree.mean()
    assert (degree == 0).mean() > 0.1


def test_numbers_are_spread_over_the_vertices():
    """Without new numbers the first vertices would have most of the neighbours."""
    row, _ = random_edges(np.random.default_rng(5), 12, 16 * 2**12)
    assert abs(np.mean(row < 2**11) - 0.5) < 0.1
