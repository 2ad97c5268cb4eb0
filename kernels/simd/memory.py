"""Vectors and memory: load, store, stream past the caches, gather, prefetch."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError

from kernels.simd.vector import (
    ELEMENTS,
    INT32,
    VectorType,
    emit_broadcast,
    emit_call,
    emit_load,
    emit_pointer,
    emit_prefetch,
    operation,
    require_array,
)
from kernels.simd.width import BITS


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
            instruction.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(INT32, 1)]))
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


def _emit_first_lanes(context: Any, builder: Any, count: Any, vector: VectorType) -> Any:
    """Mask of the lanes below `count`."""
    position = ir.Constant(ir.VectorType(ir.IntType(64), vector.lanes), list(range(vector.lanes)))
    undefined = ir.Constant(position.type, ir.Undefined)
    first = builder.insert_element(undefined, count, ir.Constant(INT32, 0))
    limit = builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(INT32, vector.lanes), None))
    return builder.icmp_signed("<", position, limit)


@operation
def load_part(_context: Any, array: Any, index: Any, count: Any) -> Any:
    """Like `load` for the first `count` lanes; the others are zero and their memory is not touched."""
    vector = require_array(array)
    name = f"llvm.masked.load.{vector.suffix}.p0"

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        mask = _emit_first_lanes(context, builder, arguments[2], vector)
        align = ir.Constant(INT32, vector.dtype.bitwidth // 8)
        return emit_call(builder, name, vector.ir, (pointer, align, mask, ir.Constant(vector.ir, None)))

    return vector(array, types.intp, types.intp), generate


@operation
def store_part(_context: Any, array: Any, index: Any, vector: Any, count: Any) -> Any:
    """Like `store` for the first `count` lanes; the memory of the others is not touched."""
    if require_array(array, written=True) != vector:
        raise TypingError(f"cannot store {vector} into {array}")
    name = f"llvm.masked.store.{vector.suffix}.p0"

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        mask = _emit_first_lanes(context, builder, arguments[3], vector)
        align = ir.Constant(INT32, vector.dtype.bitwidth // 8)
        emit_call(builder, name, ir.VoidType(), (arguments[2], pointer, align, mask))
        return context.get_dummy_value()

    return types.void(array, types.intp, vector, types.intp), generate


@operation
def gather(_context: Any, array: Any, indices: Any) -> Any:
    """The vector (array[i0], array[i1], ...) for a vector of as many indices, 32 or 64 bits wide like the elements."""
    vector = require_array(array)
    if not isinstance(indices, VectorType) or indices.is_float or indices.lanes != vector.lanes:
        raise TypingError(f"gather from {array} needs {vector.lanes} integer indices, not {indices}")
    name = f"llvm.masked.gather.{vector.suffix}.v{vector.lanes}p0"

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        wide = ir.VectorType(ir.IntType(64), vector.lanes)
        index = arguments[1]
        if indices.dtype.bitwidth < 64:
            index = builder.sext(index, wide) if indices.dtype.signed else builder.zext(index, wide)
        pointers = builder.gep(data, [index], source_etype=vector.ir.element)
        pointers.type = ir.VectorType(data.type, vector.lanes)
        align = ir.Constant(INT32, vector.dtype.bitwidth // 8)
        mask = ir.Constant(ir.VectorType(ir.IntType(1), vector.lanes), [1] * vector.lanes)
        return emit_call(builder, name, vector.ir, (pointers, align, mask, ir.Constant(vector.ir, ir.Undefined)))

    return vector(array, indices), generate


def _prefetch(array: Any, locality: int = 3, *, written: bool = False) -> Any:
    vector = require_array(array, written=written)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.ir)
        emit_prefetch(builder, pointer, locality, written)
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@operation
def prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of element i ahead of its use."""
    return _prefetch(array)


@operation
def prefetch_to_write(_context: Any, array: Any, index: Any) -> Any:
    """Like `prefetch`, for a line that will be changed: no other core may keep it."""
    return _prefetch(array, written=True)


@operation
def prefetch_far(_context: Any, array: Any, index: Any) -> Any:
    """Like `prefetch`, but into the second-level cache: for a use that is more than a first-level cache away."""
    return _prefetch(array, 2)


@operation
def broadcast(_context: Any, scalar: Any) -> Any:
    """The vector (x, x, ..., x) in the type of x."""
    if scalar not in ELEMENTS:
        raise TypingError(f"broadcast needs a 32 or 64 bit number, not {scalar}")
    vector = VectorType(scalar)
    return vector(scalar), lambda _c, builder, _s, arguments: emit_broadcast(builder, arguments[0], vector)
