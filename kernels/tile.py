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

from kernels import bfloat16, simd
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


def _require_mask(tile: TileType, mask: Any) -> None:
    if mask != simd.MaskType(tile.vector.lanes):
        raise TypingError(f"{tile} needs a mask of {tile.vector.lanes} lanes, not {mask}")


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
def load_square(_context: Any, array: Any, offset: Any, stride: Any, rows: Any, columns: Any) -> Any:
    """The block of one vector's width and as many rows at `offset`; beyond the first rows and columns it is zero."""
    vector = simd.require_array(array)
    square = TileType(vector.dtype, vector.lanes, 1)
    name = f"llvm.masked.load.{vector.suffix}.p0"

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        intp, count = context.get_value_type(types.intp), vector.lanes
        numbers = ir.VectorType(intp, count)
        position = ir.Constant(numbers, list(range(count)))
        align, nothing = ir.Constant(ir.IntType(32), vector.dtype.bitwidth // 8), ir.Constant(vector.ir, None)

        def row_of(_position: int, row: int, _column: int) -> Any:
            width = builder.select(
                builder.icmp_signed(">", arguments[3], ir.Constant(intp, row)), arguments[4], ir.Constant(intp, 0)
            )
            first = builder.insert_element(ir.Constant(numbers, ir.Undefined), width, ir.Constant(ir.IntType(32), 0))
            widths = builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), count), None))
            mask = builder.icmp_signed("<", position, widths)
            place = (signature.args[0], *arguments[:3])
            pointer = _cell_pointer(context, builder, place, row, 0, vector.ir)
            return simd.emit_call(builder, name, vector.ir, (pointer, align, mask, nothing))

        return _map_cells(builder, square, row_of)

    return square(array, *[types.intp] * 4), generate


