"""Compressed rows filled from terms on index grids: numpy alone, no loop over elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.coordinates import Cells, Floats, Index, Ints, Value, combine, flat, on, runs


@dataclass(eq=False, slots=True)
class Term:
    """At each of `cells`: coefficient times the column of that number."""

    cells: Cells
    columns: Value
    coefficient: Value

    @property
    def first_column(self) -> int:
        array = self.columns.array
        return array.item(0) if isinstance(array, np.ndarray) else int(array)

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
    apart: dict[tuple[int, int], Term] = {}
    for term in terms:
        if term.cells.size:
            key = (id(term.cells), id(term.columns))
            same = apart.get(key)
            both = term.coefficient if same is None else combine(add, same.coefficient, term.coefficient)
            apart[key] = Term(term.cells, term.columns, both)
    terms = sorted(apart.values(), key=lambda term: term.first_column)
    return RowBlock(rows, terms, [term.counts() for term in terms])


def compressed_rows(blocks: Iterable[RowBlock], rows: int, room: int) -> tuple[Ints, Ints, Floats]:
    """Starts, columns, values of all blocks: sorted by row, then column; duplicates summed, zeros dropped.

    Each block is written before the next is made, so `blocks` had better be a generator. `room` is a guess of the
    entries; a better one saves a copy.
    """
    columns, values = np.empty(room, np.int32), np.empty(room)
    starts = np.zeros(rows + 1, np.int32)
    row = used = 0
    for block in blocks:
        size = sum(term.cells.size for term in block.terms)
        if used + size > len(columns):
            columns, values = (_with_room(array, used, used + size) for array in (columns, values))
        part = slice(used, used + size)
        counts = _write(block, columns[part], values[part])
        starts[row + 1 : row + 1 + block.rows] = counts
        row += block.rows
        used += block.rows * counts if isinstance(counts, int) else int(counts.sum())
    np.cumsum(starts, out=starts)
    return starts, columns[:used], values[:used]


def _with_room(array: NDArray[Any], used: int, needed: int) -> NDArray[Any]:
    wider = np.empty(2 * needed, array.dtype)
    wider[:used] = array[:used]
    return wider


def _write(block: RowBlock, columns: Ints, values: Floats) -> Index | int:
    """Write a block's entries from the front of its part, tidied; returns the entries of each row."""
    if all(isinstance(count, int) for count in block.counts):
        width = len(columns) // block.rows if block.rows else 0
        table = columns.reshape(block.rows, width)
        _write_even(block, table, values.reshape(block.rows, width))
        if (table[:, 1:] > table[:, :-1]).all() and _without_zeros(block):
            return width
        return tidy(np.full(block.rows, width), columns, values)
    counts = _write_uneven(block, columns, values)
    if _rises(counts, columns).all() and _without_zeros(block):
        return counts
    return tidy(counts, columns, values)


def _without_zeros(block: RowBlock) -> bool:
    numbers = [term.coefficient.array for term in block.terms]
    return all(number.all() if isinstance(number, np.ndarray) else number != 0 for number in numbers)


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
    return runs(before, count)


def tidy(counts: Index, columns: Ints, values: Floats) -> Index:
    """Sort rows, sum duplicates, drop exact zeros, in place and towards the front; returns the entries of each row."""
    if not _rises(counts, columns).all():
        rows = np.arange(len(counts)).repeat(counts)
        order = np.argsort(rows * (int(columns.max()) + 1) + columns, kind="stable")
        columns[:], values[:] = columns[order], values[order]
        first = np.flatnonzero(_rises(counts, columns))
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


def _rises(counts: Index, columns: Ints) -> NDArray[np.bool_]:
    """Whether each entry begins a row or has a higher column than the one before."""
    rising = np.empty(len(columns), np.bool_)
    np.greater(columns[1:], columns[:-1], out=rising[1:])
    starts = counts.cumsum() - counts
    rising[starts[starts < len(columns)]] = True
    return rising
