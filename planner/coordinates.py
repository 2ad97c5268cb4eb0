"""Cells of index grids and the compressed rows filled from them: numpy alone, no loop over elements.

A grid starts as the cells of a rule, row-major over its sets. Each sum adds a step: a dense step multiplies
every cell by the members of a set (one more axis), a ragged step by its own subset (the axes melt into one).
Arrays on a grid have as many axes as the grid and length 1 where they do not vary, so most work stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import add, mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.signedinteger[Any]]
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(eq=False, slots=True)
class Cells:
    """A grid of cells; `letters` maps each index letter of the last step to its member at each cell.

    parent  the grid before the last step; None at the start
    counts  shape (cells of the parent,): how many cells a ragged step made of each; None for a dense step
    """

    shape: tuple[int, ...]
    letters: Mapping[Any, Index]
    parent: Cells | None = None
    counts: Index | None = None
    depth: int = 1

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(eq=False, slots=True)
class Value:
    """Numbers on a grid, or one number on none. A step deeper, each cell has the number of the cell it came from."""

    cells: Cells | None
    array: Any


def start(letters: tuple[Any, ...], members: tuple[Index, ...]) -> Cells:
    """The cells of a rule: the cartesian product of its members."""
    axes = len(letters)
    placed = {
        letter: m.reshape((1,) * k + (-1,) + (1,) * (axes - k - 1))
        for k, (letter, m) in enumerate(zip(letters, members, strict=True))
    }
    return Cells(tuple(map(len, members)), placed)


def dense_step(parent: Cells, letter: Any, members: Index) -> Cells:
    """Every cell times the same members."""
    letters = {letter: members.reshape((1,) * len(parent.shape) + (-1,))}
    return Cells((*parent.shape, len(members)), letters, parent, None, parent.depth + 1)


def ragged_step(parent: Cells, letter: Any, starts: Index, members: Index, row: Value) -> Cells:
    """Every cell times members[starts[row]:starts[row + 1]]."""
    rows = flat(row, parent)
    first = starts[rows]
    counts = starts[rows + 1] - first
    taken = members[_runs(first, counts)]
    return Cells(taken.shape, {letter: taken}, parent, counts, parent.depth + 1)


def _runs(first: Index, counts: Index) -> Index:
    """For each place in turn `counts` numbers from `first` on."""
    runs = np.repeat(first - np.cumsum(counts) + counts, counts)
    runs += np.arange(len(runs))
    return runs


def member(cells: Cells, letter: Any) -> Value:
    """What an index letter stands for; KeyError if no step gave it members."""
    step: Cells | None = cells
    while step is not None:
        if letter in step.letters:
            return Value(step, step.letters[letter])
        step = step.parent
    raise KeyError(letter)


def on(value: Value, cells: Cells | None) -> Any:
    """The array of a value on a grid that descends from its own."""
    array = value.array
    if value.cells is cells or not isinstance(array, np.ndarray):
        return array
    if cells is None or cells.parent is None:
        raise ValueError("the grids are not of one descent")
    array = on(value, cells.parent)
    return array[..., None] if cells.counts is None else np.repeat(_written_out(array, cells.parent), cells.counts)


def flat(value: Value, cells: Cells) -> NDArray[Any]:
    """The numbers of a value at each of the cells, in row-major order."""
    return _written_out(on(value, cells), cells)


def _written_out(array: Any, cells: Cells) -> NDArray[Any]:
    given = np.asarray(array)
    if given.shape == cells.shape:
        return given.reshape(-1)
    written = np.empty(cells.shape, given.dtype)
    written[...] = given
    return written.reshape(-1)


def together(values: Sequence[Value]) -> tuple[Cells | None, list[Any]]:
    """The deepest grid of the values, and their arrays on it."""
    cells = max((value.cells for value in values), key=lambda c: c.depth if c else 0)
    return cells, [on(value, cells) for value in values]


def combine(operation: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    """An operation on two values, on the deeper grid of the two."""
    if left.cells is right.cells:
        return Value(left.cells, operation(left.array, right.array))
    cells, arrays = together((left, right))
    return Value(cells, operation(*arrays))


def gather(table: NDArray[Any], index: Sequence[Value]) -> Value:
    """table[index], on the deepest grid of the indices."""
    if not index:
        return Value(None, table.item())
    cells, arrays = together(index)
    return Value(cells, table[tuple(arrays)])


def ravel(index: Sequence[Value], strides: Sequence[int], first: int) -> Value:
    """First + sum of index * stride, the deepest last so that the sums stay small."""
    pairs = sorted(zip(index, strides, strict=True), key=lambda pair: pair[0].cells.depth if pair[0].cells else 0)
    total = Value(None, first)
    for value, stride in pairs:
        total = combine(add, total, Value(value.cells, value.array * stride))
    return total


def fold(cells: Cells, value: Value) -> Value:
    """The sum of a value over the last step, on the parent's cells."""
    parent = cells.parent
    if parent is None:
        raise ValueError("the grid has no step to sum over")
    if value.cells is not cells:
        counts = (
            Value(None, cells.shape[-1]) if cells.counts is None else Value(parent, cells.counts.reshape(parent.shape))
        )
        return combine(mul, value, counts)
    if cells.counts is None:
        array = value.array.sum(axis=-1)
        return Value(parent, array if value.array.shape[-1] == cells.shape[-1] else array * cells.shape[-1])
    parents = np.repeat(np.arange(len(cells.counts)), cells.counts)
    return Value(parent, np.bincount(parents, value.array, len(cells.counts)).reshape(parent.shape))


