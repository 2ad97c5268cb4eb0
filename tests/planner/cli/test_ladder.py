"""`innocap plan ladder` as its user meets it."""

from __future__ import annotations

import csv
import importlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import innocap

TINY = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(innocap, ["plan", "ladder", *map(str, arguments)])


def test_a_ladder_gives_tables_a_summary_and_a_picture(tmp_path):
    out = tmp_path / "out"
    done = run(TINY, "-o", out, "--from", 80, "--to", 120, "--step", 20, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((out / "ladder.json").read_text("utf-8"))
    rows = list(csv.DictReader((out / "ladder.csv").open(encoding="utf-8")))
    assert [float(row["percent"]) for row in rows] == [80.0, 100.0, 120.0]
    assert [float(row["budget_billion"]) for row in rows] == pytest.approx([0.16, 0.2, 0.24])
    bought = list(csv.DictReader((out / "ladder_next.csv").open(encoding="utf-8")))
    step = [row for row in bought if row["to_percent"] == "120.0"]
    assert sum(float(row["more_capital_million"]) for row in step) == pytest.approx(40.0, rel=1e-3)
    masts = sum(float(row["more_units"]) for row in step if row["asset"] == "mast")
    assert masts == pytest.approx(0.75 * 40.0 / 2.0, rel=2e-2)
    assert (out / "ladder.svg").read_text("utf-8").startswith("<svg")
    assert "bought next" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--budgets", "programm"], "no budget 'programm'; choose from: programme"),
        (["--from", "120", "--to", "80"], "expected 0 <= from <= to"),
        (["--step", "0"], "a step above 0"),
        (["--step", "0.001"], "more than 1,000 rungs"),
        (["--set", "assets.mist.capex=1"], "no item 'mist'"),
    ],
)
def test_bad_input_is_one_message(tmp_path, options, said):
    done = run(TINY, "-o", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_kept_unless_forced(tmp_path):
    out = tmp_path / "out"
    few = ("--from", 100, "--to", 100)
    assert run(TINY, "-o", out, *few).exit_code == 0
    refused = run(TINY, "-o", out, *few)
    assert (refused.exit_code, "exists already" in refused.stderr) == (2, True)
    assert run(TINY, "-o", out, *few, "--force").exit_code == 0
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "thesis.txt").write_text("years of work")
    assert run(TINY, "-o", strange, *few).exit_code == 2
    assert [path.name for path in strange.iterdir()] == ["thesis.txt"]


def stopped_after(count: int, out: Path, *options: object) -> Result:
    """A run whose user presses Ctrl-C when so many rungs are solved."""
    ladder = importlib.import_module("planner.cli.ladder")
    said, solved = ladder._say, []

    def say(rung) -> None:
        said(rung)
        solved.append(rung)
        if len(solved) == count:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "_say", say)
        return run(TINY, "-o", out, *options)


def test_a_ladder_that_was_stopped_goes_on_where_it_was(tmp_path):
    steps = ("--from", 60, "--to", 140, "--step", 20)
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert run(TINY, "-o", whole, *steps).exit_code == 0
    cut = stopped_after(2, out, *steps)
    assert cut.exit_code == 130
    assert "run the same command again to go on" in cut.stderr
    assert not (out / "ladder.json").exists()
    gone_on = run(TINY, "-o", out, *steps)
    assert gone_on.exit_code == 0, gone_on.output
    assert "2 rungs are there already" in gone_on.stderr
    assert not (out / "journal.jsonl").exists()
    told, expected = (json.loads((folder / "ladder.json").read_text("utf-8")) for folder in (out, whole))
    assert [row["percent"] for row in told["rungs"]] == [60.0, 80.0, 100.0, 120.0, 140.0]
    for row, of_whole in zip(told["rungs"], expected["rungs"], strict=True):
        assert row["lower"] == pytest.approx(of_whole["lower"], abs=2e-4)
    assert len(told["next"]) == len(expected["next"])


def test_another_question_does_not_go_on_in_the_folder(tmp_path):
    out = tmp_path / "out"
    assert stopped_after(1, out, "--from", 80, "--to", 120, "--step", 20).exit_code == 130
    other = run(TINY, "-o", out, "--from", 80, "--to", 120, "--step", 40)
    assert (other.exit_code, "begun with another question" in other.stderr) == (2, True)
    assert run(TINY, "-o", out, "--from", 80, "--to", 120, "--step", 40, "--force").exit_code == 0
