"""Cells of index grids and the compressed rows filled from them: numpy alone, no loop over elements.

A grid starts as the cells of a rule, row-major over its sets. Each sum adds a step: a dense step multiplies
every cell by the members of a set (one more axis), a ragged step by its own subset (the axes melt into one).
Arrays on a grid have as many axes as the grid and length 1 where they do not vary, so most work stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
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
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = math.prod(self.shape)


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


@dataclass(frozen=True, slots=True)
class Family:
    """Subsets by cell: subset i is members[first[i]:first[i] + lengths[i]]."""

    first: Index
    lengths: Index
    members: Index


def ragged_step(parent: Cells, letter: Any, family: Family, which: Value) -> Cells:
    """Every cell times the members of its own subset of a family."""
    subsets = flat(which, parent)
    counts = family.lengths[subsets]
    taken = family.members[_runs(family.first[subsets], counts)]
    return Cells(taken.shape, {letter: taken}, parent, counts, parent.depth + 1)


def _runs(first: Index, counts: Index) -> Index:
    """For each place in turn `counts` numbers from `first` on."""
    runs: Index = (first - counts.cumsum() + counts).repeat(counts)
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
    return array[..., None] if cells.counts is None else _written_out(array, cells.parent).repeat(cells.counts)


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


def combine(operation: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    """An operation on two values, on the deeper grid of the two."""
    grid, other = left.cells, right.cells
    if grid is other or other is None:
        return Value(grid, operation(left.array, right.array))
    if grid is None or grid.depth < other.depth:
        return Value(other, operation(on(left, other), right.array))
    return Value(grid, operation(left.array, on(right, grid)))


def gather(table: NDArray[Any], place: Value) -> Value:
    """table[place] of a table with one axis."""
    taken = table[place.array]
    return Value(place.cells, taken if isinstance(taken, np.ndarray) else taken.item())


def ravel(index: Sequence[Value], strides: Sequence[int]) -> Value:
    """Sum of index * stride, shallow grids first, so that most sums stay small."""
    total = Value(None, 0)
    for value, stride in sorted(zip(index, strides, strict=True), key=_depth):
        array = value.array if stride == 1 else value.array * stride
        total = Value(
            value.cells, array if total.cells is None and total.array == 0 else on(total, value.cells) + array
        )
    return total


def _depth(pair: tuple[Value, int]) -> int:
    return pair[0].cells.depth if pair[0].cells else 0


def fold(cells: Cells, value: Value) -> Value:
    """The sum of a value over the last step, on the parent's cells."""
    parent = cells.parent
    if parent is None:
        raise ValueError("the grid has no step to sum over")
    if value.cells is None and value.array == 0:
        return value
    if cells.counts is None:
        n = cells.shape[-1]
        if value.cells is not cells:
            return Value(value.cells, value.array * n)
        array = value.array.sum(axis=-1)
        return Value(parent, array if value.array.shape[-1] == n else array * n)
    if value.cells is not cells:
        return combine(mul, value, Value(parent, cells.counts.reshape(parent.shape)))
    parents = np.arange(len(cells.counts)).repeat(cells.counts)
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
        cells, each = self.cells, 1
        while cells.counts is None:
            if cells.parent is None:
                return each
            each, cells = each * cells.shape[-1], cells.parent
        counts = cells.counts * each
        while cells.parent is not None and cells.parent.parent is not None:
            cells = cells.parent
            many = cells.shape[-1] if cells.counts is None else cells.counts
            counts = _run_sums(counts, many)
        return counts


def _run_sums(numbers: Index, many: Index | int) -> Index:
    """Sums of `many` numbers at a time."""
    if isinstance(many, int):
        return np.asarray(numbers.reshape(-1, many).sum(axis=1))
    before = np.concatenate(([0], numbers.cumsum()))
    ends = many.cumsum()
    return np.asarray(before[ends] - before[ends - many])


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
    counts: Index = np.zeros(block.rows, np.int64)
    for count in block.counts:
        counts += count
    largest = max(block.terms, key=lambda term: term.cells.size)
    if not isinstance(largest.coefficient.array, np.ndarray):
        values.fill(largest.coefficient.array)
    free = np.ones(len(columns), np.bool_)
    before = counts.cumsum() - counts
    for term, count in zip(block.terms, block.counts, strict=True):
        if term is not largest:
            places = _places(before, count)
            free[places] = False
            columns[places] = flat(term.columns, term.cells)
            values[places] = flat(term.coefficient, term.cells)
        before = before + count
    columns[free] = flat(largest.columns, largest.cells)
    if isinstance(largest.coefficient.array, np.ndarray):
        values[free] = flat(largest.coefficient, largest.cells)
    return counts


def _places(before: Index, count: Index | int) -> Index:
    if isinstance(count, int):
        return before if count == 1 else (before[:, None] + np.arange(count)).reshape(-1)
    return _runs(before, count)


def tidy(counts: Index, columns: Ints, values: Floats) -> Index:
    """Sort rows, sum duplicates, drop exact zeros, in place and towards the front; returns the entries of each row."""
    ends = counts.cumsum()
    if not _rises(ends, columns).all():
        rows = np.arange(len(counts)).repeat(counts)
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
    return _run_sums(kept, counts)


def _rises(ends: Index, columns: Ints) -> NDArray[np.bool_]:
    """Whether each entry but the first has a higher column than the one before, or begins a row."""
    rising = columns[1:] > columns[:-1]
    rising[ends[(ends > 0) & (ends < len(columns))] - 1] = True
    return rising
