"""Sweep files: what they ask for, in which order, and the place of what is wrong in them."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from planner.config import ConfigError, read
from planner.sweep.cases import read_sweep

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"


def written(folder: Path, text: str) -> Path:
    file = folder / "sweep.yaml"
    file.write_text(f"plan: {os.path.relpath(TINY, folder)}\n{text}", "utf-8")
    return file


def test_a_grid_is_all_combinations_in_an_order_of_neighbours(tmp_path):
    sweep = read_sweep(
        written(tmp_path, "grid:\n  objective: [total, proportional]\n  discount_rate: [0.02, 0.05, 0.08]\n")
    )
    values = [tuple(case.values.values()) for case in sweep.cases]
    assert len(set(values)) == 6
    assert all(sum(x != y for x, y in zip(a, b, strict=True)) == 1 for a, b in itertools.pairwise(values))
    assert [case.name for case in sweep.cases] == ["001", "002", "003", "004", "005", "006"]
    assert sweep.parameters == ("objective", "discount_rate")


def test_overrides_are_those_of_set(tmp_path):
    sweep = read_sweep(
        written(tmp_path, "list:\n  - {name: dear, set: {assets.mast.capex: 4 million CNY, discount_rate: 0.02}}\n")
    )
    (case,) = sweep.cases
    assert case.overrides == ("assets.mast.capex=4 million CNY", "discount_rate=0.02")
    asked = read(TINY, case.overrides)
    assert (asked.assets[0].capex.value, asked.discount_rate.value) == (4.0, 0.02)


@pytest.mark.parametrize("name", ["budgets", "programme"])
def test_a_scale_multiplies_every_year_of_a_budget(tmp_path, name):
    sweep = read_sweep(written(tmp_path, f"scale: {{{name}: [0.5, 1, 1.2]}}\n"))
    limits = [read(TINY, case.overrides).budgets[0].limits for case in sweep.cases]
    assert limits == [(50.0, 50.0), (100.0, 100.0), (120.0, 120.0)]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("grid:\n  assets.mist.capex: [1 million CNY]\n", ":3:", "no item 'mist'"),
        ("grid:\n  discount_rat: [0.1]\n", ":3:", "discount_rat"),
        ("grid:\n  objective: [total, fairest]\n", ":3:", "fairest"),
        ("grid:\n  objective: total\n", ":3:", "is no list of values"),
        ("grids: {}\n", ":2:", "did you mean 'grid'?"),
        ("scale: {bugets: [1]}\n", ":2:", "did you mean 'budgets'?"),
        ("scale: {budgets: [much]}\n", ":2:", "is no factor"),
        ("list:\n  - {set: {objective: total}}\n", ":3:", "is no name"),
        ("list:\n  - {name: ../up, set: {objective: total}}\n", ":3:", "is no name"),
        ("list:\n  - {name: up}\n", ":3:", "is no mapping"),
        ("list:\n  - {name: a, set: {objective: total}}\n  - {name: a, set: {objective: total}}\n", ":3:", "twice"),
        ("{", "", "malformed YAML"),
        ("", "", "asks for no scenario"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, place, said):
    with pytest.raises(ConfigError) as failed:
        read_sweep(written(tmp_path, text))
    first = str(failed.value).splitlines()[0]
    assert f"sweep.yaml{place}" in first
    assert said in str(failed.value)


def test_a_sweep_without_a_plan_or_a_file_is_refused(tmp_path):
    (tmp_path / "sweep.yaml").write_text("grid: {objective: [total]}\n", "utf-8")
    with pytest.raises(ConfigError, match="plan: is not given"):
        read_sweep(tmp_path / "sweep.yaml")
    with pytest.raises(ConfigError, match="there is no file"):
        read_sweep(tmp_path / "other.yaml")
    (tmp_path / "sweep.yaml").write_text("plan: nowhere.yaml\ngrid: {objective: [total]}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        read_sweep(tmp_path / "sweep.yaml")
