"""`innocap plan alternatives`: files, table, JSON, resuming, plans as questions, and one message where it cannot."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"
FILES = ["alternatives.csv", "alternatives.json", "alternatives.svg", "no_regret.csv"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, [str(a) for a in arguments])


def look(folder: Path, *arguments: object, question: Path = TINY) -> Result:
    return run("plan", "alternatives", question, "-o", folder, "--within", 2, "--jobs", 1, *arguments)


def test_it_writes_tables_a_summary_and_a_picture(tmp_path: Path):
    result = look(tmp_path / "a", "--prices", "high", "--elasticities-all", "--json")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == FILES
    rows = list(csv.DictReader((tmp_path / "a" / "alternatives.csv").open()))
    assert [(row["what"], row["group"]) for row in rows] == [
        ("information_service", "all_regions"),
        ("network", "all_regions"),
    ]
    told = json.loads(result.stdout)
    assert [row["least_million"] for row in told["ranges"]] == [float(row["least_million"]) for row in rows]
    assert told["asked"]["cases"] == [["only", "config prices"], ["only", "high prices"]]
    assert "no regret: what all 6 plans found build" in result.stderr


def test_processes_find_the_same(tmp_path: Path):
    assert look(tmp_path / "one").exit_code == 0
    assert look(tmp_path / "two", "--jobs", 2).exit_code == 0
    for name in ("alternatives.csv", "no_regret.csv"):
        one, two = (list(csv.DictReader((tmp_path / folder / name).open())) for folder in ("one", "two"))
        for first, second in zip(one, two, strict=True):
            for key in first:
                if key.startswith(("least", "most", "plan")):
                    assert float(first[key]) == pytest.approx(float(second[key]), rel=2e-2)


def test_a_plan_is_a_question_too(tmp_path: Path):
    assert run("plan", "solve", TINY, "-o", tmp_path / "plan", "--set", "budgets.programme.limit=2 亿元").exit_code == 0
    assert look(tmp_path / "a", question=tmp_path / "plan").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "a" / "alternatives.csv").open()))
    assert sum(float(row["plan_million"]) for row in rows) == pytest.approx(400.0, rel=1e-3)


def test_each_asset_may_be_moved_and_groups_chosen(tmp_path: Path):
    assert look(tmp_path / "a", "--each", "asset", "--groups", "all_regions").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "a" / "alternatives.csv").open()))
    assert [(row["what"], row["unit"]) for row in rows] == [("mast", "mast"), ("server", "server")]
    wrong = look(tmp_path / "b", "--groups", "nowhere")
    assert wrong.exit_code == 2
    assert "all_regions" in wrong.stderr


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from planner.alternatives import work

    done: list[Any] = []
    whole = work._work

    def counted(task: Any) -> Any:
        if done:
            raise KeyboardInterrupt
        done.append(task)
        return whole(task)

    monkeypatch.setattr(work, "_work", counted)
    stopped = look(tmp_path / "a")
    assert stopped.exit_code == 130
    assert "run the same command again" in stopped.stderr
    done.clear()
    again = look(tmp_path / "a")
    assert again.exit_code == 0, again.output
    assert [task.what for task in done] == ["information_service"]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == FILES
