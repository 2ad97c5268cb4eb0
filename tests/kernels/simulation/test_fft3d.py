"""Laws of the three-dimensional transform, with long and with short sides."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from tests.kernels.checks import error

KERNEL = find("fft3d")
EPSILON = np.finfo(float).eps
SHAPES = [(1, 1, 1), (2, 1, 8), (4, 16, 2), (8, 8, 8), (16, 8, 32), (8, 64, 16), (128, 8, 8), (8, 8, 512)]
seeds = st.integers(0, 2**32 - 1)
shapes = st.sampled_from(SHAPES[:6])
few = settings(max_examples=12, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def arguments(shape, seed=0):
    """Inputs of the kernel for the shape (nx, ny, nz)."""
    return KERNEL.inputs(seed, *shape)


def transform(x):
    """The kernel's transform of a field."""
    arrays = {**arguments(x.shape), "x": np.ascontiguousarray(x, np.complex128)}
    KERNEL.cpu(*arrays.values())
    return arrays["y"]


def distance(found, expected):
    """Norm of the difference over that of what is expected."""
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def bound(x):
    """Log2 N levels with an error of a few unit roundoffs each."""
    return EPSILON * (1 + math.log2(x.size))


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_numpy(shape):
    x = arguments(shape, 1)["x"]
    assert distance(transform(x), np.fft.fftn(x)) <= bound(x)


@few
@given(shape=shapes, seed=seeds)
def test_there_and_back(shape, seed):
    x = arguments(shape, seed)["x"]
    assert distance(transform(transform(x).conj()).conj() / x.size, x) <= 2 * bound(x)


@few
@given(shape=shapes, seed=seeds)
def test_energy_is_kept(shape, seed):
    x = arguments(shape, seed)["x"]
    assert np.isclose(np.linalg.norm(transform(x)), math.sqrt(x.size) * np.linalg.norm(x), rtol=bound(x), atol=0)


@few
@given(shape=shapes, seed=seeds)
def test_is_linear(shape, seed):
    x, y = arguments(shape, seed)["x"], arguments(shape, seed + 1)["x"]
    assert distance(transform(x + 3j * y), transform(x) + 3j * transform(y)) <= 4 * bound(x)


@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_axes_are_equal(axes):
    x = arguments((8, 16, 32), 2)["x"]
    assert distance(transform(x.transpose(axes)), transform(x).transpose(axes)) <= 2 * bound(x)


@pytest.mark.parametrize("shape", [(2, 4, 8), (16, 8, 8)])
def test_a_plane_wave_becomes_an_impulse(shape):
    wave = (1, 3, 5)
    phase = sum(k * j / n for k, j, n in zip(wave, np.indices(shape), shape, strict=True))
    expected = np.zeros(shape)
    expected[wave] = math.prod(shape)
    assert error(transform(np.exp(2j * np.pi * phase)), expected) <= 30 * EPSILON


@pytest.mark.parametrize("axis", range(3))
def test_a_shift_turns_the_phases(axis):
    x = arguments((8, 16, 8), 3)["x"]
    n = x.shape[axis]
    phases = np.exp(-2j * np.pi * np.arange(n) * 3 / n).reshape([-1 if a == axis else 1 for a in range(3)])
    assert distance(transform(np.roll(x, 3, axis)), phases * transform(x)) <= 3 * bound(x)


@pytest.mark.parametrize("shape", [(4, 4, 4), (8, 8, 16)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_reaches_every_frequency(shape, bad):
    x = arguments(shape, 4)["x"]
    x[1, 2, 3] = bad
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(transform(x)).any()


@pytest.mark.parametrize("shape", [(3, 8, 8), (8, 0, 8), (8, 8, 24)])
def test_other_lengths_are_refused(shape):
    with pytest.raises(ValueError, match="expected powers of two"):
        arguments(shape)
    arrays = {**arguments((8, 8, 8)), "x": np.zeros(shape, np.complex128), "y": np.zeros(shape, np.complex128)}
    with pytest.raises(ValueError, match="a side of x is not a power of two"):
        KERNEL.cpu(*arrays.values())


@pytest.mark.parametrize("name", ["x_factors", "y_factors", "z_factors", "workspace"])
def test_what_belongs_to_other_lengths_is_refused(name):
    arrays = {**arguments((8, 16, 8)), name: arguments((32, 32, 32))[name]}
    with pytest.raises(ValueError, match="to other lengths"):
        KERNEL.cpu(*arrays.values())


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 4, 8), (16, 16, 16)])
def test_flops_by_convention_are_those_of_the_lines(shape):
    points = math.prod(shape)
    line_by_line = sum(points // n * find("fft").work(n=n).flops for n in shape)
    assert KERNEL.work(*shape).flops == line_by_line
