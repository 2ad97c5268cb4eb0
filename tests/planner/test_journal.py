"""Journals: what was finished is there after a stop, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.journal import NAME, open_journal, write_whole
from planner.plan import PlanError


def begin(folder: Path, question: str = "this", *, force: bool = False):
    return open_journal(folder, {"asked": question}, finished="done.json", force=force)


def test_entries_are_there_again(tmp_path: Path):
    journal = begin(tmp_path / "work")
    assert journal.entries == ()
    journal.add({"point": 1})
    journal.add({"point": 2})
    assert begin(tmp_path / "work").entries == ({"point": 1}, {"point": 2})


def test_a_line_cut_off_is_taken_away(tmp_path: Path):
    begin(tmp_path / "work").add({"point": 1})
    path = tmp_path / "work" / NAME
    path.write_text(path.read_text("utf-8") + '{"point": 2, "valu', "utf-8")
    again = begin(tmp_path / "work")
    assert again.entries == ({"point": 1},)
    again.add({"point": 3})
    assert begin(tmp_path / "work").entries == ({"point": 1}, {"point": 3})


def test_another_question_is_refused_unless_forced(tmp_path: Path):
    begin(tmp_path / "work").add({"point": 1})
    with pytest.raises(PlanError, match="another question"):
        begin(tmp_path / "work", "that")
    assert begin(tmp_path / "work", "that", force=True).entries == ()


def test_finished_work_is_kept_unless_forced(tmp_path: Path):
    begin(tmp_path / "work")
    write_whole(tmp_path / "work" / "done.json", "{}")
    with pytest.raises(PlanError, match="exists already"):
        begin(tmp_path / "work")
    assert begin(tmp_path / "work", force=True).entries == ()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("dear reader")
    with pytest.raises(PlanError, match="not empty"):
        begin(tmp_path)


def test_a_file_is_written_whole(tmp_path: Path):
    write_whole(tmp_path / "table.csv", "a,b\n1,2\n")
    assert (tmp_path / "table.csv").read_text() == "a,b\n1,2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
