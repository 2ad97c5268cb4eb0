"""Errors and limits of the polynomial functions, against double precision."""

import numpy as np
import pytest
from numba import njit

from kernels import elementary, simd


@njit
def functions(values, exp2, exp, gelu, slope):
    for i in range(values.size):
        exp2[i] = elementary.exp2(values[i])
        exp[i] = elementary.exp(values[i])
        gelu[i] = elementary.gelu(values[i])
        slope[i] = elementary.gelu_derivative(values[i])


@njit
def exp_in_vectors(values, result):
    for i in range(0, values.size, simd.lanes(values)):
        simd.store(result, i, elementary.exp_vector(simd.load(values, i)))


def vectors_of_exp(values):
    """e^x by the function of vectors; the number of values must be whole vectors."""
    result = np.empty_like(values)
    exp_in_vectors(values, result)
    return result


def evaluate(values):
    """(exp2, exp, gelu, derivative of gelu) of fp32 values."""
    results = [np.full(len(values), np.nan, np.float32) for _ in range(4)]
    functions(np.asarray(values, np.float32), *results)
    return results


def exact_gelu(x):
    """Tanh form of GELU in double precision."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def spread(limit):
    return np.linspace(-limit, limit, 200_001, dtype=np.float32)


def test_powers_of_two():
    values = spread(126)
    found = evaluate(values)[0]
    assert np.max(np.abs(found / np.exp2(values.astype(np.float64)) - 1)) < 3e-7
    whole = np.arange(-125, 126)
    assert np.array_equal(evaluate(whole)[0], np.exp2(whole.astype(np.float32)))


def test_exponential_in_vectors():
    values = np.resize(spread(87), 200_064)
    found = vectors_of_exp(values)
    error = np.abs(found / np.exp(values.astype(np.float64)) - 1)
    assert np.all(error < 3e-7 + 2e-8 * np.abs(values))


def test_exponential_in_vectors_vanishes_and_keeps_what_is_not_a_number():
    values = np.resize(np.array([-np.inf, -1e30, -87.8, np.nan, 0, 88], np.float32), 48)
    found = vectors_of_exp(values)[:6]
    assert (found[:3] == 0).all()
    assert np.isnan(found[3])
    assert found[4] == 1
    assert found[5] == pytest.approx(np.exp(88.0), rel=2e-6)
    assert np.isnan(vectors_of_exp(np.array([0xFFC00001], np.uint32).view(np.float32).repeat(16))).all()


def test_exponential_keeps_its_digits_far_from_zero():
    values = spread(87)
    found = evaluate(values)[1]
    assert np.max(np.abs(found / np.exp(values.astype(np.float64)) - 1)) < 3e-7


def test_exponential_stays_at_its_ends():
    low, lower, high, higher, zero = evaluate([-87, -1e5, 87, 1e5, 0])[1]
    assert low == lower > 0
    assert high == higher < np.inf
    assert zero == 1


@pytest.mark.parametrize("limit", [1, 6, 100])
def test_gelu_and_its_derivative(limit):
    values = spread(limit)
    x = values.astype(np.float64)
    _, _, value, slope = evaluate(values)
    assert np.max(np.abs(value - exact_gelu(x))) < 2e-7 * limit
    step = 1e-5
    difference = (exact_gelu(x + step) - exact_gelu(x - step)) / (2 * step)
    assert np.max(np.abs(slope - difference)) < 5e-7


def test_gelu_far_out_is_the_identity_or_nothing():
    values = np.array([1e4, 1e18, -1e4, -1e18, 0], np.float32)
    _, _, value, slope = evaluate(values)
    assert np.allclose(value, [1e4, 1e18, 0, 0, 0], rtol=3e-7, atol=1e-15)
    assert np.allclose(slope, [1, 1, 0, 0, 0.5], rtol=3e-7, atol=1e-15)


def test_gelu_differs_from_its_mirror_image_by_the_identity():
    values = spread(9)
    value, mirrored = evaluate(values)[2], evaluate(-values)[2]
    assert np.allclose(value - mirrored, values, rtol=3e-7, atol=1e-7)