@dataclass(eq=False, slots=True)
class Term:
    """At each of `cells`: coefficient times the column of that number."""

    cells: Cells
    columns: Value
    coefficient: Value

    @property
    def first_column(self) -> int:
        array = self.columns.array
        return int(array.flat[0]) if isinstance(array, np.ndarray) else int(array)

    def counts(self) -> Index | int:
        """Entries of each row of the rule; one number where all rows have as many."""
        cells, many = self.cells, Value(None, 1)
        while cells.parent is not None:
            many = fold(cells, many)
            cells = cells.parent
        return many.array if isinstance(many.array, int) else flat(many, cells).astype(np.int64)


@dataclass(eq=False, slots=True)
class RowBlock:
    """The terms of the rows of one rule, and how many entries each puts in each row."""

    rows: int
    terms: list[Term]
    counts: list[Index | int]


def row_block(rows: int, terms: list[Term]) -> RowBlock:
    """Terms, counted, in the order of their first columns, so that most rows come out sorted."""
    terms = sorted((term for term in terms if term.cells.size), key=lambda term: term.first_column)
    return RowBlock(rows, terms, [term.counts() for term in terms])


def compressed_rows(blocks: list[RowBlock]) -> tuple[Ints, Ints, Floats]:
    """Starts, columns, values of all blocks: sorted by row, then column; duplicates summed, zeros dropped."""
    room = sum(term.cells.size for block in blocks for term in block.terms)
    columns, values = np.empty(room, np.int32), np.empty(room)
    starts = np.zeros(sum(block.rows for block in blocks) + 1, np.int32)
    row = used = 0
    for block in blocks:
        size = sum(term.cells.size for term in block.terms)
        part = slice(used, used + size)
        counts = _write(block, columns[part], values[part])
        starts[row + 1 : row + 1 + block.rows] = counts
        row += block.rows
        used += block.rows * counts if isinstance(counts, int) else int(counts.sum())
    np.cumsum(starts, out=starts)
    return starts, columns[:used], values[:used]


def _write(block: RowBlock, columns: Ints, values: Floats) -> Index | int:
    """Write a block's entries from the front of its part, tidied; returns the entries of each row."""
    if all(isinstance(count, int) for count in block.counts):
        width = len(columns) // block.rows if block.rows else 0
        table = columns.reshape(block.rows, width)
        _write_even(block, table, values.reshape(block.rows, width))
        if (table[:, 1:] > table[:, :-1]).all() and values.all():
            return width
        return tidy(np.full(block.rows, width), columns, values)
    counts = _write_uneven(block, columns, values)
    return tidy(counts, columns, values)


def _write_even(block: RowBlock, columns: Ints, values: Floats) -> None:
    before = 0
    for term in block.terms:
        shape = term.cells.shape
        after = before + term.cells.size // block.rows
        columns[:, before:after].reshape(shape, copy=False)[...] = on(term.columns, term.cells)
        values[:, before:after].reshape(shape, copy=False)[...] = on(term.coefficient, term.cells)
        before = after


def _write_uneven(block: RowBlock, columns: Ints, values: Floats) -> Index:
    """The largest term takes, in order, the places that the others leave."""
    counts = np.zeros(block.rows, np.int64)
    for count in block.counts:
        counts += count
    largest = max(range(len(block.terms)), key=lambda k: block.terms[k].cells.size)
    free = np.ones(len(columns), np.bool_)
    before = np.cumsum(counts) - counts
    for k, (term, count) in enumerate(zip(block.terms, block.counts, strict=True)):
        if k != largest:
            places = _places(before, count)
            free[places] = False
            columns[places] = flat(term.columns, term.cells)
            values[places] = flat(term.coefficient, term.cells)
        before = before + count
    term = block.terms[largest]
    columns[free] = flat(term.columns, term.cells)
    values[free] = flat(term.coefficient, term.cells)
    return counts


def _places(before: Index, count: Index | int) -> Index:
    if isinstance(count, int):
        return before if count == 1 else (before[:, None] + np.arange(count)).reshape(-1)
    return _runs(before, count)


def tidy(counts: Index, columns: Ints, values: Floats) -> Index:
    """Sort rows, sum duplicates, drop exact zeros, in place and towards the front; returns the entries of each row."""
    ends = np.cumsum(counts)
    if not _rises(ends, columns).all():
        rows = np.repeat(np.arange(len(counts)), counts)
        order = np.argsort(rows * (int(columns.max()) + 1) + columns, kind="stable")
        columns[:], values[:] = columns[order], values[order]
        first = np.flatnonzero(np.concatenate([[True], _rises(ends, columns)]))
        if len(first) < len(columns):
            sums = np.add.reduceat(values, first)
            values[:] = 0.0
            values[first] = sums
    if values.all():
        return counts
    kept = values != 0
    left = np.count_nonzero(kept)
    columns[:left], values[:left] = columns[kept], values[kept]
    return np.diff(np.concatenate([[0], np.cumsum(kept)])[ends], prepend=0)


def _rises(ends: Index, columns: Ints) -> NDArray[np.bool_]:
    """Whether each entry but the first has a higher column than the one before, or begins a row."""
    rising = columns[1:] > columns[:-1]
    rising[ends[(ends > 0) & (ends < len(columns))] - 1] = True
    return rising
