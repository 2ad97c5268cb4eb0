"""Laws of the stencil."""

import numpy as np
import pytest

from kernels import find
from kernels.memory.stream import STREAM_FROM_BYTES
from tests.kernels.checks import error

KERNEL = find("stencil7")


def step(u, centre=0.4, side=0.1):
    """One step by the kernel."""
    v = np.full_like(u, np.nan)
    KERNEL.cpu(u, v, centre, side)
    return v


def test_constant_field_is_conserved():
    u = np.full((9, 7, 12), 3.25)
    assert np.allclose(step(u), u, rtol=1e-15)


def test_linear_field_is_conserved():
    u = np.fromfunction(lambda i, j, k: 2 * i - 3 * j + 0.5 * k, (6, 8, 11))
    assert np.allclose(step(u), u, rtol=0, atol=1e-13)


def test_point_spreads_to_its_six_neighbours():
    u = np.zeros((5, 5, 5))
    u[2, 2, 2] = 1
    v = step(u)
    assert v[2, 2, 2] == 0.4
    assert [v[1, 2, 2], v[3, 2, 2], v[2, 1, 2], v[2, 3, 2], v[2, 2, 1], v[2, 2, 3]] == [0.1] * 6
    assert np.isclose(v.sum(), 1, rtol=1e-15)
    assert np.count_nonzero(v) == 7


def test_boundary_keeps_its_values():
    u = np.random.default_rng(1).random((6, 7, 8))
    v = step(u)
    inside = np.zeros(u.shape, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    assert np.array_equal(v[~inside], u[~inside])
    assert not np.any(v[inside] == u[inside])


@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 1, 0), (0, 2, 1)])
def test_axes_are_equal(axes):
    u = np.random.default_rng(2).random((6, 7, 8))
    turned = step(np.ascontiguousarray(u.transpose(axes)))
    assert np.allclose(turned, step(u).transpose(axes), rtol=1e-14)


@pytest.mark.parametrize("shape", [(1, 5, 5), (5, 2, 5), (5, 5, 2), (3, 3, 3)])
def test_work_counts_inner_points(shape):
    inner = np.zeros(shape)[1:-1, 1:-1, 1:-1].size
    assert KERNEL.work(*shape).flops == 8 * inner


@pytest.mark.parametrize("shape", [(700, 760, 8), (131, 180, 181), (90, 3, 16384), (3, 100, 14400)])
def test_large_fields_with_and_without_rows_that_start_cache_lines(shape):
    assert np.prod(shape) * 8 >= STREAM_FROM_BYTES
    arrays = KERNEL.inputs(3, *shape)
    KERNEL.cpu(*arrays.values())
    assert error(arrays["v"], KERNEL.reference(**arrays)["v"]) <= KERNEL.rtol


def test_nan_and_infinity_reach_their_neighbours_only():
    u = np.zeros((7, 7, 7))
    u[3, 3, 3], u[0, 5, 5] = np.nan, np.inf
    v = step(u)
    assert np.count_nonzero(np.isnan(v)) == 7
    assert (v[0, 5, 5], v[1, 5, 5]) == (np.inf, np.inf)
    assert np.count_nonzero(np.isinf(v)) == 2
