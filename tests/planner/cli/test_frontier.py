"""`innocap plan frontier`: files, table, JSON, resuming, and one message where it cannot."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, [str(a) for a in arguments])


def draw(folder: Path, *arguments: object) -> Result:
    return run("plan", "frontier", TINY, "-o", folder, "--points", 4, "--worst", 1, *arguments)


def refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.stderr


def test_it_writes_a_table_a_summary_and_a_picture(tmp_path: Path):
    result = draw(tmp_path / "f", "--json")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "f").iterdir()) == ["frontier.csv", "frontier.json", "frontier.svg"]
    rows = list(csv.DictReader((tmp_path / "f" / "frontier.csv").open()))
    told = json.loads(result.stdout)
    assert len(rows) == 4
    assert told == json.loads((tmp_path / "f" / "frontier.json").read_text())
    assert [float(row["total_index"]) for row in rows] == [point["total_index"] for point in told["points"]]
    assert "<svg" in (tmp_path / "f" / "frontier.svg").read_text()
    assert "total index" in result.stderr


def test_plans_of_points_verify(tmp_path: Path):
    assert draw(tmp_path / "f", "--plans").exit_code == 0
    folders = sorted((tmp_path / "f" / "plans").iterdir())
    assert [folder.name for folder in folders] == ["01", "02", "03", "04"]
    for folder in folders:
        assert run("plan", "verify", folder).exit_code == 0


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import planner.frontier as trade

    solved: list[float] = []

    def counted(live: Any, scenario: Any, least: float, spread: float) -> Any:
        if len(solved) == 2:
            raise KeyboardInterrupt
        solved.append(least)
        return whole(live, scenario, least, spread)

    whole = trade._point
    monkeypatch.setattr(trade, "_point", counted)
    refused(draw(tmp_path / "f"), 130, "run the same command again")
    monkeypatch.setattr(trade, "_point", whole)
    again = draw(tmp_path / "f")
    assert again.exit_code == 0
    assert "2 points are there already" in again.stderr
    assert len(list(csv.DictReader((tmp_path / "f" / "frontier.csv").open()))) == 4
    refused(draw(tmp_path / "f"), 2, "exists already")
    assert draw(tmp_path / "f", "--force").exit_code == 0


@pytest.mark.parametrize("worst", ["many", "20.5.1%", "9", "0", "120%"])
def test_a_wrong_worst_is_said(tmp_path: Path, worst: str):
    refused(run("plan", "frontier", TINY, "-o", tmp_path / "f", "--worst", worst), 2, "expected")


def test_a_share_of_people_is_understood(tmp_path: Path):
    result = run("plan", "frontier", TINY, "-o", tmp_path / "f", "--points", 3, "--worst", "20%", "--json")
    assert json.loads(result.stdout)["asked"]["worst_off"] == "20% of people"


def test_no_plan_is_told_with_its_code(tmp_path: Path):
    rule = "{id: much, name: Much, floor: 1e9, quantity: stock, scope: {assets: [mast]}, source: by hand}"
    result = run("plan", "frontier", TINY, "-o", tmp_path / "f", "--set", f"rules=[{rule}]")
    assert result.exit_code in (2, 3)
    assert "Traceback" not in result.output
