"""`bench compare`: files and folders, exit codes for CI, JSON and the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.result import Machine, Result
from tests.bench.compare.scenes import run
from tests.bench.test_cli import called, refused, stored
from tests.bench.toys import PASSPORT, case, result

SLOWER = {"k0": 1.2}


def files(folder: Path, old: Result, new: Result) -> tuple[Path, Path]:
    return stored(folder / "old.json", old), stored(folder / "new.json", new)


def broken(found: Result) -> Result:
    wrong = replace(found.cases[0], verdict="wrong", samples_s=(), remedy="y is off")
    return replace(found, cases=(wrong, *found.cases[1:]))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (run(1), run(2), 0),
        (run(1), run(2, factors={"k0": 0.8}), 0),
        (run(1), run(2, factors=SLOWER), 6),
        (run(1), broken(run(2)), 4),
        (run(1), broken(run(2, factors={"k1": 1.2})), 6),
        (result([case("a")]), result([case("b")], run_id="new"), 7),
        (result([]), result([], run_id="new"), 7),
        (run(1, 3, within=0.3, between=0.3), run(2, 3, within=0.3, between=0.3), 7),
    ],
)
def test_the_exit_code_says_what_happened(tmp_path: Path, old: Result, new: Result, code: int) -> None:
    done = called("compare", *files(tmp_path, old, new))
    assert done.exit_code == code
    assert done.stdout == ""


def test_unlike_machines_are_refused_unless_told(tmp_path: Path) -> None:
    old, new = files(tmp_path, run(1), run(2, machine=Machine({**PASSPORT, "cores": 64})))
    refused(called("compare", old, new), 2, "cores: 2 in OLD, 64 in NEW", "--unlike")
    done = called("compare", old, new, "--unlike")
    assert done.exit_code == 0
    assert "compared although the machines differ: cores" in done.stderr


def test_json_carries_every_change(tmp_path: Path) -> None:
    done = called("compare", *files(tmp_path, run(1), run(2, factors=SLOWER)), "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "innocap.comparison/1"
    assert (found["changes"][0]["id"], found["changes"][0]["verdict"]) == ("k0/quick/t2", "SLOWER")
    assert len(found["changes"]) == 20


def test_the_page_is_written(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "page.html"
    done = called("compare", *files(tmp_path, run(1), run(2)), "--html", target)
    assert f"written to {target}" in done.stderr
    assert target.read_text("utf-8").startswith("<!doctype html>")


def test_folders_and_more_files_make_several_runs(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    for seed in (1, 2):
        stored(folder / f"{seed}.json", run(seed))
    third, new = files(tmp_path, run(3), run(9))
    done = called("compare", folder, new, "--old", third, "--json")
    assert [len(json.loads(done.stdout)[side]) for side in ("old", "new")] == [3, 1]


def test_bad_input_is_one_message(tmp_path: Path) -> None:
    old, new = files(tmp_path, run(1, 2), run(2, 2))
    refused(called("compare", old, tmp_path / "gone.json"), 2, "gone.json", "cannot be read")
    (tmp_path / "empty").mkdir()
    refused(called("compare", old, tmp_path / "empty"), 2, "no result files")
    stored(tmp_path / "x.json", "{}")
    refused(called("compare", old, tmp_path / "x.json"), 2, "x.json", "not a result")
    for text in ("soon", "0", "150%", "-3%"):
        done = called("compare", old, new, f"--min-effect={text}")
        assert done.exit_code == 2
        assert "write it like 3% or 0.03" in done.stderr


def test_the_smallest_effect_may_be_chosen(tmp_path: Path) -> None:
    pair = files(tmp_path, run(1), run(2, factors={"k0": 1.07}))
    assert called("compare", *pair, "--min-effect", "5%").exit_code == 6
    assert called("compare", *pair, "--min-effect", "0.1").exit_code == 0


def test_help_names_the_exit_codes() -> None:
    text = called("compare", "--help").output
    for code in ("0", "2", "4", "6", "7"):
        assert f"\n    {code}  " in text
