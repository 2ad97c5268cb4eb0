"""Laws of bags of rows and of the addition of their gradients, against plain loops."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kernels import find
from kernels.training.embedding import BLOCK
from tests.kernels.checks import error

GATHER = find("embedding_bag")
SCATTER = find("embedding_scatter_add")
WIDTHS = (1, 3, 15, 16, 17, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 37)


def gather(table, index, start):
    """Bags by the kernel."""
    bag = np.full((len(start) - 1, table.shape[1]), np.nan, np.float32)
    GATHER.cpu(table, np.asarray(index, np.uint32), np.asarray(start, np.uint32), bag)
    return bag


def whole_numbers(seed, shape):
    """Random whole numbers as fp32, whose sums are exact."""
    return np.random.default_rng(seed).integers(-8, 9, shape).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(some.lists(some.lists(some.integers(0, 10), max_size=12), min_size=1, max_size=10), some.sampled_from(WIDTHS))
def test_every_bag_is_the_sum_of_its_rows(bags, width):
    table = whole_numbers(1, (11, width))
    start = np.cumsum([0, *map(len, bags)])
    expected = np.zeros((len(bags), width), np.float32)
    for b, rows in enumerate(bags):
        for row in rows:
            expected[b] += table[row]
    assert np.array_equal(gather(table, [row for rows in bags for row in rows] or [0], start), expected)


@settings(max_examples=30, deadline=None)
@given(some.lists(some.integers(0, 10), min_size=1, max_size=60), some.sampled_from(WIDTHS))
def test_every_gradient_is_added_to_its_row(index, width):
    table, gradient = whole_numbers(2, (11, width)), whole_numbers(3, (len(index), width))
    expected = table.copy()
    for row, values in zip(index, gradient, strict=True):
        expected[row] += values
    SCATTER.cpu(np.array(index, np.uint32), gradient, table)
    assert np.array_equal(table, expected)


@pytest.mark.parametrize("width", WIDTHS)
def test_widths_around_the_blocks(width):
    for kernel, size in ((GATHER, {"bags": 9}), (SCATTER, {})):
        arrays = kernel.inputs(1, rows=50, width=width, lookups=200, **size)
        expected = kernel.reference(**arrays)
        kernel.cpu(*arrays.values())
        for name in kernel.outputs:
            assert error(arrays[name], expected[name]) <= kernel.rtol


def test_empty_bags_are_zero():
    table = whole_numbers(4, (5, 70))
    bag = gather(table, [2, 3], [0, 0, 2, 2, 2])
    assert np.array_equal(bag, [0 * table[0], table[2] + table[3], 0 * table[0], 0 * table[0]])


def test_adding_back_is_the_transpose_of_gathering():
    arrays = GATHER.inputs(5, rows=40, width=24, bags=11, lookups=150)
    table, index, start = arrays["table"], arrays["index"], arrays["start"]
    direction = whole_numbers(6, (11, 24))
    gradient = np.repeat(direction, np.diff(start.astype(np.int64)), axis=0)
    back = np.zeros_like(table)
    SCATTER.cpu(index, gradient, back)
    assert np.sum(gather(table, index, start) * direction) == pytest.approx(np.sum(table * back), rel=1e-5)


def test_the_number_of_threads_changes_no_bit():
    arrays = SCATTER.inputs(7, rows=13, width=70, lookups=3000)
    tables = []
    threads = numba.get_num_threads()
    for count in range(1, threads + 1):
        table = arrays["table"].copy()
        numba.set_num_threads(count)
        try:
            SCATTER.cpu(arrays["index"], arrays["gradient"], table)
        finally:
            numba.set_num_threads(threads)
        tables.append(table)
    assert all(np.array_equal(table, tables[0]) for table in tables)


def test_rows_that_nobody_looks_up_stay():
    table = whole_numbers(8, (6, 33))
    before = table.copy()
    SCATTER.cpu(np.array([4, 4], np.uint32), whole_numbers(9, (2, 33)), table)
    assert np.array_equal(np.delete(table, 4, axis=0), np.delete(before, 4, axis=0))


def test_what_is_not_a_number_stays_in_its_bag_and_row():
    table = whole_numbers(10, (6, 65))
    table[2, 64] = np.nan
    assert np.argwhere(np.isnan(gather(table, [1, 2, 3, 4], [0, 2, 4]))).tolist() == [[0, 64]]
    gradient = whole_numbers(11, (2, 65))
    gradient[0, 3] = np.inf
    table = whole_numbers(10, (6, 65))
    SCATTER.cpu(np.array([5, 1], np.uint32), gradient, table)
    assert np.argwhere(np.isinf(table)).tolist() == [[5, 3]]


def test_work_counted_lookup_by_lookup():
    rows, width, bags, lookups = 50, 7, 4, 9
    additions = sum(1 for _lookup in range(lookups) for _column in range(width))
    row_bytes, index_bytes = width * 4, 4
    gathered, scattered = (
        GATHER.work(rows=rows, width=width, bags=bags, lookups=lookups),
        SCATTER.work(rows=rows, width=width, lookups=lookups),
    )
    assert gathered.flops == scattered.flops == additions
    assert gathered.bytes_read == lookups * (row_bytes + index_bytes) + index_bytes * (bags + 1)
    assert gathered.bytes_written == bags * row_bytes
    assert scattered.bytes_read == lookups * (2 * row_bytes + index_bytes)
    assert scattered.bytes_written == lookups * row_bytes
