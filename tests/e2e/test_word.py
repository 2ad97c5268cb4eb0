"""LibreOffice opens the Word file, alone and in a template, and shows what stands in it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from planner.report.blocks import Chart, Grid
from planner.report.forms.paper.tables import plain
from tests.e2e.test_spreadsheet import convert
from tests.planner.report.forms.specimen import specimen

docx = pytest.importorskip("docx", reason="the report extra is not installed")

from planner.report.forms.word import content  # noqa: E402

pytestmark = [
    pytest.mark.skipif(
        shutil.which("soffice") is None, reason="LibreOffice is not installed: apt-get install libreoffice-writer"
    ),
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="pdftotext is not installed: apt-get install poppler-utils"
    ),
]


def read(raw: bytes, folder) -> str:
    """Text of the pages as LibreOffice lays them out."""
    (folder / "report.docx").write_bytes(raw)
    convert(folder / "report.docx", "pdf", folder)
    command = ["pdftotext", "-layout", str(folder / "report.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return "".join(text.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_office_shows_titles_captions_and_numbers(lang, tmp_path):
    report = specimen(lang)
    text = read(content(report), tmp_path)
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                assert "".join(plain(block.title).split()) in text
            if isinstance(block, Grid) and block.id == "money":
                for row in block.rows:
                    shown = [
                        report.words.show(c.value, h.measure) for c, h in zip(row[:2], block.columns, strict=False)
                    ]
                    assert "".join(shown) in text


def test_office_opens_a_report_in_a_template(tmp_path):
    own = docx.Document()
    own.add_paragraph("Own first page of {{ date }}")
    own.add_paragraph("{{ report }}")
    own.add_paragraph("Own last line")
    own.save(str(tmp_path / "own.docx"))
    text = read(content(specimen("en"), tmp_path / "own.docx"), tmp_path)
    assert text.startswith("Ownfirstpageof20November2026")
    assert text.endswith("Ownlastline")
