"""Arithmetic of vectors, lane by lane: operators, fused multiply-add, selection, conversions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

from kernels.simd.vector import (
    FLOATS,
    MaskType,
    VectorType,
    emit_broadcast,
    emit_call,
    emit_fma,
    operation,
    require_vectors,
)

# operator -> (LLVM instruction for floats, for signed and for unsigned integers); None: not defined
ARITHMETIC: dict[Any, tuple[str | None, str | None, str | None]] = {
    operator.add: ("fadd", "add", "add"),
    operator.sub: ("fsub", "sub", "sub"),
    operator.mul: ("fmul", "mul", "mul"),
    operator.truediv: ("fdiv", None, None),
    operator.and_: (None, "and_", "and_"),
    operator.or_: (None, "or_", "or_"),
    operator.xor: (None, "xor", "xor"),
    operator.lshift: (None, "shl", "shl"),
    operator.rshift: (None, "ashr", "lshr"),
}
COMPARISONS = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}


def _vector_of(operands: tuple[Any, ...]) -> VectorType | None:
    """Type of an operation between vectors of one type, or a vector and a number; None for anything else."""
    vectors = [operand for operand in operands if isinstance(operand, VectorType)]
    fits = all(operand == vectors[0] or isinstance(operand, types.Number) for operand in operands) if vectors else False
    return vectors[0] if fits else None


def _emit_operand(context: Any, builder: Any, value: Any, kind: Any, vector: VectorType) -> Any:
    if kind == vector:
        return value
    return emit_broadcast(builder, context.cast(builder, value, kind, vector.dtype), vector)


def _instruction(function: Any, vector: VectorType) -> str | None:
    return ARITHMETIC[function][0 if vector.is_float else 1 if vector.dtype.signed else 2]


def _signature(result: Any, arguments: Any) -> Any:
    return signature(result, *arguments)  # type: ignore[no-untyped-call]


def _define_arithmetic(function: Any) -> None:
    class Template(AbstractTemplate):
        key = function

        def generic(self, arguments: Any, _keywords: Any) -> Any:
            vector = _vector_of(arguments)
            return _signature(vector, arguments) if vector and _instruction(function, vector) else None

    def generate(context: Any, builder: Any, kinds: Any, arguments: Any) -> Any:
        vector = kinds.return_type
        a, b = (
            _emit_operand(context, builder, value, kind, vector)
            for value, kind in zip(arguments, kinds.args, strict=True)
        )
        return getattr(builder, _instruction(function, vector) or "")(a, b)

    infer_global(function)(Template)  # type: ignore[no-untyped-call]
    for pair in ((VectorType, VectorType), (VectorType, types.Number), (types.Number, VectorType)):
        lower_builtin(function, *pair)(generate)  # type: ignore[no-untyped-call]


def _define_comparison(function: Any, symbol: str) -> None:
    class Template(AbstractTemplate):
        key = function

        def generic(self, arguments: Any, _keywords: Any) -> Any:
            vector = _vector_of(arguments)
            return _signature(MaskType(vector.lanes), arguments) if vector else None

    def generate(context: Any, builder: Any, kinds: Any, arguments: Any) -> Any:
        vector = _vector_of(kinds.args)
        assert vector is not None
        a, b = (
            _emit_operand(context, builder, value, kind, vector)
            for value, kind in zip(arguments, kinds.args, strict=True)
        )
        if vector.is_float:
            return builder.fcmp_ordered(symbol, a, b)
        return (builder.icmp_signed if vector.dtype.signed else builder.icmp_unsigned)(symbol, a, b)

    infer_global(function)(Template)  # type: ignore[no-untyped-call]
    for pair in ((VectorType, VectorType), (VectorType, types.Number), (types.Number, VectorType)):
        lower_builtin(function, *pair)(generate)  # type: ignore[no-untyped-call]


def _define_logic(function: Any, instruction: str) -> None:
    class Template(AbstractTemplate):
        key = function

        def generic(self, arguments: Any, _keywords: Any) -> Any:
            masks = all(isinstance(argument, MaskType) and argument == arguments[0] for argument in arguments)
            return _signature(arguments[0], arguments) if masks else None

    infer_global(function)(Template)  # type: ignore[no-untyped-call]
    lower_builtin(function, MaskType, MaskType)(  # type: ignore[no-untyped-call]
        lambda _context, builder, _kinds, arguments: getattr(builder, instruction)(*arguments)
    )


for _function in ARITHMETIC:
    _define_arithmetic(_function)
for _function, _symbol in {operator.and_: "and_", operator.or_: "or_"}.items():
    _define_logic(_function, _symbol)
for _function, _symbol in COMPARISONS.items():
    _define_comparison(_function, _symbol)


def _elementwise(operands: tuple[Any, ...], emit: Callable[[Any, VectorType, Any], Any]) -> Any:
    vector = require_vectors(operands, floats=True)
    return vector(*operands), lambda _c, builder, _s, arguments: emit(builder, vector, arguments)


def _llvm(name: str, operands: tuple[Any, ...]) -> Any:
    return _elementwise(
        operands, lambda builder, vector, values: emit_call(builder, f"llvm.{name}.{vector.suffix}", vector.ir, values)
    )


@operation
def fma(_context: Any, a: Any, b: Any, c: Any) -> Any:
    """The vector a * b + c, fused where the machine can; one or two of them may be numbers."""
    kinds = (a, b, c)
    vector = _vector_of(kinds)
    if vector is None or not vector.is_float:
        raise TypingError(f"fma needs vectors of one type of float, or numbers beside them, not {kinds}")

    def generate(context: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        pairs = zip(arguments, kinds, strict=True)
        return emit_fma(builder, vector, *(_emit_operand(context, builder, *pair, vector) for pair in pairs))

    return vector(*kinds), generate


@operation
def sqrt(_context: Any, a: Any) -> Any:
    """Square root."""
    return _llvm("sqrt", (a,))


@operation
def absolute(_context: Any, a: Any) -> Any:
    """Magnitude."""
    return _llvm("fabs", (a,))


@operation
def nearest(_context: Any, a: Any) -> Any:
    """Nearest whole number as a float, ties to even."""
    return _llvm("rint", (a,))


def _extreme(a: Any, b: Any, name: str) -> Any:
    if isinstance(a, VectorType):
        return _elementwise(
            (a, b),
            lambda builder, vector, values: emit_call(
                builder, f"llvm.{name}.{vector.suffix}", vector.ir, values, ("nnan", "nsz")
            ),
        )
    if a != b or a not in FLOATS:
        raise TypingError(f"{name} needs two floats or vectors of one precision, not {a} and {b}")
    intrinsic, result = f"llvm.{name}.f{a.bitwidth}", FLOATS[a]
    return a(a, b), lambda _c, builder, _s, arguments: emit_call(builder, intrinsic, result, arguments, ("fast",))


@operation
def maximum(_context: Any, a: Any, b: Any) -> Any:
    """Larger of two vectors or two scalars that are not NaN; LLVM vectorises the scalar form as a reduction."""
    return _extreme(a, b, "maxnum")


@operation
def minimum(_context: Any, a: Any, b: Any) -> Any:
    """Smaller of two vectors or two scalars that are not NaN; LLVM vectorises the scalar form as a reduction."""
    return _extreme(a, b, "minnum")


@operation
def select(_context: Any, mask: Any, a: Any, b: Any) -> Any:
    """The vector with a where the mask is true and b elsewhere."""
    vector = require_vectors((a, b))
    if mask != MaskType(vector.lanes):
        raise TypingError(f"select needs a mask of {vector.lanes} lanes, not {mask}")
    return vector(mask, a, b), lambda _c, builder, _s, arguments: builder.select(*arguments)


@operation
def rotate_left(_context: Any, a: Any, count: Any) -> Any:
    """Integer lanes rotated by a constant number of bits."""
    vector = require_vectors((a,))
    amount = ir.Constant(vector.ir, [count.literal_value] * vector.lanes)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        return emit_call(builder, f"llvm.fshl.{vector.suffix}", vector.ir, (arguments[0], arguments[0], amount))

    return vector(a, count), generate


def _reinterpreted(vector: VectorType, kinds: dict[int, Any]) -> VectorType:
    return VectorType(kinds[vector.dtype.bitwidth], vector.lanes)


@operation
def as_bits(_context: Any, a: Any) -> Any:
    """The bits of float lanes as unsigned integers."""
    result = _reinterpreted(require_vectors((a,), floats=True), {32: types.uint32, 64: types.uint64})
    return result(a), lambda _c, builder, _s, arguments: builder.bitcast(arguments[0], result.ir)


@operation
def as_float(_context: Any, a: Any) -> Any:
    """Integer lanes read as the bits of floats."""
    result = _reinterpreted(require_vectors((a,)), {32: types.float32, 64: types.float64})
    return result(a), lambda _c, builder, _s, arguments: builder.bitcast(arguments[0], result.ir)


@operation
def to_float(_context: Any, a: Any) -> Any:
    """Integer lanes converted to floats of the same width."""
    source = require_vectors((a,))
    result = _reinterpreted(source, {32: types.float32, 64: types.float64})
    name = "sitofp" if source.dtype.signed else "uitofp"
    return result(a), lambda _c, builder, _s, arguments: getattr(builder, name)(arguments[0], result.ir)


@operation
def to_int(_context: Any, a: Any) -> Any:
    """Float lanes cut to signed integers of the same width; they must fit."""
    result = _reinterpreted(require_vectors((a,), floats=True), {32: types.int32, 64: types.int64})
    return result(a), lambda _c, builder, _s, arguments: builder.fptosi(arguments[0], result.ir)
