"""The page as text: closed to the network, safe against hostile names, with the numbers of the report."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from planner.plan import Plan
from planner.tables import table as plan_table
from tests.planner.report.forms.specimen import HOSTILE, specimen
from tests.planner.report.made_up import changed, three_plans
from tests.planner.report.reading import Page, tables

pytest.importorskip("vl_convert", reason="the report extra is not installed")

from planner.report import Report, compose
from planner.report.blocks import Block, Chart, Fold, Grid, Slider, totals
from planner.report.forms.html import content
from planner.report.forms.html.page import inline

EVIL = '<script>alert("1")</script> & "quoted" \\ \'x\' </title> <b>'


@pytest.fixture(scope="module")
def page(three_report: Report) -> Page:
    return Page(content(three_report).decode())


@pytest.fixture(scope="module", params=["en", "zh"])
def specimen_page(request: pytest.FixtureRequest) -> Page:
    return Page(content(specimen(request.param)).decode())


def shown(blocks: tuple[Block, ...]) -> list[Grid]:
    """The tables a page shows, those behind figures where there are numbers."""
    found: list[Grid] = []
    for block in blocks:
        if isinstance(block, Grid):
            found.append(block)
        elif isinstance(block, Chart | Slider):
            found += [block.data] * bool(block.data.rows)
        elif isinstance(block, Fold):
            found += shown(block.blocks)
    return found


def grids(report: Report) -> list[Grid]:
    return [grid for section in report.sections for grid in shown(section.blocks)]


def test_the_page_is_balanced(page: Page, specimen_page: Page) -> None:
    assert page.faults == []
    assert specimen_page.faults == []


def test_ids_are_unique_and_links_lead_somewhere(page: Page, specimen_page: Page) -> None:
    for one in (page, specimen_page):
        ids = [element.attributes["id"] for element in one.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids))
        for name in ("href", "for", "aria-labelledby"):
            named = [element.attributes[name] or "" for element in one.elements if name in element.attributes]
            assert {value.removeprefix("#") for value in named} <= set(ids)


def test_nothing_is_loaded_from_anywhere(page: Page, specimen_page: Page) -> None:
    for one in (page, specimen_page):
        for element in one.elements:
            for name in ("src", "href", "xlink:href", "srcset", "data", "action", "formaction", "poster"):
                value = element.attributes.get(name) or "#"
                assert value.startswith("#"), (element.tag, name, value)
            assert not any(name.startswith("on") for name in element.attributes)
        assert not {"link", "img", "iframe", "object", "embed", "base"} & {element.tag for element in one.elements}
        styles = " ".join(element.text for element in one.all("style"))
        assert "@import" not in styles
        assert "url(" not in styles


def test_the_policy_lets_these_scripts_run_and_no_others(page: Page) -> None:
    policy = next(e for e in page.all("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy.attributes["content"]).split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    run = [e for e in page.all("script") if e.attributes.get("type") != "application/json"]
    hashes = {base64.b64encode(hashlib.sha256("".join(e.parts).encode()).digest()).decode() for e in run}
    assert set(rules["script-src"].split()) == {f"'sha256-{value}'" for value in hashes}
    assert page.elements.index(policy) < page.elements.index(page.all("script")[0])


def test_specifications_hold_their_data(page: Page) -> None:
    """None of them asks for a file."""
    drawn = [e for e in page.all("script") if e.attributes.get("type") == "application/json" and e.inside("figure")]
    assert len(drawn) == len(page.all("figure"))
    for element in drawn:
        for spec in json.loads("".join(element.parts)):
            assert not any("url" in data for data in spec["data"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_stands_in_its_table(lang: str, three_report: Report, chinese_report: Report) -> None:
    report = three_report if lang == "en" else chinese_report
    show = report.words.show
    found, wanted = tables(Page(content(report).decode())), grids(report)
    assert len(found) == len(wanted) > 20
    for rows, grid in zip(found, wanted, strict=True):
        assert [cell.text for cell in rows[0]] == [" ".join(column.name.split()) for column in grid.columns]
        for row, cells in zip(rows[1:], grid.rows, strict=False):
            for element, cell, column in zip(row, cells, grid.columns, strict=True):
                if cell.mark != cell.value:
                    assert element.text.startswith(" ".join(show(cell.value, column.measure).split()))
                if isinstance(cell.value, int | float):
                    assert float(element.attributes["data-v"] or "") == pytest.approx(cell.value, nan_ok=True)
        sums = totals(grid)
        assert len(rows) == 1 + len(grid.rows) + bool(sums)
        for at, value in sums.items():
            assert rows[-1][at].text == " ".join(show(value, grid.columns[at].measure).split())


def test_money_of_a_region_is_what_the_plan_orders(page: Page, plan: Plan) -> None:
    """From the page back to the folder's table, past everything in between."""
    every = [row for rows in tables(page) for row in rows[1:]]
    orders = plan.tables["orders"].records()
    for name, region in (("Guangdong", "CN-GD"), ("Tibet", "CN-XZ")):
        spent = math.fsum(row["capex_million"] for row in orders if row["region"] == region)
        cells = [cell for row in every if row[0].text.startswith(name) for cell in row]
        assert any(float(cell.attributes.get("data-v") or "nan") == pytest.approx(spent) for cell in cells)


