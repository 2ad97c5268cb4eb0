"""Laws of the Fourier transform at every kind of length: plain, even and odd powers of two."""

import itertools
import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.fft import factors_of
from tests.kernels.checks import error

KERNEL = find("fft")
POWERS = range(15)
EPSILON = np.finfo(float).eps
seeds = st.integers(0, 2**32 - 1)
lengths = st.sampled_from([1, 2, 8, 32, 64, 128, 256, 512, 1024])
few = settings(max_examples=15, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def transform(x):
    """The kernel's transform of a series."""
    arrays = {**KERNEL.inputs(0, x.size), "x": np.ascontiguousarray(x, np.complex128)}
    KERNEL.cpu(*arrays.values())
    return arrays["y"]


def series(seed, n):
    """Random complex numbers."""
    return KERNEL.inputs(seed, n)["x"]


def distance(found, expected):
    """Norm of the difference over that of what is expected."""
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def bound(n):
    """Log2 n levels with an error of a few unit roundoffs each."""
    return EPSILON * (1 + math.log2(n))


@pytest.mark.parametrize("power", POWERS)
def test_equals_numpy_at_every_length(power):
    x = series(power, 2**power)
    assert distance(transform(x), np.fft.fft(x)) <= bound(x.size)


@pytest.mark.parametrize("n", [1, 2, 4, 16, 64, 128])
def test_equals_the_definition(n):
    x = series(1, n)
    index = np.arange(n)
    matrix = np.exp(-2j * np.pi * (np.outer(index, index) % n) / n)
    assert distance(transform(x), matrix @ x) <= 2 * bound(n)


@few
@given(n=lengths, seed=seeds)
def test_there_and_back(n, seed):
    x = series(seed, n)
    assert distance(transform(transform(x).conj()).conj() / n, x) <= 2 * bound(n)


@few
@given(n=lengths, seed=seeds)
def test_energy_is_kept(n, seed):
    x = series(seed, n)
    assert np.isclose(np.linalg.norm(transform(x)), math.sqrt(n) * np.linalg.norm(x), rtol=bound(n), atol=0)


@few
@given(n=lengths, seed=seeds, factor=st.complex_numbers(max_magnitude=100, allow_nan=False, allow_infinity=False))
def test_is_linear(n, seed, factor):
    x, y = series(seed, n), series(seed + 1, n)
    together = transform(x + factor * y)
    parts = transform(x) + factor * transform(y)
    assert np.linalg.norm(together - parts) <= 3 * bound(n) * (1 + abs(factor)) * n


@few
@given(n=lengths, seed=seeds, shift=st.integers(0, 2000))
def test_a_shift_turns_the_phases(n, seed, shift):
    x = series(seed, n)
    phases = np.exp(-2j * np.pi * (np.arange(n) * shift % n) / n)
    assert distance(transform(np.roll(x, shift)), phases * transform(x)) <= 3 * bound(n)


@few
@given(n=lengths, place=st.integers(0, 2000))
def test_an_impulse_becomes_a_turning_phase(n, place):
    x = np.zeros(n)
    x[place % n] = 1
    assert error(transform(x), np.exp(-2j * np.pi * (np.arange(n) * place % n) / n)) <= bound(n)


@pytest.mark.parametrize(("n", "frequency"), [(32, 5), (64, 63), (128, 64), (4096, 1000), (2**14, 12345)])
def test_a_pure_tone_becomes_an_impulse(n, frequency):
    tone = np.exp(2j * np.pi * (np.arange(n) * frequency % n) / n)
    expected = np.zeros(n)
    expected[frequency] = n
    assert error(transform(tone), expected) <= bound(n)


@pytest.mark.parametrize("n", [8, 64, 2048])
def test_a_real_series_has_a_mirrored_spectrum(n):
    spectrum = transform(series(2, n).real)
    assert error(spectrum, np.roll(spectrum[::-1], 1).conj()) <= bound(n)


@pytest.mark.parametrize("n", [16, 64, 512])
@pytest.mark.parametrize("bad", [np.nan, np.inf, complex(0, -np.inf)])
def test_what_is_not_finite_reaches_every_frequency(n, bad):
    x = series(3, n)
    x[n // 3] = bad
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(transform(x)).any()


def test_a_large_result_goes_past_the_caches_if_it_is_aligned_and_not_otherwise():
    n = 2**20
    arrays = KERNEL.inputs(4, n)
    expected = KERNEL.reference(**arrays)["y"]
    buffer = np.full(n + 8, np.nan, np.complex128)
    start = -buffer.ctypes.data % 64 // 16
    for offset in (start, start + 1):
        y = buffer[offset : offset + n]
        KERNEL.cpu(*{**arrays, "y": y}.values())
        assert error(y, expected) <= KERNEL.rtol


@pytest.mark.parametrize("n", [0, 3, 6, 48, 100])
def test_other_lengths_are_refused(n):
    with pytest.raises(ValueError, match=f"n is {n}, expected a power of two"):
        KERNEL.inputs(0, n)
    arrays = KERNEL.inputs(0, 64)
    arrays.update(x=np.zeros(n, np.complex128), y=np.zeros(n, np.complex128))
    with pytest.raises(ValueError, match="not a power of two"):
        KERNEL.cpu(*arrays.values())


@pytest.mark.parametrize("name", ["columns", "rows", "between", "workspace"])
def test_twiddle_factors_of_another_length_are_refused(name):
    arrays = KERNEL.inputs(0, 1024)
    arrays[name] = KERNEL.inputs(0, 8192)[name]
    with pytest.raises(ValueError, match=r"belong to another length|has shape"):
        KERNEL.cpu(*arrays.values())


@pytest.mark.parametrize("power", range(6, 26))
def test_factors_are_close_to_each_other(power):
    n1, n2 = factors_of(2**power)
    assert n1 * n2 == 2**power
    assert n1 in (n2, 2 * n2)
    assert n2 >= 8


@pytest.mark.parametrize(("n", "flops"), [(1, 0), (2, 10), (8, 120), (1024, 51200)])
def test_flops_by_convention(n, flops):
    butterflies = sum(n // 2 for _ in itertools.takewhile(lambda level: 2**level < n, itertools.count()))
    assert KERNEL.work(n=n).flops == flops == 10 * butterflies
