"""Symbols by hand for tests of the compiler: two regions, three assets, three years."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.linear import LinearProgram
from planner.symbols import IndexSet, Param, Subsets, Symbols, Variable, over

INF = float("inf")


def index_set(name: str, *labels: str) -> IndexSet:
    return IndexSet(name, name[0], labels, f"the {name}")


def subsets(name: str, sets: tuple[str, ...], of: str, *members: list[int]) -> Subsets:
    starts = np.cumsum([0, *map(len, members)])
    return Subsets(name, sets, of, starts, np.array([m for part in members for m in part], np.int64), f"the {name}")


def param(name: str, sets: tuple[str, ...], values: Any) -> Param:
    return Param(name, sets, np.asarray(values), "1", f"the {name}")


def variable(name: str, sets: tuple[str, ...], lower: Any = 0.0, upper: Any = INF, integer: Any = False) -> Variable:
    return Variable(name, sets, lower, upper, integer, "1", f"the {name}")


def symbols(*more: Param | Variable | Subsets | IndexSet) -> Symbols:
    """Regions n and s, assets a, b and c, three years; `more` is declared after them."""
    declared = (
        index_set("regions", "n", "s"),
        index_set("assets", "a", "b", "c"),
        index_set("years", "26", "27", "28"),
        index_set("arcs", "nn", "ns", "ss"),
        index_set("nothing"),
        subsets("later", (), "years", [1, 2]),
        subsets("into", ("regions",), "arcs", [0], [1, 2]),
        subsets("liked", ("regions", "years"), "assets", [0, 2], [], [1], [0, 1, 2], [2], []),
        subsets("none", ("regions",), "assets", [], []),
        param("price", ("assets", "years"), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [0.5, 0.0, 0.25]]),
        param("weight", ("regions",), [2.0, 8.0]),
        param("budget", (), 100.0),
        param("start", ("arcs",), [0, 0, 1]),
        param("open", ("regions", "assets"), np.array([[True, False, True], [True, True, False]])),
        variable("stock", ("regions", "assets", "years")),
        variable("order", ("regions", "assets", "years"), upper=9.0),
        variable("flow", ("arcs", "years")),
        variable("total", ()),
        *more,
    )
    return Symbols(
        tuple(s for s in declared if isinstance(s, IndexSet)),
        tuple(s for s in declared if isinstance(s, Subsets)),
        tuple(s for s in declared if isinstance(s, Param)),
        tuple(s for s in declared if isinstance(s, Variable)),
    )


@over()
def nothing_to_gain(m: Any) -> Any:
    return 0 * m.total


def dense(program: LinearProgram) -> np.ndarray:
    """The matrix written out."""
    rows, columns = program.shape
    matrix = np.zeros((rows, columns))
    matrix[np.repeat(np.arange(rows), np.diff(program.starts)), program.columns] = program.values
    return matrix


def row(program: LinearProgram, name: str) -> dict[str, float]:
    """The entries of a row by column name."""
    index = next(i for i in range(program.shape[0]) if program.row_name(i) == name)
    part = slice(program.starts[index], program.starts[index + 1])
    return {
        program.column_name(int(c)): float(v) for c, v in zip(program.columns[part], program.values[part], strict=True)
    }


def bounds(program: LinearProgram, name: str) -> tuple[float, float]:
    """The bounds of a row."""
    index = next(i for i in range(program.shape[0]) if program.row_name(i) == name)
    return float(program.row_lower[index]), float(program.row_upper[index])
