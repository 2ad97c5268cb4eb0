"""The PDF is read back: text by pypdf, places of words and pictures of pages by poppler where it is installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("typst", reason="the report extra is not installed")
pytest.importorskip("pypdf", reason="pypdf is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from pypdf import PdfReader

from planner.report.blocks import Chart, Column, Grid, Section, Slider, Text, grid, grids, totals
from planner.report.document import Report, ReportError
from planner.report.forms import form_of
from planner.report.forms.pdf import content, made
from planner.report.forms.pdf.fonts import CHINESE, available, families
from planner.report.forms.pdf.tables import plain
from planner.report.language import language
from planner.report.measures import COUNT
from planner.report.numbering import numbering
from tests.planner.report.forms.specimen import HOSTILE, specimen

FONTS = available()
HAS_CHINESE = bool(set(CHINESE) & set(FONTS.families()))
NO_CHINESE = "no Chinese font is installed (Debian: fonts-noto-cjk)"


@pytest.fixture(
    scope="module", params=["en", pytest.param("zh", marks=pytest.mark.skipif(not HAS_CHINESE, reason=NO_CHINESE))]
)
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def report(lang) -> Report:
    if not HAS_CHINESE:
        pytest.skip(NO_CHINESE)
    return specimen(lang)


@pytest.fixture(scope="module")
def file(report) -> bytes:
    return made(report, FONTS)


@pytest.fixture(scope="module")
def pages(file) -> list[str]:
    return texts(file)


@pytest.fixture(scope="module")
def text(pages) -> str:
    return squeezed("".join(pages))


def read(file: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(file))


def texts(file: bytes) -> list[str]:
    return [page.extract_text() for page in read(file).pages]


def squeezed(text: str) -> str:
    """Text without what only parts words and lines."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


def simple(*blocks, lang: str = "en", **changes) -> Report:
    """A report of one section."""
    sections = (Section("only", "Only section", "", blocks),)
    return replace(Report(language(lang), "Title", "Kicker", "By", "Foot", "0.1", sections, "2026-11-20"), **changes)


def all_tables(report: Report) -> list[Grid]:
    return [table for section in report.sections for table in grids(section.blocks)]


def row_text(report: Report, table: Grid, row) -> str:
    """A row as a reader sees it."""
    words, parts = report.words, []
    for cell, column in zip(row, table.columns, strict=True):
        shown = "" if cell.mark and cell.mark == cell.value else words.show(cell.value, column.measure)
        mark = words.say(f"mark-{cell.mark.replace(' ', '-')}") if cell.mark else ""
        parts.append(f"{plain(shown)}{plain(cell.hint)}{mark}")
    return squeezed("".join(parts))


def test_every_number_and_name_of_every_table_is_read_back(report, text):
    for table in all_tables(report):
        for row in table.rows:
            assert row_text(report, table, row) in text, (table.id, row[0])


def test_heads_and_totals_are_read_back(report, text):
    for table in all_tables(report):
        assert squeezed("".join(plain(column.name) for column in table.columns)) in text
        if table.total:
            sums = totals(table)
            shown = [report.words.show(sums[at], c.measure) for at, c in enumerate(table.columns) if at in sums]
            assert squeezed(report.words.say("total") + "".join(shown)) in text


def test_captions_carry_the_numbers_all_forms_share(report, text):
    say, numbers = report.words.say, numbering(report.sections)
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart | Slider):
                assert squeezed(say("form-figure", number=numbers.figures[block.id]) + block.title) in text
    for id, number in numbers.tables.items():
        caption = next(table.caption for table in all_tables(report) if table.id == id)
        assert squeezed(say("form-table", number=number) + plain(caption)) in text


def test_numbers_behind_figures_stand_in_the_second_appendix(report, pages):
    say, numbers = report.words.say, numbering(report.sections)
    start = next(at for at, page in enumerate(pages) if at and say("form-appendix-figures") in page)
    appendix = squeezed("".join(pages[start:]))
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart | Slider):
                assert squeezed(say("form-figure", number=numbers.figures[block.id]) + block.data.caption) in appendix


def test_bookmarks_are_the_headings(report, file):
    say = report.words.say
    reader = read(file)
    found = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    appendix = [
        (say("form-appendix", letter=x), say(f"form-appendix-{y}")) for x, y in (("A", "tables"), ("B", "figures"))
    ]
    wanted = [f"{at} {plain(s.title)}" for at, s in enumerate(report.sections, 1)]
    assert [re.sub(r"\s+", " ", name) for name in found] == [*wanted, *(f"{a} {b}" for a, b in appendix)]
    assert [entry.title for part in reader.outline if isinstance(part, list) for entry in part] == ["More"]


