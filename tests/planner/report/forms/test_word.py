"""The Word file is read back by python-docx: numbers, styles, fields, hostile names."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

docx = pytest.importorskip("docx", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from docx.oxml.ns import qn  # noqa: E402

from planner.report.blocks import Chart, Column, Grid, Section, Slider, grid, grids, totals  # noqa: E402
from planner.report.document import Report  # noqa: E402
from planner.report.forms.paper.tables import mark_of, plain  # noqa: E402
from planner.report.forms.word import content  # noqa: E402
from planner.report.forms.word.markup import legal, picture, said  # noqa: E402
from planner.report.language import language  # noqa: E402
from planner.report.measures import COUNT  # noqa: E402
from planner.report.numbering import numbering  # noqa: E402
from tests.planner.report.forms.specimen import HOSTILE, specimen  # noqa: E402


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request) -> Report:
    return specimen(request.param)


@pytest.fixture(scope="module")
def file(report) -> bytes:
    return content(report)


@pytest.fixture(scope="module")
def document(file):
    return docx.Document(io.BytesIO(file))


def data_tables(document) -> list:
    return [one for one in document.tables if one.style.name == "Report Table"]


def shown(report: Report, table: Grid) -> list[list[str]]:
    """A table as a reader should see it."""
    words, rows = report.words, [[plain(column.name) for column in table.columns]]
    for line in table.rows:
        cells = []
        for cell, column in zip(line, table.columns, strict=True):
            text = "" if cell.mark and cell.mark == cell.value else plain(words.show(cell.value, column.measure))
            cells.append(" ".join(filter(None, (text, plain(cell.hint), mark_of(words, cell.mark)))))
        rows.append(cells)
    if table.total and table.rows:
        sums = totals(table)
        rest = list(enumerate(table.columns))[1:]
        rows.append([words.say("total"), *(words.show(sums[at], c.measure) if at in sums else "" for at, c in rest)])
    return rows


def in_order(document) -> dict[str, list[list[str]]]:
    """Caption without its label -> rows of the table below it."""
    found = {}
    for table in data_tables(document):
        caption = table._element.getprevious()
        found["".join(t.text or "" for t in caption.iter(qn("w:t")))] = [
            [c.text for c in row.cells] for row in table.rows
        ]
    return found


def simple(*blocks, lang: str = "en", **changes) -> Report:
    sections = (Section("only", "Only section", "", blocks),)
    return replace(Report(language(lang), "Title", "Kicker", "By", "Foot", "0.1", sections, "2026-11-20"), **changes)


def fields(document) -> list[str]:
    return [one.text.strip() for one in document.element.iter(qn("w:instrText"))]


def test_every_cell_of_every_table_is_read_back(report, document):
    numbers, found = numbering(report.sections), in_order(document)
    tables = [table for section in report.sections for table in grids(section.blocks)]
    behind = {
        block.data.id: block.id for s in report.sections for block in s.blocks if isinstance(block, Chart | Slider)
    }
    for table in tables:
        if not table.rows and table.id in behind:
            continue
        label = (
            report.words.say("form-figure", number=numbers.figures[behind[table.id]])
            if table.id in behind
            else report.words.say("form-table", number=numbers.tables[table.id])
        )
        assert found[f"{label}\u2002{plain(table.caption)}"] == shown(report, table)
    assert len(found) == len(tables)


def test_captions_carry_the_numbers_of_all_forms_as_fields(report, document):
    numbers = numbering(report.sections)
    wanted = {rf"SEQ Figure \r {n} \* ARABIC" for n in numbers.figures.values()}
    wanted |= {rf"SEQ Table \r {n} \* ARABIC" for n in numbers.tables.values()}
    assert {one for one in fields(document) if one.startswith("SEQ")} == wanted
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    for id, number in numbers.figures.items():
        assert any(text.startswith(report.words.say("form-figure", number=number)) for text in captions), id


def test_contents_are_filled_in_and_lead_to_the_chapters(report, document):
    assert r'TOC \o "1-1" \h \z \u' in fields(document)
    entries = [p for p in document.paragraphs if p.style.name == "toc 1"]
    links = [link.get(qn("w:anchor")) for p in entries for link in p._element.iter(qn("w:hyperlink"))]
    marks = {one.get(qn("w:name")) for one in document.element.iter(qn("w:bookmarkStart"))}
    chapters = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert len(entries) == len(links) == len(chapters)
    assert set(links) <= marks
    for entry, chapter in zip(entries, chapters, strict=True):
        assert "".join(t.text for t in entry._element.iter(qn("w:t"))).endswith(chapter)


def test_every_link_leads_somewhere_and_numbers_of_bookmarks_differ(document):
    starts = list(document.element.iter(qn("w:bookmarkStart")))
    names, ids = [one.get(qn("w:name")) for one in starts], [one.get(qn("w:id")) for one in starts]
    assert len(set(names)) == len(names)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"_\w{1,39}", name) for name in names)
    assert {one.get(qn("w:anchor")) for one in document.element.iter(qn("w:hyperlink"))} <= set(names)


def test_heads_repeat_and_rows_stay_whole(document):
    for table in data_tables(document):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in table.rows[1:])
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_numbers_stand_right_and_text_left():
    table = grid("t", "T", ("Name", Column("Count", COUNT)), [("a", 1), ("b", 2)])
    found = data_tables(docx.Document(io.BytesIO(content(simple(table)))))[0]
    looks = [[cell.paragraphs[0].style.name for cell in row.cells] for row in found.rows]
    assert looks == [["Table Text 8.5 pt", "Table Number 8.5 pt"]] * 3
    document = docx.Document(io.BytesIO(content(simple(table))))
    assert document.styles["Table Number"].paragraph_format.alignment == 2


def test_tables_fit_between_the_margins(document):
    section = document.sections[0]
    rooms = {section.page_width - section.left_margin - section.right_margin}
    rooms |= {s.page_width - s.left_margin - s.right_margin for s in document.sections}
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= max(rooms) + 13_000


def test_drawings_carry_what_they_show(report, document):
    told = [one.get("descr") for one in document.element.iter(qn("wp:docPr"))]
    panels = [p for s in report.sections for b in s.blocks if isinstance(b, Chart) for p in b.panels]
    panels += [b.frames[b.shown].panel for s in report.sections for b in s.blocks if isinstance(b, Slider)]
    assert sorted(told) == sorted(panel.alt for panel in panels)
    ids = [one.get("id") for one in document.element.iter(qn("wp:docPr"))]
    assert len(set(ids)) == len(ids)


def test_text_of_data_stays_text(document, file):
    text = "\n".join(t.text or "" for t in document.element.iter(qn("w:t")))
    for name in HOSTILE:
        assert plain(name) in text
    assert not any("evil" in one or "=" in one for one in fields(document))
    relations = [r.target_ref for r in document.part.rels.values() if r.is_external]
    assert relations == []
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower() or "embeddings" in name]


def test_placeholders_in_data_are_not_filled():
    found = docx.Document(io.BytesIO(content(simple(grid("t", "{{ report }}", ("{{ title }}",), [("{{ date }}",)])))))
    assert data_tables(found)[0].rows[1].cells[0].text == "{{ date }}"


def test_the_same_report_gives_the_same_bytes(report, file):
    assert content(report) == file
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2026, 11, 20, 10, 0, 0)}


def test_properties_name_the_report_and_its_time(report, document):
    properties = document.core_properties
    assert (properties.title, properties.language) == (report.title, report.words.tag)
    assert properties.created.isoformat()[:19] == "2026-11-20T10:00:00"
    assert (properties.author, properties.comments) == ("innocap", "")


def test_pages_turn_for_wide_tables_and_turn_back():
    wide = grid(
        "wide", "Wide", [Column(f"Column of numbers {n}", COUNT) for n in range(22)], [range(10**6, 10**6 + 22)] * 3
    )
    found = docx.Document(io.BytesIO(content(simple(wide))))
    assert [s.page_width > s.page_height for s in found.sections] == [False, True]
    assert [s.different_first_page_header_footer for s in found.sections] == [True, False]


def test_characters_that_xml_cannot_hold_are_left_out():
    assert legal("a\x00b\ufffe\ud800c\u4e2d") == "abc\u4e2d"
    assert said("<&>") == '<w:r><w:t xml:space="preserve">&lt;&amp;&gt;</w:t></w:r>'
    assert "descr='a \"b\"'" in picture("r1", 1, 10, 10, 'a "b"')
