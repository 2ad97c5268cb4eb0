"""A tile: a small matrix block held in vector registers while products are added to it.

`rows` x `vectors` machine vectors, one Numba value, unrolled completely by the compiler. It is the inner
part of every dense kernel:

    tile = zeros(c, ROWS, VECTORS)
    for k in range(depth):
        tile = add_outer(tile, a, k * ROWS, 1, b, k * COLUMNS)
    store(tile, c, i * n + j, n)

Offsets and strides count elements from the start of C-contiguous arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.extending import models, register_model

from kernels import simd
from kernels.simd import operation

ROWS = 6
VECTORS = 4 if simd.REGISTERS == 32 else 2


class TileType(types.Type):
    """Numba type of a tile of `rows` rows, each of `vectors` vectors of `dtype`."""

    def __init__(self, dtype: Any, rows: int, vectors: int) -> None:
        self.vector = simd.VectorType(dtype)
        self.rows = rows
        self.vectors = vectors
        self.ir = ir.ArrayType(self.vector.ir, rows * vectors)
        super().__init__(name=f"Tile({rows} x {vectors} x {self.vector})")

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """(position, row, column in elements) of every vector."""
        for position in range(self.rows * self.vectors):
            row, vector = divmod(position, self.vectors)
            yield position, row, vector * self.vector.lanes


@register_model(TileType)
class _TileModel(models.PrimitiveModel):
    def __init__(self, manager: Any, tile: TileType) -> None:
        super().__init__(manager, tile, tile.ir)  # type: ignore[no-untyped-call]


def _require_match(tile: Any, *arrays: Any, written: bool = False) -> None:
    if any(simd.require_array(array, written=written) != tile.vector for array in arrays):
        raise TypingError(f"{tile} does not match the precision of {arrays}")


def _cell_pointer(context: Any, builder: Any, place: tuple[Any, ...], row: int, column: int, pointee: Any) -> Any:
    """Address of array[offset + row * stride + column], for place = (array type, array, offset, stride)."""
    array_type, array, offset, stride = place
    intp = context.get_value_type(types.intp)
    index = builder.add(builder.add(offset, builder.mul(stride, ir.Constant(intp, row))), ir.Constant(intp, column))
    return simd.emit_pointer(context, builder, array_type, array, index, pointee)


def _map_cells(builder: Any, tile: TileType, emit: Callable[[int, int, int], Any]) -> Any:
    result = ir.Constant(tile.ir, ir.Undefined)
    for position, row, column in tile.cells():
        result = builder.insert_value(result, emit(position, row, column), position)
    return result


@operation
def zeros(_context: Any, array: Any, rows: Any, vectors: Any) -> Any:
    """A tile of zeros in the precision of `array`; both counts are constants."""
    tile = TileType(simd.require_array(array).dtype, rows.literal_value, vectors.literal_value)
    return tile(array, rows, vectors), lambda *_: ir.Constant(tile.ir, None)


@operation
def add(_context: Any, tile: Any, array: Any, offset: Any, stride: Any) -> Any:
    """The tile plus the block of `array` that starts at `offset`."""
    _require_match(tile, array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])

        def sum_of(position: int, row: int, column: int) -> Any:
            pointer = _cell_pointer(context, builder, place, row, column, tile.vector.ir)
            value = simd.emit_load(builder, pointer, tile.vector)
            return builder.fadd(builder.extract_value(arguments[0], position), value)

        return _map_cells(builder, tile, sum_of)

    return tile(tile, array, types.intp, types.intp), generate


@operation
def add_outer(_context: Any, tile: Any, a: Any, a_offset: Any, a_stride: Any, b: Any, b_offset: Any) -> Any:
    """The tile whose element i, j is tile[i, j] + a[a_offset + i * a_stride] * b[b_offset + j]."""
    _require_match(tile, a, b)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        old, _, a_at, a_step, _, b_at = arguments
        zero = context.get_constant(types.intp, 0)
        a_place = (signature.args[1], arguments[1], a_at, a_step)
        b_place = (signature.args[4], arguments[4], b_at, zero)
        row_of_b = [
            simd.emit_load(builder, _cell_pointer(context, builder, b_place, 0, column, tile.vector.ir), tile.vector)
            for _, row, column in tile.cells()
            if row == 0
        ]
        column_of_a = [
            simd.emit_broadcast(
                builder,
                builder.load(_cell_pointer(context, builder, a_place, row, 0, tile.vector.ir.element)),
                tile.vector,
            )
            for row in range(tile.rows)
        ]

        def fused(position: int, row: int, _column: int) -> Any:
            b_part = row_of_b[position % tile.vectors]
            return simd.emit_fma(builder, tile.vector, column_of_a[row], b_part, builder.extract_value(old, position))

        return _map_cells(builder, tile, fused)

    return tile(tile, a, types.intp, types.intp, b, types.intp), generate


@operation
def affine(_context: Any, tile: Any, multiplier: Any, addend: Any) -> Any:
    """The tile multiplier * tile + addend, for two vectors."""

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        old, scale, shift = arguments
        return _map_cells(
            builder,
            tile,
            lambda position, *_: simd.emit_fma(
                builder, tile.vector, scale, builder.extract_value(old, position), shift
            ),
        )

    return tile(tile, tile.vector, tile.vector), generate


@operation
def store(_context: Any, tile: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Write the block of `array` that starts at `offset`."""
    _require_match(tile, array, written=True)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])
        for position, row, column in tile.cells():
            pointer = _cell_pointer(context, builder, place, row, column, tile.vector.ir)
            instruction = builder.store(builder.extract_value(arguments[0], position), pointer)
            instruction.align = tile.vector.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(tile, array, types.intp, types.intp), generate


@operation
def prefetch(_context: Any, tile: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Ask for the block that a tile of this form will be added to."""
    _require_match(tile, array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])
        for _, row, column in tile.cells():
            simd.emit_prefetch(builder, _cell_pointer(context, builder, place, row, column, tile.vector.ir))
        return context.get_dummy_value()

    return types.void(tile, array, types.intp, types.intp), generate
