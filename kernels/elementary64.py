"""Elementary functions of fp64 SIMD vectors: logarithm, power of two, sine and cosine of turns.

Polynomials interpolated at Chebyshev nodes in 50 digits; each leaves less than 3.2e-16 of the value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import simd
from kernels.compile import part

# 2^f for |f| <= 1/2; 2 artanh(t) / t in t^2 for t up to that of m = sqrt(2); sin(2 pi f) / f and cos(2 pi f) in f^2
# for |f| <= 1/8; highest power first
POWER = (
    7.072585949269223e-09,
    1.0208690299958306e-07,
    1.321544258792169e-06,
    1.5252657260200837e-05,
    0.0001540353044173605,
    0.0013333558230164974,
    0.009618129107606888,
    0.05550410866444772,
    0.24022650695910097,
    0.69314718055995,
    1.0,
)
LOGARITHM = (
    0.16837659970680488,
    0.18121934431215214,
    0.22223434547517906,
    0.2857141602110767,
    0.40000000061741614,
    0.6666666666655292,
    2.0000000000000004,
)
SINE = (
    3.7808689593022957,
    -15.093804209987114,
    42.058685020160894,
    -76.70585970427454,
    81.60524927594804,
    -41.341702240399634,
    6.283185307179586,
)
COSINE = (
    7.810290968144191,
    -26.42425703488269,
    60.24462008593029,
    -85.45681709034115,
    64.93939402236538,
    -19.73920880217842,
    1.0,
)

MANTISSA_BITS = np.uint64(52)
MANTISSA = np.uint64(2**52 - 1)
EXPONENT_OF_2_52 = np.uint64(0x4330000000000000)
ONE = np.uint64(0x3FF0000000000000)
ROOT_OF_HALF = np.uint64(0x3FE6A09E00000000)
ROUNDER = 1.5 * 2.0**52
TO_EXPONENT = 2.0**52 + 1023
LOG_2 = float(np.log(2))


@part
def exp2_vector64(y: Any) -> Any:
    """2^y to 5e-16 of its value for -1022 <= y <= 1023; NaN for infinite y and NaN, meaningless elsewhere.

    The large number pushes the whole part into the last bits, from where it moves to the exponent.
    """
    shifted = y + ROUNDER
    fraction = simd.polynomial(y - (shifted - ROUNDER), POWER)
    return simd.as_float(simd.as_bits(fraction) + (simd.as_bits(shifted) << MANTISSA_BITS))


@part
def log_vector64(x: Any) -> Any:
    """Natural logarithm to 9e-16 of its value for positive normal numbers; meaningless elsewhere.

    x = 2^e m with m from sqrt(1/2) to sqrt(2); log m = 2 artanh t with t = (m - 1) / (m + 1).
    """
    shifted = simd.as_bits(x) + (ONE - ROOT_OF_HALF)
    exponent = simd.as_float((shifted >> MANTISSA_BITS) | EXPONENT_OF_2_52) - TO_EXPONENT
    m = simd.as_float((shifted & MANTISSA) + ROOT_OF_HALF)
    t = (m - 1.0) * simd.inverse(m + 1.0)
    return simd.fma(exponent, LOG_2, t * simd.polynomial(t * t, LOGARITHM))


@part
def sin_cos_vector64(turns: Any) -> Any:
    """Sine and cosine of an angle in turns, each to 4e-16, for magnitudes below 2^50.

    In quarters of a turn: the nearest whole number tells which of the two is which, and its last two bits the signs.
    """
    shifted = 4.0 * turns + ROUNDER
    quarter = simd.as_bits(shifted)
    f = turns - 0.25 * (shifted - ROUNDER)
    square = f * f
    sine = f * simd.polynomial(square, SINE)
    cosine = simd.polynomial(square, COSINE)
    swapped = (quarter & np.uint64(1)) == np.uint64(1)
    sine_sign = (quarter & np.uint64(2)) << np.uint64(62)
    cosine_sign = ((quarter + np.uint64(1)) & np.uint64(2)) << np.uint64(62)
    first = simd.as_bits(simd.select(swapped, cosine, sine)) ^ sine_sign
    second = simd.as_bits(simd.select(swapped, sine, cosine)) ^ cosine_sign
    return simd.as_float(first), simd.as_float(second)
