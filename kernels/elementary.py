"""Elementary functions as polynomials, because calls of the C library keep a loop from being vectorised.

LLVM turns a plain loop over the functions of numbers into vector code; those that end in _vector take and
give SIMD vectors. Their errors are stated and tested.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels import simd
from kernels.compile import fast_part, part

LOG2_E = math.log2(math.e)
E1, E2, E3, E4, E5 = (np.float32(c) for c in (0.693147, 0.24022242, 0.055507336, 0.009671513, 0.0013264727))
N1, N2, N3, N4, N5 = (np.float32(float(c) * LOG2_E**n) for n, c in enumerate((E1, E2, E3, E4, E5), start=1))
LOG_2_HIGH = np.float32(0.693359375)
LOG_2_LOW = np.float32(np.log(2) - 0.693359375)
SHIFT = np.float32(1.5 * 2**23 + 127)

GELU_CUBE = 0.044715
GELU_LINEAR = np.float32(-2 * np.sqrt(2 / np.pi) * LOG2_E)
GELU_CUBIC = np.float32(-2 * np.sqrt(2 / np.pi) * LOG2_E * GELU_CUBE)
GELU_SLOPE = np.float32(2 * np.sqrt(2 / np.pi))
GELU_BEND = np.float32(6 * np.sqrt(2 / np.pi) * GELU_CUBE)


@fast_part
def exp2(y: Any) -> Any:
    """2^y for -126 <= y <= 126 (lower is raised to -126): polynomial for the fraction, exponent bits for the rest."""
    y = max(y, np.float32(-126))
    whole = np.rint(y)
    x = y - whole
    fraction = np.float32(((((E5 * x + E4) * x + E3) * x + E2) * x + E1) * x + np.float32(1))
    bits = np.int32(fraction.view(np.int32) + np.int32(np.int32(whole) << np.int32(23)))
    return bits.view(np.float32)


@part
def exp_vector(x: Any) -> Any:
    """e^x of fp32 lanes for x <= 88, to 3e-7 + 2e-8 |x| of its value: below -87.7 it is 0, of NaN it is NaN.

    A large number pushes the whole exponent, plus the 127 of an fp32 exponent, into the last bits of a sum.
    """
    lowest = simd.broadcast(np.float32(-88))
    x = simd.select(x < lowest, lowest, x)
    scale = simd.broadcast(np.float32(LOG2_E))
    shifted = simd.fma(x, scale, simd.broadcast(SHIFT))
    y = simd.fma(x, scale, SHIFT - shifted)
    fraction = ((((E5 * y + E4) * y + E3) * y + E2) * y + E1) * y + np.float32(1)
    return fraction * simd.as_float(simd.as_bits(shifted) << np.uint32(23))


@part
def exp(x: Any) -> Any:
    """e^x to 3e-7 of its value for -87 <= x <= 87, beyond as at the ends. A `part`: log(2) must stay in two parts."""
    x = min(max(x, np.float32(-87)), np.float32(87))
    whole = np.rint(x * np.float32(LOG2_E))
    x = (x - whole * LOG_2_HIGH) - whole * LOG_2_LOW
    fraction = np.float32(((((N5 * x + N4) * x + N3) * x + N2) * x + N1) * x + np.float32(1))
    bits = np.int32(fraction.view(np.int32) + np.int32(np.int32(whole) << np.int32(23)))
    return bits.view(np.float32)


@fast_part
def gelu(x: Any) -> Any:
    """GELU, tanh form: x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, where (1 + tanh u) / 2 = 1 / (1 + e^(-2u)).

    Hendrycks and Gimpel, arXiv:1606.08415, 2016.
    """
    decay = exp2(min(x * (GELU_LINEAR + GELU_CUBIC * (x * x)), np.float32(126)))
    return x / (np.float32(1) + decay)


@fast_part
def gelu_derivative(x: Any) -> Any:
    """Slope s + x s (1 - s) 2 sqrt(2/pi) (1 + 3 * 0.044715 x^2), with s = 1 / (1 + e^(-2u)) as in `gelu`.

    Beyond 8 it is 0 or 1 in fp32; there x is cut, so that no factor overflows in whatever order they meet.
    """
    x = min(max(x, np.float32(-8)), np.float32(8))
    square = x * x
    decay = exp2(x * (GELU_LINEAR + GELU_CUBIC * square))
    share = np.float32(1) / (np.float32(1) + decay)
    return share + x * (GELU_SLOPE + GELU_BEND * square) * share * (decay * share)
