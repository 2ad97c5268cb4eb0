"""The file as a whole: valid, closed to the network, safe against hostile names, written whole or not at all."""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest

from planner.plan import Plan
from planner.report import ReportError, html, write_html
from planner.report.page import inline
from planner.tables import table as plan_table
from tests.planner.report.made_up import bench_result, changed, national_plan
from tests.planner.report.reading import Page

HOSTILE = '<script>alert("1")</script> & "quoted" \\ \'x\' </title>'


@pytest.fixture(scope="module")
def hostile_html(plan: Plan) -> str:
    regions = [{**r, "name": HOSTILE, "name_zh": "<b>"} if r["id"] == "CN-GD" else r for r in plan.summary["regions"]]
    assets = [{**a, "name": HOSTILE} if a["id"] == "rack" else a for a in plan.summary["assets"]]
    demand = [{**c, "name": HOSTILE} if c["id"] == "edge" else c for c in plan.summary["classes"]]
    return html([changed(plan, title=HOSTILE, regions=regions, assets=assets, classes=demand)])


def test_the_page_is_balanced_html(one_plan_html: str, three_plan_html: str) -> None:
    for text in (one_plan_html, three_plan_html):
        assert text.startswith("<!doctype html>")
        assert Page(text).faults == []


def test_nothing_is_loaded_from_anywhere(three_plan_html: str) -> None:
    page = Page(three_plan_html)
    for element in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "data", "action"):
            value = element.attributes.get(name) or "#"
            assert value.startswith("#"), (element.tag, name, value)
    assert not page.all("link")
    assert not page.all("img")
    assert not page.all("iframe")
    assert "@import" not in three_plan_html
    assert set(re.findall(r"url\(([^)]*)\)", three_plan_html)) <= {f"#{e.attributes.get('id')}" for e in page.elements}
    policy = next(e for e in page.all("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in str(policy.attributes["content"])


def test_the_file_stays_small(three_plan_html: str) -> None:
    assert len(three_plan_html.encode()) < 3e6


def test_ids_are_unique(three_plan_html: str) -> None:
    ids = [e.attributes["id"] for e in Page(three_plan_html).elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_every_drawing_has_a_name_and_tooltips(three_plan_html: str) -> None:
    page = Page(three_plan_html)
    drawings = page.all("svg")
    assert len(drawings) > 20
    for drawing in drawings:
        assert drawing.attributes["role"] == "img"
        assert drawing.attributes["aria-label"]
        assert drawing.attributes["viewbox"]
    titles = [e for e in page.all("title") if e.inside("svg")]
    assert len(titles) > 300
    assert any(e.text == "Guangdong: 226 CNY bn" for e in titles)


def test_figures_have_captions_and_tables_have_captions(three_plan_html: str) -> None:
    page = Page(three_plan_html)
    assert len(page.all("figure")) == len([e for e in page.all("figcaption") if len(e.text) > 30])
    assert len(page.all("table")) == len([e for e in page.all("caption") if e.text])
    assert all(e.attributes.get("scope") for e in page.all("th"))


def test_hostile_names_stay_text(hostile_html: str) -> None:
    page = Page(hostile_html)
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert not page.all("b")
    assert "<script>alert" not in hostile_html
    assert page.all("h1")[0].text == HOSTILE
    assert any(e.text.startswith(HOSTILE) for e in page.all("title") if e.inside("svg"))


def test_closing_tags_cannot_end_the_inlined_parts() -> None:
    assert "</script" not in inline("x = '</script>'; y = '</SCRIPT>'").lower()


def test_a_plan_may_lack_flows_divide_groups_tiles_and_evidence(plan: Plan) -> None:
    bare = {name: plan_table(name, []) for name in ("flows", "divide", "capability", "rules", "demand", "budgets")}
    regions = [{**r, "tile": None, "name_zh": ""} for r in plan.summary["regions"]]
    lists = {key: [] for key in ("groups", "sources", "rounds", "capability_records")}
    less = changed(replace(plan, tables={**plan.tables, **bare}), regions=regions, title_zh="", **lists)
    page = Page(html([less]))
    assert page.faults == []
    assert "no flows of computing" in page.by_id("flows").text
    assert "no indicators" in page.by_id("divide").text
    assert "No asset of this plan takes its capacity from a machine" in page.by_id("machines").text
    assert "No budget has a price" in page.by_id("prices").text
    assert "The plan has no budget" in page.by_id("budgets").text


def test_a_plan_that_orders_nothing_says_so(plan: Plan) -> None:
    from planner.report.context import context
    from planner.report.sections import allocation, robustness, summary

    idle = context([replace(plan, tables={**plan.tables, "orders": plan_table("orders", [])}), plan])
    assert allocation.section(idle).blocks[0].paragraphs == ("Nothing is ordered in 2026–2030.",)
    assert summary.where_the_money_goes(idle) == "Nothing is ordered in 2026–2030."
    assert "–" in robustness.common_words(idle)


def test_a_stopped_solve_is_said_on_the_first_page(plan: Plan) -> None:
    from planner.report.context import context
    from planner.report.sections import summary

    blocks = summary.section(context([changed(plan, status="limit")])).blocks
    assert any("stopped at a limit" in getattr(block, "text", "") for block in blocks)


@pytest.mark.parametrize("nothing", [None, math.inf])
def test_an_unknown_bound_is_never_called_certified(plan: Plan, nothing: float | None) -> None:
    from planner.report.context import context
    from planner.report.sections import solution, summary

    unknown = {"upper": nothing, "lower": 1.5, "gap": nothing, "unit": "index"}
    first = {**plan.summary["rounds"][0], "upper": nothing, "gap": nothing}
    ctx = context([changed(plan, status="limit", bounds=unknown, rounds=[first, *plan.summary["rounds"][1:]])])
    assert "stopped before it could prove" in summary.what_it_buys(ctx)
    assert "stopped before it could prove" in solution.certificate(ctx)
    assert len(solution.finite_rounds(ctx)) == 4
    assert any(figure.value == "not proved" for figure in summary.section(ctx).blocks[2].figures)


def test_a_noisy_benchmark_is_called_noisy(plan: Plan) -> None:
    from planner.report.context import context
    from planner.report.sections import machines

    result = {**bench_result(), "environment": {"verdict": "noisy"}}
    blocks = machines.section(context([plan], result)).blocks
    assert any("not quiet" in getattr(block, "text", "") for block in blocks)


def test_unverified_and_unknown_cases_are_left_out(plan: Plan) -> None:
    from planner.report.context import context
    from planner.report.sections import machines

    result: dict[str, Any] = bench_result()
    result["cases"][0]["verification"]["passed"] = False
    result["cases"][1]["median_s"] = None
    del result["ceilings"]["dram_gb_per_s"]
    titles = [getattr(b, "title", getattr(b, "caption", "")) for b in machines.section(context([plan], result)).blocks]
    assert "Verified cases of the benchmark" in titles
    assert not any(str(t).startswith("Roofline") for t in titles)


def test_the_file_is_written_whole(tmp_path: Path, plan: Plan, one_plan_html: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("planner.report.html", lambda plans, bench=None: one_plan_html)
    path = tmp_path / "deep" / "report.html"
    write_html([plan], path)
    write_html([plan], path)
    assert path.read_text("utf-8") == one_plan_html
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_a_full_disk_leaves_the_old_report(tmp_path: Path, plan: Plan, monkeypatch: Any) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("planner.report.html", lambda plans, bench=None: "new")
    monkeypatch.setattr("planner.report.os.fsync", full)
    with pytest.raises(ReportError, match=r"report\.html: cannot write the report: No space left on device; nothing"):
        write_html([plan], path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_missing_drawing_packages_name_the_remedy(tmp_path: Path, plan: Plan, monkeypatch: Any) -> None:
    monkeypatch.setattr("planner.report.importlib.util.find_spec", lambda name: None if name == "vl_convert" else name)
    with pytest.raises(ReportError, match=r"vl-convert-python, which is not installed; run: pip install 'innocap\[rep"):
        write_html([plan], tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_no_plan_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="innocap plan solve"):
        write_html([], tmp_path / "report.html")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_it_without_sideways_scroll(width: int, tmp_path: Path, three_plan_html: str) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no Chromium here")
    probe = (
        "<script>parent.document.title = [innerWidth, document.documentElement.scrollWidth].join(' ')</script></body>"
    )
    framed = escape(three_plan_html.replace("</body>", probe))
    outer = tmp_path / "outer.html"
    outer.write_text(f'<meta charset="utf-8"><iframe width="{width}" height="800" srcdoc="{framed}"></iframe>', "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--virtual-time-budget=3000", "--dump-dom", outer.as_uri()]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except subprocess.TimeoutExpired:
        pytest.skip("Chromium did not answer in 60 s")
    found = re.search(r"<title>(\d+) (\d+)</title>", shown)
    if found is None:
        pytest.skip("Chromium cannot run here")
    inner, scroll = map(int, found.groups())
    assert inner == width or abs(inner - width) <= 20
    assert scroll <= inner


def test_the_made_up_plan_is_the_same_every_time() -> None:
    assert national_plan() == national_plan()
