"""The workbook is read back by openpyxl, and its XML looked at where openpyxl does not."""

from __future__ import annotations

import io
import math
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.blocks import Cell, Chart, Column, Fold, Grid, Section, grid, grids, totals
from planner.report.document import Report
from planner.report.language import language
from planner.report.measures import CHANGE, COUNT, MONEY, NUMBER, PLAIN, SHARE, YEAR
from tests.planner.report.forms.specimen import COLOURS, HOSTILE, PANEL, by_name, money, specimen

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter", reason="the report extra is not installed")

from openpyxl.utils.escape import unescape  # noqa: E402

from planner.report.forms.excel import content  # noqa: E402
from planner.report.forms.excel.layout import sheets_of, unique_names  # noqa: E402
from planner.report.forms.excel.native import axes_of, colour_of  # noqa: E402
from planner.report.forms.excel.sheet import HEAD_ROW, place  # noqa: E402
from planner.report.forms.excel.styles import fitting, number_format  # noqa: E402

FIRST = HEAD_ROW + 2
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def report(lang):
    return specimen(lang)


@pytest.fixture(scope="module")
def raw(report):
    return content(report)


@pytest.fixture(scope="module")
def book(raw):
    return openpyxl.load_workbook(io.BytesIO(raw))


@pytest.fixture(scope="module")
def calculated(raw):
    return openpyxl.load_workbook(io.BytesIO(raw), data_only=True)


