"""`innocap plan drift` and the facts of `plan solve`, as a planner uses them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.planner.cli.test_commands import TINY, refused, run

FACTS = """region,asset,year,units_ordered,capex_million,source
north,mast,2026,20,44,ledger
south,server,2026,3,20,ledger
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The tiny config with a floor, so that a year without masts is poor and not worthless."""
    folder = tmp_path / "configs"
    shutil.copytree(TINY, folder)
    path = folder / "plan.yaml"
    path.write_text(path.read_text("utf-8").replace("floor_share: 0\n", "floor_share: 0.05\n"), "utf-8")
    return path


@pytest.fixture
def old(config: Path, tmp_path: Path) -> Path:
    assert run("plan", "solve", config, "-o", tmp_path / "old").exit_code == 0
    return tmp_path / "old"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    (tmp_path / "facts.csv").write_text(FACTS, "utf-8")
    return tmp_path / "facts.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_facts(plan: Path, path: Path, until: int) -> Path:
    """The orders of a plan as facts."""
    lines = [f"{r['region']},{r['asset']},{r['year']},{r['units']},{r['capex_million']}"
             for r in rows(plan / "orders.csv") if int(r["year"]) <= until]  # fmt: skip
    path.write_text("\n".join(["region,asset,year,units_ordered,capex_million", *lines]) + "\n", "utf-8")
    return path


def test_solve_freezes_facts(config, facts, tmp_path):
    result = run("plan", "solve", config, "--actuals", facts, "-o", tmp_path / "plan", "--json")
    assert result.exit_code == 0, result.output
    assert "nothing is stated in 2026 for 2 of 4 pairs of region and asset: taken as no orders" in result.stderr
    assert json.loads(result.stdout)["facts_until"] == 2026
    past = {(r["region"], r["asset"]): (float(r["units"]), float(r["capex_million"]))
            for r in rows(tmp_path / "plan" / "orders.csv") if r["year"] == "2026"}  # fmt: skip
    assert past == {("north", "mast"): (20.0, 44.0), ("south", "server"): (3.0, 20.0)}
    assert run("plan", "verify", tmp_path / "plan").exit_code == 0


def test_a_frozen_order_that_is_tampered_with_is_code_4(config, facts, tmp_path):
    assert run("plan", "solve", config, "--actuals", facts, "-o", tmp_path / "plan").exit_code == 0
    orders = tmp_path / "plan" / "orders.csv"
    text = orders.read_text("utf-8")
    assert "20.0,20.0,mast,44.0" in text
    orders.write_text(text.replace("20.0,20.0,mast,44.0", "21.0,21.0,mast,44.0"), "utf-8")
    refused(run("plan", "verify", tmp_path / "plan"), 4, "not verified", "north, mast, 2026")


def test_facts_that_changed_since_are_code_4(config, facts, tmp_path):
    assert run("plan", "solve", config, "--actuals", facts, "-o", tmp_path / "plan").exit_code == 0
    facts.write_text(FACTS.replace("2026,20,44", "2026,21,44"), "utf-8")
    refused(run("plan", "verify", tmp_path / "plan"), 4, "not verified", "facts.csv")


def test_drift_writes_tables_and_a_plan_that_verifies(old, facts, tmp_path):
    result = run("plan", "drift", old, facts, "-o", tmp_path / "drift", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told == json.loads((tmp_path / "drift" / "drift.json").read_text("utf-8"))
    assert told["facts"] == {"years": [2026], "until": 2026}
    assert told["objective"]["change"]["upper"] < 0
    assert (told["old_plan"], told["new_plan"]) == ("../old", "plan")
    names = {path.name for path in (tmp_path / "drift").iterdir()}
    tables = {f"drift{x}.csv" for x in ("", "_orders", "_shifts", "_budgets", "_innovation", "_divide", "_prices")}
    assert names == tables | {"drift.json", "plan"}
    (mast,) = [r for r in rows(tmp_path / "drift" / "drift_orders.csv")
               if (r["region"], r["asset"], r["year"]) == ("north", "mast", "2026")]  # fmt: skip
    assert (mast["phase"], float(mast["units"]), float(mast["capex_million"])) == ("fact", 20.0, 44.0)
    assert run("plan", "verify", tmp_path / "drift" / "plan").exit_code == 0


def test_drift_tells_a_planner_in_a_few_lines(old, facts, tmp_path):
    told = run("plan", "drift", old, facts, "-o", tmp_path / "drift").stderr
    for words in ("facts of 2026", "capex, million CNY", "-36.0 %", "planned anew", "gini now", "a loss"):
        assert words in told, words


def test_facts_that_are_the_plan_have_not_drifted(old, tmp_path):
    facts = as_facts(old, tmp_path / "same.csv", 2026)
    result = run("plan", "drift", old, facts, "-o", tmp_path / "drift", "--json")
    told = json.loads(result.stdout)
    change = told["objective"]["change"]
    assert change["lower"] <= 0 <= change["upper"]
    assert change["upper"] - change["lower"] <= 2.1e-6
    assert "+0.0 %" in result.stderr
    assert "no more than the gaps" in result.stderr


def test_facts_may_be_laid_upon_facts(old, facts, tmp_path):
    """A drift is a plan too: a year later it is held against the next facts."""
    assert run("plan", "drift", old, facts, "-o", tmp_path / "first").exit_code == 0
    (tmp_path / "later.csv").write_text(FACTS + "north,mast,2027,10,20,ledger\n", "utf-8")
    result = run(
        "plan", "drift", tmp_path / "first" / "plan", tmp_path / "later.csv", "-o", tmp_path / "second", "--json"
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["facts"]["years"] == [2026, 2027]


def test_counted_stocks_and_booked_upkeep_are_read(old, facts, tmp_path):
    (tmp_path / "stocks.csv").write_text("region,asset,year,units\nnorth,mast,2026,15\n", "utf-8")
    (tmp_path / "upkeep.csv").write_text("budget,year,opex_million,energy_million\nprogramme,2026,,0\n", "utf-8")
    more = ("--stocks", tmp_path / "stocks.csv", "--upkeep", tmp_path / "upkeep.csv", "--until", 2026)
    assert run("plan", "drift", old, facts, *more, "-o", tmp_path / "drift").exit_code == 0
    stands = [r for r in rows(tmp_path / "drift" / "plan" / "stocks.csv")
              if (r["region"], r["asset"], r["year"]) == ("north", "mast", "2026")]  # fmt: skip
    assert float(stands[0]["units"]) == 15.0


@pytest.mark.parametrize(
    ("old_text", "new_text", "words"),
    [
        ("north,mast", "norht,mast", ("facts.csv:2:1", "unknown region 'norht'", "did you mean 'north'")),
        ("mast,2026,20", "mast,2026,-20", ("facts.csv:2:17", "negative")),
        ("units_ordered", "units", ("facts.csv:1:1", "no column 'units_ordered'", "the columns are region, asset")),
    ],
)
def test_bad_facts_are_code_2_with_their_place(old_text, new_text, words, old, facts, tmp_path):
    facts.write_text(FACTS.replace(old_text, new_text), "utf-8")
    refused(run("plan", "drift", old, facts, "-o", tmp_path / "drift"), 2, *words)
    assert not (tmp_path / "drift").exists()


def test_bad_arguments_are_code_2(old, facts, tmp_path):
    refused(run("plan", "drift", tmp_path / "none", facts, "-o", tmp_path / "d"), 2, "not a plan folder")
    refused(run("plan", "drift", old, tmp_path / "none.csv", "-o", tmp_path / "d"), 2, "none.csv")
    refused(
        run("plan", "drift", old, facts, "--until", 2050, "-o", tmp_path / "d"), 2, "outside the horizon 2026 to 2027"
    )
    refused(run("plan", "drift", old, facts, "-o", old), 2, "exists already")
    refused(run("plan", "drift", old, facts, "-o", old, "--force"), 2, "is no drift folder")


def test_force_replaces_a_drift(old, facts, tmp_path):
    for more in ((), ("--force",)):
        assert run("plan", "drift", old, facts, "-o", tmp_path / "drift", *more).exit_code == 0
    refused(run("plan", "drift", old, facts, "-o", tmp_path / "drift"), 2, "exists already")


def test_an_old_plan_whose_config_has_changed_is_code_4(config, old, facts, tmp_path):
    config.write_text(config.read_text("utf-8").replace("limit: 1 亿元", "limit: 0.9 亿元"), "utf-8")
    refused(run("plan", "drift", old, facts, "-o", tmp_path / "drift"), 4, "not verified", "plan.yaml")
    assert not (tmp_path / "drift").exists()


def test_what_facts_make_impossible_is_explained(config, facts, tmp_path):
    """Masts of 2027 can no longer be ordered out of a total that 2026 has spent, and a floor asks for them."""
    text = config.read_text("utf-8").replace("period: year, limit: 1 亿元", "period: total, limit: 200")
    floor = "\nrules:\n  - {id: many, name: Many, kind: floor, quantity: order, limit: 5, scope: {assets: [mast]}}\n"
    config.write_text(text + floor, "utf-8")
    assert run("plan", "solve", config, "-o", tmp_path / "old").exit_code == 0
    facts.write_text(FACTS.replace("20,44", "20,190"), "utf-8")
    result = run("plan", "drift", tmp_path / "old", facts, "-o", tmp_path / "drift")
    refused(result, 3, "with these facts", "many")
    assert not (tmp_path / "drift").exists()
