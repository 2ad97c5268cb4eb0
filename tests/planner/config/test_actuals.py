"""Tables of facts: what they mean, and every way in which they can be wrong, with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.config import read
from planner.config.loading import load
from planner.config.resolved import text as resolved
from planner.scenario import Booked, Scenario
from tests.planner.config.plans import PLAN, complaints, marked, write

ACTUALS = """\
region,asset,year,units_ordered,capex_million,source
c,station,2026,30,5.5,tender
a,station,2026,20,4,tender
b,node,2027,3,7,"ledger, page 2"
"""
STOCKS = "region,asset,year,units\na,station,2026,25\na,hall,2027,0\n"
UPKEEP = "budget,year,opex_million,energy_million\nrunning,2027,12.5,3\nyearly,2026,,0\n"
TABLES = {"actuals": ACTUALS, "stocks": STOCKS, "upkeep": UPKEEP}


def config(folder: Path, held: str = "{table: actuals.csv}", **tables: str) -> Path:
    """The plan of three regions with facts."""
    path = write(folder, plan=f"{PLAN}actuals: {held}\n")
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text, "utf-8", newline="")
    return path


def scenario(folder: Path, held: str = "{table: actuals.csv}", **tables: str) -> Scenario:
    return read(config(folder, held, **tables))


ALL = "{table: actuals.csv, until: 2027, stocks: stocks.csv, upkeep: upkeep.csv}"


def test_without_facts_there_are_none(tmp_path):
    assert read(write(tmp_path)).actuals is None


def test_orders_stand_in_the_order_of_the_scenario(tmp_path):
    facts = scenario(tmp_path).actuals
    assert (facts.until, facts.years) == (2027, (2026, 2027))
    units, paid = np.zeros((3, 3, 2)), np.zeros((3, 3, 2))
    units[2, 0, 0], units[0, 0, 0], units[1, 2, 1] = 30.0, 20.0, 3.0
    paid[2, 0, 0], paid[0, 0, 0], paid[1, 2, 1] = 5.5, 4.0, 7.0
    np.testing.assert_array_equal(facts.units_ordered, units)
    np.testing.assert_array_equal(facts.capex_million, paid)
    assert np.isnan(facts.units_standing).all()
    assert facts.upkeep == ()
    assert not facts.units_ordered.flags.writeable
    assert facts.place == "plan.yaml:" + str(PLAN.count("\n") + 1)


def test_counts_and_bookings(tmp_path):
    facts = scenario(tmp_path, ALL).actuals
    assert (facts.units_standing[0, 0, 0], facts.units_standing[0, 1, 1]) == (25.0, 0.0)
    assert np.isnan(facts.units_standing).sum() == 3 * 3 * 2 - 2
    assert facts.upkeep == (Booked("running", 2027, 12.5, 3.0), Booked("yearly", 2026, 0.0, 0.0))


def test_the_last_year_of_facts_may_be_later_than_the_table(tmp_path):
    facts = scenario(tmp_path, "{table: actuals.csv, until: 2028}").actuals
    assert facts.years == (2026, 2027, 2028)
    assert facts.units_ordered[:, :, 2].sum() == 0


def test_what_is_not_stated_is_said(tmp_path):
    found = [notice for notice in scenario(tmp_path).notices if "actuals" in notice]
    assert found == [
        "actuals.csv: nothing is stated in 2026 for 7 of 9 pairs of region and asset: taken as no orders",
        "actuals.csv: nothing is stated in 2027 for 8 of 9 pairs of region and asset: taken as no orders",
    ]


def test_tables_are_inputs_of_the_plan_and_of_the_resolved_config(tmp_path):
    path = config(tmp_path, ALL)
    assert {"actuals.csv", "stocks.csv", "upkeep.csv"} <= set(read(path).files)
    assert "actuals:" in resolved(load(path))


def test_a_path_is_relative_to_the_file_that_names_it(tmp_path):
    (tmp_path / "deep").mkdir()
    config(tmp_path / "deep")
    (tmp_path / "plan.yaml").write_text("extends: [deep/plan.yaml]\n", "utf-8")
    assert read(tmp_path / "plan.yaml").actuals.units_ordered.sum() == 53


def test_facts_may_come_from_the_command_line(tmp_path):
    config(tmp_path)
    plain = write(tmp_path)
    facts = read(plain, ("actuals.table=actuals.csv", "actuals.until=2027")).actuals
    assert facts.units_ordered.sum() == 53


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("actuals", "c,station", "§d,station", "unknown region 'd'; choose one of: a, b, c"),
        ("actuals", "c,station", "c,§statoin", "unknown asset 'statoin'; did you mean 'station'?"),
        ("actuals", "c,station", "c,§", "the cell is empty; choose one of: hall, node, station"),
        (
            "actuals",
            "station,2026,30",
            "station,§2025,30",
            "year 2025 is outside the horizon 2026 to 2028; take the row",
        ),
        (
            "actuals",
            "station,2026,30",
            "station,§2028,30",
            "year 2028 is after 2027, the last year of facts; set actuals",
        ),
        ("actuals", "station,2026,30", "station,§26.5,30", "value '26.5' is not a year; write e.g. 2026"),
        ("actuals", "2026,30,", "2026,§-30,", "value '-30' is negative; expected at least 0"),
        ("actuals", "2026,30,", "2026,§,", "the cell is empty; fill in a number"),
        ("actuals", "2026,30,", "2026,§many,", "value 'many' is not a number"),
        ("actuals", "30,5.5", "30,§-5.5", "value '-5.5' is negative"),
        (
            "actuals",
            "2026,30,5.5",
            "2026,0,§5.5",
            "5.5 million were paid, but nothing was ordered; book it in the year",
        ),
        (
            "actuals",
            "a,station,2026",
            "§c,station,2026",
            "c, station, 2026 stands twice (first in line 2); add them up",
        ),
        (
            "actuals",
            ",capex_million",
            ",money",
            "there is no column 'capex_million'; the columns are region, asset, year",
        ),
        ("stocks", "a,station", "§x,station", "unknown region 'x'"),
        ("stocks", "2026,25", "2026,§-1", "value '-1' is negative"),
        ("stocks", "hall,2027", "hall,§2028", "year 2028 is after 2027"),
        ("upkeep", "running,2027", "§runing,2027", "unknown budget 'runing'; did you mean 'running'?"),
        ("upkeep", "running,2027", "running,§2026", "year 2026 is not a year of budget 'running'; take the row out"),
        ("upkeep", "12.5,3", "§,3", "the cell is empty; fill in a number"),
        ("upkeep", "yearly,2026,,0", "yearly,2026,§4,0", "budget 'yearly' does not pay opex; it pays capex"),
        ("upkeep", "yearly,2026,,0", "§running,2027,1,0", "running, 2027 stands twice; add them up in one row"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(table, old, new, words, tmp_path):
    assert TABLES[table].count(old) == 1
    text, line, column = marked(TABLES[table].replace(old, new))
    found = complaints(config(tmp_path, ALL, **{table: text}))
    place = f"{table}.csv:{line}:{column}: " if "§" in new else f"{table}.csv:1:1: "
    assert len(found) == 1, found
    assert found[0].startswith(place), found
    assert words in found[0]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("{table: nowhere.csv}", "there is no file"),
        ("{table: actuals.csv, until: 2031}", "year 2031 is outside the horizon 2026 to 2028; name a year"),
        ("{table: actuals.csv, til: 2027}", "unknown key 'til'; did you mean 'until'?"),
        ("{until: 2027}", "the key 'table' is missing"),
    ],
)
def test_what_names_the_tables_is_checked(held, words, tmp_path):
    found = complaints(config(tmp_path, held))
    assert any(words in line for line in found), found


def test_all_problems_come_at_once(tmp_path):
    spoilt = ACTUALS.replace("c,station", "d,station").replace("2026,20,4", "2026,-20,").replace("2027,3", "2027,x")
    assert len(complaints(config(tmp_path, actuals=spoilt))) == 4


def test_projects_that_are_too_late_are_named(tmp_path):
    path = config(tmp_path)
    some = [f"  - {{id: p{y}, name: P, region: a, units: {{hall: 2}}, years: [{y}]}}" for y in (2026, 2028)]
    path.write_text("\n".join([path.read_text("utf-8") + "projects:", *some]) + "\n", "utf-8")
    (notice,) = [notice for notice in read(path).notices if "projects" in notice]
    assert notice.startswith("facts until 2027: what projects built by then stands among the orders")
    assert notice.endswith("too late for p2026")
