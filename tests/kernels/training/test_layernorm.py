"""Laws of layer normalization, its ragged ends, and what spoils a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays_of

from kernels import find
from kernels.arrays import aligned
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.training.layernorm import EPSILON
from tests.kernels.checks import error

KERNEL = find("layernorm")


def normalize(x, weight=None, bias=None):
    """Layer normalization by the kernel, without scales and shifts unless they are given."""
    columns = x.shape[1]
    weight = np.ones(columns, np.float32) if weight is None else weight
    bias = np.zeros(columns, np.float32) if bias is None else bias
    y = np.full_like(x, np.nan)
    KERNEL.cpu(x, weight, bias, y)
    return y


@settings(max_examples=30, deadline=None)
@given(
    arrays_of.arrays(
        np.float32,
        arrays_of.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=40),
        elements=some.floats(-10, 10, width=32),
    )
)
def test_rows_get_mean_zero_and_the_variance_that_epsilon_leaves(x):
    y = normalize(x).astype(np.float64)
    variance = x.var(axis=1, dtype=np.float64)
    assert np.allclose(y.mean(axis=1), 0, atol=2e-3)
    assert np.allclose(y.var(axis=1), variance / (variance + EPSILON), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("columns", [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 130])
@pytest.mark.parametrize("offset", [0, 1, 3])
def test_columns_around_a_vector_at_any_address(columns, offset):
    arrays = KERNEL.inputs(1, rows=7, columns=columns)
    buffer = aligned(7 * columns + 64, np.float32)
    buffer.fill(np.nan)
    y = buffer[offset : offset + 7 * columns].reshape(7, columns)
    KERNEL.cpu(arrays["x"], arrays["weight"], arrays["bias"], y)
    assert error(y, KERNEL.reference(**arrays)["y"]) <= KERNEL.rtol
    assert np.isnan(buffer[:offset]).all()
    assert np.isnan(buffer[offset + 7 * columns :]).all()


def test_ragged_rows_past_the_caches():
    columns = 2051
    arrays = KERNEL.inputs(2, rows=STREAM_FROM_BYTES // (4 * columns) + 1, columns=columns)
    KERNEL.cpu(*arrays.values())
    assert error(arrays["y"], KERNEL.reference(**arrays)["y"]) <= KERNEL.rtol


def test_a_large_mean_does_not_drown_the_variance():
    x = KERNEL.inputs(3, rows=5, columns=1000)["x"]
    far = np.round(x * 64) / 64 + np.float32(4096)
    exact = KERNEL.reference(far, np.ones(1000), np.zeros(1000), far)["y"]
    rounding_of_the_mean = np.spacing(np.float32(4096)) / far.std()
    assert np.max(np.abs(normalize(far) - exact)) <= rounding_of_the_mean


def test_scale_and_shift_act_column_by_column():
    arrays = KERNEL.inputs(4, rows=6, columns=77)
    plain = normalize(arrays["x"])
    both = normalize(arrays["x"], arrays["weight"], arrays["bias"])
    assert np.allclose(both, plain * arrays["weight"] + arrays["bias"], atol=1e-6)


def test_a_constant_row_leaves_the_bias():
    bias = np.arange(50, dtype=np.float32)
    assert np.array_equal(normalize(np.full((3, 50), 2, np.float32), bias=bias), np.tile(bias, (3, 1)))


@pytest.mark.parametrize("spoiler", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", [0, 20, 36])
def test_what_is_not_finite_spoils_its_row_alone(spoiler, column):
    x = KERNEL.inputs(5, rows=3, columns=37)["x"]
    expected = normalize(x)
    x[1, column] = spoiler
    y = normalize(x)
    assert np.isnan(y[1]).all()
    assert np.array_equal(y[::2], expected[::2])


def test_flops_counted_one_by_one():
    count = 0
    for _row in range(2):
        for _column in range(5):
            count += 1  # into the sum for the mean
            count += 3  # difference, square, into the sum for the variance
            count += 4  # difference, times deviation, times weight, plus bias
    assert KERNEL.work(rows=2, columns=5).flops == count
