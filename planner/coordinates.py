"""Cells of index grids, and numbers on them: numpy alone, no loop over elements.

A grid starts as the cells of a rule, row-major over its sets. Each sum adds a step: a dense step multiplies
every cell by the members of a set (one more axis), a ragged step by its own subset (the axes melt into one).
Arrays on a grid have as many axes as the grid and length 1 where they do not vary, so most work stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    """A grid of cells; `letters` has the member that each index letter stands for, on the grid that brought it.

    parent  the grid before the last step; None at the start
    counts  shape (cells of the parent,): how many cells a ragged step made of each; None for a dense step
    notes   what was looked up on this grid and may be asked for again
    """

    shape: tuple[int, ...]
    letters: dict[Any, Value]
    parent: Cells | None = None
    counts: Index | None = None
    depth: int = 1
    size: int = field(init=False)
    notes: dict[Any, Any] = field(init=False, default_factory=dict)

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
    cells = Cells(tuple(map(len, members)), {})
    for k, (letter, each) in enumerate(zip(letters, members, strict=True)):
        cells.letters[letter] = Value(cells, each.reshape((1,) * k + (-1,) + (1,) * (axes - k - 1)))
    return cells


def dense_step(parent: Cells, letter: Any, members: Index) -> Cells:
    """Every cell times the same members."""
    cells = Cells((*parent.shape, len(members)), parent.letters.copy(), parent, None, parent.depth + 1)
    cells.letters[letter] = Value(cells, members.reshape((1,) * len(parent.shape) + (-1,)))
    return cells


@dataclass(frozen=True, slots=True)
class Family:
    """Subsets by cell: subset i is members[first[i]:first[i] + lengths[i]]; all of 32 bits."""

    first: Index
    lengths: Index
    members: Index


def ragged_step(parent: Cells, letter: Any, family: Family, which: Value) -> Cells:
    """Every cell times the members of its own subset of a family."""
    subsets = flat(which, parent)
    counts = family.lengths.take(subsets)
    taken = family.members.take(runs(family.first.take(subsets), counts))
    cells = Cells(taken.shape, parent.letters.copy(), parent, counts, parent.depth + 1)
    cells.letters[letter] = Value(cells, taken)
    return cells


def runs(first: Index, counts: Index) -> Index:
    """For each place in turn `counts` numbers from `first` on."""
    numbers: Index = (first - counts.cumsum(dtype=first.dtype) + counts).repeat(counts)
    numbers += np.arange(len(numbers), dtype=numbers.dtype)
    return numbers


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
    return Value(place.cells, table.take(place.array) if place.cells else table[place.array].item())


def ravel(index: Sequence[Value], strides: Sequence[int], first: int = 0) -> Value:
    """The sum of index * stride plus `first`, shallow grids first, so that most sums stay small."""
    cells: Cells | None = None
    total: Any = first
    pairs = list(zip(index, strides, strict=True))
    for value, stride in sorted(pairs, key=_depth) if len(pairs) > 1 else pairs:
        array = value.array if stride == 1 else value.array * stride
        if value.cells is not cells:
            total, cells = on(Value(cells, total), value.cells), value.cells
        total = array if total.__class__ is int and total == 0 else total + array
    return Value(cells, total)


def _depth(pair: tuple[Value, int]) -> int:
    return pair[0].cells.depth if pair[0].cells else 0


def fold(cells: Cells, value: Value) -> Value:
    """The sum of a value over the last step, on the parent's cells."""
    parent = cells.parent
    if parent is None:
        raise ValueError("the grid has no step to sum over")
    if cells.counts is None:
        n = cells.shape[-1]
        if value.cells is not cells:
            return Value(value.cells, value.array * n)
        array = value.array.sum(axis=-1)
        return Value(parent, array if value.array.shape[-1] == n else array * n)
    if value.cells is not cells:
        return combine(mul, value, Value(parent, cells.counts.reshape(parent.shape)))
    parents = np.arange(len(cells.counts)).repeat(cells.counts)
    return Value(parent, np.bincount(parents, flat(value, cells), len(cells.counts)).reshape(parent.shape))
