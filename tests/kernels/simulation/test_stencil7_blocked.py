"""Laws of the stencil that takes several steps at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.arrays import aligned, is_poisoned, poisoned
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.simulation.stencil7_blocked import PLANES, ROWS, inputs
from tests.kernels.checks import error

KERNEL = find("stencil7_blocked")


def advanced(u, steps, centre=0.4, side=0.1):
    """The field after some steps of the kernel."""
    arrays = inputs(1, *u.shape, steps)
    KERNEL.cpu(u, arrays["v"], arrays["kept"], centre, side, steps)
    return arrays["v"]


def one_by_one(u, steps, centre=0.4, side=0.1):
    """The field after single steps of stencil7."""
    for _ in range(steps):
        v = np.full_like(u, np.nan)
        find("stencil7").cpu(u, v, centre, side)
        u = v
    return u


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    "shape",
    [(5, ROWS - 1, 9), (6, ROWS, 16), (4, ROWS + 1, 17), (PLANES + 9, 2 * ROWS + 5, 8), (3, 3 * ROWS, 40), (9, 3, 3)],
)
def test_tiles_of_every_shape_agree_with_single_steps(shape, steps):
    u = np.random.default_rng(steps).uniform(-1, 1, shape)
    assert np.allclose(advanced(u, steps), one_by_one(u, steps), rtol=0, atol=1e-15 * steps)


@settings(max_examples=25, deadline=None)
@given(
    nx=st.integers(1, 12),
    ny=st.integers(1, 60),
    nz=st.integers(1, 40),
    steps=st.integers(1, 6),
    seed=st.integers(0, 99),
)
def test_any_field_agrees_with_single_steps(nx, ny, nz, steps, seed):
    u = np.random.default_rng(seed).uniform(-1, 1, (nx, ny, nz))
    assert np.allclose(advanced(u, steps), one_by_one(u, steps), rtol=0, atol=1e-15 * steps)


@pytest.mark.parametrize("shape", [(13, 40, 24), (13, 40, 27)])
def test_two_calls_are_one_call_with_as_many_steps(shape):
    u = np.random.default_rng(2).random(shape)
    assert np.allclose(advanced(advanced(u, 3), 2), advanced(u, 5), rtol=0, atol=1e-14)


@pytest.mark.parametrize("shape", [(40, 330, 320), (52, 270, 301), (700, 760, 8)])
def test_large_fields_with_and_without_rows_that_start_cache_lines(shape):
    assert np.prod(shape) * 8 >= STREAM_FROM_BYTES
    u = aligned(shape, np.float64)
    u[...] = np.random.default_rng(3).uniform(-1, 1, shape)
    expected = KERNEL.reference(u, u, None, 0.4, 0.1, 2)["v"]
    assert error(advanced(u, 2), expected) <= KERNEL.rtol


@pytest.mark.parametrize("shape", [(7, 30, 8), (7, 30, 9), (7, 30, 31), (170, 3, 3)])
@pytest.mark.parametrize("steps", [1, 4])
def test_nothing_is_written_outside_the_result_and_the_workspace(shape, steps):
    arrays = inputs(4, *shape, steps)
    guarded = {}
    for name in ("v", "kept"):
        buffer = poisoned(arrays[name].size + 256, np.float64)
        guarded[name] = buffer, buffer[128:-128].reshape(arrays[name].shape)
    before = arrays["u"].copy()
    KERNEL.cpu(arrays["u"], guarded["v"][1], guarded["kept"][1], 0.4, 0.1, steps)
    assert np.array_equal(arrays["u"], before)
    assert not np.isnan(guarded["v"][1]).any()
    for buffer, _ in guarded.values():
        assert is_poisoned(buffer[:128])
        assert is_poisoned(buffer[-128:])


def test_constant_and_linear_fields_are_conserved():
    constant = np.full((9, 50, 20), 3.25)
    assert np.allclose(advanced(constant, 6), constant, rtol=1e-14)
    linear = np.fromfunction(lambda i, j, k: 2 * i - 3 * j + 0.5 * k, (9, 50, 20))
    assert np.allclose(advanced(linear, 6), linear, rtol=0, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_point_spreads_one_neighbour_per_step_and_nan_with_it(steps):
    distance = np.abs(np.indices((13, 40, 17)) - np.array([6, ROWS, 8])[:, None, None, None]).sum(axis=0)
    u = np.zeros(distance.shape)
    u[6, ROWS, 8] = 1
    assert np.array_equal(advanced(u, steps) != 0, distance <= steps)
    u[6, ROWS, 8] = np.nan
    assert np.array_equal(np.isnan(advanced(u, steps)), distance <= steps)


def test_boundary_keeps_its_values():
    u = np.random.default_rng(5).random((8, 60, 12))
    v = advanced(u, 5)
    inside = np.zeros(u.shape, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    assert np.array_equal(v[~inside], u[~inside])
    assert not np.any(v[inside] == u[inside])


def test_work_counts_the_operations_of_every_step():
    flops = 0
    for _ in range(3):
        for _ in np.ndindex(5 - 2, 6 - 2, 4 - 2):
            additions, products = 6, 2
            flops += additions + products
    work = KERNEL.work(nx=5, ny=6, nz=4, steps=3)
    assert (work.flops, work.bytes_read, work.bytes_written) == (flops, 8 * 5 * 6 * 4, 8 * 5 * 6 * 4)
