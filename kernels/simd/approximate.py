"""What approximations of functions are made of: the machine's first estimates, and polynomials."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError

from kernels.simd.vector import VectorType, emit_broadcast, emit_call, emit_fma, operation, require_vectors
from kernels.simd.width import BITS, host_features


def estimate_bits(features: set[str], bits: int) -> int:
    """Bits that `inverse_sqrt_estimate` gets right on a machine: its relative error is below 2^-bits."""
    return 14 if "avx512f" in features and (bits == 512 or "avx512vl" in features) else 10


ESTIMATE_BITS = estimate_bits(host_features(), BITS)
HAS_FP32_ESTIMATE = "avx" in host_features() if BITS == 256 else BITS == 128 and "sse" in host_features()

# An estimate of 1 / sqrt(a) on any machine: `magic - bits / 2` read as a float is off by some percent, which one
# Newton step with tuned constants brings to 6.5e-4. J. Kadlec, 2010; the magic number is (3/2 bias - 1/2) and 1/4.
MAGIC = {32: 0x5F1FFFF9, 64: 0x5FE3FFFF20000000}
NEWTON_FACTOR = 0.703952253
NEWTON_OFFSET = 2.38924456


def _emit_14_bits(builder: Any, vector: VectorType, name: str, a: Any) -> Any:
    half = vector.lanes // 2
    if vector.lanes * vector.dtype.bitwidth > BITS:
        patterns = [_positions(range(start, start + half)) for start in (0, half)]
        narrow = VectorType(vector.dtype, half)
        parts = [_emit_14_bits(builder, narrow, name, builder.shuffle_vector(a, a, pattern)) for pattern in patterns]
        return builder.shuffle_vector(*parts, _positions(range(vector.lanes)))
    kind = "ps" if vector.dtype.bitwidth == 32 else "pd"
    every_lane = ir.Constant(ir.IntType(max(8, vector.lanes)), -1)
    arguments = (a, ir.Constant(vector.ir, None), every_lane)
    return emit_call(builder, f"llvm.x86.avx512.{name}14.{kind}.{BITS}", vector.ir, arguments)


def _positions(lanes: range) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes))


def _emit_from_bits(builder: Any, vector: VectorType, a: Any) -> Any:
    width = vector.dtype.bitwidth
    whole = ir.VectorType(ir.IntType(width), vector.lanes)
    half = builder.lshr(builder.bitcast(a, whole), ir.Constant(whole, [1] * vector.lanes))
    rough = builder.bitcast(builder.sub(ir.Constant(whole, [MAGIC[width]] * vector.lanes), half), vector.ir)
    factor, offset = (ir.Constant(vector.ir, [x] * vector.lanes) for x in (NEWTON_FACTOR, NEWTON_OFFSET))
    correction = builder.fsub(offset, builder.fmul(builder.fmul(a, rough), rough))
    return builder.fmul(builder.fmul(factor, rough), correction)


@operation
def inverse_sqrt_estimate(_context: Any, a: Any) -> Any:
    """1 / sqrt(a) with a relative error below 2^-ESTIMATE_BITS, for positive numbers that are normal and finite."""
    vector = require_vectors((a,), floats=True)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        if ESTIMATE_BITS == 14:
            return _emit_14_bits(builder, vector, "rsqrt", arguments[0])
        if HAS_FP32_ESTIMATE and vector.dtype.bitwidth == 32 and 32 * vector.lanes == BITS:
            name = "llvm.x86.avx.rsqrt.ps.256" if BITS == 256 else "llvm.x86.sse.rsqrt.ps"
            return emit_call(builder, name, vector.ir, arguments)
        return _emit_from_bits(builder, vector, arguments[0])

    return vector(a), generate


@operation
def inverse(_context: Any, a: Any) -> Any:
    """1 / a to 3 unit roundoffs for normal numbers whose inverse is one; undefined for 0, inf and NaN.

    Refined from a 14-bit estimate where the machine has one, elsewhere a division:
    1 / a = y (1 + e + e^2 + e^3 + ...) with e = 1 - a y. On Zen 4 that takes 0.6 of a division's time.
    """
    vector = require_vectors((a,), floats=True)
    one = ir.Constant(vector.ir, [1.0] * vector.lanes)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        if ESTIMATE_BITS < 14:
            return builder.fdiv(one, arguments[0])
        y = _emit_14_bits(builder, vector, "rcp", arguments[0])
        e = emit_fma(builder, vector, builder.fneg(arguments[0]), y, one)
        refined = emit_fma(builder, vector, y, e, y)
        if vector.dtype.bitwidth == 32:
            return refined
        return emit_fma(builder, vector, builder.fmul(refined, e), e, refined)

    return vector(a), generate


@operation
def polynomial(_context: Any, x: Any, coefficients: Any) -> Any:
    """c[0] x^n + c[1] x^(n-1) + ... + c[n] by Horner's rule, for a tuple of numbers; a global one costs nothing."""
    vector = require_vectors((x,), floats=True)
    if not isinstance(coefficients, types.UniTuple) or not isinstance(coefficients.dtype, types.Float):
        raise TypingError(f"polynomial needs a tuple of floats, not {coefficients}")

    def generate(context: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        numbers = [builder.extract_value(arguments[1], k) for k in range(coefficients.count)]
        cast = [context.cast(builder, number, coefficients.dtype, vector.dtype) for number in numbers]
        value, *rest = [emit_broadcast(builder, number, vector) for number in cast]
        for coefficient in rest:
            value = emit_fma(builder, vector, value, arguments[0], coefficient)
        return value

    return vector(x, coefficients), generate