def test_contents_and_lines_point_to_the_right_pages(report, file, pages):
    reader = read(file)
    flat = [entry for part in reader.outline for entry in (part if isinstance(part, list) else [part])]
    starts = {entry.title: reader.get_destination_page_number(entry) + 1 for entry in flat}
    contents = [squeezed(line) for line in pages[0].splitlines()]
    for name, page in starts.items():
        pattern = re.escape(squeezed(name)) + rf"\.+{page}"
        assert name == "More" or any(re.fullmatch(pattern, line) for line in contents), name
    assert squeezed(report.words.say("form-on-page", what="More", page=starts["More"])) in squeezed("".join(pages))


def test_every_page_has_its_number_and_all_but_the_first_a_running_head(report, pages):
    for at, page in enumerate(pages, start=1):
        assert f"{at} / {len(pages)}" in page
    assert all(squeezed(page).startswith(squeezed(report.title)) for page in pages[1:])
    names = [squeezed(plain(s.title)) for s in report.sections]
    assert squeezed(pages[1]).startswith(squeezed(report.title) + names[0])


def test_the_properties_are_the_reports(report, file):
    reader = read(file)
    root, about = reader.trailer["/Root"], reader.metadata
    assert about.title == plain(report.title)
    assert not about.author
    assert about.creation_date.isoformat() == "2026-11-20T10:00:00+00:00"
    assert about.modification_date == about.creation_date
    assert root["/Lang"].startswith(report.words.id)
    assert root["/MarkInfo"]["/Marked"]
    meta = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in meta
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert b"a line that rises" in file or "a line that rises".encode("utf-16-be") in file


def test_the_same_report_gives_the_same_bytes(lang, report, file):
    assert made(specimen(lang), available()) == file
    assert content(simple(Text(("x",)))) != content(simple(Text(("y",))))


def test_pages_are_a4(file):
    sizes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in read(file).pages}
    assert sizes <= {(595, 842), (842, 595)}


def test_all_fonts_are_embedded_and_chinese_ones_are_simplified(report, file):
    wanted = {name.replace(" ", "").lower() for name in families(report.words.id, FONTS).text}
    found = set()
    for page in read(file).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            described = below["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(described)
            found.add(str(below["/BaseFont"]).partition("+")[2].lower())
    assert all(name.split("-")[0] in wanted | {"dejavusansmono"} for name in found), found


def test_charts_are_drawn_with_text_that_can_be_read(file, pages):
    assert all("/Image" not in str(page["/Resources"].get("/XObject", {})) for page in read(file).pages)
    assert sum(page.count("GW") for page in pages) == 6


def test_a_slider_shows_the_frame_meant_for_paper(text):
    assert "2027shown" in text
    assert "2026shown" not in text


def test_names_that_mean_harm_are_shown_as_they_are(text, file):
    for name in HOSTILE:
        assert squeezed(plain(name)) in text
    assert all("/URI" not in str(page.get("/Annots", "")) for page in read(file).pages)
    assert b"/JavaScript" not in file
    assert b"/URI" not in file


MARKUP = (
    '#import "x"',
    "*x*",
    "_x_",
    "$x^2$",
    "@ref",
    "<label>",
    "\\",
    "[",
    "]",
    '"',
    "'",
    "~",
    "--",
    "...",
    "//",
    "/*",
)
MARKUP = (*MARKUP, "= head", "- point", "+ 1", "https://a.example", "#eval(1)", "`raw`", "\\u{41}", "{page}", "#", "é")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from([*MARKUP, "word", "x" * 200]), min_size=1, max_size=8).map(" ".join))
def test_text_never_becomes_markup(name):
    table = grid("names", name, (Column(name), Column("n", COUNT)), [(name, 1)], remark=name)
    report = simple(Text((name,)), table, title=name, byline=name, kicker=name)
    shown = squeezed("".join(texts(made(report, available([])))))
    assert shown.count(squeezed(name)) >= 7


def test_long_words_and_wide_tables_stay_on_the_page(tmp_path):
    heads = [Column(f"Head of column {at}", COUNT) for at in range(18)]
    wide = grid("wide", "Wide", (Column("Key"), *heads), [("k" * 90, *[1234567890 + at] * 18) for at in range(3)])
    long = grid("long", "w" * 150, ("Hash", "Path"), [("0123456789abcdef" * 4, "a/very/long/path/" * 9)])
    file = made(simple(wide, long, Text(("v" * 300,)), title="T" * 120), available([]))
    boxes = word_boxes(file, tmp_path)
    assert {True, False} == {width > height for width, height, _ in boxes}
    for width, _, words in boxes:
        assert all(left > 50 and right < width - 50 for left, right in words)
    rows = squeezed("".join(texts(file)))
    assert rows.count("k" * 90) == 3
    assert [rows.count(f"1,234,567,89{at}") for at in range(4)] == [18, 18, 18, 0]