def test_every_figure_and_table_is_named(page: Page, specimen_page: Page) -> None:
    for one in (page, specimen_page):
        drawings = [e for e in one.elements if "drawing" in (e.attributes.get("class") or "").split()]
        assert len(drawings) >= len(one.all("figure")) > 4
        for drawing in drawings:
            assert drawing.attributes["role"] == "img"
            assert drawing.attributes["aria-label"]
        assert all(e.text for e in one.all("caption"))
        assert len(one.all("caption")) == len(one.all("table"))
        assert {e.attributes.get("scope") for e in one.all("th")} == {"col", "row"}
        assert [e.tag for e in one.elements if e.tag in ("h1", "main", "nav", "header", "footer")] == [
            "header",
            "h1",
            "nav",
            "main",
            "footer",
        ]


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 or (before, after) == (2, 4) for before, after in pairwise(levels))


def test_the_contents_list_every_section(page: Page, three_report: Report) -> None:
    links = [e for e in page.all("a") if e.inside("nav")]
    assert [e.attributes["href"] for e in links] == [f"#{section.id}" for section in three_report.sections]
    assert [e.attributes["id"] for e in page.all("section")] == [section.id for section in three_report.sections]


def test_names_that_mean_harm_stay_text(specimen_page: Page) -> None:
    report = specimen("en")
    assert specimen_page.all("h1")[0].text == HOSTILE[0]
    rows = next(rows for rows in tables(specimen_page) if rows[0][0].text == "Name")
    for name, row in zip(HOSTILE, rows[1:], strict=True):
        assert row[0].text == " ".join(f"{name} {name}".split())
    assert {e.tag for e in specimen_page.elements if e.inside("main")} & {"img", "b", "em", "strong"} == set()
    figures = sum(isinstance(block, Chart | Slider) for section in report.sections for block in section.blocks)
    assert len(specimen_page.all("script")) == figures + 4


def test_names_in_the_plan_stay_text_in_drawings_too(plan: Plan) -> None:
    named = {"name": EVIL, "name_zh": EVIL}
    regions = [{**r, **named} if r["id"] == "CN-GD" else r for r in plan.summary["regions"]]
    assets = [{**a, **named} if a["id"] == "rack" else a for a in plan.summary["assets"]]
    classes = [{**c, **named} if c["id"] == "edge" else c for c in plan.summary["classes"]]
    evil = changed(plan, title=EVIL, regions=regions, assets=assets, classes=classes)
    raw, plain = content(compose([evil])).decode(), content(compose([plan])).decode()
    found = Page(raw)
    assert found.faults == []
    assert "<script>alert" not in raw
    assert len(found.all("script")) == len(Page(plain).all("script"))
    assert not found.all("b")
    assert found.all("h1")[0].text == found.all("title")[0].text == EVIL


def test_closing_tags_cannot_end_the_inlined_parts() -> None:
    assert "</script" not in inline("x = '</script>'; y = '</SCRIPT>'").lower()
    assert "<!--" not in inline("<!-- x")
    assert inline("a < b && c </ d") == "a < b && c </ d"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_plan_may_lack_almost_everything(plan: Plan, lang: str) -> None:
    lacking = ("orders", "flows", "divide", "capability", "rules", "demand", "budgets", "factors", "assumptions")
    bare = {name: plan_table(name, []) for name in lacking}
    regions = [{**region, "tile": None, "name_zh": ""} for region in plan.summary["regions"]]
    lists = {key: [] for key in ("groups", "sources", "rounds", "capability_records")}
    less = changed(replace(plan, tables={**plan.tables, **bare}), regions=regions, title_zh="", **lists)
    found = Page(content(compose([less], lang)).decode())
    assert found.faults == []
    assert len(found.all("section")) > 2


def test_the_same_report_gives_the_same_bytes(three_report: Report) -> None:
    assert content(three_report) == content(three_report)


def test_a_page_without_figures_carries_no_drawing_library() -> None:
    report = specimen("en")
    words = replace(report, sections=tuple(section for section in report.sections if section.id == "summary"))
    assert len(content(words)) < 40_000


def test_the_file_stays_small() -> None:
    assert len(content(compose(three_plans()))) < 4_000_000
