"""From a panel to the rows of a regression: logs, lags, and an account of what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.calibrate.inventory import perpetual_inventory
from planner.calibrate.panel import Panel, shifted
from planner.calibrate.spec import Spec, Variable

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Drop:
    """Region-years left out for one reason; a region-year counts once, at its first reason."""

    reason: str
    rows: int


@dataclass(frozen=True)
class Sample:
    """Rows of a regression in logs.

    y (N,), x (N, K) in the order of the variables, region and year (N,) as indices
    regions, years  what the indices stand for; drops  what was left out of the table, in order
    """

    y: Floats
    x: Floats
    region: NDArray[np.int64]
    year: NDArray[np.int64]
    regions: tuple[str, ...]
    years: tuple[int, ...]
    drops: tuple[Drop, ...]


def names_of(spec: Spec) -> tuple[str, ...]:
    """The columns that a spec reads, beside region and year."""
    return (spec.outcome, *(name for v in spec.variables for name in (v.column, v.over) if name is not None))


def places_of(spec: Spec) -> dict[str, str]:
    """Where the spec names a column of a variable, as file:line."""
    return {name: v.place for v in spec.variables for name in (v.over, v.column) if name is not None}


def levels(panel: Panel, variable: Variable) -> Floats:
    """What is logged, (R, Y): the column or its stock, over another column where one is named, without its lag."""
    values = panel.columns[variable.column]
    if variable.stock is not None:
        values = _on_every_year(panel, values, variable)
    if variable.over is None:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(values / panel.columns[variable.over])


def sample(panel: Panel, spec: Spec) -> Sample:
    """The region-years with an outcome and every variable, all positive, within the years and regions of the spec."""
    first, last = spec.years
    kept: Bools = panel.there.copy()
    drops: list[Drop] = []

    def drop(mask: Bools, reason: str) -> None:
        count = int((kept & mask).sum())
        if count:
            drops.append(Drop(reason, count))
        kept[mask] = False

    drop(np.isin(panel.regions, spec.leave_out)[:, None] & panel.there, f"left out: {', '.join(spec.leave_out)}")
    years = np.array(panel.years)
    outside = (years < (first or years[0])) | (years > (last or years[-1]))
    drop(outside & panel.there, f"outside {first or years[0]}-{last or years[-1]}")
    held = [(spec.outcome, panel.columns[spec.outcome])]
    held += [(_label(v), shifted(levels(panel, v), panel.years, v.lag)) for v in spec.variables]
    for label, values in held:
        drop(np.isnan(values), f"no {label}")
        drop(~np.isnan(values) & ~(values > 0), f"{label} is not above 0, so it has no log")
    at = np.nonzero(kept)
    regions, region = np.unique(at[0], return_inverse=True)
    seen, year = np.unique(at[1], return_inverse=True)
    logs = [np.log(values[at]) for _, values in held]
    return Sample(
        y=logs[0],
        x=np.column_stack(logs[1:]) if len(logs) > 1 else np.zeros((len(logs[0]), 0)),
        region=region.astype(np.int64),
        year=year.astype(np.int64),
        regions=tuple(panel.regions[i] for i in regions),
        years=tuple(panel.years[i] for i in seen),
        drops=tuple(drops),
    )


def _label(variable: Variable) -> str:
    what = f"stock of {variable.column}" if variable.stock is not None else variable.column
    what = what if variable.over is None else f"{what} / {variable.over}"
    return what if not variable.lag else f"{what} {variable.lag} years ago"


def _on_every_year(panel: Panel, spending: Floats, variable: Variable) -> Floats:
    """The stock, on the years of the panel; a year that the panel lacks breaks it."""
    assert variable.stock is not None
    every = np.arange(panel.years[0], panel.years[-1] + 1)
    wide = np.full((len(spending), len(every)), np.nan)
    at = np.searchsorted(every, panel.years)
    wide[:, at] = spending
    return perpetual_inventory(wide, variable.stock.decay, variable.stock.growth)[:, at]