@operation
def transposed(_context: Any, tile: Any) -> Any:
    """A square tile with rows and columns exchanged, by repeatedly interleaving its first half with its second."""
    count = tile.vector.lanes
    if (tile.rows, tile.vectors) != (count, 1):
        raise TypingError(f"{tile} is not square")
    halves = [[lane // 2 + lane % 2 * count + start for lane in range(count)] for start in (0, count // 2)]
    low, high = (ir.Constant(ir.VectorType(ir.IntType(32), count), half) for half in halves)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        rows = [builder.extract_value(arguments[0], row) for row in range(count)]
        for _ in range(count.bit_length() - 1):
            pairs = [(rows[row], rows[row + count // 2]) for row in range(count // 2)]
            rows = [builder.shuffle_vector(*pair, half) for pair in pairs for half in (low, high)]
        return _map_cells(builder, tile, lambda position, *_: rows[position])

    return tile(tile), generate


@operation
def scaled(_context: Any, tile: Any, factor: Any) -> Any:
    """The tile times a vector."""

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        old, scale = arguments
        return _map_cells(builder, tile, lambda position, *_: builder.fmul(builder.extract_value(old, position), scale))

    return tile(tile, tile.vector), generate


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


def _emit_load_part(builder: Any, pointer: Any, vector: Any, mask: Any) -> Any:
    align = ir.Constant(ir.IntType(32), vector.dtype.bitwidth // 8)
    arguments = (pointer, align, mask, ir.Constant(vector.ir, None))
    return simd.emit_call(builder, f"llvm.masked.load.{vector.suffix}.p0", vector.ir, arguments)


def _add_outer(tile: TileType, a: Any, b: Any, operand: Any, emit: Callable[..., Any], *mask: Any) -> Any:
    """`add_outer` for elements of a and b like those of `operand`; emit(builder, vector, sum, a, b) multiplies."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        old, _, a_at, a_step, _, b_at, *lanes = arguments
        zero = context.get_constant(types.intp, 0)
        a_place = (signature.args[1], arguments[1], a_at, a_step)
        b_place = (signature.args[4], arguments[4], b_at, zero)

        def load(column: int) -> Any:
            pointer = _cell_pointer(context, builder, b_place, 0, column, operand.ir)
            is_last = column == (tile.vectors - 1) * operand.lanes
            if lanes and is_last:
                return _emit_load_part(builder, pointer, operand, lanes[0])
            return simd.emit_load(builder, pointer, operand)

        row_of_b = [load(column) for _, row, column in tile.cells() if row == 0]
        column_of_a = [
            simd.emit_broadcast(
                builder, builder.load(_cell_pointer(context, builder, a_place, row, 0, operand.ir.element)), operand
            )
            for row in range(tile.rows)
        ]

        def fused(position: int, row: int, _column: int) -> Any:
            b_part = row_of_b[position % tile.vectors]
            return emit(builder, tile.vector, builder.extract_value(old, position), column_of_a[row], b_part)

        return _map_cells(builder, tile, fused)

    return tile(tile, a, types.intp, types.intp, b, types.intp, *mask), generate


def _emit_multiply_add(builder: Any, vector: Any, total: Any, a: Any, b: Any) -> Any:
    return simd.emit_fma(builder, vector, a, b, total)


@operation
def add_outer(_context: Any, tile: Any, a: Any, a_offset: Any, a_stride: Any, b: Any, b_offset: Any) -> Any:
    """The tile whose element i, j is tile[i, j] + a[a_offset + i * a_stride] * b[b_offset + j]."""
    _require_match(tile, a, b)
    return _add_outer(tile, a, b, tile.vector, _emit_multiply_add)


@operation
def add_outer_part(
    _context: Any, tile: Any, a: Any, a_offset: Any, a_stride: Any, b: Any, b_offset: Any, mask: Any
) -> Any:
    """Like `add_outer`, where the mask says which lanes of the last column of vectors exist; the others add zero."""
    _require_match(tile, a, b)
    _require_mask(tile, mask)
    return _add_outer(tile, a, b, tile.vector, _emit_multiply_add, mask)


@operation
def add_outer_bf16(_context: Any, tile: Any, a: Any, a_offset: Any, a_stride: Any, b: Any, b_offset: Any) -> Any:
    """Like `add_outer` for a float32 tile and uint32 arrays of the words of `kernels.bfloat16`."""
    words = bfloat16.require_words(tile.vector, simd.require_array(a), simd.require_array(b))
    return _add_outer(tile, a, b, words, bfloat16.emit_multiply_add)


@operation
def add_products_bf16(_context: Any, tile: Any, a: Any, b: Any) -> Any:
    """The tile plus, in every vector of it, the products of two vectors of words of `kernels.bfloat16`."""
    words = bfloat16.require_words(tile.vector, a, b)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        old, left, right = arguments

        def fused(position: int, *_: int) -> Any:
            total = builder.extract_value(old, position)
            return bfloat16.emit_multiply_add(builder, tile.vector, total, left, right)

        return _map_cells(builder, tile, fused)

    return tile(tile, words, words), generate


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


def _store(tile: TileType, array: Any, *, streaming: bool) -> Any:
    _require_match(tile, array, written=True)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = (signature.args[1], *arguments[1:])
        for position, row, column in tile.cells():
            pointer = _cell_pointer(context, builder, place, row, column, tile.vector.ir)
            instruction = builder.store(builder.extract_value(arguments[0], position), pointer)
            instruction.align = (simd.BITS if streaming else tile.vector.dtype.bitwidth) // 8
            if streaming:
                once = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
                instruction.set_metadata("nontemporal", once)
        return context.get_dummy_value()

    return types.void(tile, array, types.intp, types.intp), generate


@operation
def transpose(_context: Any, tile: Any) -> Any:
    """The transpose of a square tile, as many rows of one vector as a vector has lanes.

    Each stage interleaves the upper with the lower half of the rows, which moves the highest bit of the row number
    to the low end of the column number and the highest bit of that to the low end of the row number.
    """
    lanes = tile.vector.lanes
    if (tile.rows, tile.vectors) != (lanes, 1):
        raise TypingError(f"transpose needs {lanes} rows of one vector, not {tile}")
    index = ir.VectorType(ir.IntType(32), lanes)
    pairs = [[first + lane // 2 + lane % 2 * lanes for lane in range(lanes)] for first in (0, lanes // 2)]
    low, high = (ir.Constant(index, positions) for positions in pairs)

    def generate(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
        rows = [builder.extract_value(arguments[0], row) for row in range(lanes)]
        for _ in range(lanes.bit_length() - 1):
            halves = zip(rows[: lanes // 2], rows[lanes // 2 :], strict=True)
            rows = [builder.shuffle_vector(a, b, half) for a, b in halves for half in (low, high)]
        return _map_cells(builder, tile, lambda position, *_: rows[position])

    return tile(tile), generate


@operation
def store(_context: Any, tile: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Write the block of `array` that starts at `offset`."""
    return _store(tile, array, streaming=False)


@operation
def stream(_context: Any, tile: Any, array: Any, offset: Any, stride: Any) -> Any:
    """Like `store`, but past the caches; all addresses must be multiples of the vector's bytes."""
    return _store(tile, array, streaming=True)


@operation
def store_part(_context: Any, tile: Any, array: Any, offset: Any, stride: Any, mask: Any) -> Any:
    """Like `store`, but only the lanes of the last column of vectors that the mask names."""
    _require_match(tile, array, written=True)
    _require_mask(tile, mask)
    name = f"llvm.masked.store.{tile.vector.suffix}.p0"

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        old, *place, lanes = arguments
        size_bytes = tile.vector.dtype.bitwidth // 8
        for position, row, column in tile.cells():
            pointer = _cell_pointer(context, builder, (signature.args[1], *place), row, column, tile.vector.ir)
            value = builder.extract_value(old, position)
            if position % tile.vectors == tile.vectors - 1:
                align = ir.Constant(ir.IntType(32), size_bytes)
                simd.emit_call(builder, name, ir.VoidType(), (value, pointer, align, lanes))
            else:
                builder.store(value, pointer).align = size_bytes
        return context.get_dummy_value()

    return types.void(tile, array, types.intp, types.intp, mask), generate


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
