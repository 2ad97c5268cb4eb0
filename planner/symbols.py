"""Sets, parameters and variables as data: declared once, then expanded, built by Pyomo, or printed by `plan math`.

Members of a set are the integers 0..n-1; their labels are for names and documents only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Numbers(Sequence[str]):
    """Labels 0, 1, 2 ... of many members, written when they are asked for."""

    many: int

    def __len__(self) -> int:
        return self.many

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        found = range(self.many)[at]
        return str(found) if isinstance(found, int) else tuple(map(str, found))


@dataclass(frozen=True, eq=False)
class Names(Sequence[str]):
    """Labels put together when they are asked for: the pattern filled, for member i, with parts[k][at[k][i]]."""

    pattern: str
    parts: tuple[Sequence[str], ...]
    at: tuple[NDArray[np.integer[Any]], ...]

    def __len__(self) -> int:
        return len(self.at[0])

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(len(self))[at])
        return self.pattern.format(*(part[int(where[at])] for part, where in zip(self.parts, self.at, strict=True)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Names):
            return NotImplemented
        return (self.pattern, self.parts) == (other.pattern, other.parts) and all(
            map(np.array_equal, self.at, other.at)
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class IndexSet:
    """A set 0..n-1 with a label per member and its fixed index letter."""

    name: str
    letter: str
    labels: Sequence[str]
    doc: str

    @property
    def size(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Subsets:
    """A family of subsets of `of`, one per cell of `over`, as compressed rows.

    starts  shape (cells + 1,), row-major over `over`; members of cell i are members[starts[i]:starts[i + 1]]
    """

    name: str
    over: tuple[str, ...]
    of: str
    starts: NDArray[np.int64]
    members: NDArray[np.int64]
    doc: str


@dataclass(frozen=True)
class Param:
    """Given numbers over sets, shape = sizes of `over`. Integer arrays may be used as indices."""

    name: str
    over: tuple[str, ...]
    values: NDArray[Any]
    unit: str
    doc: str


@dataclass(frozen=True)
class Variable:
    """Decisions over sets; bounds broadcast to the shape; equal bounds fix a variable."""

    name: str
    over: tuple[str, ...]
    lower: NDArray[np.float64] | float
    upper: NDArray[np.float64] | float
    integer: NDArray[np.bool_] | bool
    unit: str
    doc: str


Rule = Callable[..., Any]


@dataclass(frozen=True)
class Symbols:
    """All that rules may speak of, in order of declaration."""

    sets: tuple[IndexSet, ...]
    subsets: tuple[Subsets, ...]
    params: tuple[Param, ...]
    variables: tuple[Variable, ...]


def over(*sets: str) -> Callable[[Rule], Rule]:
    """Note on a rule the sets it is quantified over, in the order of its arguments after the model."""

    def note(rule: Rule) -> Rule:
        rule.over = sets  # type: ignore[attr-defined]
        return rule

    return note


def size(symbols: Symbols, sets: tuple[str, ...]) -> tuple[int, ...]:
    """Shape of an array over `sets`."""
    sizes = {s.name: s.size for s in symbols.sets}
    return tuple(sizes[name] for name in sets)
