"""A linear program handed over to HiGHS in one call."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from planner.linear import LinearProgram

_NO_INDEX = np.zeros(0, np.int32)
_NO_VALUE = np.zeros(0)


def hand_over(program: LinearProgram, **options: Any) -> Any:
    """A HiGHS instance, silent, that holds the program; `options` are HiGHS options by their own names.

    Equal bounds fix a column; integer columns make a MIP. ValueError if HiGHS refuses an option or the model.
    """
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in ({"output_flag": False} | options).items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise ValueError(f"HiGHS knows no option {name} = {value!r}; see the list of HiGHS options")
    rows, columns = program.shape
    status = highs.passModel(
        columns,
        rows,
        len(program.values),
        0,
        int(highspy.MatrixFormat.kRowwise),
        0,
        int(highspy.ObjSense.kMaximize if program.maximize else highspy.ObjSense.kMinimize),
        program.offset,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.starts,
        program.columns,
        program.values,
        _NO_INDEX,
        _NO_INDEX,
        _NO_VALUE,
        program.integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise ValueError(f"HiGHS refuses the {rows} rows and {columns} columns; output_flag=True tells why")
    return highs


def name_everything(highs: Any, program: LinearProgram) -> None:
    """Give every row and column in HiGHS its own name, as an LP file or a log needs."""
    for block in program.variables.values():
        for index in range(block.start, block.start + block.size):
            highs.passColName(index, block.label(index))
    for block in program.rows.values():
        for index in range(block.start, block.start + block.size):
            highs.passRowName(index, block.label(index))
