"""A linear program as arrays, with a name for every row and column on demand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Block:
    """Consecutive rows or columns that belong to one rule or variable, row-major over its sets."""

    name: str
    start: int
    shape: tuple[int, ...]
    labels: tuple[Sequence[str], ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def indices(self) -> NDArray[np.int64]:
        """Row or column numbers, shape = `shape`."""
        return np.arange(self.start, self.start + self.size).reshape(self.shape)

    def label(self, index: int) -> str:
        """Name of a row or column: rule(region,asset,year)."""
        if not self.shape:
            return self.name
        cell = np.unravel_index(index - self.start, self.shape)
        return f"{self.name}({','.join(labels[int(i)] for labels, i in zip(self.labels, cell, strict=True))})"


@dataclass(frozen=True)
class LinearProgram:
    """max or min  cost x + offset,  row_lower <= A x <= row_upper,  lower <= x <= upper; A in compressed rows.

    starts (rows + 1,), columns (nonzeros,), values (nonzeros,): sorted by row, then column, no duplicates, no zeros.
    """

    maximize: bool
    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    starts: Ints
    columns: Ints
    values: Floats
    variables: Mapping[str, Block]
    rows: Mapping[str, Block]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.row_lower), len(self.cost)

    def column_name(self, index: int) -> str:
        return _find(self.variables, index).label(index)

    def row_name(self, index: int) -> str:
        return _find(self.rows, index).label(index)


def _find(blocks: Mapping[str, Block], index: int) -> Block:
    for block in blocks.values():
        if block.start <= index < block.start + block.size:
            return block
    raise IndexError(f"{index} is outside all of {', '.join(blocks)}")
