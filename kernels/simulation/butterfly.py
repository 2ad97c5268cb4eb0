"""A butterfly: a few complex vectors held in registers while a short Fourier transform is done across them.

`radix` pairs of machine vectors (real and imaginary parts), one Numba value, unrolled completely by the
compiler. Every lane is a transform of its own. It is the inner part of long transforms:

    points = transform(load(rows, 8, at, stride))
    store(twist(points, twiddles, place), rows, at, stride)

Arrays are float64. A row holds one point each of `LINES` transforms: their real parts, then their imaginary
parts. Offsets and strides count elements from the start of C-contiguous arrays, two for a complex number.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.extending import models, register_model

from kernels import simd
from kernels.simd import operation
from kernels.simulation.complex_code import Algebra, Pair, shuffle, transpose

LINES = 8
ROW = 2 * LINES
LANES = simd.BITS // 64


class ButterflyType(types.Type):
    """Numba type of `radix` vectors of complex numbers."""

    def __init__(self, radix: int) -> None:
        self.radix = radix
        self.vector = simd.VectorType(types.float64)
        self.ir = ir.ArrayType(self.vector.ir, 2 * radix)
        super().__init__(name=f"Butterfly({radix} x {self.vector})")


@register_model(ButterflyType)
class _ButterflyModel(models.PrimitiveModel):
    def __init__(self, manager: Any, butterfly: ButterflyType) -> None:
        super().__init__(manager, butterfly, butterfly.ir)  # type: ignore[no-untyped-call]


def _unpack(builder: Any, butterfly: ButterflyType, value: Any) -> list[Pair]:
    parts = [builder.extract_value(value, place) for place in range(2 * butterfly.radix)]
    return list(zip(parts[::2], parts[1::2], strict=True))


def _pack(builder: Any, butterfly: ButterflyType, pairs: list[Pair]) -> Any:
    result = ir.Constant(butterfly.ir, ir.Undefined)
    for place, part in enumerate(part for pair in pairs for part in pair):
        result = builder.insert_value(result, part, place)
    return result


def _of(radix: Any) -> ButterflyType:
    """The type for a constant radix."""
    number = getattr(radix, "literal_value", None)
    if number not in (1, 2, 4, 8):
        raise TypingError(f"the radix of a butterfly is {radix}, expected a constant 1, 2, 4 or 8")
    return ButterflyType(number)


def _require(points: Any) -> ButterflyType:
    if not isinstance(points, ButterflyType):
        raise TypingError(f"expected a butterfly, not {points}")
    return points


def _require_float64(array: Any, *, written: bool = False) -> None:
    if simd.require_array(array, written=written).dtype != types.float64:
        raise TypingError(f"butterflies need arrays of float64, not {array}")


def _pointer(context: Any, builder: Any, place: tuple[Any, ...], row: int, column: int, pointee: Any) -> Any:
    """Address of array[offset + row * stride + column], for place = (array type, array, offset, stride)."""
    array_type, array, offset, stride = place
    intp = context.get_value_type(types.intp)
    index = builder.add(builder.add(offset, builder.mul(stride, ir.Constant(intp, row))), ir.Constant(intp, column))
    return simd.emit_pointer(context, builder, array_type, array, index, pointee)


def _load_pairs(context: Any, builder: Any, place: tuple[Any, ...], butterfly: ButterflyType, apart: int) -> list[Pair]:
    """Of every row two vectors, the second `apart` elements after the first."""

    def part(row: int, column: int) -> Any:
        pointer = _pointer(context, builder, place, row, column, butterfly.vector.ir)
        return simd.emit_load(builder, pointer, butterfly.vector)

    return [(part(row, 0), part(row, apart)) for row in range(butterfly.radix)]


def _store_pairs(
    context: Any, builder: Any, place: tuple[Any, ...], pairs: list[Pair], apart: int, *, past: bool = False
) -> None:
    """The reverse of `_load_pairs`; past the caches, the addresses must be multiples of the vector's bytes."""
    vector = simd.VectorType(types.float64)
    for row, pair in enumerate(pairs):
        for column, part in zip((0, apart), pair, strict=True):
            instruction = builder.store(part, _pointer(context, builder, place, row, column, vector.ir))
            instruction.align = simd.BITS // 8 if past else 8
            if past:
                one = ir.Constant(ir.IntType(32), 1)
                instruction.set_metadata("nontemporal", builder.module.add_metadata([one]))


@operation
def load(_context: Any, array: Any, radix: Any, offset: Any, stride: Any) -> Any:
    """One vector of each of the rows at offset, offset + stride, ...; radix is a constant."""
    _require_float64(array)
    butterfly = _of(radix)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[0], arguments[0], *arguments[2:])
        return _pack(builder, butterfly, _load_pairs(context, builder, place, butterfly, LINES))

    return butterfly(array, radix, types.intp, types.intp), generate


