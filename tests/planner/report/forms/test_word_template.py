"""Templates of one's own: kept, filled, refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

docx = pytest.importorskip("docx", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from planner.report.document import ReportError  # noqa: E402
from planner.report.forms import form_of  # noqa: E402
from planner.report.forms.word import content, template  # noqa: E402
from tests.planner.report.forms.specimen import specimen  # noqa: E402


@pytest.fixture(scope="module")
def report():
    return specimen("en")


def saved(document, path: Path) -> Path:
    document.save(str(path))
    return path


def read(raw: bytes):
    return docx.Document(io.BytesIO(raw))


def house(tmp_path: Path, *lines: str) -> Path:
    """A template with styles, margins, a header and a table of its own."""
    document = docx.Document()
    document.sections[0].left_margin = docx.shared.Cm(4)
    document.styles["Heading 1"].font.size = docx.shared.Pt(33)
    document.sections[0].header.paragraphs[0].text = "Institute, {{date}}"
    document.add_table(1, 1).cell(0, 0).text = "{{ plan }}"
    for line in lines:
        document.add_paragraph(line)
    return saved(document, tmp_path / "house.docx")


def test_styles_page_and_header_of_the_template_are_kept(report, tmp_path):
    found = read(content(report, house(tmp_path, "Before", "{{ report }}", "After")))
    assert found.styles["Heading 1"].font.size.pt == 33
    assert all(s.left_margin.cm == pytest.approx(4, abs=0.01) for s in found.sections)
    assert found.sections[0].header.paragraphs[0].text == "Institute, 20 November 2026"
    assert found.tables[0].cell(0, 0).text == report.footer


def test_the_report_stands_where_the_template_says(report, tmp_path):
    texts = [p.text for p in read(content(report, house(tmp_path, "Before", "{{report}}", "After"))).paragraphs]
    assert (texts[0], texts[-1]) == ("Before", "After")
    assert "Summary" in texts
    assert "{{report}}" not in texts


def test_without_a_place_the_report_goes_last(report, tmp_path):
    texts = [p.text for p in read(content(report, house(tmp_path, "Before"))).paragraphs]
    assert (texts[0], texts[-1]) == ("Before", report.footer)


def test_a_template_that_says_the_title_says_it_once(report, tmp_path):
    found = read(content(report, house(tmp_path, "On {{ title }}!", "{{ report }}")))
    texts = [p.text for p in found.paragraphs]
    assert texts.count(f"On {report.title}!") == 1
    assert report.title not in texts
    assert not [p for p in found.paragraphs if p.style.name == "toc 1"]


def test_a_placeholder_split_over_runs_is_filled(report, tmp_path):
    document = docx.Document()
    line = document.add_paragraph("of ")
    for part in ("{{ da", "te }", "} and ", "{{ date }}"):
        line.add_run(part)
    texts = [p.text for p in read(content(report, saved(document, tmp_path / "t.docx"))).paragraphs]
    assert texts[0] == "of 20 November 2026 and 20 November 2026"


def test_a_value_that_looks_like_a_placeholder_is_filled_in_once(tmp_path):
    document = docx.Document()
    document.add_paragraph("{{ title }} {{ plan }}")
    assert template.filled(document, {"title": "{{ plan }}", "date": "", "plan": "P"})
    assert document.paragraphs[0].text == "{{ plan }} P"


def test_pages_after_a_turned_appendix_stand_upright_again(report, tmp_path):
    from planner.report.blocks import Column, Section, grid
    from planner.report.measures import COUNT

    wide = grid("wide", "Wide", [Column(f"Numbers {n}", COUNT) for n in range(24)], [range(10**6, 10**6 + 24)] * 2)
    turned = type(report)(**{**vars(report), "sections": (Section("s", "S", "", (wide,)),)})
    found = read(content(turned, house(tmp_path, "{{ report }}", "After")))
    assert [s.page_width > s.page_height for s in found.sections] == [False, True, False]


def test_the_same_template_gives_the_same_bytes(report, tmp_path):
    own = house(tmp_path, "{{ report }}")
    assert content(report, own) == content(report, own)


def bare_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("hello.txt", "hello")
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for at in range(3):
            made.writestr(f"word/{at}.xml", b"0" * 80_000_000)
    return path


@pytest.mark.parametrize("make", [lambda p: p, lambda p: (p.write_bytes(b"MZ junk"), p)[1], bare_zip])
def test_what_is_no_word_document_is_one_clear_error(report, tmp_path, make):
    path = make(tmp_path / "house.docx")
    with pytest.raises(ReportError, match=r"house\.docx.*saved by Word as \.docx"):
        content(report, path)


def test_a_folder_is_no_template(report, tmp_path):
    with pytest.raises(ReportError, match=r"cannot be read.*saved by Word"):
        content(report, tmp_path)


def test_a_file_that_unpacks_to_too_much_is_refused_unread(report, tmp_path):
    with pytest.raises(ReportError, match="unpacks to 240 MB, expected at most 200"):
        content(report, bomb(tmp_path / "bomb.docx"))


@pytest.mark.parametrize("lines", [("see {{ report }} here",), ("{{ report }}", "{{ report }}")])
def test_a_place_that_cannot_hold_a_report_is_refused(report, tmp_path, lines):
    with pytest.raises(ReportError, match="expected one paragraph of its own"):
        content(report, house(tmp_path, *lines))


def test_a_place_in_a_table_is_refused(report, tmp_path):
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "{{ report }}"
    with pytest.raises(ReportError, match="not in a table"):
        content(report, saved(document, tmp_path / "t.docx"))


def test_nothing_is_written_where_the_template_is_refused(report, tmp_path):
    with pytest.raises(ReportError):
        form_of("docx").write(report, tmp_path / "r.docx", tmp_path / "missing.docx")
    assert not (tmp_path / "r.docx").exists()
