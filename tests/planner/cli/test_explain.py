"""`innocap plan explain`: configs without a plan, builds of a plan, and questions that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.planner.cli.test_commands import TINY, refused, run, solve, spoilt

FLOOR = """
rules:
  - {id: many, name: Many masts, kind: floor, quantity: stock, scope: {assets: [mast], years: [2026]}, each: nation,
     limit: 100, source: by hand}
"""


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solved") / "plan"
    assert solve(folder).exit_code == 0
    return folder


@pytest.fixture
def infeasible(tmp_path: Path) -> Path:
    for file in TINY.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / "plan.yaml"
    path.write_text(path.read_text("utf-8") + FLOOR, "utf-8")
    return path


def test_a_config_with_a_plan_says_so():
    result = run("plan", "explain", TINY / "plan.yaml")
    assert result.exit_code == 0
    assert result.stdout == "a plan exists: all limits and rules can be kept together\n"


def test_a_config_without_a_plan_is_code_3_with_reasons_on_stdout(infeasible):
    result = run("plan", "explain", infeasible)
    assert result.exit_code == 3
    assert "Traceback" not in result.output
    line = 1 + infeasible.read_text("utf-8").splitlines().index(FLOOR.splitlines()[2])
    assert f'floor "Many masts" [many] (plan.yaml:{line})' in result.stdout
    assert 'budget "Programme" [programme] (plan.yaml:' in result.stdout
    assert "changed alone: 100 -> 50 mast (-50.0%)" in result.stdout
    assert "looking for what contradicts what" in result.stderr


def test_json_goes_to_stdout_alone(infeasible):
    result = run("plan", "explain", infeasible, "--json")
    assert result.exit_code == 3
    said = json.loads(result.stdout)
    assert {limit["id"] for limit in said["conflicts"][0]["limits"]} == {"many", "programme"}
    assert json.loads(run("plan", "explain", TINY / "plan.yaml", "--json").stdout)["feasible"] is True


def test_solve_gives_the_same_reasons(infeasible, tmp_path):
    refused(solve(tmp_path / "plan", config=infeasible), 3, "no plan exists", "[many]", "[programme]")


def test_a_build_by_id_and_by_name(solved):
    by_id = run("plan", "explain", solved, "--region", "north", "--asset", "mast", "--config", TINY / "plan.yaml")
    by_name = run("plan", "explain", solved, "--region", "NORTH", "--asset", "Mast", "--config", TINY / "plan.yaml")
    assert by_id.exit_code == 0, by_id.output
    assert by_id.stdout == by_name.stdout
    assert by_id.stdout.startswith("Mast [mast] in North [north]: the plan orders 56.")


def test_one_year_and_json(solved):
    result = run("plan", "explain", solved, "--region", "south", "--asset", "server", "--year", "2027", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert [year["year"] for year in said["years"]] == [2027]
    assert said["years"][0]["capex_million"] == pytest.approx(6.25, rel=5e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "north"], "--region and --asset"),
        (["--region", "nort", "--asset", "mast"], "did you mean 'north'?"),
        (["--region", "north", "--asset", "ship"], "--asset ship: no such id or name"),
        (["--region", "north", "--asset", "mast", "--year", "2050"], "expected a year from 2026 to 2027"),
    ],
)
def test_questions_that_do_not_fit(solved, arguments, words):
    refused(run("plan", "explain", solved, *arguments), 2, words)


def test_a_config_is_not_asked_about_builds():
    refused(run("plan", "explain", TINY / "plan.yaml", "--region", "north"), 2, "for a plan folder")


def test_a_config_that_is_not_there_or_wrong(infeasible):
    refused(run("plan", "explain", infeasible.parent / "none.yaml"), 2, "none.yaml")
    spoilt(infeasible, "discount_rate", "discont_rate")
    refused(run("plan", "explain", infeasible), 2, "discount_rate")


def test_no_time_is_code_5(infeasible):
    refused(run("plan", "explain", infeasible, "--time-limit", "0"), 5, "time")
