"""`innocap bench show`: tables as ever, reports on request, one message where it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.cli import bench as harness
from bench.decode import dumps
from planner.cli import innocap
from planner.cli.bench_show import bench
from tests.bench.made_up import made

HEAVY = ("numba", "numpy", "altair", "fluent", "xlsxwriter", "pyomo")


def show(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, ["bench", "show", *map(str, arguments)])


def refused(found: Result, *words: str) -> None:
    assert found.exit_code == 2, found.output
    assert isinstance(found.exception, SystemExit)
    assert found.stderr.count("error:") == 1
    assert all(word in found.stderr for word in words)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, run in zip(paths, (made(), made("second", factor=1.4)), strict=True):
        path.write_text(dumps(run), encoding="utf-8")
    return paths


def test_all_commands_of_the_harness_are_there() -> None:
    assert set(bench.commands) == set(harness.commands)
    assert {name for name in bench.commands if bench.commands[name] is not harness.commands[name]} == {"show"}


def test_without_a_form_the_tables_of_the_harness_are_shown(files: list[Path]) -> None:
    alone = CliRunner().invoke(harness, ["show", str(files[0])])
    assert show(files[0]).stderr == alone.stderr
    assert show(files[0], "--json").stdout == CliRunner().invoke(harness, ["show", str(files[0]), "--json"]).stdout
    both = show(*files)
    assert both.exit_code == 0
    assert both.stderr.count("spmv") == 2 * alone.stderr.count("spmv")


def test_reports_are_written_in_the_forms_asked_for(files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="the report extra is not installed")
    pytest.importorskip("fluent.runtime", reason="the report extra is not installed")
    found = show(*files, "--format", "md,xlsx", "--lang", "zh", "-o", tmp_path / "out" / "report")
    assert found.exit_code == 0, found.output
    text = (tmp_path / "out" / "report.md").read_text("utf-8")
    assert "# 2份基准测试结果对比" in text
    assert "b与a" in text
    assert (tmp_path / "out" / "report.xlsx").read_bytes()[:2] == b"PK"


def test_the_suffix_gives_the_form_and_threads_choose_cases(files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("fluent.runtime", reason="the report extra is not installed")
    assert show(files[0], "-o", tmp_path / "r.md", "--threads", "1").exit_code == 0
    text = (tmp_path / "r.md").read_text("utf-8")
    assert "stencil" in text
    assert "gemm" not in text


def test_an_existing_report_is_kept(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text("mine")
    refused(show(files[0], "-o", tmp_path / "r.md"), "r.md", "--force")
    assert (tmp_path / "r.md").read_text() == "mine"


def test_bad_input_is_one_message(files: list[Path], tmp_path: Path) -> None:
    refused(show(files[0], tmp_path / "none.json", "-o", tmp_path / "r.md"), "none.json", "cannot be read")
    refused(show(files[0], "--format", "odt", "-o", tmp_path / "r"), "odt", "html")
    refused(show(files[0], "--threads", "7", "-o", tmp_path / "r.md"), "--threads 7", "1, 2")
    refused(show(*files, "--json"), "--json")
    refused(show(files[0], "--json", "-o", tmp_path / "r.md"), "one or the other")
    assert not (tmp_path / "r.md").exists()


def test_help_is_instant_and_the_harness_alone_knows_no_report() -> None:
    code = f"import sys, planner.cli; print([m for m in {HEAVY} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.strip() == "[]"
    code = "import sys, bench.facts, bench.cli; print([m for m in sys.modules if m.partition('.')[0] == 'planner'])"
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(alone.stdout.replace("'", '"')) == []
