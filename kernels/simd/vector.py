"""Numba types of one machine vector and of its mask, and the LLVM code that operations are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic, models, register_model

from kernels.simd.width import BITS

INT32 = ir.IntType(32)
FLOATS: dict[Any, Any] = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}
INTEGERS: dict[Any, Any] = {
    types.int32: INT32,
    types.uint32: INT32,
    types.int64: ir.IntType(64),
    types.uint64: ir.IntType(64),
}
ELEMENTS = {**FLOATS, **INTEGERS}


class VectorType(types.Type):
    """Numba type of one machine vector of 32 or 64 bit numbers, or of some joined (see `across.pair`)."""

    def __init__(self, dtype: Any, lanes: int | None = None) -> None:
        self.dtype = dtype
        self.lanes = lanes or BITS // dtype.bitwidth
        self.ir = ir.VectorType(ELEMENTS[dtype], self.lanes)
        self.is_float = dtype in FLOATS
        self.suffix = f"v{self.lanes}{'f' if self.is_float else 'i'}{dtype.bitwidth}"
        super().__init__(name=f"Vector({dtype} x {self.lanes})")


class MaskType(types.Type):
    """Numba type of one truth value per lane."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.ir = ir.VectorType(ir.IntType(1), lanes)
        super().__init__(name=f"Mask({lanes})")


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vector: VectorType) -> None:
        super().__init__(manager, vector, vector.ir)  # type: ignore[no-untyped-call]


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, mask: MaskType) -> None:
        super().__init__(manager, mask, mask.ir)  # type: ignore[no-untyped-call]


def operation(define: Callable[..., Any]) -> Callable[..., Any]:
    """A function for use inside Numba code that writes its own LLVM code; constant integers stay known."""
    defined: Callable[..., Any] = intrinsic(prefer_literal=True)(define)
    return defined


def require_array(array: Any, *, written: bool = False) -> VectorType:
    """Vector type of an array's elements; TypingError unless the array suits direct addressing."""
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype not in ELEMENTS:
        raise TypingError(f"SIMD access needs a C-contiguous array of 32 or 64 bit numbers, not {array}")
    if written and not array.mutable:
        raise TypingError("SIMD store into a read-only array")
    return VectorType(array.dtype)


def require_vectors(operands: tuple[Any, ...], *, floats: bool = False) -> VectorType:
    """The one type of all operands; TypingError unless there is one."""
    vector = operands[0]
    if not isinstance(vector, VectorType) or any(operand != vector for operand in operands):
        raise TypingError(f"expected vectors of one type, not {operands}")
    if floats and not vector.is_float:
        raise TypingError(f"expected vectors of float32 or float64, not {vector}")
    return vector


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
    first = builder.insert_element(undefined, scalar, ir.Constant(INT32, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(INT32, vector.lanes), None))


def emit_call(builder: Any, name: str, result: Any, arguments: Any, fastmath: tuple[str, ...] = ()) -> Any:
    """Call of the LLVM intrinsic `name`."""
    signature = ir.FunctionType(result, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, signature, name)  # type: ignore[no-untyped-call]
    return builder.call(function, arguments, fastmath=fastmath)


def emit_fma(builder: Any, vector: VectorType, a: Any, b: Any, c: Any) -> Any:
    """LLVM a * b + c: one instruction where the machine has it, otherwise two."""
    return emit_call(builder, f"llvm.fmuladd.{vector.suffix}", vector.ir, (a, b, c))


def emit_prefetch(builder: Any, pointer: Any, locality: int = 3, written: bool = False) -> None:
    """LLVM prefetch of a line to be read, or `written`: into every cache level (3), or all but the first (2)."""
    purpose, levels, data = (ir.Constant(INT32, value) for value in (int(written), locality, 1))
    anywhere = builder.bitcast(pointer, ir.IntType(8).as_pointer())
    emit_call(builder, "llvm.prefetch.p0", ir.VoidType(), (anywhere, purpose, levels, data))
