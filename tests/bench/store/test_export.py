"""Files for other programs, read back by those programs, and theirs read by us."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.load import ResultError
from bench.store import needs, tidy
from bench.store.files import read_run
from tests.bench.store.fleet import NONE, called, held, refused, run, taken_in, written
from tests.bench.toys import case, result

BENCHMARKS = """
import pytest

@pytest.mark.parametrize("n", [10, 100])
def test_sum(benchmark, n):
    benchmark(sum, range(n))
"""


@pytest.fixture
def single(tmp_path: Path) -> Path:
    return written(tmp_path / "in", run(1)) / "run-0001.json"


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that pytest-benchmark itself has written."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "test_it.py").write_text(BENCHMARKS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options = ["--benchmark-json=saved.json", "--benchmark-max-time=0.01"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    subprocess.run([*command, *options, "test_it.py"], cwd=folder, env=alone, check=True, capture_output=True)
    return folder / "saved.json"


@pytest.mark.parametrize("what", list(tidy.COLUMNS))
def test_a_file_and_the_store_it_went_into_export_the_same(tmp_path: Path, single: Path, what: str) -> None:
    store = str(tmp_path / "s.db")
    taken_in(store, single)
    for name, source in (("a.csv", single), ("b.csv", store)):
        found = called("export", source, "--format", "csv", "--rows", what, "-o", tmp_path / name)
        assert found.exit_code == 0, found.output
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    rows = list(csv.DictReader((tmp_path / "a.csv").open(newline="")))
    assert list(rows[0]) == list(tidy.COLUMNS[what])
    assert len(rows) == {"cases": 4, "samples": 9, "peers": 3, "ceilings": 3}[what]


def test_csv_of_cases_has_figures_and_no_formulas(tmp_path: Path) -> None:
    path = written(tmp_path, run(1, cases=(case("=1+1", remedy="-x", seconds=0.5),))) / "run-0001.json"
    called("export", path, "--format", "csv", "-o", tmp_path / "a.csv")
    row = next(csv.DictReader((tmp_path / "a.csv").open(newline="")))
    assert (row["kernel"], row["remedy"]) == ("'=1+1", "'-x")
    assert (float(row["time_s"]), float(row["gflop_per_s"]), row["verified"]) == (0.5, 2.0, "True")
    assert row["best_peer"] == row["joule_per_call"] == ""


@pytest.mark.parametrize("what", list(tidy.COLUMNS))
def test_parquet_is_typed_and_equals_the_rows(tmp_path: Path, single: Path, what: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    found = called("export", single, "--format", "parquet", "--rows", what, "-o", tmp_path / "a.parquet")
    assert found.exit_code == 0, found.output
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table.to_pylist() == list(tidy.rows(run(1), what))
    kinds = {str: "string", int: "int64", float: "double", bool: "bool"}
    assert {f.name: str(f.type) for f in table.schema} == {n: kinds[k] for n, k in tidy.COLUMNS[what].items()}


def test_pytest_benchmark_compares_what_was_exported(tmp_path: Path, single: Path) -> None:
    found = called("export", single, "--format", "pytest-benchmark", "-o", tmp_path / "b.json")
    assert found.exit_code == 0, found.output
    assert "benchmarks written" in found.stderr
    command = [sys.executable, "-m", "pytest_benchmark", "compare", str(tmp_path / "b.json"), "--columns=median,rounds"]
    done = subprocess.run(
        [*command, f"--csv={tmp_path / 'b.csv'}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "toy/quick/t2" in done.stdout
    rows = {row["name"]: row for row in csv.DictReader((tmp_path / "b.csv").open(newline=""))}
    assert float(rows["toy/quick/t2"]["median"]) == pytest.approx(0.01)
    assert float(rows["toy/quick/t2:fast"]["median"]) == pytest.approx(0.015)
    assert "broken/quick/t2" not in rows


def test_a_file_of_pytest_benchmark_is_taken_in_as_unverified(tmp_path: Path, foreign: Path) -> None:
    store = str(tmp_path / "s.db")
    assert taken_in(store, foreign).new == 1
    assert taken_in(store, foreign).known == 1
    found = held(store)[0]
    assert found == read_run(foreign)
    told = {entry["fullname"]: entry["stats"] for entry in json.loads(foreign.read_text())["benchmarks"]}
    assert {case.kernel for case in found.cases} == set(told)
    for entry in found.cases:
        assert entry.verdict == "unverified"
        assert not entry.verification.passed
        assert list(entry.samples_s) == told[entry.kernel]["data"]
        assert entry.median_s == told[entry.kernel]["median"]
    runs = json.loads(called("query", "runs", "--store", store, "--json").stdout)
    assert runs[0]["source"] == "pytest-benchmark"
    for question in ("best", "capability"):
        assert json.loads(called("query", question, "--store", store, "--json").stdout) == []


def test_what_pytest_benchmark_wrote_goes_out_again(tmp_path: Path, foreign: Path) -> None:
    assert called("export", foreign, "--format", "pytest-benchmark", "-o", tmp_path / "b.json").exit_code == 0
    ours = {row["extra_info"]["verdict"]: row for row in json.loads((tmp_path / "b.json").read_text())["benchmarks"]}
    assert set(ours) == {"unverified"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"datetime": None}, "datetime: expected text"),
        ({"benchmarks": [3]}, r"benchmarks\[0\].stats: expected an object"),
        ({"benchmarks": [{"fullname": "x", "stats": {"median": "1"}}]}, "stats.median: expected seconds"),
        ({"benchmarks": [{"fullname": "x", "stats": {"median": 1, "data": [-1]}}]}, "stats.data: expected seconds"),
        ({"benchmarks": [{"stats": {"median": 1}}]}, r"benchmarks\[0\].fullname: expected text"),
    ],
)
def test_a_damaged_file_of_pytest_benchmark_is_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    data = {"machine_info": {}, "datetime": "2026-01-01T00:00:00+00:00", "benchmarks": [], **change}
    (tmp_path / "x.json").write_text(json.dumps(data))
    with pytest.raises(ResultError, match=words):
        read_run(tmp_path / "x.json")


def test_one_run_to_a_file_of_pytest_benchmark(tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    taken_in(store, written(tmp_path / "in", run(1), run(2)))
    wanted = ("export", store, "--format", "pytest-benchmark", "-o", tmp_path / "b.json")
    refused(called(*wanted), 2, "name one with --run, for example run-0001")
    refused(called(*wanted, "--run", "run-9"), 2, "no run 'run-9' in the store")
    assert called(*wanted, "--run", "run-0002").exit_code == 0
    refused(called(*wanted, "--run", "run-0002"), 2, "exists already", "--force")


def test_what_cannot_be_exported_is_refused(tmp_path: Path, single: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = ("-o", tmp_path / "x")
    refused(called("export", tmp_path / "none.json", "--format", "csv", *out), 2, "none.json: cannot be read")
    refused(called("export", single, "--format", "csv", "--run", "x", *out), 2, "choose from a store")
    empty = written(tmp_path, run(5, cases=NONE)) / "run-0005.json"
    refused(called("export", empty, "--format", "pytest-benchmark", *out), 2, "no case of this run has samples")
    refused(called("export", single, "--format", "csv", "-o", empty / "x"), 2, "cannot be written")
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: None)
    refused(called("export", single, "--format", "parquet", *out), 2, 'pip install "innocap[parquet]"')
    assert not (tmp_path / "x").exists()


def test_an_empty_run_has_a_head_line_only(tmp_path: Path) -> None:
    path = written(tmp_path, result((), run_id="run-0001")) / "run-0001.json"
    assert called("export", path, "--format", "csv", "-o", tmp_path / "a.csv").exit_code == 0
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1
