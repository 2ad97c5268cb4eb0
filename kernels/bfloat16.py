"""bfloat16 numbers, the upper half of a float32, kept as uint16 arrays because NumPy and Numba have no such type.

Products are summed in float32. Kernels multiply 32-bit words: two numbers that follow each other along the sum where
the processor multiplies pairs (VDPBF16PS), or one number widened to float32 where it does not. Either way a product
of two numbers is exact in float32, and each sum is rounded to nearest. VDPBF16PS takes numbers and sums below
2^-126 for zero; widened products do not.

Source  Intel, BFLOAT16 - Hardware Numerics Definition, white paper, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core.errors import TypingError
from numpy.typing import NDArray

from kernels import simd

PAIRS_SINCE_LLVM = 20


def multiplies_pairs(features: set[str], bits: int, llvm_version: int) -> bool:
    """Whether vectors of that many bits are multiplied pair by pair; else numbers are widened."""
    wide_enough = bits == 512 or "avx512vl" in features
    return "avx512bf16" in features and wide_enough and llvm_version >= PAIRS_SINCE_LLVM


PER_WORD = 2 if multiplies_pairs(simd.host_features(), simd.BITS, binding.llvm_version_info[0]) else 1
_HIGH = 16


def encode(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The nearest bfloat16 of each float32, ties to even; NaN stays NaN."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = bits + (0x7FFF + ((bits >> _HIGH) & 1))
    quiet = (bits >> _HIGH) | 0x40
    encoded: NDArray[np.uint16] = np.where(np.isnan(values), quiet, rounded >> _HIGH).astype(np.uint16)
    return encoded


def decode(numbers: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The float32 that each bfloat16 stands for, exactly."""
    return (numbers.astype(np.uint32) << np.uint32(_HIGH)).view(np.float32)


class _Number(ir.Type):  # type: ignore[misc]
    """LLVM's type of one bfloat16, which llvmlite does not have."""

    def __str__(self) -> str:
        return "bfloat"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Number)

    def __hash__(self) -> int:
        return hash(_Number)


def emit_multiply_add(builder: Any, vector: Any, total: Any, a: Any, b: Any) -> Any:
    """LLVM code of `total`, a float32 vector, plus the products of two vectors of words, lane by lane."""
    if PER_WORD == 1:
        return simd.emit_fma(builder, vector, builder.bitcast(a, vector.ir), builder.bitcast(b, vector.ir), total)
    numbers = ir.VectorType(_Number(), 2 * vector.lanes)
    operands = [builder.bitcast(words, numbers) for words in (a, b)]
    return simd.emit_call(builder, f"llvm.x86.avx512bf16.dpbf16ps.{simd.BITS}", vector.ir, (total, *operands))


def require_words(total: Any, *operands: Any) -> Any:
    """The vector type of words; TypingError unless the operands have it and `total` is the vector type of float32."""
    words = simd.VectorType(types.uint32)
    if total != simd.VectorType(types.float32) or any(operand != words for operand in operands):
        raise TypingError(f"bfloat16 products need vectors of uint32 words and a float32 sum, not {operands}, {total}")
    return words


@simd.operation
def multiply_add(_context: Any, total: Any, a: Any, b: Any) -> Any:
    """The float32 vector `total` plus the products of two vectors of words."""
    require_words(total, a, b)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        return emit_multiply_add(builder, total, *arguments)

    return total(total, a, b), generate


def _require_numbers(array: Any) -> None:
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype != types.uint16:
        raise TypingError(f"bfloat16 numbers are a C-contiguous uint16 array, not {array}")


def _emit_numbers(context: Any, builder: Any, place: tuple[Any, Any, Any], count: int) -> Any:
    """LLVM 32-bit lanes with the numbers array[index : index + count], for place = (array type, array, index)."""
    narrow, wide = (ir.VectorType(ir.IntType(bits), count) for bits in (16, 32))
    numbers = builder.load(simd.emit_pointer(context, builder, *place, narrow))
    numbers.align = 2
    return builder.zext(numbers, wide)


def _emit_words(context: Any, builder: Any, array: tuple[Any, Any], indices: Any, count: int) -> Any:
    first = _emit_numbers(context, builder, (*array, indices[0]), count)
    high = ir.Constant(first.type, [_HIGH] * count)
    if PER_WORD == 1:
        return builder.shl(first, high)
    return builder.or_(first, builder.shl(_emit_numbers(context, builder, (*array, indices[1]), count), high))


@simd.operation
def load_words(_context: Any, array: Any, first: Any, second: Any) -> Any:
    """Words of the numbers from array[first] on, paired with those from array[second] on where words hold pairs."""
    _require_numbers(array)
    words = simd.VectorType(types.uint32)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _emit_words(context, builder, (signature.args[0], arguments[0]), arguments[1:], words.lanes)

    return words(array, types.intp, types.intp), generate


@simd.operation
def load_word(_context: Any, array: Any, first: Any, second: Any) -> Any:
    """The word of array[first], paired with array[second] where words hold pairs."""
    _require_numbers(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = _emit_words(context, builder, (signature.args[0], arguments[0]), arguments[1:], 1)
        return builder.extract_element(word, ir.Constant(ir.IntType(32), 0))

    return types.uint32(array, types.intp, types.intp), generate