@operation
def load_complex(_context: Any, array: Any, radix: Any, offset: Any, stride: Any) -> Any:
    """As many complex numbers as lanes at each of offset, offset + stride, ...; radix is a constant."""
    _require_float64(array)
    butterfly = _of(radix)
    lanes = butterfly.vector.lanes

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[0], arguments[0], *arguments[2:])
        halves = _load_pairs(context, builder, place, butterfly, lanes)
        real, imaginary = (range(start, 2 * lanes, 2) for start in (0, 1))
        pairs = [(shuffle(builder, *both, real), shuffle(builder, *both, imaginary)) for both in halves]
        return _pack(builder, butterfly, pairs)

    return butterfly(array, radix, types.intp, types.intp), generate


@operation
def store(_context: Any, points: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Write one vector of each of the rows at offset, offset + stride, ..."""
    butterfly = _require(points)
    _require_float64(array, written=True)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])
        _store_pairs(context, builder, place, _unpack(builder, butterfly, arguments[0]), LINES)
        return context.get_dummy_value()

    return types.void(points, array, types.intp, types.intp), generate


def _store_complex(points: Any, array: Any, *, past: bool) -> Any:
    butterfly = _require(points)
    _require_float64(array, written=True)
    lanes = butterfly.vector.lanes

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])
        low, high = ([lane // 2 + lane % 2 * lanes + half for lane in range(lanes)] for half in (0, lanes // 2))
        pairs = _unpack(builder, butterfly, arguments[0])
        numbers = [(shuffle(builder, *pair, low), shuffle(builder, *pair, high)) for pair in pairs]
        _store_pairs(context, builder, place, numbers, lanes, past=past)
        return context.get_dummy_value()

    return types.void(points, array, types.intp, types.intp), generate


@operation
def store_complex(_context: Any, points: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Write the lanes of each vector as complex numbers side by side at offset, offset + stride, ..."""
    return _store_complex(points, array, past=False)


@operation
def stream_complex(_context: Any, points: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Like `store_complex`, but past the caches; the addresses must be multiples of the vector's bytes."""
    return _store_complex(points, array, past=True)


@operation
def transposed(_context: Any, points: Any) -> Any:
    """Lane j of vector i becomes lane i of vector j; as many vectors as lanes."""
    butterfly = _require(points)
    if butterfly.radix != butterfly.vector.lanes:
        raise TypingError(f"{butterfly} is not square")

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        real, imaginary = zip(*_unpack(builder, butterfly, arguments[0]), strict=True)
        columns = zip(transpose(builder, list(real)), transpose(builder, list(imaginary)), strict=True)
        return _pack(builder, butterfly, list(columns))

    return butterfly(points), generate


@operation
def transform(_context: Any, points: Any) -> Any:
    """Fourier transform across the vectors, lane by lane: vector k = sum over j of exp(-2 pi i j k / radix) x_j."""
    butterfly = _require(points)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        found = Algebra(builder, butterfly.vector).transform(_unpack(builder, butterfly, arguments[0]))
        return _pack(builder, butterfly, found)

    return butterfly(points), generate


@operation
def twist(_context: Any, points: Any, twiddles: Any, offset: Any) -> Any:
    """Vector i > 0 multiplied by the complex number i of those that start at twiddles[offset]."""
    butterfly = _require(points)
    _require_float64(twiddles)
    vector = butterfly.vector

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        algebra = Algebra(builder, vector)
        place = (signature.args[1], *arguments[1:], context.get_constant(types.intp, 0))

        def everywhere(position: int) -> Any:
            pointer = _pointer(context, builder, place, 0, position, vector.ir.element)
            return simd.emit_broadcast(builder, builder.load(pointer), vector)

        first, *others = _unpack(builder, butterfly, arguments[0])
        numbers = [(everywhere(2 * i), everywhere(2 * i + 1)) for i in range(1, butterfly.radix)]
        turned = [algebra.product(number, pair) for number, pair in zip(numbers, others, strict=True)]
        return _pack(builder, butterfly, [first, *turned])

    return butterfly(points, twiddles, types.intp), generate


@operation
def twist_lanes(_context: Any, points: Any, twiddles: Any, base: Any, step: Any) -> Any:
    """Vector i multiplied lane by lane by the row at `base` times, for i > 0, the row number i from `step` on."""
    butterfly = _require(points)
    _require_float64(twiddles)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        algebra = Algebra(builder, butterfly.vector)
        stride = context.get_constant(types.intp, ROW)
        array = (signature.args[1], arguments[1])
        first = _load_pairs(context, builder, (*array, arguments[2], stride), ButterflyType(1), LINES)[0]
        steps = _load_pairs(context, builder, (*array, arguments[3], stride), butterfly, LINES)
        factors = [first] + [algebra.product(row, first) for row in steps[1:]]
        pairs = _unpack(builder, butterfly, arguments[0])
        turned = [algebra.product(factor, pair) for factor, pair in zip(factors, pairs, strict=True)]
        return _pack(builder, butterfly, turned)

    return butterfly(points, twiddles, types.intp, types.intp), generate
