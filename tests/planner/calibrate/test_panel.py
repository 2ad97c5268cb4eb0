"""Panels: cells to arrays, and every kind of bad table as one problem at its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.calibrate.panel import open_table, read_panel, shifted
from planner.config import ConfigError

GOOD = "region,year,y,x\na,2020,1,2\na,2021,3,\nb,2021,5,NA\n"


def read(folder: Path, text: str, names: tuple[str, ...] = ("y", "x")):
    file = folder / "panel.csv"
    file.write_text(text, "utf-8")
    return read_panel(open_table(file), "region", "year", names)


def test_cells_become_arrays(tmp_path: Path) -> None:
    panel = read(tmp_path, GOOD)
    assert (panel.regions, panel.years) == (("a", "b"), (2020, 2021))
    np.testing.assert_array_equal(panel.columns["y"], [[1, 3], [np.nan, 5]])
    np.testing.assert_array_equal(panel.columns["x"], [[2, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(panel.there, [[True, True], [False, True]])


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    head, *rows = GOOD.splitlines()
    turned = read(tmp_path, "\n".join([head, *reversed(rows)]) + "\n")
    panel = read(tmp_path, GOOD)
    order = [turned.regions.index(name) for name in panel.regions]
    np.testing.assert_array_equal(turned.columns["y"][order], panel.columns["y"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("region,year,z\na,2020,1\n", "panel.csv:1:1: there is no column 'y'; "),
        (
            GOOD.replace("3", "three"),
            "panel.csv:3:8: y: value 'three' is not a number; expected a number; write digits ",
        ),
        (GOOD.replace("a,2021", "a,20211"), "panel.csv:3:3: year: value '20211' is not a year; write four digits"),
        (GOOD.replace("a,2021", "a,2020"), "panel.csv:3:1: region: a 2020 appears twice (first in line 2); delete"),
        (GOOD.replace("b,2021", ",2021"), "panel.csv:4:1: region: the cell is empty; name the region"),
        (GOOD.replace("5,NA", "5"), "panel.csv:4:1: 3 cells; expected 4 as in the header"),
        ("", "the file 'panel.csv' is empty"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, ("y",))
    assert len(caught.value.problems) == 1
    assert message in str(caught.value)


def test_all_problems_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD.replace("3", "three").replace("5", "five"), ("y",))
    assert len(caught.value.problems) == 2


def test_lags_go_by_years_not_by_rows() -> None:
    values = np.array([[1.0, 2.0, 4.0]])
    np.testing.assert_array_equal(shifted(values, (2010, 2011, 2013), 1), [[np.nan, 1, np.nan]])
    np.testing.assert_array_equal(shifted(values, (2010, 2011, 2013), 2), [[np.nan, np.nan, 2]])
    np.testing.assert_array_equal(shifted(values, (2010, 2011, 2013), 0), values)
