"""Files appear whole or not at all; what is missing is named with its remedy; sections and forms keep their order."""

from __future__ import annotations

import errno
import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from planner.plan import Plan
from planner.report import FORMS, SECTIONS, Report, ReportError, compose, form_of, write
from planner.report.document import require, write_whole
from tests.planner.report.made_up import national_plan


def test_sections_keep_the_order_of_the_tuple(three_report: Report) -> None:
    order = [section.__module__.rsplit(".", 1)[-1] for section in SECTIONS]
    ids = [section.id for section in three_report.sections]
    assert ids == [name for name in order if name in ids]
    assert len(set(ids)) == len(ids) > 8
    assert ids[0] == "summary"
    assert ids[-2:] == ["assumptions", "solution"]


def test_both_languages_have_the_same_sections_and_tables(three_report: Report, chinese_report: Report) -> None:
    assert [section.id for section in three_report.sections] == [section.id for section in chinese_report.sections]
    assert three_report.title != chinese_report.title


def test_a_file_is_written_whole_and_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.md"
    assert write_whole(path, b"one") == path
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [found.name for found in path.parent.iterdir()] == ["report.md"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("planner.report.document.os.fsync", full)
    with pytest.raises(ReportError, match=r"report\.html: cannot write the report: No space left on device; nothing"):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(ReportError, match="cannot write the report"):
        write_whole(tmp_path / "taken" / "report.md", b"new")


@pytest.mark.parametrize("form", [form for form in FORMS if form.needs], ids=lambda form: form.id)
def test_a_missing_package_names_the_remedy(
    form: Any, tmp_path: Path, three_report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name = form.needs[0]
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "planner.report.document.importlib.util.find_spec", lambda asked: None if asked == module else real(asked)
    )
    with pytest.raises(
        ReportError, match=rf"{form.id} needs {name}, which is not installed; run: pip install 'innocap\["
    ):
        form.write(three_report, tmp_path / "report")
    assert not list(tmp_path.iterdir())


def test_several_missing_packages_are_named_together() -> None:
    with pytest.raises(ReportError, match="x needs one and two, which are not installed"):
        require("x", (("no_such_module_1", "one"), ("os", "os"), ("no.such_module_2", "two")))


def test_forms_have_ids_and_suffixes_of_their_own() -> None:
    assert [form_of(form.id) for form in FORMS] == list(FORMS)
    assert len({form.suffix for form in FORMS}) == len(FORMS)
    with pytest.raises(ReportError, match="--format odt: expected one or more of html, pdf, docx, xlsx, md"):
        form_of("odt")


def test_forms_stand_beside_one_another(tmp_path: Path, plan: Plan) -> None:
    made = write(compose([plan]), tmp_path / "my.plan", [form_of("md"), form_of("html")])
    assert [path.name for path in made] == ["my.plan.md", "my.plan.html"]
    assert all(path.stat().st_size > 1000 for path in made)


def test_no_plan_is_an_error() -> None:
    with pytest.raises(ReportError, match="innocap plan solve"):
        compose([])


def test_the_made_up_plan_is_the_same_every_time() -> None:
    assert national_plan() == national_plan()
