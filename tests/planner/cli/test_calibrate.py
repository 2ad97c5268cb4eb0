"""`innocap calibrate` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap

SPEC = """\
schema: 1
region: state
year: year
outcome: patents
factors:
  - {id: rd, column: spending, stock: {decay: 15 %, growth: 10 %}, lag: 1}
  - {id: talent, column: people}
write: pooled
"""


def made(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["state,year,patents,spending,people"]
    for state in range(15):
        for year in range(2015, 2022):
            spending, people = np.exp(rng.normal(size=2) + state / 10)
            patents = spending**0.3 * people**0.4 * np.exp(0.1 * rng.normal())
            lines.append(f"s{state},{year},{patents:.6g},{spending:.6g},{people:.6g}")
    (folder / "panel.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    return folder / "panel.csv"


def run(folder: Path, *more: str) -> Result:
    words = ["calibrate", str(folder / "panel.csv"), "-o", str(folder / "out.yaml"), *more]
    return CliRunner().invoke(innocap, words)


def test_a_table_and_a_config_come_out(tmp_path: Path) -> None:
    made(tmp_path)
    done = run(tmp_path, "--spec", str(tmp_path / "spec.yaml"))
    assert done.exit_code == 0, done.output
    assert "90 of 105 region-years used, 15 regions" in done.stdout
    assert "15 dropped: no stock of spending 1 years ago" in done.stdout
    assert "pooled, year effects" in done.stdout
    assert "warning: 15 regions are few" in done.stdout
    assert "name it last in the extends of a plan" in done.stderr
    assert "id: calibrated_low" in (tmp_path / "out.yaml").read_text("utf-8")
    assert not list(tmp_path.glob("*.part"))


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    made(tmp_path)
    done = run(tmp_path, "--spec", str(tmp_path / "spec.yaml"), "--json")
    told = json.loads(done.stdout)
    assert told["rows_dropped"] == [{"reason": "no stock of spending 1 years ago", "rows": 15}]
    assert told["written"] == "pooled"


def test_without_a_spec_the_columns_name_themselves(tmp_path: Path) -> None:
    text = made(tmp_path).read_text("utf-8").replace("state,year,patents", "region,year,outcome")
    (tmp_path / "panel.csv").write_text(text, "utf-8")
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "spending" in done.stdout
    assert "15 dropped: no spending 1 years ago" in done.stdout


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "out.yaml").write_text("mine", "utf-8")
    spec = ("--spec", str(tmp_path / "spec.yaml"))
    done = run(tmp_path, *spec)
    assert (done.exit_code, (tmp_path / "out.yaml").read_text("utf-8")) == (2, "mine")
    assert "exists; choose another name or pass --force" in done.stderr
    assert run(tmp_path, *spec, "--force").exit_code == 0


BAD = [
    ("column: people", "column: pepole", "spec.yaml:7 asks for it); did you mean 'people'?"),
    ("write: pooled", "write: poled", "spec.yaml:8:8: write: value 'poled' is not one of pooled, two_way"),
    ("lag: 1}", "lag: -1}", "spec.yaml:6:73: factors.rd.lag: value -1 is too small; expected at least 0"),
    ("lag: 1}", "lags: 1}", "spec.yaml:6:68: factors.rd.lags: unknown key 'lags'; did you mean 'lag'?"),
    ("growth: 10 %", "growth: -15 %", "factors.rd.stock: decay and growth sum to 0, so no start value exists"),
    ("outcome: patents\n", "", "the key 'outcome' is missing"),
    ("write: pooled", "level: 30 %", "level: value 0.3 is no level of confidence; write e.g. 95 %"),
    ("write: pooled", "years: {first: 2020, last: 2019}", "years: from 2020 to 2019 holds no year"),
    ("write: pooled", "assumed: {rd: {beta: 0.1, source: book}}", "assumed.rd: 'rd' is estimated as well"),
    ("column: people", "column: spending, stock: {decay: 15 %, growth: 10 %}, lag: 1", "cannot be told apart"),
    ("write: pooled", "leave_out: [s99]", "leave_out: there is no region 's99' in the panel; did you mean 's9'?"),
    ("write: pooled", "years: {first: 2030}", "are too few for 2 variables"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD)
def test_bad_specs_are_one_message(tmp_path: Path, old: str, new: str, message: str) -> None:
    made(tmp_path)
    assert SPEC.count(old) == 1
    (tmp_path / "spec.yaml").write_text(SPEC.replace(old, new), "utf-8")
    done = run(tmp_path, "--spec", str(tmp_path / "spec.yaml"))
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error:") == 1
    assert not (tmp_path / "out.yaml").exists()


@pytest.mark.parametrize("missing", ["panel.csv", "spec.yaml"])
def test_a_missing_file_is_one_message(tmp_path: Path, missing: str) -> None:
    made(tmp_path)
    (tmp_path / missing).unlink()
    done = run(tmp_path, "--spec", str(tmp_path / "spec.yaml"))
    assert done.exit_code == 2
    assert "there is no file" in done.stderr
    assert missing in done.stderr


def test_semicolons_are_told(tmp_path: Path) -> None:
    text = made(tmp_path).read_text("utf-8")
    (tmp_path / "panel.csv").write_text(text.replace(",", ";"), "utf-8")
    done = run(tmp_path)
    assert (done.exit_code, "separate the columns by commas" in done.stderr) == (2, True)


def test_the_folder_of_the_output_is_made(tmp_path: Path) -> None:
    made(tmp_path)
    done = run(tmp_path, "--spec", str(tmp_path / "spec.yaml"), "-o", str(tmp_path / "new" / "out.yaml"))
    assert done.exit_code == 0
    assert (tmp_path / "new" / "out.yaml").exists()


def test_a_panel_without_the_plain_names_asks_for_a_spec(tmp_path: Path) -> None:
    made(tmp_path)
    done = run(tmp_path)
    assert done.exit_code == 2
    assert "panel.csv:1: no column 'region'; name the columns in a file: --spec SPEC.yaml" in done.stderr
