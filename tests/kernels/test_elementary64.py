"""The fp64 functions of vectors against higher precision."""

import numpy as np
import pytest
from numba import njit

from kernels import simd
from kernels.elementary64 import COSINE, LOGARITHM, POWER, SINE, exp2_vector64, log_vector64, sin_cos_vector64

EXTENDED = np.longdouble
ROUNDOFF = 2.0**-53


@njit
def exp2_of(values, result):
    for i in range(0, values.size, simd.lanes(values)):
        simd.store(result, i, exp2_vector64(simd.load(values, i)))


@njit
def log_of(values, result):
    for i in range(0, values.size, simd.lanes(values)):
        simd.store(result, i, log_vector64(simd.load(values, i)))


@njit
def sin_cos_of(turns, sines, cosines):
    for i in range(0, turns.size, simd.lanes(turns)):
        sine, cosine = sin_cos_vector64(simd.load(turns, i))
        simd.store(sines, i, sine)
        simd.store(cosines, i, cosine)


def of(function, values):
    """Result of a function of one vector, for any number of values."""
    padded = np.resize(values, -(-values.size // 8) * 8).astype(np.float64)
    result = np.empty_like(padded)
    function(padded, result)
    return result[: values.size]


def relative_error(found, exact):
    return float(np.max(np.abs(found.astype(EXTENDED) / exact - 1)))


def test_power_of_two():
    values = np.concatenate([np.linspace(-1022, 1022, 60_001), np.linspace(-2, 2, 60_001)])
    assert relative_error(of(exp2_of, values), np.exp2(values.astype(EXTENDED))) < 5e-16


def test_whole_powers_of_two_are_exact():
    whole = np.arange(-1022, 1024).astype(np.float64)
    assert np.array_equal(of(exp2_of, whole), np.exp2(whole))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_power_of_what_is_not_finite(value):
    assert np.isnan(of(exp2_of, np.full(8, value))).all()


def test_logarithm():
    random = np.random.default_rng(1)
    spread = 10.0 ** random.uniform(-300, 300, 50_000)
    near_one = 1 + random.uniform(-0.4, 0.6, 50_000)
    close_to_one = 1 + random.uniform(-1, 1, 1000) * 10.0 ** random.uniform(-15, -1, 1000)
    for values in (spread, near_one, close_to_one[close_to_one != 1]):
        assert relative_error(of(log_of, values), np.log(values.astype(EXTENDED))) < 9e-16


def test_logarithm_of_powers_of_two_and_of_the_smallest_uniform_number():
    assert (of(log_of, np.ones(8)) == 0).all()
    values = 2.0 ** np.arange(-1022, 1024)
    assert np.allclose(of(log_of, values), np.arange(-1022, 1024) * np.log(2), rtol=3 * ROUNDOFF, atol=0)
    assert relative_error(of(log_of, np.full(8, 0.5 * 2.0**-32)), EXTENDED(-33) * np.log(EXTENDED(2))) < 9e-16


def test_sine_and_cosine_of_turns():
    random = np.random.default_rng(2)
    turns = np.concatenate([np.linspace(-2, 2, 40_000), random.uniform(-(2.0**40), 2.0**40, 8000)])
    sines, cosines = np.empty_like(turns), np.empty_like(turns)
    sin_cos_of(turns, sines, cosines)
    angle = 2 * EXTENDED("3.14159265358979323846264338327950288") * (turns - np.rint(turns)).astype(EXTENDED)
    assert np.max(np.abs(sines - np.sin(angle))) < 4e-16
    assert np.max(np.abs(cosines - np.cos(angle))) < 4e-16


def test_quarters_of_a_turn_are_exact():
    turns = np.arange(-8, 8) / 4
    sines, cosines = np.empty_like(turns), np.empty_like(turns)
    sin_cos_of(turns, sines, cosines)
    assert np.array_equal(sines, np.tile([0.0, 1, 0, -1], 4))
    assert np.array_equal(cosines, np.tile([1.0, 0, -1, 0], 4))


def polynomial(coefficients, x):
    return np.polyval(np.array(coefficients, EXTENDED), x.astype(EXTENDED))


def test_what_each_polynomial_leaves():
    halves = np.linspace(-0.5, 0.5, 2001)
    assert relative_error(polynomial(POWER, halves), np.exp2(halves.astype(EXTENDED))) < 3.2e-16
    t = np.linspace(1e-3, 3 - 2 * np.sqrt(2), 2001).astype(EXTENDED)
    assert relative_error(polynomial(LOGARITHM, t**2), 2 * np.arctanh(t) / t) < 3.2e-16
    f = np.linspace(1e-3, 0.125, 2001).astype(EXTENDED)
    angle = 2 * EXTENDED("3.14159265358979323846264338327950288") * f
    assert relative_error(polynomial(SINE, f**2), np.sin(angle) / f) < 3.2e-16
    assert relative_error(polynomial(COSINE, f**2), np.cos(angle)) < 3.2e-16
