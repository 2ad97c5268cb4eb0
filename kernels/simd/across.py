"""What mixes the lanes of vectors: sums, extremes, interleaving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from kernels.simd.vector import INT32, VectorType, emit_call, operation, require_array, require_vectors


def _reduction(a: Any, name: str, floats_start: float | None, fastmath: tuple[str, ...]) -> Any:
    vector = require_vectors((a,), floats=True)
    element = vector.ir.element
    start = [] if floats_start is None else [ir.Constant(element, floats_start)]

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        intrinsic = f"llvm.vector.reduce.{name}.{vector.suffix}"
        return emit_call(builder, intrinsic, element, (*start, arguments[0]), fastmath)

    return vector.dtype(a), generate


@operation
def total(_context: Any, a: Any) -> Any:
    """Sum of all lanes, in any order."""
    return _reduction(a, "fadd", -0.0, ("reassoc",))


@operation
def highest(_context: Any, a: Any) -> Any:
    """Largest lane; no lane may be NaN."""
    return _reduction(a, "fmax", None, ("nnan",))


@operation
def lowest(_context: Any, a: Any) -> Any:
    """Smallest lane; no lane may be NaN."""
    return _reduction(a, "fmin", None, ("nnan",))


def _shuffle(a: Any, b: Any, positions: Sequence[int]) -> Any:
    vector: VectorType = require_vectors((a, b))
    pattern = ir.Constant(ir.VectorType(INT32, vector.lanes), list(positions))
    return vector(a, b), lambda _c, builder, _s, arguments: builder.shuffle_vector(*arguments, pattern)


def _lanes(a: Any, b: Any) -> int:
    return int(require_vectors((a, b)).lanes)


@operation
def even(_context: Any, a: Any, b: Any) -> Any:
    """Elements 0, 2, 4, ... of a followed by b: the real parts of two vectors of complex numbers."""
    return _shuffle(a, b, range(0, 2 * _lanes(a, b), 2))


@operation
def odd(_context: Any, a: Any, b: Any) -> Any:
    """Elements 1, 3, 5, ... of a followed by b."""
    return _shuffle(a, b, range(1, 2 * _lanes(a, b), 2))


@operation
def window(_context: Any, a: Any, b: Any, start: Any) -> Any:
    """As many elements of a followed by b as a vector has, from a constant position on; below 0: that far before b."""
    count = _lanes(a, b)
    found, generate = _shuffle(a, b, [start.literal_value % count + lane for lane in range(count)])
    return found.return_type(a, b, start), lambda *arguments: generate(*arguments[:3], arguments[3][:2])


@operation
def low_pairs(_context: Any, a: Any, b: Any) -> Any:
    """a0, b0, a1, b1, ...: the first half of a and b interleaved."""
    count = _lanes(a, b)
    return _shuffle(a, b, [lane // 2 + lane % 2 * count for lane in range(count)])


@operation
def high_pairs(_context: Any, a: Any, b: Any) -> Any:
    """The second half of a and b interleaved."""
    count = _lanes(a, b)
    return _shuffle(a, b, [(count + lane) // 2 + lane % 2 * count for lane in range(count)])


@operation
def pair(_context: Any, a: Any, b: Any) -> Any:
    """A vector twice as long, a followed by b; arithmetic treats it like any other, loads and stores take halves.

    The instructions for both halves alternate in the machine code: where one chain of dependent instructions
    leaves the processor waiting, two do not.
    """
    vector = require_vectors((a, b))
    result = VectorType(vector.dtype, 2 * vector.lanes)
    pattern = ir.Constant(ir.VectorType(INT32, result.lanes), list(range(result.lanes)))
    return result(a, b), lambda _c, builder, _s, arguments: builder.shuffle_vector(*arguments, pattern)


def _half(a: Any, part: int) -> Any:
    vector: VectorType = require_vectors((a,))
    result = VectorType(vector.dtype, vector.lanes // 2)
    first = part * result.lanes
    pattern = ir.Constant(ir.VectorType(INT32, result.lanes), list(range(first, first + result.lanes)))
    undefined = ir.Constant(vector.ir, ir.Undefined)
    return result(a), lambda _c, builder, _s, arguments: builder.shuffle_vector(arguments[0], undefined, pattern)


@operation
def first_half(_context: Any, a: Any) -> Any:
    """What `pair` was given first."""
    return _half(a, 0)


@operation
def second_half(_context: Any, a: Any) -> Any:
    """What `pair` was given second."""
    return _half(a, 1)


@operation
def steps(_context: Any, array: Any) -> Any:
    """The vector (0, 1, 2, ...) in the type of the elements of `array`."""
    vector = require_array(array)
    constant = ir.Constant(vector.ir, list(range(vector.lanes)))
    return vector(array), lambda *_: constant
