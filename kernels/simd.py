"""Explicit SIMD inside Numba functions: values that are one machine vector wide.

    scale = simd.broadcast(s)
    for i in range(0, n, simd.lanes(a)):
        simd.store(a, i, simd.fma(scale, simd.load(c, i), simd.load(b, i)))

The width is that of the machine (AVX-512: 512 bits, AVX: 256, otherwise 128), which LLVM turns into
legal instructions on any processor. INNOCAP_SIMD_BITS=128, 256 or 512 overrides it.
An index counts elements from the start of a C-contiguous array of any rank. Nothing checks it.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils, config
from numba.core.errors import TypingError
from numba.extending import intrinsic, models, register_model

WIDTHS = (128, 256, 512)


def host_features() -> set[str]:
    """Instruction sets that Numba compiles for, such as {"avx2", "fma"}."""
    chosen = getattr(config, "CPU_FEATURES", None)
    if chosen is not None:
        return {name[1:] for name in chosen.split(",") if name.startswith("+")}
    return {name for name, present in binding.get_host_cpu_features().items() if present}


def choose_bits(environment: Mapping[str, str], features: set[str]) -> int:
    """Vector width in bits; ValueError when the override is not one of `WIDTHS`."""
    override = environment.get("INNOCAP_SIMD_BITS")
    if override is None:
        return 512 if "avx512f" in features else 256 if "avx" in features else 128
    if override not in map(str, WIDTHS):
        raise ValueError(f"INNOCAP_SIMD_BITS is {override!r}, expected one of {WIDTHS}; unset it for the default")
    return int(override)


BITS = choose_bits(os.environ, host_features())
REGISTERS = 32 if BITS == 512 or platform.machine() in {"aarch64", "arm64"} else 16

_INT32 = ir.IntType(32)
_FLOATS = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}


class VectorType(types.Type):
    """Numba type of one machine vector of float32 or float64."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.lanes = BITS // dtype.bitwidth
        self.ir = ir.VectorType(_FLOATS[dtype], self.lanes)
        self.suffix = f"v{self.lanes}f{dtype.bitwidth}"
        super().__init__(name=f"Vector({dtype} x {self.lanes})")


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vector: VectorType) -> None:
        super().__init__(manager, vector, vector.ir)  # type: ignore[no-untyped-call]


def operation(define: Callable[..., Any]) -> Callable[..., Any]:
    """A function for use inside Numba code that writes its own LLVM code; constant integers stay known."""
    defined: Callable[..., Any] = intrinsic(prefer_literal=True)(define)
    return defined


def require_array(array: Any, *, written: bool = False) -> VectorType:
    """Vector type of an array's elements; TypingError unless the array suits direct addressing."""
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype not in _FLOATS:
        raise TypingError(f"SIMD access needs a C-contiguous float32 or float64 array, not {array}")
    if written and not array.mutable:
        raise TypingError("SIMD store into a read-only array")
    return VectorType(array.dtype)


