"""The `innocap plan` commands: what they do, and the one message and the right code where they cannot."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap
from planner.tables import SCHEMAS

ROOT = Path(__file__).parents[3]
TINY = ROOT / "configs" / "tiny"
CHINA = ROOT / "configs" / "china" / "plan.yaml"
HEAVY = ("numba", "numpy", "pandas", "pyomo", "highspy", "pydantic", "altair", "ruamel", "jinja2", "scipy")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, [str(a) for a in arguments])


def solve(folder: Path, *arguments: object, config: Path = TINY / "plan.yaml") -> Result:
    return run("plan", "solve", config, "-o", folder, *arguments)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solved") / "plan"
    assert solve(folder).exit_code == 0
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny config, to spoil."""
    shutil.copytree(TINY, tmp_path / "tiny")
    return tmp_path / "tiny" / "plan.yaml"


def refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.stderr.count("error:") == 1
    for word in words:
        assert word in result.stderr


def spoilt(config: Path, old: str, new: str) -> Path:
    text = config.read_text("utf-8")
    assert old in text
    config.write_text(text.replace(old, new, 1), "utf-8")
    return config


@pytest.mark.parametrize(
    "arguments", [["--help"], ["plan", "--help"], ["plan", "solve", "--help"], ["bench", "--help"]]
)
def test_help_is_instant(arguments: list[str]):
    """Nothing heavy is imported, which is what help would wait for."""
    code = (
        "import sys, planner.cli as c\n"
        f"try: c.innocap({arguments!r})\n"
        "except SystemExit as e: assert not e.code, e.code\n"
        f"print('loaded', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.endswith("loaded []\n")


def test_check_says_what_is_asked():
    result = run("plan", "check", TINY / "plan.yaml")
    assert result.exit_code == 0
    assert "2 regions, 2 assets, 0 demand classes, 2026-2027, objective proportional" in result.stdout


def test_math_prints_every_rule_with_its_rows():
    text = run("plan", "math", TINY / "plan.yaml").stdout
    assert text.startswith("SETS")
    assert "spending_is_within_budget[g]   2 rows" in text
    assert "OBJECTIVE weighted_innovation, maximized" in text


def test_solve_writes_a_plan_that_verifies(solved):
    assert (solved / "plan.json").exists()
    result = run("plan", "verify", solved)
    assert result.exit_code == 0
    assert "optimal" in result.stderr
    assert "rows hold" in result.stderr
    assert [p.name for p in solved.parent.iterdir()] == ["plan"]


def test_json_goes_to_stdout_alone(tmp_path):
    result = solve(tmp_path / "plan", "--json")
    summary = json.loads(result.stdout)
    assert summary["status"] == "optimal"
    assert summary["bounds"]["gap"] <= 1e-6


def test_two_runs_write_the_same_tables(solved, tmp_path):
    assert solve(tmp_path / "plan").exit_code == 0
    names = sorted(path.name for path in solved.glob("*.csv"))
    assert names == sorted(f"{schema.name}.csv" for schema in SCHEMAS)
    for name in (*names, "config.yaml"):
        assert (tmp_path / "plan" / name).read_bytes() == (solved / name).read_bytes(), name


def test_objective_and_elasticities_may_be_chosen(tmp_path):
    result = solve(tmp_path / "plan", "--objective", "total", "--elasticities", "only", "--set", "gap=1e-4", "--json")
    summary = json.loads(result.stdout)
    assert (summary["objective"], summary["elasticity_set"], summary["bounds"]["asked"]) == ("total", "only", 1e-4)
    assert set(summary["overrides"]) == {"objective=total", "elasticities=only", "gap=1e-4"}


def test_the_plan_remembers_its_overrides_and_verifies_with_them(tmp_path):
    assert solve(tmp_path / "plan", "--set", "discount_rate=10 %").exit_code == 0
    assert run("plan", "verify", tmp_path / "plan").exit_code == 0


def test_verify_finds_the_config_where_it_is_told(tiny, tmp_path):
    assert solve(tmp_path / "plan", config=tiny).exit_code == 0
    moved = tmp_path / "elsewhere"
    tiny.parent.rename(moved)
    refused(run("plan", "verify", tmp_path / "plan"), 2, "plan.yaml")
    assert run("plan", "verify", tmp_path / "plan", "--config", moved / "plan.yaml").exit_code == 0


def test_report_is_one_file(solved, tmp_path):
    pytest.importorskip("altair", reason="the report draws with altair")
    pytest.importorskip("vl_convert", reason="the report draws with vl-convert")
    result = run("report", solved, "-o", tmp_path / "report.html")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "report.html").read_text("utf-8").lstrip().lower().startswith("<!doctype html>")