def parts(raw: bytes, pattern: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return [file.read(name).decode() for name in sorted(file.namelist()) if re.search(pattern, name)]


def links_of(page) -> list:
    return [cell.hyperlink for row in page for cell in row if cell.hyperlink]


def alone(table: Grid, lang: str = "en") -> bytes:
    """A workbook of one table."""
    section = Section("one", "One", "", (table,))
    return content(Report(language(lang), "Title", "k", "b", "f", "1", (section,)))


def test_there_is_a_sheet_per_table_after_the_contents(report, book):
    tables = [table for section in report.sections for table in grids(section.blocks)]
    assert book.sheetnames[0] == report.words.say("contents")
    assert len(book.sheetnames) == 1 + len(tables)
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_every_number_equals_the_stored_value(report, book):
    seen = 0
    for sheet in sheets_of(report):
        where = place(sheet.grid).columns
        for at, row in enumerate(sheet.grid.rows):
            for cell, column, to in zip(row, sheet.grid.columns, where, strict=True):
                found = book[sheet.name].cell(FIRST + at, to + 1).value
                if isinstance(cell.value, int | float) and math.isfinite(cell.value):
                    assert found == pytest.approx(report.words.stored(cell.value, column.measure), rel=1e-15)
                    seen += 1
                elif not isinstance(cell.value, str):
                    assert found is None
    assert seen > 100


def test_text_stays_text(report, book):
    sheet = next(sheet for sheet in sheets_of(report) if sheet.grid.id == "hostile")
    page = book[sheet.name]
    found = [page.cell(FIRST + at, 1) for at in range(len(HOSTILE))]
    told = [
        cell.value if cell.value == name else unescape(cell.value) for cell, name in zip(found, HOSTILE, strict=True)
    ]
    assert told == list(HOSTILE)
    assert {cell.data_type for cell in found} == {"s"}
    assert [cell.quotePrefix for cell in found] == [name[0] in "=+-@\t\r" for name in HOSTILE]


def test_only_sums_are_formulas_and_only_own_sheets_are_links(report, book, raw):
    formulas = [cell.value for page in book for row in page for cell in row if cell.data_type == "f"]
    assert len(formulas) == sum(len(table.total) for section in report.sections for table in grids(section.blocks))
    assert all(re.fullmatch(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)", formula) for formula in formulas)
    links = [link for page in book for link in links_of(page)]
    assert links
    assert all(link.location and not link.target for link in links)
    assert not any("External" in text for text in parts(raw, r"\.rels$"))


def test_links_lead_to_sheets_that_exist(book):
    for page in book:
        for link in links_of(page):
            name = link.location.rpartition("!")[0].strip("'").replace("''", "'")
            assert name in book.sheetnames


def test_totals_are_formulas_with_their_value(report, book, calculated):
    for sheet in (sheet for sheet in sheets_of(report) if sheet.grid.total):
        where, row = place(sheet.grid).columns, FIRST + len(sheet.grid.rows)
        assert book[sheet.name].cell(row, 1).value == report.words.say("total")
        for at, value in totals(sheet.grid).items():
            formula, cached = (found[sheet.name].cell(row, where[at] + 1).value for found in (book, calculated))
            first, last = re.fullmatch(r"=SUM\((\w+):(\w+)\)", formula).groups()
            summed = [cell.value for cells in calculated[sheet.name][first:last] for cell in cells]
            assert cached == pytest.approx(math.fsum(summed))
            assert cached == pytest.approx(report.words.stored(value, sheet.grid.columns[at].measure))
            assert len(summed) == len(sheet.grid.rows)


def test_marks_stand_in_a_column_of_their_own(report, book):
    sheet = next(sheet for sheet in sheets_of(report) if sheet.grid.id == "money")
    page, placed = book[sheet.name], place(sheet.grid)
    assert placed.columns == (0, 1, 2, 4)
    assert placed.marks == {2: 3}
    assert page.cell(HEAD_ROW + 1, 4).value == report.words.say("excel-mark")
    assert page.cell(FIRST, 4).value == report.words.say("mark-estimated-long")
    assert page.cell(FIRST, 5).value == report.words.say("mark-measured-long")


def test_heads_stay_filter_and_lead_back(report, book):
    for sheet in sheets_of(report):
        page = book[sheet.name]
        assert page.freeze_panes == f"B{FIRST}"
        assert page["A1"].value.endswith(sheet.title)
        assert page["A2"].value == f"← {report.words.say('contents')}"
        if sheet.grid.rows:
            assert page.auto_filter.ref.startswith(f"A{HEAD_ROW + 1}:")
            assert page.auto_filter.ref.endswith(str(FIRST + len(sheet.grid.rows) - 1))


def test_hints_become_comments(report, book):
    sheet = next(sheet for sheet in sheets_of(report) if sheet.grid.id == "hostile")
    told = [book[sheet.name].cell(FIRST + at, 1).comment.text for at in range(len(HOSTILE))]
    assert [text.strip() for text in told][6:9] == [name.strip() for name in HOSTILE[6:9]]
    every = next(sheet for sheet in sheets_of(report) if sheet.grid.id == "every_measure")
    assert book[every.name].cell(HEAD_ROW + 1, 2).comment.text == "a hint"


def test_charts_are_native_and_in_the_colours_of_the_report(raw):
    charts = parts(raw, r"charts/chart\d+\.xml$")
    kinds = [re.search(r"<c:(bar|scatter|line)Chart>", text)[1] for text in charts]
    assert kinds == ["bar", "bar", "scatter", "scatter"]
    assert [re.search(r'barDir val="(\w+)"', text)[1] for text in charts[:2]] == ["col", "bar"]
    assert all('grouping val="stacked"' in text for text in charts[:2])
    assert all(colour[1:].upper() in text.upper() for text in charts[:2] for _, colour in COLOURS)
    assert all("GW" in text for text in charts[:1] + charts[2:])
    assert 'min val="2025"' in charts[3]


def test_the_first_bar_stands_on_top(raw):
    """Categories run downwards, amounts to the right with their axis at the bottom."""
    bars = parts(raw, r"charts/chart2\.xml$")[0]
    category, amount = (re.search(rf"<c:{kind}Ax>.*?</c:{kind}Ax>", bars)[0] for kind in ("cat", "val"))
    assert 'orientation val="maxMin"' in category
    assert 'orientation val="minMax"' in amount
    assert 'crosses val="max"' in amount


def test_charts_refer_to_their_table(report, raw):
    charts = parts(raw, r"charts/chart\d+\.xml$")
    drawn = [sheet for sheet in sheets_of(report) if sheet.chart and sheet.chart.native]
    for text, sheet in zip(charts, drawn, strict=True):
        rows = {tuple(map(int, found)) for found in re.findall(r"\$[A-Z]+\$(\d+):\$[A-Z]+\$(\d+)</c:f>", text)}
        assert rows == {(FIRST, FIRST + len(sheet.grid.rows) - 1)}
        names = {name.strip("'") for name in re.findall(r"<c:f>(.*?)!", text)}
        assert names == {sheet.name}


def test_names_of_a_chart_are_references_never_formulas(raw):
    for text in parts(raw, r"charts/chart\d+\.xml$"):
        assert not re.search(r"<c:f>(?!'?[\w ]+'?!\$)", text)


def test_data_bars_are_as_long_as_the_shares():
    text = "".join(parts(alone(money()), r"worksheets/sheet2\.xml"))
    assert text.count("<dataBar>") == 1
    value, share = 100.5 * 4, 4 / 4
    assert re.search(r'<cfvo type="num" val="0"/>\s*<cfvo type="num" val="([\d.]+)"', text)[1] == str(
        value / share / 1000
    )


def test_tables_behind_maps_are_shaded(report, raw):
    names = [sheet.grid.id for sheet in sheets_of(report) if sheet.shaded]
    assert names == ["map", "slider"]
    assert sum(text.count("<colorScale>") for text in parts(raw, r"worksheets/sheet\d+\.xml$")) == 2


def test_a_matrix_has_one_scale():
    columns = (Column("From"), Column("a", SHARE), Column("b", SHARE), Column("year", YEAR), Column("c", COUNT))
    table = grid("m", "Matrix", columns, [("x", 0.1, 0.2, 2026, 3), ("y", 0.3, 0.4, 2027, 5)])
    chart = Chart("m", "Matrix", (PANEL,), "", table)
    section = Section("one", "One", "", (chart,))
    raw = content(Report(language("en"), "Title", "k", "b", "f", "1", (section,)))
    assert re.findall(r'<conditionalFormatting sqref="([^"]+)"', parts(raw, r"sheet2\.xml$")[0]) == ["B6:C7", "E6:E7"]


def test_the_same_report_gives_the_same_bytes(report, raw, lang):
    assert content(specimen(lang)) == raw
    assert "2026-11-20T10:00:00Z" in parts(raw, "core.xml")[0]


def test_a_report_without_a_time_is_reproducible_too(report):
    timeless = replace(report, created="")
    assert content(timeless) == content(timeless)


def test_the_first_sheet_tells_and_leads(report, book):
    page = book.worksheets[0]
    told = [cell.value for row in page for cell in row if cell.value is not None]
    assert told[:3] == [report.kicker, report.title, report.byline]
    assert {"CNY 12 bn", "new capacity", "First sentence.", "The search stopped early.", report.footer} <= set(told)
    assert {section.title for section in report.sections} <= set(told)
    assert {sheet.title for sheet in sheets_of(report)} <= set(told)
    assert len(links_of(page)) == len(sheets_of(report))


@pytest.mark.parametrize(
    ("value", "measure", "shape"),
    [
        (2026, YEAR, "0"),
        (1234567, COUNT, "#,##0"),
        (0.1234, SHARE, "#,##0.0%"),
        (7.9e-7, SHARE, "#,##0.000000%"),
        (0.05, CHANGE, "+#,##0.0%;-#,##0.0%;#,##0.0%"),
        (1234.0, MONEY, "#,##0.0"),
        (0.0123, NUMBER, "#,##0.0000"),
        (1234.5, NUMBER, "#,##0"),
        (1.9e-7, NUMBER, "0.00E+00"),
        (0.25, PLAIN, "#,##0.00"),
        (3, PLAIN, "#,##0"),
    ],
)
def test_number_formats(value, measure, shape):
    assert number_format(value, measure, language("en")) == shape


@given(st.floats(1e-5, 1e9), st.sampled_from([COUNT, NUMBER, PLAIN, MONEY, SHARE]), st.sampled_from(["en", "zh"]))
def test_a_cell_shows_as_many_decimals_as_the_other_forms(value, measure, lang):
    words = language(lang)
    shape = number_format(value, measure, words)
    scale = 100 if measure.kind == "share" else 1
    decimals = len(shape.partition(".")[2].rstrip("%"))
    if shape != "0.00E+00" and "×" not in words.show(value, measure):
        shown = re.sub(r"[^\d.]", "", words.show(value, measure))
        assert f"{scale * words.stored(value, measure):.{decimals}f}" == shown


@given(st.lists(st.text(max_size=45), max_size=30))
def test_names_of_sheets_are_what_excel_takes(wanted):
    found = unique_names(wanted, taken=("Contents",))
    assert len(found) == len(wanted)
    assert len({name.casefold() for name in (*found, "Contents", "History")}) == len(found) + 2
    for name in found:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_chinese_sheets_have_chinese_names():
    table = grid("money", "分年度投资，亿元", ("年份",), [("x",)])
    book = openpyxl.load_workbook(io.BytesIO(alone(table, "zh")))
    assert book.sheetnames == ["目录", "分年度投资"]


def test_dots_stand_over_the_first_number_of_a_named_row():
    named = Chart("d", "t", (PANEL,), "", by_name("d"), "dots")
    assert axes_of(named) == (1, [2])
    assert axes_of(replace(named, native="columns")) == (0, [1, 2])


def test_only_numbers_of_one_kind_share_an_axis():
    columns = (Column("Region"), Column("a", MONEY), Column("b", SHARE), Column("c", MONEY))
    chart = Chart("d", "t", (PANEL,), "", grid("d", "d", columns, [("x", 1.0, 0.5, 2.0)]), "columns")
    assert axes_of(chart) == (0, [1, 3])


def test_colours_follow_names_then_order():
    chart = Chart("d", "t", (PANEL,), "", by_name("d"), "columns", (("South", "#111111"), ("x", "#222222")))
    assert colour_of(chart, Column("South"), 0) == "#111111"
    assert colour_of(chart, Column("North"), 1) == "#222222"


def test_text_longer_than_a_cell_is_cut_visibly():
    assert fitting("a" * 32_767) == "a" * 32_767
    assert fitting("a" * 40_000) == "a" * 32_766 + "…"
    assert openpyxl.load_workbook(io.BytesIO(alone(grid("x", "X", ("a",), [("b" * 40_000,)]))))["X"]["A6"].value


def test_an_empty_table_is_written_without_filter_and_sums():
    columns = (Column("a"), Column("n", COUNT))
    page = openpyxl.load_workbook(io.BytesIO(alone(grid("x", "X", columns, [], total=(1,)))))["X"]
    assert page.auto_filter.ref is None
    assert page.max_row == HEAD_ROW + 1


def test_tables_inside_folds_have_sheets():
    table = grid("x", "X", ("a",), [(Cell("b"),)])
    section = Section("one", "One", "", (Fold("f", (Fold("g", (table,)),)),))
    assert [s.name for s in sheets_of(Report(language("en"), "T", "k", "b", "f", "1", (section,)))] == ["X"]
