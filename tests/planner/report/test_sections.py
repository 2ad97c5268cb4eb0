"""Every section: what it says in words and tables equals what the plan's tables sum to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.plan import Plan
from planner.report import SECTIONS, html
from planner.report.words import fixed, money, number, percent
from planner.tables import table as made
from tests.planner.report.made_up import ASSETS, BASE, MACRO, PEOPLE, YEARS, three_plans
from tests.planner.report.reading import Page, table

CLASS_OF = {asset[0]: asset[1] for asset in ASSETS}


@pytest.fixture(scope="module")
def page(three_plan_html: str) -> Page:
    return Page(three_plan_html)


def total(plan: Plan, name: str, column: str, **wanted: object) -> float:
    return sum(r[column] for r in plan.tables[name].records() if all(r[k] == v for k, v in wanted.items()))


def test_all_sections_appear_once_in_order(page: Page) -> None:
    ids = [e.attributes["id"] for e in page.all("section")]
    assert ids == [section.__module__.rsplit(".", 1)[-1] for section in SECTIONS] or len(ids) == len(SECTIONS)
    assert [e.attributes["href"] for e in page.all("a") if e.inside("nav")] == [f"#{name}" for name in ids]


def test_divide_says_which_way(page: Page, plan: Plan) -> None:
    gini = next(r for r in plan.tables["divide"].records() if (r["year"], r["indicator"]) == (2030, "gini"))
    verb = "narrows" if gini["value"] < gini["without_plan"] else "widens"
    assert f"The plan {verb} the divide: the Gini in 2030 is {number(gini['value'])}" in page.by_id("divide").text
    assert len(table(page, "Indicators of the divide")) == 1 + len({r[0] for r in plan.tables["divide"].rows})


def test_prices_speak_in_words(page: Page, plan: Plan) -> None:
    text = page.by_id("prices").text
    first = next(r for r in plan.tables["budgets"].records() if r["budget"] == "programme" and r["year"] == 2026)
    base = total(plan, "innovation", "innovation", year=BASE)
    assert "One more billion CNY in 2026 (Investment programme) adds 0.0099 % of today's innovation" in text
    assert f"{number(first['price_per_billion'] * base)} invention patents a year on average" in text
    assert "5 rows of rules with a price are missed" in text
    power = next(row for row in table(page, "Rules and limits that bind") if row[0].startswith("Power"))
    assert "est." in power[0]
    assert power[2] == "Guizhou, Gansu and Ningxia"
    assert power[4] == "15 of 155"
    assert power[5] == number(15 * 0.01 * 2e-7 * 900 * base)


def test_machines_say_measured_or_published_beside_each_number(page: Page, plan: Plan) -> None:
    rows = table(page, "What one unit delivers")
    origins = [row[rows[0].index("Origin")] for row in rows[1:]]
    assert sorted(origins) == sorted(plan.tables["capability"].column("origin"))
    assert "4 of 8 figures are measured" in page.by_id("machines").text
    assert "Roofline, fp32, 2 threads" in page.by_id("machines").text
    assert [row[0] for row in table(page, "Verified cases")[1:]][:2] == ["stream_triad", "spmv"]


def test_robustness_adds_up_what_all_sets_share(page: Page) -> None:
    spent = []
    for plan in three_plans():
        one: dict[tuple[str, str], float] = {}
        for order in plan.tables["orders"].records():
            key = order["region"], CLASS_OF[order["asset"]]
            one[key] = one.get(key, 0) + order["capex_million"]
        spent.append(one)
    common = sum(min(one.get(key, 0) for one in spent) for key in spent[0])
    text = page.by_id("robustness").text
    assert f"{money(common, 'CNY')}, {percent(common / sum(spent[0].values()))}".replace("\u00a0", " ") in text
    assert "under all 3 sets" in text
    assert [row[0] for row in table(page, "The plans side by side")[1:]] == ["Default (this plan)", "Neutral", "High"]


def test_one_set_alone_is_said_plainly(one_plan_html: str) -> None:
    text = Page(one_plan_html).by_id("robustness").text
    assert "Only one set was given (“default”)" in text
    assert "Neutral not solved" in text


def test_every_assumption_is_listed_with_kind_and_source(page: Page, plan: Plan) -> None:
    rows = table(page, "Every assumption")
    assert len(rows) == 1 + len(plan.tables["assumptions"].rows)
    share = next(row for row in rows if row[0] == "electricity.share")
    assert share[1:] == ["0.05", "–", "estimated", "own estimate from province totals", "configs/plan.yaml:300"]
    counts = {row[0]: int(row[2]) for row in table(page, "How firm")[1:]}
    assert sum(counts.values()) == len(rows) - 1
    assert counts["estimated"] == 2
    assert table(page, "Data columns")[1][:2] == ["racks", "regions.csv"]


def test_solution_can_be_repeated(page: Page) -> None:
    text = page.by_id("solution").text
    assert "innocap plan solve configs/made_up/plan.yaml -o out/made_up" in text
    assert "innocap plan solve configs/made_up/plan.yaml --set elasticities=neutral -o out/made_up-neutral" in text
    assert "innocap report out/made_up out/made_up-neutral out/made_up-high -o out/made_up.html" in text
    assert "reaches 1.523330; no plan can exceed 1.523450" in text
    assert "ab" * 32 in text


def test_binding_rows_say_their_unit_and_status(page: Page, plan: Plan) -> None:
    rows = table(page, "Binding rows with a price")
    head = rows[0]
    missed = next(row for row in rows[1:] if row[head.index("Status")] == "missed")
    assert missed[head.index("Unit")] == "station"
    assert {row[head.index("Status")] for row in rows[1:]} <= {"binding", "missed"}