def test_schema_is_written(tmp_path):
    assert run("schema", "-o", tmp_path / "plan.schema.json").exit_code == 0
    assert json.loads((tmp_path / "plan.schema.json").read_text("utf-8"))["$schema"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("years: {base: 2025", "years: {base: [2025", ("plan.yaml:", "expected")),
        ("discount_rate: 0.05", "discount_rte: 0.05", ("discount_rte", "discount_rate")),
        ("capex: 2 million CNY", "capex: 2 million kWh", ("capex",)),
        ("capex: 2 million CNY", "capex: -2 million CNY", ("capex",)),
        ("table: regions.csv", "table: nowhere.csv", ("nowhere.csv",)),
        ("regions: [north, south]", "regions: [north, west]", ("west",)),
        ("id: tiny\n", "id: tiny\nid: tiny\n", ("id",)),
        ("id: server\n", "id: mast\n", ("mast",)),
    ],
    ids=["yaml", "key", "unit", "negative", "table", "region", "twice", "duplicate"],
)
@pytest.mark.parametrize("command", [("plan", "check"), ("plan", "solve", "-o", "out")], ids=["check", "solve"])
def test_bad_configs_are_messages_with_places(tiny, tmp_path, monkeypatch, command, old, new, words):
    monkeypatch.chdir(tmp_path)
    result = run(*command[:2], spoilt(tiny, old, new), *command[2:])
    refused(result, 2, *words)
    assert not (tmp_path / "out").exists()


def test_a_config_that_is_not_there(tmp_path):
    refused(run("plan", "check", tmp_path / "none.yaml"), 2, "none.yaml")
    refused(run("plan", "check", tmp_path), 2, str(tmp_path))


@pytest.mark.parametrize("override", ["nowhere=1", "gap", "gap=small", "objective=best"])
def test_overrides_that_do_not_fit(override, tmp_path):
    refused(solve(tmp_path / "plan", "--set", override), 2)


def test_an_output_folder_that_exists_is_kept(solved, tmp_path):
    before = (solved / "plan.json").read_bytes()
    refused(solve(solved), 2, "exists already; choose another -o, or --force")
    assert (solved / "plan.json").read_bytes() == before


def test_force_replaces_plans_and_nothing_else(tmp_path):
    assert solve(tmp_path / "plan").exit_code == 0
    (tmp_path / "plan" / "note").write_text("old")
    assert solve(tmp_path / "plan", "--force").exit_code == 0
    assert not (tmp_path / "plan" / "note").exists()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one").write_text("dear")
    refused(solve(tmp_path / "photos", "--force"), 2, "is no plan folder, so --force does not replace it")
    refused(solve(tmp_path / "photos" / "one", "--force"), 2, "is no plan folder")
    assert (tmp_path / "photos" / "one").read_text() == "dear"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photos", "plan"]


def test_a_plan_folder_that_is_missing_or_broken(solved, tmp_path):
    refused(run("plan", "verify", tmp_path / "none"), 2, "not a plan folder")
    for name, text, word in (
        ("plan.json", "{", "Expecting"),
        ("plan.json", "[]", "schema is None"),
        ("plan.json", '{"schema": "innocap.plan/0"}', "schema is 'innocap.plan/0'"),
        ("plan.json", '{"schema": "innocap.plan/1"}', "has no config, no overrides"),
        ("stocks.csv", "region,asset\n", "stocks.csv:1: columns are"),
    ):
        broken = tmp_path / "broken"
        shutil.copytree(solved, broken)
        (broken / name).write_text(text, "utf-8")
        refused(run("plan", "verify", broken), 2, word)
        shutil.rmtree(broken)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda row: f"{row},1", "has 10 cells, expected 9"),
        (lambda row: row.replace("2026", "soon", 1), "'soon' is not a int"),
    ],
)
def test_a_table_that_does_not_fit_names_its_line(solved, tmp_path, spoil: Callable[[str], str], word: str):
    broken = tmp_path / "broken"
    shutil.copytree(solved, broken)
    header, first, *rest = (broken / "orders.csv").read_text("utf-8").splitlines()
    (broken / "orders.csv").write_text("\n".join([header, spoil(first), *rest]) + "\n", "utf-8")
    refused(run("plan", "verify", broken), 2, "orders.csv:2", word)


