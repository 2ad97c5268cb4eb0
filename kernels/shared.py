"""Functions compiled once, then called by address from every kernel that needs them.

A `part` is compiled again with each kernel that uses it, and again at every level of calls between the two.
That is right for small ones, but a blocked matrix product takes seconds. A shared function is compiled
(or read from the cache) with the first kernel that calls it, and serves all kernels of the process:

    @shared({"n": "int64", "x": "floats"})
    def double(n, x): ...

It takes numbers and C-contiguous arrays of any rank; an array arrives as a pointer, which `numba.carray(x, n)`
makes a flat array again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError

from kernels import simd, symbols
from kernels.compile import CONTRACT, Compiled

PRECISIONS = {types.float32: "fp32", types.float64: "fp64"}
NUMBERS = {"int64": types.int64, "float64": types.float64}


def shared(
    parameters: Mapping[str, str], *, parallel: bool = False, fastmath: frozenset[str] = CONTRACT
) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Decorator: the function for use in Numba code, its parameters given as in {"n": "int64", "x": "floats"}.

    "floats" are arrays of float32 or float64, all of one precision in one call.
    """

    def define(function: Callable[..., None]) -> Callable[..., Any]:
        dispatcher = Compiled(function, dict(parameters), fastmath, parallel).dispatcher
        names = {precision: f"innocap_{function.__name__}_{name}" for precision, name in PRECISIONS.items()}
        for precision, name in names.items():
            pointer = types.CPointer(precision)  # type: ignore[no-untyped-call]
            kinds = tuple(NUMBERS.get(text, pointer) for text in parameters.values())
            symbols.define(name, partial(_address, dispatcher, kinds))
        return _caller(names, parameters)

    return define


def _address(dispatcher: Any, kinds: tuple[Any, ...]) -> int:
    dispatcher.compile(types.void(*kinds))
    compiled = dispatcher.overloads[kinds]
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_cfunc_wrapper_name))


def _caller(names: Mapping[Any, str], parameters: Mapping[str, str]) -> Callable[..., Any]:
    @simd.operation
    def call(_context: Any, *arguments: Any) -> Any:
        if len(arguments) != len(parameters):
            raise TypingError(f"expected {len(parameters)} arguments ({', '.join(parameters)}), not {len(arguments)}")
        pairs = list(zip(parameters.values(), arguments, strict=True))
        precisions = {simd.require_array(argument).dtype for text, argument in pairs if text not in NUMBERS}
        if len(precisions) != 1 or not precisions <= set(names):
            raise TypingError(f"expected arrays of float32 or float64, all of one precision, not {arguments}")
        name = names[precisions.pop()]
        symbols.resolve(name)
        accepted = [NUMBERS.get(text, argument) for text, argument in pairs]

        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            each = cgutils.unpack_tuple(builder, values[0])  # type: ignore[no-untyped-call]
            given = [_emit(context, builder, *pair) for pair in zip(accepted, each, strict=True)]
            address = ir.FunctionType(ir.VoidType(), [value.type for value in given]).as_pointer()
            slot = builder.module.globals.get(name) or ir.GlobalVariable(builder.module, address, name)
            builder.call(builder.load(slot), given)
            return context.get_dummy_value()

        return types.void(types.StarArgTuple.from_types(accepted)), generate  # type: ignore[no-untyped-call]

    return call


def _emit(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value


@simd.operation
def thread_count(_context: Any) -> Any:
    """Numba's number of threads, for parallel shared functions; unlike Numba's own it does not forbid caching."""

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        return simd.emit_call(builder, "get_num_threads", context.get_value_type(types.intp), ())

    return types.intp(), generate