def test_the_specimen_stays_on_the_page(file, tmp_path):
    for width, _, words in word_boxes(file, tmp_path):
        assert all(left > 50 and right < width - 50 for left, right in words)


def word_boxes(file: bytes, folder: Path) -> list[tuple[float, float, list[tuple[float, float]]]]:
    """Width and height of every page, and where its words begin and end."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    (folder / "a.pdf").write_bytes(file)
    told = subprocess.run(
        ["pdftotext", "-bbox", folder / "a.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    found = []
    for page in told.split("<page ")[1:]:
        width, height = (float(x) for x in re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        words = re.findall(r'xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)"', page)
        found.append((width, height, [(float(left), float(right)) for left, right in words]))
    return found


def test_heads_repeat_on_every_page_of_a_long_table():
    rows = [(f"row {at}", at) for at in range(200)]
    file = made(simple(grid("long", "Long", ("Name of a row", Column("Count", COUNT)), rows)), available([]))
    pages = [page for page in texts(file) if re.search(r"row \d", page)]
    assert len(pages) > 2
    assert all("Name of a row" in page for page in pages)
    assert [int(found) for page in pages for found in re.findall(r"row (\d+)", page)] == list(range(200))


def test_no_page_is_empty(file, tmp_path):
    if not shutil.which("pdftoppm"):
        pytest.skip("pdftoppm is not installed (Debian: poppler-utils)")
    (tmp_path / "a.pdf").write_bytes(file)
    subprocess.run(["pdftoppm", "-r", "20", "-gray", tmp_path / "a.pdf", tmp_path / "page"], check=True)
    drawn = sorted(tmp_path.glob("page*.pgm"))
    assert len(drawn) == len(read(file).pages)
    for picture in drawn:
        pixels = picture.read_bytes().split(b"\n255\n", 1)[1]
        assert sum(value < 200 for value in pixels) > 60


def test_a_long_table_begins_with_a_few_rows_or_on_the_next_page():
    rows = [(f"row {at}", at) for at in range(30)]
    for lines in range(20, 44, 2):
        above = Text(("\u00a0",) * lines)
        file = made(simple(above, grid("long", "Long", ("Name", Column("Count", COUNT)), rows)), available([]))
        first = next(page for page in texts(file) if "Table 1" in page)
        assert len(re.findall(r"row \d+", first)) >= 3


def test_without_typst_the_remedy_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("planner.report.document._installed", lambda module: module != "typst")
    with pytest.raises(ReportError, match=r"form pdf needs typst, .*pip install 'innocap\[report\]'"):
        form_of("pdf").write(simple(Text(("x",))), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []


def test_chinese_without_a_chinese_font_names_the_package():
    with pytest.raises(ReportError, match=r"needs a Chinese font.*fonts-noto-cjk"):
        made(simple(Text(("文字",)), lang="zh"), available([]))


def test_a_chinese_name_in_english_without_a_chinese_font_names_the_package():
    with pytest.raises(ReportError, match=r"'广' \(U\+5E7F\).*fonts-noto-cjk"):
        made(simple(Text(("Guangdong 广",))), available([]))


def test_a_character_no_font_has_is_named():
    with pytest.raises(ReportError, match=r"\(U\+1234\).*install a font that has it"):
        made(simple(Text(("Ethiopic \u1234",))), available([]))


def test_english_needs_no_font_of_the_machine():
    assert "Only section" in texts(made(simple(Text(("a × b ≤ 10⁻⁸ − 5 → ½ “quoted” α",))), available([])))[1]


@pytest.mark.skipif(not HAS_CHINESE, reason=NO_CHINESE)
def test_every_number_of_the_tables_of_a_plan_is_read_back(chinese_report):
    """Without its drawings, which take most of the time."""
    bare = [replace(s, blocks=tuple(grids(s.blocks))) for s in chinese_report.sections]
    shown = squeezed("".join(texts(made(replace(chinese_report, sections=tuple(bare)), FONTS))))
    for table in all_tables(chinese_report):
        for row in table.rows:
            assert row_text(chinese_report, table, row) in shown, (table.id, row[0])
