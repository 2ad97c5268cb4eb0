"""Estimates, inverses and polynomials against NumPy; every way that a machine may take."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels import simd
from kernels.simd import approximate
from tests.kernels.simd.test_arithmetic import FLOATS, apply, each_float, mapped, values

CUBIC = (0.25, -1.5, 2.0, 0.125)
NUMBERS = njit(lambda x: simd.polynomial(x, CUBIC))


def positive(dtype):
    """Magnitudes over most of the range, and powers of two, whose estimates are worst."""
    largest = 37 if dtype == np.float32 else 300
    random = np.random.default_rng(1)
    spread = 10.0 ** random.uniform(-largest, largest, 4096)
    return np.concatenate([spread, 2.0 ** np.arange(-100, 100), np.linspace(1, 4, 3896)]).astype(dtype)


def relative_error(found, expected):
    return np.max(np.abs(found.astype(np.longdouble) / expected - 1))


@each_float
@pytest.mark.parametrize("bits", [approximate.ESTIMATE_BITS, 10])
@pytest.mark.parametrize("machine_estimates", [True, False])
def test_estimate_of_the_inverse_square_root(monkeypatch, dtype, bits, machine_estimates):
    monkeypatch.setattr(approximate, "ESTIMATE_BITS", bits)
    monkeypatch.setattr(approximate, "HAS_FP32_ESTIMATE", machine_estimates and approximate.HAS_FP32_ESTIMATE)
    a = positive(dtype)
    found = apply(njit(lambda x: simd.inverse_sqrt_estimate(x)), a)
    assert 0 < relative_error(found, 1 / np.sqrt(a.astype(np.longdouble))) < 2.0**-bits


@each_float
@pytest.mark.parametrize("bits", [approximate.ESTIMATE_BITS, 10])
def test_inverse_is_as_good_as_a_division(monkeypatch, dtype, bits):
    monkeypatch.setattr(approximate, "ESTIMATE_BITS", bits)
    a = np.concatenate([positive(dtype), -positive(dtype)])
    found = apply(njit(lambda x: simd.inverse(x)), a)
    assert relative_error(found, 1 / a.astype(np.longdouble)) < 3 * np.finfo(dtype).eps / 2


@each_float
def test_estimates_are_one_instruction(dtype):
    if approximate.ESTIMATE_BITS < 14:
        pytest.skip("this machine has no 14-bit estimate")
    for function, instruction in ((lambda x: simd.inverse_sqrt_estimate(x), "vrsqrt14p"), (simd_inverse, "vrcp14p")):
        compiled = mapped(njit(function))
        compiled(positive(dtype), positive(dtype))
        code = "".join(compiled.inspect_asm().values())
        assert instruction in code
        assert "vsqrtp" not in code
        assert "vdivp" not in code


def simd_inverse(x):
    return simd.inverse(x)


def test_which_machines_give_fourteen_bits():
    assert approximate.estimate_bits({"avx512f"}, 512) == 14
    assert approximate.estimate_bits({"avx512f"}, 256) == 10
    assert approximate.estimate_bits({"avx512f", "avx512vl"}, 256) == 14
    assert approximate.estimate_bits({"avx2"}, 512) == 10
    assert approximate.estimate_bits(set(), 128) == 10


@each_float
def test_polynomial_by_horner(dtype):
    a = values(dtype, 3)
    found = apply(NUMBERS, a)
    size = np.polyval(np.abs(CUBIC), np.abs(a.astype(np.float64)))
    assert np.all(np.abs(found - np.polyval(CUBIC, a.astype(np.float64))) <= 4 * np.finfo(dtype).eps * size)


def test_a_constant_polynomial():
    a = values(np.float64, 4)
    constant = (0.75,)
    assert (apply(njit(lambda x: simd.polynomial(x, constant)), a) == 0.75).all()


@pytest.mark.parametrize("dtype", FLOATS)
def test_coefficients_are_a_tuple_of_floats(dtype):
    with pytest.raises(TypingError, match="polynomial needs a tuple of floats"):
        apply(njit(lambda x: simd.polynomial(x, 2.0)), values(dtype, 5))
    with pytest.raises(TypingError, match="polynomial needs a tuple of floats"):
        apply(njit(lambda x: simd.polynomial(x, (1, 2))), values(dtype, 5))


def test_integers_have_no_estimate():
    with pytest.raises(TypingError, match="float32 or float64"):
        apply(njit(lambda x: simd.inverse(x)), values(np.int64, 6))
