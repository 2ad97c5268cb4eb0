"""The same program through other modelling packages, to HiGHS: linopy and pyoptinterface, both optional.

They are given finished arrays of every rule, so that what they would need to expand rules is not counted: the times are
the least that a model written in them takes.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from planner.linear import Block, LinearProgram


def peers(program: LinearProgram) -> dict[str, Callable[[], Any]]:
    """A way to hand the program over per package that is installed; a line says which is not."""
    ways: dict[str, tuple[str, Callable[[LinearProgram], Any]]] = {
        "linopy to HiGHS": ("linopy", by_linopy),
        "pyoptinterface to HiGHS": ("pyoptinterface", by_pyoptinterface),
    }
    found = {}
    for name, (package, way) in ways.items():
        if find_spec(package) is None:
            print(f"  {name} skipped: {package} is not installed; pip install -e '.[peers]'")
        else:
            found[name] = lambda way=way: way(program)
    return found


def by_linopy(program: LinearProgram) -> Any:
    """One variable and one constraint per block, terms of a row padded to the longest row of its rule."""
    import linopy
    import xarray as xr

    model = linopy.Model()
    for block in program.variables.values():
        if block.size:
            lower, upper = (array[block.start : block.start + block.size] for array in (program.lower, program.upper))
            dims = [np.arange(block.size)]
            model.add_variables(lower, upper, coords=dims, dims=[f"{block.name}_at"], name=block.name)
    labels = np.concatenate(
        [model.variables[b.name].labels.values.ravel() for b in program.variables.values() if b.size]
    )
    for block in program.rows.values():
        if block.size:
            _linopy_rows(linopy, xr, model, program, block, labels)
    used = np.flatnonzero(program.cost)
    goal = xr.Dataset({"coeffs": ("_term", program.cost[used]), "vars": ("_term", labels[used])})
    model.add_objective(linopy.LinearExpression(goal, model), sense="max" if program.maximize else "min")
    return linopy.io.to_highspy(model)


def _linopy_rows(linopy: Any, xr: Any, model: Any, program: LinearProgram, block: Block, labels: Any) -> None:
    rows = slice(block.start, block.start + block.size)
    starts = program.starts[block.start : block.start + block.size + 1]
    lengths = np.diff(starts)
    width = max(int(lengths.max()), 1)
    coefficients, variables = np.full((block.size, width), np.nan), np.full((block.size, width), -1)
    held = np.arange(width)[None] < lengths[:, None]
    part = slice(starts[0], starts[-1])
    coefficients[held], variables[held] = program.values[part], labels[program.columns[part]]
    dim = f"{block.name}_at"
    data = xr.Dataset({"coeffs": ((dim, "_term"), coefficients), "vars": ((dim, "_term"), variables)})
    expression = linopy.LinearExpression(data, model)
    low, high = program.row_lower[rows], program.row_upper[rows]
    equal = low == high
    for name, sign, end, chosen in (
        ("eq", "==", low, equal),
        ("low", ">=", low, ~equal & np.isfinite(low)),
        ("high", "<=", high, ~equal & np.isfinite(high)),
    ):
        at = np.flatnonzero(chosen)
        if len(at):
            some = linopy.LinearExpression(data.isel({dim: at}), model) if len(at) < block.size else expression
            model.add_constraints(some, sign, xr.DataArray(end[at], dims=[dim]), name=f"{block.name}_{name}")


def by_pyoptinterface(program: LinearProgram) -> Any:
    """One call per column and per row, as the package asks."""
    import pyoptinterface as poi

    model = _poi_model()
    kinds = (poi.VariableDomain.Continuous, poi.VariableDomain.Integer)
    variables = [
        model.add_variable(domain=kinds[whole], lb=low, ub=high)
        for whole, low, high in zip(
            program.integer.tolist(), program.lower.tolist(), program.upper.tolist(), strict=True
        )
    ]
    starts, columns, values = program.starts.tolist(), program.columns.tolist(), program.values.tolist()
    number = [variable.index for variable in variables]
    bounds = zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    for row, (low, high) in enumerate(bounds):
        part = slice(starts[row], starts[row + 1])
        expression = poi.ScalarAffineFunction(values[part], [number[c] for c in columns[part]])
        if low == high:
            model.add_linear_constraint(expression, poi.ConstraintSense.Equal, low)
        elif low == -np.inf:
            model.add_linear_constraint(expression, poi.ConstraintSense.LessEqual, high)
        else:
            model.add_linear_constraint(expression, poi.ConstraintSense.GreaterEqual, low)
    used = np.flatnonzero(program.cost)
    goal = poi.ScalarAffineFunction(program.cost[used].tolist(), [number[c] for c in used.tolist()])
    model.set_objective(goal, poi.ObjectiveSense.Maximize if program.maximize else poi.ObjectiveSense.Minimize)
    return model


def _poi_model() -> Any:
    """A model of pyoptinterface over the HiGHS that highspy brings."""
    import highspy
    from pyoptinterface import highs

    if not highs.is_library_loaded():
        folder = Path(highspy.__file__).parent
        library = next(iter(sorted(folder.glob("*highs*.so*")) + sorted(folder.glob("*highs*.d*"))), None)
        if library is None or not highs.load_library(str(library)):
            raise SystemExit(f"error: no HiGHS library that pyoptinterface can load lies in {folder}")
    return highs.Model()
