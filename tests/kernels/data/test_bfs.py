"""Laws of levels, and graphs of every form."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.arrays import poisoned
from kernels.data import bfs as module
from kernels.data.bfs import STATE, bfs
from kernels.data.graph import neighbours

KERNEL = find("bfs")


def graph(edges, vertices):
    """Compressed rows of the undirected graph."""
    ends = np.array(edges, np.uint32).reshape(-1, 2)
    return neighbours((ends[:, 0], ends[:, 1]), vertices)


def levels(row_start, column, source):
    """Steps from the source, by the kernel."""
    vertices = row_start.size - 1
    level = poisoned(vertices, np.int32)
    bits = poisoned((3, (vertices + 63) // 64), np.uint64)
    bfs(row_start, column, source, level, poisoned(vertices, np.uint32), bits, poisoned(STATE, np.int64))
    return level


def expected(row_start, column, source):
    level = np.zeros(row_start.size - 1, np.int32)
    return KERNEL.reference(row_start, column, source, level, None, None, None)["level"]


@pytest.fixture(autouse=True)
def one_thread():
    """Small graphs have many levels, each of which would wait for all threads; `test_kernels` runs with all."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


edges_of_a_graph = st.integers(1, 150).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2), min_size=1, max_size=300))
)


@given(edges_of_a_graph, st.data())
@settings(max_examples=40, deadline=None)
def test_levels_of_neighbours_differ_by_one_at_most_and_one_is_nearer(pair, data):
    vertices, edges = pair
    source = data.draw(st.integers(0, vertices - 1))
    row_start, column = graph(edges, vertices)
    level = levels(row_start, column, source)
    assert level[source] == 0
    assert np.count_nonzero(level == 0) == 1
    row = np.repeat(np.arange(vertices), np.diff(row_start.astype(np.int64)))
    assert (np.abs(level[row] - level[column]) <= 1).all()
    assert ((level[row] < 0) == (level[column] < 0)).all()
    nearest = np.full(vertices, vertices)
    np.minimum.at(nearest, row, level[column])
    reached = level > 0
    assert (nearest[reached] == level[reached] - 1).all()


def ring(n):
    return [(i, (i + 1) % n) for i in range(n)]


FORMS = {
    "path": ([(i, i + 1) for i in range(999)], 1000, 0),
    "path from its middle": ([(i, i + 1) for i in range(999)], 1000, 400),
    "ring": (ring(777), 777, 5),
    "star from its centre": ([(0, i) for i in range(1, 2000)], 2000, 0),
    "star from a leaf": ([(0, i) for i in range(1, 2000)], 2000, 1234),
    "everyone knows everyone": ([(i, j) for i in range(70) for j in range(i)], 70, 69),
    "two parts": (ring(300) + [(i + 300, j + 300) for i, j in ring(300)], 600, 301),
    "a dense part and a long tail": (
        [(i, j) for i in range(99) for j in range(i)] + [(i, i + 1) for i in range(98, 600)],
        602,
        3,
    ),
    "loops and repetitions": ([(3, 3), (3, 4), (4, 3), (3, 4), (0, 0)], 5, 3),
    "source without neighbours": (ring(10), 12, 11),
    "one vertex": ([(0, 0)], 1, 0),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name):
    edges, vertices, source = FORMS[name]
    row_start, column = graph(edges, vertices)
    assert np.array_equal(levels(row_start, column, source), expected(row_start, column, source))


def test_a_path_is_counted():
    row_start, column = graph([(i, i + 1) for i in range(199)], 200)
    assert np.array_equal(levels(row_start, column, 50), np.abs(np.arange(200) - 50))


@pytest.mark.parametrize("source", [0, 1, 77, 511])
def test_both_directions_are_taken_and_any_source_is_right(source):
    arrays = KERNEL.inputs(5, scale=9, edge_factor=8)
    row_start, column = arrays["row_start"], arrays["column"]
    assert np.array_equal(levels(row_start, column, source), expected(row_start, column, source))


@pytest.mark.parametrize("source", [-1, 512, 2**40])
def test_a_source_that_is_no_vertex(source):
    arrays = KERNEL.inputs(5, scale=9, edge_factor=2)
    with pytest.raises(ValueError, match="the source is no vertex"):
        KERNEL.cpu(*{**arrays, "source": source}.values())


def test_too_few_words():
    arrays = KERNEL.inputs(5, scale=9, edge_factor=2)
    with pytest.raises(ValueError, match="bits has too few words"):
        KERNEL.cpu(*{**arrays, "bits": np.zeros((3, 7), np.uint64)}.values())


def test_turning_points():
    up, down, done = module.UP, module.DOWN, module.DONE
    turn = module.next_mode.py_func
    assert turn(down, 1, 10, 1000, 48, 0) == down
    assert turn(down, 1, 67, 1000, 48, 0) == up
    assert turn(down, 1, 67, 1000, 48, 1) == down
    assert turn(up, 2, 0, 0, 48, 0) == up
    assert turn(up, 1, 0, 0, 48, 0) == down
    assert turn(up, 0, 0, 0, 48, 0) == turn(down, 0, 0, 0, 48, 0) == done


def test_work_counts_every_entry_of_the_graph():
    arrays = KERNEL.inputs(6, scale=7, edge_factor=3)
    work = KERNEL.work(scale=7, edge_factor=3)
    entries = sum(
        int(end) - int(start) for start, end in zip(arrays["row_start"], arrays["row_start"][1:], strict=False)
    )
    assert entries == arrays["column"].size == 2 * 3 * 2**7
    assert work.bytes_read == 4 * entries + 4 * (2**7 + 1)
    assert (work.flops, work.bytes_written) == (0, 4 * 2**7)
