"""Cells of index grids and the compressed rows filled from them: numpy alone, no loop over elements.

A grid starts as the cells of a rule, row-major over its sets. Each sum adds a step: a dense step multiplies
every cell by the members of a set (one more axis), a ragged step by its own subset (the axes melt into one).
Arrays on a grid have as many axes as the grid and length 1 where they do not vary, so most work stays small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.signedinteger[Any]]
Index32 = NDArray[np.int32]
Number = NDArray[Any] | float


@dataclass(eq=False, slots=True)
class Cells:
    """A grid of cells; letters maps an index letter to its member at each cell.

    parent   the grid before the last step; None at the start
    parents  shape (cells,), the parent's cell each cell of a ragged step came from; None for a dense step
    """

    shape: tuple[int, ...]
    letters: dict[Any, Index]
    parent: Cells | None = None
    parents: Index | None = None

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size


def start(letters: tuple[Any, ...], members: tuple[Index, ...]) -> Cells:
    """The cells of a rule: the cartesian product of its members."""
    axes = len(letters)
    placed = {
        letter: m.reshape((1,) * k + (-1,) + (1,) * (axes - k - 1))
        for k, (letter, m) in enumerate(zip(letters, members, strict=True))
    }
    return Cells(tuple(len(m) for m in members), placed)


def dense_step(parent: Cells, letter: Any, members: Index) -> Cells:
    """Every cell times the same members."""
    axes = len(parent.shape)
    return Cells((*parent.shape, len(members)), {letter: members.reshape((1,) * axes + (-1,))}, parent)


def ragged_step(parent: Cells, letter: Any, starts: Index, members: Index, row: Number) -> Cells:
    """Every cell times members[starts[row]:starts[row + 1]], `row` being given on the parent's cells."""
    rows = np.broadcast_to(row, parent.shape).reshape(-1)
    counts = np.diff(starts)[rows]
    parents = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(parents)) - np.repeat(ends - counts, counts)
    taken = members[within + np.repeat(starts[:-1][rows], counts)]
    return Cells((len(parents),), {letter: taken}, parent, parents)


def member(cells: Cells, letter: Any) -> Index:
    """The member that `letter` stands for at each cell; KeyError if no set gave it one."""
    found = cells.letters.get(letter)
    if found is None:
        if cells.parent is None:
            raise KeyError(letter)
        found = cells.letters[letter] = lift(cells, member(cells.parent, letter))
    return found


def lift(cells: Cells, array: Any) -> Any:
    """An array on the parent's cells, on the cells after the step."""
    if not isinstance(array, np.ndarray):
        return array
    if cells.parents is None or cells.parent is None:
        return array[..., None]
    return np.broadcast_to(array, cells.parent.shape).reshape(-1)[cells.parents]


def lift_from(ancestor: Cells, cells: Cells, array: Any) -> Any:
    """An array on an ancestor's cells, on `cells`."""
    if cells is ancestor or not isinstance(array, np.ndarray):
        return array
    if cells.parent is None:
        raise ValueError("the grids are not of one descent")
    return lift(cells, lift_from(ancestor, cells.parent, array))


def fold(cells: Cells, array: Number) -> Number:
    """The sum of an array over the last step, on the parent's cells."""
    if cells.parent is None:
        raise ValueError("the grid has no step to sum over")
    if cells.parents is not None:
        weights = np.broadcast_to(np.asarray(array, np.float64), cells.shape)
        total = np.bincount(cells.parents, weights=weights, minlength=cells.parent.size)
        return total.reshape(cells.parent.shape)
    if not isinstance(array, np.ndarray):
        return array * cells.shape[-1]
    if array.shape[-1] == 1:
        return array[..., 0] * cells.shape[-1]
    folded: Number = array.sum(axis=-1)
    return folded


