"""A linear program as readable text, the same for the same program: for golden files and for looking at rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from planner.linear import LinearProgram

_INFINITY = float("inf")


def to_text(program: LinearProgram, rows: Collection[str] | None = None) -> str:
    """One line per row, `rule(region,year): + 1 x(...) - 2 y(...) <= 3`, then bounds and integer columns.

    rows   names of the rules to print, without the goal and without columns that these do not touch; None for all
    Bounds of 0 to infinity go without saying. Numbers have 12 significant digits.
    """
    names = program.rows if rows is None else rows
    unknown = [name for name in names if name not in program.rows]
    if unknown:
        raise ValueError(f"no rule is called {unknown[0]}; the rules are {', '.join(program.rows)}")
    blocks = [block for block in program.rows.values() if block.name in names]
    wanted = [row for block in blocks for row in range(block.start, block.start + block.size)]
    columns: Iterable[int] = range(program.shape[1])
    lines = [] if rows is not None else ["maximize" if program.maximize else "minimize", f"  {_goal(program)}"]
    if rows is not None:
        touched = [program.columns[program.starts[row] : program.starts[row + 1]] for row in wanted]
        columns = np.unique(np.concatenate([np.zeros(0, np.int32), *touched])).tolist()
    lines += ["subject to", *(f"  {_row(program, row)}" for row in wanted)]
    lines += _section("bounds", (_bound(program, column) for column in columns))
    lines += _section("integers", (program.column_name(c) for c in columns if program.integer[c]))
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    filled = [f"  {line}" for line in lines if line]
    return [title, *filled] if filled else []


def _goal(program: LinearProgram) -> str:
    used = np.flatnonzero(program.cost)
    constant = [_signed(program.offset)] if program.offset else []
    return " ".join([*_terms(program, used.tolist(), program.cost[used].tolist()), *constant]) or "0"


def _row(program: LinearProgram, row: int) -> str:
    entries = slice(program.starts[row], program.starts[row + 1])
    terms = " ".join(_terms(program, program.columns[entries].tolist(), program.values[entries].tolist())) or "0"
    return f"{program.row_name(row)}: {_between(terms, program.row_lower[row], program.row_upper[row])}"


def _terms(program: LinearProgram, columns: list[int], values: list[float]) -> Iterator[str]:
    for column, value in zip(columns, values, strict=True):
        yield f"{_signed(value)} {program.column_name(column)}"


def _bound(program: LinearProgram, column: int) -> str:
    lower, upper = program.lower[column], program.upper[column]
    if lower == 0 and upper == _INFINITY:
        return ""
    return _between(program.column_name(column), lower, upper)


def _between(text: str, lower: float, upper: float) -> str:
    if lower == upper:
        return f"{text} = {_number(lower)}"
    if lower == -_INFINITY:
        return f"{text} free" if upper == _INFINITY else f"{text} <= {_number(upper)}"
    if upper == _INFINITY:
        return f"{text} >= {_number(lower)}"
    return f"{_number(lower)} <= {text} <= {_number(upper)}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {_number(abs(value))}"


def _number(value: float) -> str:
    return f"{value + 0.0:.12g}"
