"""Studies are read from folders that may be anything; what they answer is held against the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.report.document import ReportError
from planner.report.studies import Study, differences, read, read_study

RUNG = {"percent": 100.0, "budget_billion": 1.0, "status": "optimal"}
PLAN = {
    "id": "small",
    "inputs": {"plan.yaml": "ab", "../data/people.csv": "cd"},
    "elasticity_set": "only",
    "overrides": ["budgets.money.limit=5", "objective=total", "records.box=x.json"],
}


def folder(path: Path, kind: str = "ladder", told: Any = None) -> Path:
    """A folder of a study."""
    path.mkdir(parents=True, exist_ok=True)
    whole = {"schema": f"innocap.{kind}/1", "rungs": [RUNG]} if told is None else told
    (path / f"{kind}.json").write_text(whole if isinstance(whole, str) else json.dumps(whole), "utf-8")
    return path


def test_a_finished_study_is_read(tmp_path) -> None:
    found = read(ladder=folder(tmp_path / "ladder"))
    assert found.ladder == Study("ladder", {"schema": "innocap.ladder/1", "rungs": [RUNG]}, (RUNG,))
    assert (found.frontier, found.alternatives, found.sweep) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "schema is None, expected 'innocap.ladder/1'"),
        ({"schema": "innocap.ladder/9", "rungs": [RUNG]}, "schema is 'innocap.ladder/9', expected 'innocap.ladder/1'"),
        ({"schema": "innocap.ladder/1", "rungs": []}, "holds no rungs"),
        ({"schema": "innocap.ladder/1", "rungs": 3}, "holds no rungs"),
        ({"schema": "innocap.ladder/1", "rungs": [RUNG, {"percent": 1.0}]}, "rungs 2 has no budget_billion"),
        ({"schema": "innocap.ladder/1", "rungs": ["x"]}, "rungs 1 has no percent"),
    ],
)
def test_a_damaged_study_is_one_message_with_a_remedy(tmp_path, told, said) -> None:
    with pytest.raises(ReportError) as caught:
        read_study("ladder", folder(tmp_path / "ladder", told=told))
    assert said in str(caught.value)
    assert "innocap plan ladder CONFIG -o FOLDER --force" in str(caught.value)


def test_a_folder_that_is_none_is_named(tmp_path) -> None:
    with pytest.raises(ReportError, match="no such folder, expected what this writes: innocap plan sweep"):
        read_study("sweep", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReportError, match=r"ladder\.json: not there"):
        read_study("ladder", tmp_path / "empty")


def test_a_study_that_is_not_finished_says_how_to_go_on(tmp_path) -> None:
    (tmp_path / "journal.jsonl").write_text("{}\n")
    with pytest.raises(ReportError, match="is not finished; give the command that began it again"):
        read_study("ladder", tmp_path)


def test_another_kind_of_study_is_recognised(tmp_path) -> None:
    with pytest.raises(ReportError, match="holds a ladder, expected a frontier; give it with --ladder"):
        read_study("frontier", folder(tmp_path / "ladder"))


def test_the_same_question_differs_in_nothing() -> None:
    told = {"id": "small", "inputs": {"configs/plan.yaml": "ab", "people.csv": "cd"}, "elasticity_set": "only"}
    changes = ["budgets.money.limit=5", "elasticities=only", "records.box=elsewhere.json"]
    assert differences(Study("sweep", told | {"overrides": changes}, ()), PLAN) == ()
    assert differences(Study("sweep", {}, ()), PLAN) == ()


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"id": "other"}, ("id",)),
        ({"inputs": {"plan.yaml": "xx", "people.csv": "cd"}}, ("files",)),
        ({"elasticity_set": "high"}, ("elasticities",)),
        ({"overrides": []}, ("overrides",)),
        ({"id": "other", "elasticity_set": "high"}, ("id", "elasticities")),
    ],
)
def test_what_differs_is_named(told: dict[str, Any], found: tuple[str, ...]) -> None:
    assert differences(Study("sweep", told, ()), PLAN) == found
