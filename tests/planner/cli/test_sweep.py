"""`innocap plan sweep` as its user meets it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"
GRID = "scale: {budgets: [0.5, 1, 1.5]}\ngrid:\n  objective: [total, proportional]\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, ["plan", "sweep", *map(str, arguments)])


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    file = tmp_path / "sweep.yaml"
    file.write_text(f"plan: {os.path.relpath(TINY, tmp_path)}\n{GRID}", "utf-8")
    return file


def rows_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "sweep.csv").open(encoding="utf-8")))


def test_a_sweep_gives_a_table_a_summary_and_a_picture(asked, tmp_path):
    out = tmp_path / "out"
    done = run(asked, "-o", out, "--jobs", 1, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told == json.loads((out / "sweep.json").read_text("utf-8"))
    assert told["statuses"] == {"optimal": 6}
    rows = rows_of(out)
    assert [(row["objective"], row["scale.budgets"]) for row in rows] == [
        ("total", "0.5"),
        ("total", "1"),
        ("total", "1.5"),
        ("proportional", "1.5"),
        ("proportional", "1"),
        ("proportional", "0.5"),
    ]
    assert all(float(row["lower"]) <= float(row["upper"]) for row in rows)
    assert (out / "sweep.svg").read_text("utf-8").startswith("<svg")
    assert sorted(path.name for path in out.iterdir()) == ["sweep.csv", "sweep.json", "sweep.svg"]


def test_what_is_there_is_kept_unless_forced(asked, tmp_path):
    out = tmp_path / "out"
    assert run(asked, "-o", out, "--jobs", 1).exit_code == 0
    refused = run(asked, "-o", out, "--jobs", 1)
    assert refused.exit_code == 2
    assert "exists already" in refused.stderr
    assert run(asked, "-o", out, "--jobs", 1, "--force").exit_code == 0


def test_a_scenario_without_a_plan_says_what_would_repair_it(asked, tmp_path):
    floor = "{id: many, name: Many masts, kind: floor, quantity: stock, scope: {assets: [mast]}, each: nation, "
    asked.write_text(
        f"plan: {os.path.relpath(TINY, tmp_path)}\nlist:\n"
        f"  - {{name: too_many, set: {{rules: [{floor}limit: 600, source: by hand}}]}}}}\n"
        "  - {name: fine, set: {objective: total}}\n",
        "utf-8",
    )
    out = tmp_path / "out"
    done = run(asked, "-o", out, "--jobs", 1)
    assert done.exit_code == 0, done.output
    rows = rows_of(out)
    assert [row["status"] for row in rows] == ["infeasible", "optimal"]
    assert "Programme" in rows[0]["why"] or "Many masts" in rows[0]["why"]
    assert rows[0]["lower"] == ""


def test_a_bad_value_is_named_with_its_line(asked, tmp_path):
    asked.write_text(f"plan: {TINY}\ngrid:\n  assets.mist.capex: [1]\n", "utf-8")
    done = run(asked, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert f"{asked}:3:" in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_sweep_that_was_stopped_goes_on_where_it_was(tmp_path, how):
    asked, out = tmp_path / "sweep.yaml", tmp_path / "out"
    values = ", ".join(f"{50 + at} million CNY" for at in range(60))
    asked.write_text(f"plan: {TINY}\ngrid:\n  budgets.programme.limit: [{values}]\n", "utf-8")
    command = [sys.executable, "-m", "planner", "plan", "sweep", str(asked), "-o", str(out), "--jobs", "1"]
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=listening)
    journal = out / "journal.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and not (journal.exists() and journal.read_text("utf-8").count("\n") >= 4):
        time.sleep(0.02)
    first.send_signal(how)
    _, said = first.communicate(timeout=60)
    assert "Traceback" not in said
    before = journal.read_text("utf-8").splitlines()[1:]
    assert 3 <= len(before) < 60
    done = run(asked, "-o", out, "--jobs", 1)
    assert done.exit_code == 0, done.output
    assert "are there already; going on" in done.stderr
    rows = {row["name"]: row for row in json.loads((out / "sweep.json").read_text("utf-8"))["rows"]}
    assert len(rows) == 60
    assert all(rows[json.loads(line)["name"]]["cpu_seconds"] == json.loads(line)["cpu_seconds"] for line in before)