def flat(array: Number, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """An array in row-major order with every cell written out."""
    return np.broadcast_to(np.asarray(array, dtype), shape).reshape(-1)


@dataclass(eq=False, slots=True)
class Term:
    """At each of `cells`: coefficient times the column of that number."""

    cells: Cells
    columns: Any
    coefficient: Any

    @property
    def first_column(self) -> int:
        return int(self.columns.flat[0]) if isinstance(self.columns, np.ndarray) else int(self.columns)


def rows_of(cells: Cells) -> Index:
    """The rule's cell that each cell descends from, flat."""
    if cells.parent is None:
        return np.arange(cells.size, dtype=np.int32)
    rows = rows_of(cells.parent)
    return np.repeat(rows, cells.shape[-1]) if cells.parents is None else rows[cells.parents]


def is_ragged(cells: Cells) -> bool:
    """Whether cells of the rule may have different numbers of descendants."""
    return cells.parents is not None or (cells.parent is not None and is_ragged(cells.parent))


@dataclass(eq=False, slots=True)
class RowBlock:
    """The terms of the `size` rows of one rule, counted.

    counts  entries of each row, or one number where all rows have as many
    shifts  for uneven rows: what to add to the number of an entry within its term to find it within its row
    """

    size: int
    terms: list[Term]
    counts: Index | int
    shifts: list[Index]


def row_block(size: int, terms: list[Term]) -> RowBlock:
    """Terms, counted, in the order of their first columns, so that most rows come out sorted."""
    terms = sorted((term for term in terms if term.cells.size), key=lambda term: term.first_column)
    if not any(is_ragged(term.cells) for term in terms):
        return RowBlock(size, terms, sum(t.cells.size // size for t in terms), [])
    counts = np.zeros(size, np.int64)
    shifts = []
    for term in terms:
        in_term = np.bincount(rows_of(term.cells), minlength=size)
        shifts.append(counts - np.cumsum(in_term) + in_term)
        counts = counts + in_term
    return RowBlock(size, terms, counts, shifts)


def write_block(block: RowBlock, starts: Index, columns: Index, values: NDArray[np.float64]) -> None:
    """Write a block's entries into its part of the columns and values, whose rows begin at `starts`."""
    if isinstance(block.counts, int):
        even = (block.size, block.counts)
        _write_even(block, columns.reshape(even), values.reshape(even))
        return
    for term, shift in zip(block.terms, block.shifts, strict=True):
        shape = term.cells.shape
        place = np.arange(term.cells.size) + (shift + starts[:-1])[rows_of(term.cells)]
        columns[place] = flat(term.columns, shape, np.int32)
        values[place] = flat(term.coefficient, shape, np.float64)


def _write_even(block: RowBlock, columns: Index, values: NDArray[np.float64]) -> None:
    before = 0
    for term in block.terms:
        shape = term.cells.shape
        after = before + term.cells.size // block.size
        columns[:, before:after].reshape(shape, copy=False)[...] = term.columns
        values[:, before:after].reshape(shape, copy=False)[...] = term.coefficient
        before = after


def compressed_rows(blocks: list[RowBlock]) -> tuple[Index32, Index32, NDArray[np.float64]]:
    """Starts, columns, values of all blocks: sorted by row, then column; duplicates summed, zeros dropped."""
    rows = np.cumsum([0, *(block.size for block in blocks)])
    starts = np.zeros(rows[-1] + 1, np.int64)
    for block, first in zip(blocks, rows, strict=False):
        starts[first + 1 : first + 1 + block.size] = block.counts
    np.cumsum(starts, out=starts)
    columns, values = np.empty(starts[-1], np.int32), np.empty(starts[-1])
    for block, first in zip(blocks, rows, strict=False):
        own = starts[first : first + block.size + 1]
        part = slice(own[0], own[-1])
        write_block(block, own - own[0], columns[part], values[part])
    return tidy(starts, columns, values, rows)


def tidy(
    starts: Index, columns: Index32, values: NDArray[np.float64], parts: Index
) -> tuple[Index32, Index32, NDArray[np.float64]]:
    """Sort the rows of each part parts[k]:parts[k + 1] that needs it, sum duplicates, drop exact zeros."""
    rising = _rises(starts, columns)
    if not rising.all():
        ends = starts[parts]
        for k in np.unique(np.searchsorted(ends, np.flatnonzero(~rising), side="right") - 1):
            _sort_part(starts[parts[k] : parts[k + 1] + 1], columns, values)
        first = np.concatenate([[True], _rises(starts, columns)])
        if not first.all():
            values = np.add.reduceat(values, np.flatnonzero(first))
            starts, columns = _kept_before(first)[starts], columns[first]
    if not values.all():
        kept = values != 0
        starts, columns, values = _kept_before(kept)[starts], columns[kept], values[kept]
    return starts.astype(np.int32), columns, values


def _rises(starts: Index, columns: Index) -> NDArray[np.bool_]:
    """Whether each entry but the first has a higher column than the one before, or begins a row."""
    rising = columns[1:] > columns[:-1]
    inner = starts[(starts > 0) & (starts < len(columns))]
    rising[inner - 1] = True
    return rising


def _sort_part(starts: Index, columns: Index, values: NDArray[np.float64]) -> None:
    part = slice(starts[0], starts[-1])
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    key = rows * (int(columns[part].max()) + 1) + columns[part]
    order = np.argsort(key, kind="stable")
    columns[part], values[part] = columns[part][order], values[part][order]


def _kept_before(kept: NDArray[np.bool_]) -> Index:
    return np.concatenate([[0], np.cumsum(kept)])
