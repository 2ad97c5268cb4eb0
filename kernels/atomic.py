"""Atomic operations on array elements, for threads and processes that share memory.

    while atomic.load(flags, 0) != 1:
        atomic.pause()

Every operation is sequentially consistent: all threads see all of them in one order. Elements are 32 or 64 bit
integers of C-contiguous arrays; an index counts elements, and nothing checks it.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError

from kernels.compile import part
from kernels.simd.vector import INT32, INTEGERS, emit_call, emit_pointer, operation

ORDER = "seq_cst"
SPINS_BEFORE_YIELD = 50


def _access(array: Any, result: Any, values: tuple[Any, ...], emit: Callable[[Any, Any, Any], Any]) -> Any:
    """An operation on array[index] that takes values of the element's type; `emit` gets builder, address, values."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        element = INTEGERS[array.dtype]
        pointer = emit_pointer(context, builder, signature.args[0], arguments[0], arguments[1], element)
        found = emit(builder, pointer, arguments[2:])
        return context.get_dummy_value() if result is types.void else found

    return result(array, types.intp, *(array.dtype for _ in values)), generate


def _require_integers(array: Any) -> Any:
    """Type of the elements; TypingError unless the array can be accessed atomically."""
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype not in INTEGERS:
        raise TypingError(f"atomic access needs a C-contiguous array of 32 or 64 bit integers, not {array}")
    return array.dtype


@operation
def load(_context: Any, array: Any, index: Any) -> Any:
    """The value of array[index]."""
    kind = _require_integers(array)
    return _access(array, kind, (), lambda builder, at, _: builder.load_atomic(at, ORDER, kind.bitwidth // 8))


@operation
def store(_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Assign array[index] = value; whoever reads it sees everything that was written before."""
    size = _require_integers(array).bitwidth // 8
    return _access(
        array, types.void, (value,), lambda builder, at, values: builder.store_atomic(*values, at, ORDER, size)
    )


def _change(name: str, array: Any, value: Any) -> Any:
    kind = _require_integers(array)
    return _access(array, kind, (value,), lambda builder, at, values: builder.atomic_rmw(name, at, *values, ORDER))


@operation
def fetch_add(_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Add to array[index]; the value before."""
    return _change("add", array, value)


@operation
def fetch_or(_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Set bits of array[index]; the value before."""
    return _change("or", array, value)


@operation
def fetch_xor(_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Flip bits of array[index]; the value before."""
    return _change("xor", array, value)


@operation
def pause(_context: Any) -> Any:
    """Tell the processor that this is a loop that waits."""
    machine = platform.machine().lower()

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        if machine in {"x86_64", "amd64"}:
            emit_call(builder, "llvm.x86.sse2.pause", ir.VoidType(), ())
        elif machine in {"aarch64", "arm64"}:
            emit_call(builder, "llvm.aarch64.hint", ir.VoidType(), (ir.Constant(INT32, 1),))
        return context.get_dummy_value()

    return types.void(), generate


@operation
def give_way(_context: Any) -> Any:
    """Let another thread have the processor: sched_yield of POSIX."""

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        name, signature = "sched_yield", ir.FunctionType(INT32, [])
        builder.call(cgutils.get_or_insert_function(builder.module, signature, name), [])  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(), generate


@part
def wait_for(array: Any, index: int, value: int) -> None:
    """Wait until array[index] is `value`: spin for a while, then let others have the processor in between."""
    spins = 0
    while load(array, index) != value:
        pause()
        spins += 1
        if spins >= SPINS_BEFORE_YIELD:
            give_way()