def emit_pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, pointee: Any) -> Any:
    """LLVM address of element `index`, as a pointer to `pointee`."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), pointee.as_pointer())


def emit_load(builder: Any, pointer: Any, vector: VectorType) -> Any:
    """LLVM load of a vector that is aligned like one element."""
    value = builder.load(pointer)
    value.align = vector.dtype.bitwidth // 8
    return value


def emit_broadcast(builder: Any, scalar: Any, vector: VectorType) -> Any:
    """LLVM vector with the same scalar in every lane."""
    undefined = ir.Constant(vector.ir, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_INT32, vector.lanes), None))


def emit_call(builder: Any, name: str, result: Any, arguments: Any, fastmath: tuple[str, ...] = ()) -> Any:
    """Call of the LLVM intrinsic `name`."""
    signature = ir.FunctionType(result, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, signature, name)  # type: ignore[no-untyped-call]
    return builder.call(function, arguments, fastmath=fastmath)


def emit_fma(builder: Any, vector: VectorType, a: Any, b: Any, c: Any) -> Any:
    """LLVM a * b + c: one instruction where the machine has it, otherwise two."""
    return emit_call(builder, f"llvm.fmuladd.{vector.suffix}", vector.ir, (a, b, c))


@operation
def lanes(_context: Any, array: Any) -> Any:
    """Elements of `array` in one vector."""
    count = require_array(array).lanes
    return types.intp(array), lambda context, *_: context.get_constant(types.intp, count)


@operation
def address(_context: Any, array: Any) -> Any:
    """Memory address of the first element."""
    vector = require_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = context.get_constant(types.intp, 0)
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], zero, vector.ir)
        return builder.ptrtoint(pointer, context.get_value_type(types.intp))

    return types.intp(array), generate


@operation
def load(_context: Any, array: Any, index: Any) -> Any:
    """The vector array[i : i + lanes], where i is an element index."""
    vector = require_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        return emit_load(builder, pointer, vector)

    return vector(array, types.intp), generate


def _store(array: Any, vector: Any, *, streaming: bool) -> Any:
    if require_array(array, written=True) != vector:
        raise TypingError(f"cannot store {vector} into {array}")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        instruction = builder.store(arguments[2], pointer)
        instruction.align = (BITS if streaming else vector.dtype.bitwidth) // 8
        if streaming:
            instruction.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(_INT32, 1)]))
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), generate


@operation
def store(_context: Any, array: Any, index: Any, vector: Any) -> Any:
    """Assign the vector to array[i : i + lanes]."""
    return _store(array, vector, streaming=False)


@operation
def stream(_context: Any, array: Any, index: Any, vector: Any) -> Any:
    """Like `store`, but past the caches; the address must be a multiple of the vector's bytes."""
    return _store(array, vector, streaming=True)


@operation
def prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of element i ahead of its use."""
    vector = require_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        emit_prefetch(builder, pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


def emit_prefetch(builder: Any, pointer: Any) -> None:
    """LLVM prefetch for reading and writing, into every cache level."""
    read, all_levels, data = (ir.Constant(_INT32, value) for value in (0, 3, 1))
    emit_call(builder, "llvm.prefetch.p0", ir.VoidType(), (pointer, read, all_levels, data))


@operation
def broadcast(_context: Any, scalar: Any) -> Any:
    """The vector (x, x, ..., x) in the precision of x."""
    if scalar not in _FLOATS:
        raise TypingError(f"broadcast needs a float32 or float64, not {scalar}")
    vector = VectorType(scalar)
    return vector(scalar), lambda _c, builder, _s, arguments: emit_broadcast(builder, arguments[0], vector)


def _elementwise(operands: tuple[Any, ...], emit: Callable[[Any, VectorType, Any], Any]) -> Any:
    vector = operands[0]
    if not isinstance(vector, VectorType) or any(operand != vector for operand in operands):
        raise TypingError(f"expected vectors of one type, not {operands}")
    return vector(*operands), lambda _c, builder, _s, arguments: emit(builder, vector, arguments)


@operation
def add(_context: Any, a: Any, b: Any) -> Any:
    """The vector a + b."""
    return _elementwise((a, b), lambda builder, _vector, operands: builder.fadd(*operands))


@operation
def multiply(_context: Any, a: Any, b: Any) -> Any:
    """The vector a * b."""
    return _elementwise((a, b), lambda builder, _vector, operands: builder.fmul(*operands))


@operation
def fma(_context: Any, a: Any, b: Any, c: Any) -> Any:
    """The vector a * b + c, fused where the machine can."""
    return _elementwise((a, b, c), lambda builder, vector, operands: emit_fma(builder, vector, *operands))


@operation
def maximum(_context: Any, a: Any, b: Any) -> Any:
    """Larger of two scalars that are not NaN, in the form that LLVM vectorises as a reduction."""
    if a != b or a not in _FLOATS:
        raise TypingError(f"maximum needs two floats of one precision, not {a} and {b}")
    name, result = f"llvm.maxnum.f{a.bitwidth}", _FLOATS[a]
    return a(a, b), lambda _c, builder, _s, arguments: emit_call(builder, name, result, arguments, ("fast",))
