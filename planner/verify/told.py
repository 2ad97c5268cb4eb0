"""What the tables of a plan say, as arrays over the axes of `given`. Cells without a row are zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.plan import Plan
from planner.verify.given import Given

Floats = NDArray[np.float64]
Record = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A plan whose tables are whole."""

    plan: Plan
    now: Given

    def records(self, table: str) -> list[Record]:
        return self.plan.tables[table].records()

    def array(self, table: str, value: str) -> Floats:
        """A column over the keys of its table in the order of KEYS, moments last, rows of one key summed."""
        keys = KEYS[table]
        axes = [axis(self.now, key) for key in keys]
        places = [{label: at for at, label in enumerate(labels)} for labels in axes]
        found = np.zeros(tuple(len(labels) for labels in axes))
        shown = self.plan.tables[table]
        cells = [[place[label] for label in shown.column(key)] for key, place in zip(keys, places, strict=True)]
        np.add.at(found, tuple(np.array(cell, np.int64) for cell in cells), shown.column(value))
        return found


KEYS = {
    "orders": ("region", "asset", "year"),
    "stocks": ("region", "asset", "year"),
    "spending": ("region", "asset", "year"),
    "demand": ("region", "class", "year"),
    "flows": ("host", "region", "class", "year"),
    "work": ("region", "asset", "class", "year"),
    "innovation": ("region", "year"),
    "factors": ("region", "factor", "year"),
    "thresholds": ("region", "threshold", "year"),
}


def axis(now: Given, key: str) -> Sequence[Any]:
    """All labels a key may have."""
    axes: dict[str, Sequence[Any]] = {
        "region": now.regions,
        "host": now.regions,
        "asset": now.assets,
        "class": now.classes,
        "factor": now.factors,
        "threshold": [one.id for one in now.scenario.thresholds],
        "year": now.moments,
    }
    return axes[key]
