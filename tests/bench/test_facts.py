"""What a report is told of results: all judged already, plain JSON, unlike machines named."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from bench.decode import dumps
from bench.facts import FACTS_SCHEMA, facts, only
from bench.load import ResultError
from bench.reading import InputError
from bench.result import Machine, Result
from tests.bench.made_up import made
from tests.bench.toys import PASSPORT, case, result


def written(path: Path, found: Result) -> Path:
    path.write_text(dumps(found), encoding="utf-8")
    return path


def test_facts_are_plain_json_with_name_and_hash_of_their_file(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.json", made())
    found = facts([path])
    assert json.loads(json.dumps(found)) == found
    assert found["schema"] == FACTS_SCHEMA
    told = found["results"][0]
    assert told["file"] == "mine.json"
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["result"] == json.loads(path.read_text("utf-8"))
    assert found["comparisons"] == []


def test_goals_count_on_one_thread_and_misses_within_noise_are_named(tmp_path: Path) -> None:
    told = facts([written(tmp_path / "a.json", made())])["results"][0]
    goals = {goal["case"]: goal for goal in told["goals"]}
    assert all(name.endswith("/t1") for name in goals)
    assert goals["spmv/quick/t1"]["met"] is True
    assert (goals["stencil/quick/t1"]["met"], goals["stencil/quick/t1"]["by_noise"]) == (False, False)
    assert [goal["found"] for goal in goals.values()] == pytest.approx([1.2, 0.9, 1.0])
    assert [goal["by_noise"] for goal in goals.values()] == [False, False, False]


def test_a_goal_missed_by_less_than_the_noise_floor_says_so(tmp_path: Path) -> None:
    noisy = made()
    assert noisy.noise_floor is not None
    loose = replace(noisy, noise_floor=replace(noisy.noise_floor, paired=0.2, worst=0.2))
    goals = facts([written(tmp_path / "a.json", loose)])["results"][0]["goals"]
    assert {goal["case"]: goal["by_noise"] for goal in goals}["stencil/quick/t1"] is True


def test_means_are_geometric_and_by_threads(tmp_path: Path) -> None:
    means = facts([written(tmp_path / "a.json", made())])["results"][0]["means"]
    assert means == {"1": pytest.approx(math.prod((1.2, 0.9, 1.0)) ** (1 / 3))}


def test_later_results_are_compared_with_the_first_whatever_their_machine(tmp_path: Path) -> None:
    other = replace(made("other", factor=1.5), machine=Machine({**PASSPORT, "cores": 64}))
    found = facts([written(tmp_path / f"{at}.json", run) for at, run in enumerate((made(), other, made("third")))])
    assert len(found["comparisons"]) == 2
    assert "cores: 2 in OLD, 64 in NEW" in found["comparisons"][0]["differences"]
    assert found["comparisons"][1]["differences"] == []
    ratios = {change["id"]: change["ratio"] for change in found["comparisons"][0]["changes"]}
    assert ratios["spmv/quick/t2"] == pytest.approx(1.5)


def test_fits_and_remarks_are_told(tmp_path: Path) -> None:
    told = facts([written(tmp_path / "a.json", made())])["results"][0]
    assert {"spmv", "stencil"} <= {fit["kernel"] for fit in told["fits"]}
    assert any("alike" in text for texts in told["remarks"].values() for text in texts)


def test_threads_choose_cases_and_unknown_counts_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", made())
    told = facts([path], 1)["results"][0]
    assert {found["threads"] for found in told["result"]["cases"]} == {1}
    assert told["fits"] == []
    with pytest.raises(InputError, match="expected one of 1, 2"):
        facts([path], 7)
    assert only(path, result([case()]), None) == result([case()])


def test_a_file_that_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ResultError, match="not a result"):
        facts([tmp_path / "x.json"])
