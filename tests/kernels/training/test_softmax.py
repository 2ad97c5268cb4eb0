"""Laws of the softmax, its ragged ends and its infinities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays_of

from kernels import find
from kernels.arrays import aligned
from kernels.memory.stream import STREAM_FROM_BYTES
from tests.kernels.checks import error

KERNEL = find("softmax")
SCORES = some.floats(-50, 50, width=32)


def softmax(x):
    """Softmax by the kernel."""
    y = np.full_like(x, np.nan)
    KERNEL.cpu(x, y)
    return y


@settings(max_examples=40, deadline=None)
@given(arrays_of.arrays(np.float32, arrays_of.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=SCORES))
def test_shares_are_positive_sum_to_one_and_keep_the_order(x):
    y = softmax(x)
    assert (y >= 0).all()
    assert np.allclose(y.sum(axis=1, dtype=np.float64), 1, atol=2e-6)
    order = np.argsort(x, axis=1)
    assert (np.diff(np.take_along_axis(y, order, axis=1)) >= -1e-7).all()


def test_a_constant_added_to_a_row_changes_nothing():
    x = np.round(KERNEL.inputs(1, rows=9, columns=100)["x"] * 64) / 64
    shifts = np.arange(-400, 500, 100, dtype=np.float32)[:, None]
    assert np.array_equal(softmax(x + shifts), softmax(x))


@pytest.mark.parametrize("columns", [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100])
@pytest.mark.parametrize("offset", [0, 1, 3])
def test_columns_around_a_vector_at_any_address(columns, offset):
    x = KERNEL.inputs(2, rows=7, columns=columns)["x"]
    buffer = aligned(7 * columns + 64, np.float32)
    buffer.fill(np.nan)
    y = buffer[offset : offset + 7 * columns].reshape(7, columns)
    KERNEL.cpu(x, y)
    assert error(y, KERNEL.reference(x, y)["y"]) <= KERNEL.rtol
    assert np.isnan(buffer[:offset]).all()
    assert np.isnan(buffer[offset + 7 * columns :]).all()


def test_ragged_rows_past_the_caches():
    columns = 2051
    rows = STREAM_FROM_BYTES // (4 * columns) + 1
    arrays = KERNEL.inputs(3, rows=rows, columns=columns)
    KERNEL.cpu(*arrays.values())
    assert error(arrays["y"], KERNEL.reference(**arrays)["y"]) <= KERNEL.rtol


def test_minus_infinity_has_no_share():
    x = KERNEL.inputs(4, rows=20, columns=70)["x"]
    masked = np.random.default_rng(1).random(x.shape) < 0.5
    masked[:, 3] = False
    y = softmax(np.where(masked, np.float32(-np.inf), x))
    assert (y[masked] == 0).all()
    rest = np.where(masked, 0, np.exp(x.astype(np.float64)))
    assert np.allclose(y, rest / rest.sum(axis=1, keepdims=True), atol=2e-6)


@pytest.mark.parametrize("spoiler", [np.nan, np.inf])
@pytest.mark.parametrize("column", [0, 17, 36])
def test_what_is_not_a_number_spoils_its_row_alone(spoiler, column):
    x = KERNEL.inputs(5, rows=3, columns=37)["x"]
    expected = softmax(x)
    x[1, column] = spoiler
    y = softmax(x)
    assert np.isnan(y[1]).all()
    assert np.array_equal(y[::2], expected[::2])


def test_a_row_of_nothing_but_minus_infinity_is_not_a_number():
    x = np.zeros((2, 21), np.float32)
    x[0] = -np.inf
    y = softmax(x)
    assert np.isnan(y[0]).all()
    assert np.allclose(y[1], 1 / 21)


def test_the_largest_numbers_do_not_overflow():
    largest = np.finfo(np.float32).max
    assert np.array_equal(softmax(np.array([[largest, -largest, largest, 0]], np.float32)), [[0.5, 0, 0.5, 0]])


def test_no_rows():
    assert softmax(np.zeros((0, 5), np.float32)).shape == (0, 5)


def test_flops_of_one_row_counted_one_by_one():
    count = 0
    for _row in range(3):
        for _column in range(5):
            count += 1  # difference from the maximum
            count += 1  # into the sum
            count += 1  # times the inverse of the sum
    assert KERNEL.work(rows=3, columns=5).flops == count