def test_a_promise_that_is_broken_is_code_4(solved, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(solved, broken)
    text = (broken / "orders.csv").read_text("utf-8")
    (broken / "orders.csv").write_text(text.replace("2026,2026,", "2026,2027,", 1), "utf-8")
    refused(run("plan", "verify", broken, "--config", TINY / "plan.yaml"), 4, "not verified", "orders.csv")


def test_a_plan_whose_config_has_changed_is_not_verified(tiny, tmp_path):
    assert solve(tmp_path / "plan", config=tiny).exit_code == 0
    spoilt(tiny, "limit: 1 亿元", "limit: 0.9 亿元")
    refused(run("plan", "verify", tmp_path / "plan"), 4, "not verified")


FLOOR = """
rules:
  - id: many
    name: Many masts
    kind: floor
    quantity: stock
    scope: {assets: [mast]}
    each: nation
    limit: 100
    source: by hand
"""


def test_no_feasible_plan_is_code_3_and_says_what_to_change(tiny, tmp_path):
    tiny.write_text(tiny.read_text("utf-8") + FLOOR, "utf-8")
    result = solve(tmp_path / "plan", config=tiny)
    refused(result, 3, "no plan exists", "[many]", "100 -> 50 mast (-50.0%)", "in 2026")
    assert not (tmp_path / "plan").exists()


def test_money_without_a_limit_is_code_2(tiny, tmp_path):
    spoilt(tiny, "period: year, limit", "scope: {assets: [mast]}, period: year, limit")
    refused(solve(tmp_path / "plan", config=tiny), 2, "budget")


def test_no_time_for_a_first_plan_is_code_5(tmp_path):
    refused(solve(tmp_path / "plan", "--set", "time_limit=1e-9"), 5, "raise time_limit")
    assert list(tmp_path.iterdir()) == []


def test_a_gap_out_of_reach_keeps_the_plan_and_is_code_5(tmp_path):
    result = solve(tmp_path / "plan", "--set", "gap=1e-13")
    refused(result, 5, "stopped short of the gap that was asked; the best plan so far is kept")
    assert run("plan", "verify", tmp_path / "plan").exit_code == 0


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["os.fsync", "tempfile.mkdtemp", "pathlib.Path.rename"])
def test_a_full_disk_leaves_nothing_behind(call, tmp_path, monkeypatch):
    monkeypatch.setattr(call, full_disk)
    refused(solve(tmp_path / "plan"), 2, "No space left on device")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.rename"])
def test_a_full_disk_leaves_the_old_plan(call, solved, tmp_path, monkeypatch):
    shutil.copytree(solved, tmp_path / "plan")
    before = {path.name: path.read_bytes() for path in (tmp_path / "plan").iterdir()}
    monkeypatch.setattr(call, full_disk)
    refused(solve(tmp_path / "plan", "--force"), 2, "No space left on device", "nothing was changed there")
    assert {path.name: path.read_bytes() for path in (tmp_path / "plan").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


@pytest.mark.parametrize("error", [full_disk, KeyboardInterrupt])
def test_a_swap_that_fails_in_the_middle_puts_the_old_plan_back(error, solved, tmp_path, monkeypatch):
    shutil.copytree(solved, tmp_path / "plan")
    rename, seen = Path.rename, []

    def second_fails(self: Path, target: Path) -> Any:
        seen.append(self)
        if len(seen) == 2:
            raise error() if isinstance(error, type) else OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return rename(self, target)

    monkeypatch.setattr("pathlib.Path.rename", second_fails)
    assert solve(tmp_path / "plan", "--force").exit_code in (2, 130)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert (tmp_path / "plan" / "plan.json").read_bytes() == (solved / "plan.json").read_bytes()


def test_two_solves_into_one_folder_leave_one_whole_plan(tmp_path):
    """Both are past the check for an existing folder before either writes."""
    command = [sys.executable, "-m", "planner", "plan", "solve", str(TINY / "plan.yaml"), "-o", str(tmp_path / "plan")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)]
    told = [process.communicate(timeout=120)[1] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) in ([0, 0], [0, 2]), told
    assert not any("Traceback" in text for text in told)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    assert run("plan", "verify", tmp_path / "plan").exit_code == 0


def test_the_second_writer_is_told(tmp_path, monkeypatch, solved):
    """The folder appears while the second one solves."""
    monkeypatch.setattr("planner.solving.solve", appearing(tmp_path / "plan", solved))
    refused(solve(tmp_path / "plan"), 2, "exists already")
    assert (tmp_path / "plan" / "plan.json").read_bytes() == (solved / "plan.json").read_bytes()


def appearing(folder: Path, plan: Path) -> Callable[..., Any]:
    from planner.solving import solve as real

    def solve_meanwhile(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        shutil.copytree(plan, folder)
        return found

    return solve_meanwhile


def heed_interrupts() -> None:
    """Background jobs of a shell are born deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_in_the_middle_leaves_nothing(tmp_path):
    """Ctrl-C while the national plan is solved: one line, no folder, no staging, no traceback."""
    command = [sys.executable, "-m", "planner", "plan", "solve", str(CHINA), "-o", str(tmp_path / "plan")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **pipes, cwd=ROOT, preexec_fn=heed_interrupts)
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stderr.readline, "")))
    reader.start()
    until = time.monotonic() + 120
    while not any(line.startswith("round") for line in lines) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=120)
    reader.join()
    told = "".join(lines)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert told.rstrip().endswith("error: stopped; nothing was written")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    refused(solve(tmp_path / "file" / "plan"), 2, "cannot write there", "choose another -o")
