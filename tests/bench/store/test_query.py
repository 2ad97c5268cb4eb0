"""Questions and their answers, by hand and against the capability record of the same run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.capability import capability
from bench.reading import Mix, read_mix
from bench.store import database
from bench.store.csv_cells import FORMULA_STARTS, cell
from bench.store.database import open_store
from bench.store.ranking import best_mix
from tests.bench.store.fleet import called, refused, run, taken_in, written
from tests.bench.test_capability import gemm, spmv
from tests.bench.toys import Ceiling, case

MIX = "{id: m, name: M, precision: fp32, shares: {gemm_fp32: 0.5, spmv: 0.5}, source: s, kind: assumption}\n"


@pytest.fixture
def filled(tmp_path: Path, store: str) -> str:
    """Machine 0 with two runs, the later one faster, and machine 1 with one that proves no gemm."""
    slow = run(1, cases=(gemm(), spmv(seconds=0.4, low_s=0.3, high_s=0.5)))
    fast = run(2, cases=(gemm(), spmv()), ceilings={**run().ceilings, "dram_gb_per_s": Ceiling(50, 45, 50, 2, "dot")})
    other = run(3, machine=1, cases=(gemm(verdict="refused"), spmv(), spmv(size="huge", seconds=0.1)))
    taken_in(store, written(tmp_path / "in", slow, fast, other))
    return store


def asked(store: str, *arguments: object) -> list[dict[str, Any]]:
    found = called("query", *arguments, "--store", store, "--json")
    assert found.exit_code == 0, found.output
    return list(json.loads(found.stdout))


def test_machines_and_runs(filled: str) -> None:
    machines = asked(filled, "machines")
    assert [(row["cpu_model"], row["runs"], row["cores"], row["memory_gib"]) for row in machines] == [
        ("Toy CPU 0", 2, 2, 8),
        ("Toy CPU 1", 1, 2, 8),
    ]
    runs = asked(filled, "runs")
    assert [(row["run_id"], row["cases"]) for row in runs] == [("run-0003", 3), ("run-0002", 2), ("run-0001", 2)]
    assert [row["run_id"] for row in asked(filled, "runs", "--machine", "cpu 1")] == ["run-0003"]
    assert [row["run_id"] for row in asked(filled, "runs", "--machine", machines[1]["machine"][:6])] == ["run-0003"]
    assert [row["run_id"] for row in asked(filled, "runs", "--since", "2026-01-03")] == ["run-0003", "run-0002"]
    assert len(asked(filled, "runs", "--limit", "2", "--kernel", "gemm_fp32")) == 3 - 1


def test_best_is_the_fastest_verified_case_of_each_machine_and_size(filled: str) -> None:
    rows = [(row["kernel"], row["size"], row["cpu_model"], row["run_id"]) for row in asked(filled, "best")]
    assert rows == [
        ("gemm_fp32", "quick", "Toy CPU 0", "run-0001"),
        ("spmv", "huge", "Toy CPU 1", "run-0003"),
        ("spmv", "quick", "Toy CPU 0", "run-0002"),
        ("spmv", "quick", "Toy CPU 1", "run-0003"),
    ]
    assert asked(filled, "best", "--kernel", "spmv", "--machine", "CPU 0")[0]["time_s"] == 0.2


def test_history_is_newest_first(filled: str) -> None:
    rows = asked(filled, "history", "--kernel", "spmv", "--machine", "CPU 0")
    assert [(row["run_id"], row["time_s"]) for row in rows] == [("run-0002", 0.2), ("run-0001", 0.4)]
    refused(called("query", "history", "--store", filled), 2, "name it with --kernel")


def test_ceilings_are_the_highest_of_each_machine(filled: str) -> None:
    found = {(row["cpu_model"], row["ceiling"]): row for row in asked(filled, "capability")}
    assert found["Toy CPU 0", "dram_gb_per_s"]["value"] == 50
    assert found["Toy CPU 0", "dram_gb_per_s"]["unit"] == "GB/s"
    assert found["Toy CPU 0", "dram_gb_per_s"]["runs"] == 2
    assert found["Toy CPU 1", "fma_fp32_gflops"]["value"] == 200
    assert len(asked(filled, "capability", "--since", "2026-01-04", "--machine", "Toy")) == 3


def test_a_mix_is_weighed_as_in_the_capability_record(filled: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MIX)
    rows = asked(filled, "capability", "--mix", tmp_path / "m.yaml")
    assert [row["run_id"] for row in rows] == ["run-0002"]
    assert rows[0]["runs"] == 2
    path = tmp_path / "in" / "run-0002.json"
    found = run(2, cases=(gemm(), spmv()))
    mix = read_mix(tmp_path / "m.yaml", ["gemm_fp32", "spmv"])
    record = capability(found, path, [mix], "now").mixes["m"]
    assert rows[0]["effective_tflops"] == pytest.approx(record.effective_tflops)
    assert rows[0]["effective_low_tflops"] == pytest.approx(record.effective_low)
    assert rows[0]["effective_high_tflops"] == pytest.approx(record.effective_high)
    assert rows[0]["sustained_fraction"] == pytest.approx(record.sustained_fraction)
    slow = 1 / (0.5 / 100 + 0.5 / 2.5) / 1e3
    assert rows[0]["median_tflops"] == pytest.approx(2 / (1 / slow + 1 / record.effective_tflops))


def test_the_last_of_several_sizes_counts_as_in_the_record(tmp_path: Path) -> None:
    store, mix = str(tmp_path / "s.db"), Mix("m", "M", "fp32", {"spmv": 1.0}, "s", "assumption")
    found = run(1, cases=(spmv(), spmv(size="huge", seconds=0.1, low_s=0.1, high_s=0.1)))
    path = written(tmp_path / "in", found) / "run-0001.json"
    taken_in(store, path)
    with open_store(store).connect() as connection:
        best = best_mix(connection, mix)[0]["effective_tflops"]
    assert best == pytest.approx(capability(found, path, [mix], "now").mixes["m"].effective_tflops)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("best", "--kernel", "spvm"), "did you mean 'spmv'?"),
        (("runs", "--machine", "100%_"), "no machine '100%_'"),
        (("runs", "--since", "yesterday"), "expected a date such as 2026-01-31"),
        (("runs", "--mix", "m.yaml"), "--mix belongs to capability"),
    ],
)
def test_bad_questions_are_refused(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    store = str(tmp_path / "s.db")
    taken_in(store, written(tmp_path / "in", run(1)))
    refused(called("query", *arguments, "--store", store), 2, words)


def test_a_terminal_shows_a_table_and_says_what_it_left_out(tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    taken_in(store, written(tmp_path / "in", *(run(number, machine=number) for number in range(5))))
    found = called("query", "machines", "--store", store, "--limit", "2")
    assert found.exit_code == 0
    assert "only the first 2 rows; --limit 0 shows all" in found.stderr
    assert "processor" in found.stderr
    assert "nothing in the store" in called("query", "runs", "--store", store, "--since", "2030-01-01").stderr


def test_csv_holds_no_formulas(tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    evil = case('=HYPERLINK("http://x")')
    taken_in(store, written(tmp_path / "in", run(1, cases=(evil,), suite="@suite")))
    rows = list(csv.DictReader(io.StringIO(called("query", "best", "--store", store, "--csv").stdout)))
    assert rows[0]["kernel"] == '\'=HYPERLINK("http://x")'
    assert float(rows[0]["time_s"]) == 0.01


@given(st.text())
def test_no_text_starts_like_a_formula(text: str) -> None:
    assert not str(cell(text)).startswith(FORMULA_STARTS)
    assert str(cell(text)).endswith(text)


@given(st.floats(allow_nan=False) | st.integers())
def test_numbers_stay_numbers(number: float) -> None:
    assert cell(number) == number


def test_a_missing_store_names_the_remedy(tmp_path: Path) -> None:
    refused(called("query", "runs", "--store", tmp_path / "none.db"), 2, "no store there", "innocap bench collect")
    assert list(tmp_path.iterdir()) == []


def test_passwords_are_not_shown() -> None:
    found = called("query", "runs", "--store", "postgresql://me:secret@127.0.0.1:1/x")
    refused(found, 2, "me:***@127.0.0.1")
    assert "secret" not in found.output
    assert database.masked("postgresql://me:a@b@host/x") == "postgresql://me:***@host/x"
