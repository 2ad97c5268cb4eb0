"""Laws of RMS normalization, its ragged ends, and what spoils a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays_of

from kernels import find
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.training.layernorm import EPSILON
from tests.kernels.checks import error

KERNEL = find("rmsnorm")


def normalize(x):
    """RMS normalization by the kernel with weights of 1."""
    y = np.full_like(x, np.nan)
    KERNEL.cpu(x, np.ones(x.shape[1], np.float32), y)
    return y


@settings(max_examples=30, deadline=None)
@given(
    arrays_of.arrays(
        np.float32,
        arrays_of.array_shapes(min_dims=2, max_dims=2, max_side=40),
        elements=some.floats(-100, 100, width=32),
    )
)
def test_mean_squares_become_what_epsilon_leaves_and_signs_stay(x):
    y = normalize(x).astype(np.float64)
    square = np.mean(x.astype(np.float64) ** 2, axis=1)
    assert np.allclose(np.mean(y**2, axis=1), square / (square + EPSILON), rtol=1e-5, atol=1e-30)
    assert (y * x >= 0).all()


@pytest.mark.parametrize("columns", [1, 5, 8, 15, 16, 17, 33, 64, 65, 130])
def test_columns_around_a_vector(columns):
    arrays = KERNEL.inputs(1, rows=7, columns=columns)
    KERNEL.cpu(*arrays.values())
    assert error(arrays["y"], KERNEL.reference(**arrays)["y"]) <= KERNEL.rtol


def test_ragged_rows_past_the_caches():
    columns = 2051
    arrays = KERNEL.inputs(2, rows=STREAM_FROM_BYTES // (4 * columns) + 1, columns=columns)
    KERNEL.cpu(*arrays.values())
    assert error(arrays["y"], KERNEL.reference(**arrays)["y"]) <= KERNEL.rtol


def test_powers_of_two_leave_large_rows_alone():
    x = KERNEL.inputs(3, rows=5, columns=300)["x"]
    assert np.allclose(normalize(1024 * x), normalize(2048 * x), rtol=1e-6)


def test_rows_of_one_centred_column_pair_agree_with_layer_normalization():
    x = KERNEL.inputs(4, rows=5, columns=64)["x"]
    x[:, 32:] = -x[:, :32]
    y = np.full_like(x, np.nan)
    find("layernorm").cpu(x, np.ones(64, np.float32), np.zeros(64, np.float32), y)
    assert np.allclose(normalize(x), y, atol=1e-6)


def test_not_a_number_spoils_its_row_alone_and_an_infinity_empties_it():
    x = KERNEL.inputs(5, rows=4, columns=37)["x"]
    expected = normalize(x)
    x[1, 20], x[2, 30] = np.nan, np.inf
    y = normalize(x)
    assert np.isnan(y[1]).all()
    assert np.isnan(y[2, 30])
    assert (np.delete(y[2], 30) == 0).all()
    assert np.array_equal(y[::3], expected[::3])


def test_flops_counted_one_by_one():
    count = 0
    for _row in range(2):
        for _column in range(5):
            count += 2  # square, into the sum
            count += 2  # times inverse deviation, times weight
    assert KERNEL.work(rows=2, columns=5).flops == count
