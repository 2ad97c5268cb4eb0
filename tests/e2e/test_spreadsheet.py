"""LibreOffice opens the workbook, calculates it anew, and keeps names of data as text."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from planner.report.blocks import totals
from tests.planner.report.forms.specimen import HOSTILE, specimen

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
pytest.importorskip("xlsxwriter", reason="the report extra is not installed")

from planner.report.forms.excel import content  # noqa: E402
from planner.report.forms.excel.layout import sheets_of  # noqa: E402
from planner.report.forms.excel.sheet import HEAD_ROW, place  # noqa: E402

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),
]
FIRST = HEAD_ROW + 2


def convert(source: Path, form: str, folder: Path) -> None:
    """Convert with a profile of its own, so that an office that is open elsewhere is not disturbed."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [str(OFFICE), profile, "--headless", "--convert-to", form, "--outdir", str(folder), str(source)]
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run(command, check=True, timeout=120, capture_output=True, env=environment)


def spoiled(raw: bytes) -> bytes:
    """The workbook without the kept values of its formulas, so that only calculating gives the sums."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(found, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f>", old.read(name)))
    return found.getvalue()


@pytest.fixture(scope="module")
def report():
    return specimen("zh")


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory):
    """The workbook as LibreOffice saves it, its sums unknown beforehand; and one CSV file per sheet."""
    found = tmp_path_factory.mktemp("office")
    (found / "report.xlsx").write_bytes(spoiled(content(report)))
    (found / "out").mkdir()
    convert(found / "report.xlsx", "xlsx:Calc MS Excel 2007 XML", found / "out")
    csv_filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    convert(found / "report.xlsx", csv_filter, found / "out")
    return found / "out"


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"report-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_sheet_is_there(report, folder):
    for sheet in sheets_of(report):
        found = rows(folder, sheet.name)
        placed = place(sheet.grid)
        heads = [found[HEAD_ROW][at] for at in placed.columns]
        assert heads == [column.name for column in sheet.grid.columns]


def test_every_number_is_read_as_stored(report, folder):
    book = openpyxl.load_workbook(folder / "report.xlsx", data_only=True)
    for sheet in sheets_of(report):
        where = place(sheet.grid).columns
        for at, row in enumerate(sheet.grid.rows):
            for cell, column, to in zip(row, sheet.grid.columns, where, strict=True):
                if isinstance(cell.value, int | float) and math.isfinite(cell.value):
                    wanted = report.words.stored(cell.value, column.measure)
                    assert book[sheet.name].cell(FIRST + at, to + 1).value == pytest.approx(wanted, rel=1e-14)


def test_sums_are_calculated_and_agree(report, folder):
    calculated = openpyxl.load_workbook(folder / "report.xlsx", data_only=True)
    formulas = openpyxl.load_workbook(folder / "report.xlsx")
    seen = 0
    for sheet in (sheet for sheet in sheets_of(report) if sheet.grid.total):
        where, row = place(sheet.grid).columns, FIRST + len(sheet.grid.rows)
        for at, value in totals(sheet.grid).items():
            assert str(formulas[sheet.name].cell(row, where[at] + 1).value).startswith("=SUM(")
            wanted = report.words.stored(value, sheet.grid.columns[at].measure)
            assert calculated[sheet.name].cell(row, where[at] + 1).value == pytest.approx(wanted)
            seen += 1
    assert seen == 2


def test_names_of_data_are_still_text(report, folder):
    sheet = next(sheet for sheet in sheets_of(report) if sheet.grid.id == "hostile")
    page = openpyxl.load_workbook(folder / "report.xlsx")[sheet.name]
    found = [page.cell(FIRST + at, 1) for at in range(len(HOSTILE))]
    assert {cell.data_type for cell in found} == {"s"}
    assert [cell.value for cell in found[:4]] == list(HOSTILE[:4])


def test_charts_survive(folder):
    charts = [chart for page in openpyxl.load_workbook(folder / "report.xlsx") for chart in page._charts]
    assert len(charts) == 4
