"""`innocap report` with every study, as its user meets it: real studies of the tiny config, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("altair", reason="the report extra is not installed")

from planner.cli import innocap

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"
SWEEP = f"plan: {TINY.as_posix()}\nscale: {{budgets: [0.9, 1.1]}}\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with plan, other plan, frontier, ladder, alternatives and sweep."""
    root = tmp_path_factory.mktemp("studies")
    (root / "sweep.yaml").write_text(SWEEP, "utf-8")
    commands = (
        ("solve", TINY, "-o", root / "plan"),
        ("solve", TINY, "--set", "budgets.programme.limit=150 million CNY", "-o", root / "other"),
        ("frontier", TINY, "--points", 3, "--worst", 1, "-o", root / "frontier"),
        ("ladder", TINY, "--from", 80, "--to", 120, "--step", 20, "-o", root / "ladder"),
        ("alternatives", TINY, "-o", root / "alternatives"),
        ("sweep", root / "sweep.yaml", "-o", root / "sweep"),
    )
    for command in commands:
        done = run("plan", *command)
        assert done.exit_code == 0, done.output
    return root


def studies(root: Path) -> list[object]:
    kinds = ("frontier", "ladder", "alternatives", "sweep")
    return [part for kind in kinds for part in (f"--{kind}", root / kind)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_study_and_the_other_plan_are_in_the_report(made, tmp_path, lang):
    out = tmp_path / "report"
    both = (made / "plan", made / "other")
    done = run("report", *both, *studies(made), "--lang", lang, "--format", "md", "-o", out)
    assert done.exit_code == 0, done.output
    text = out.with_suffix(".md").read_text("utf-8").replace("\u00a0", " ")
    rungs = json.loads((made / "ladder" / "ladder.json").read_text("utf-8"))["rungs"]
    assert all(f"{rung['lower']:.6f}" in text for rung in rungs)
    points = json.loads((made / "frontier" / "frontier.json").read_text("utf-8"))["points"]
    assert all(f"{point['total_index']:.5f}" in text for point in points)
    scenarios = json.loads((made / "sweep" / "sweep.json").read_text("utf-8"))["rows"]
    assert all(f"{row['innovation_last_year_index']:.4f}" in text for row in scenarios)
    assert "150 million CNY" in text
    assert ("Where the questions differ" in text) == (lang == "en")


def test_a_folder_of_another_kind_is_one_message(made, tmp_path):
    done = run("report", made / "plan", "--frontier", made / "ladder", "-o", tmp_path / "r.html")
    assert done.exit_code == 2
    assert "holds a ladder, expected a frontier; give it with --ladder" in done.stderr
    assert not (tmp_path / "r.html").exists()
