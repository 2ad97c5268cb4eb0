"""Whole files or none, and a journal that survives a kill and a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import disk
from bench.disk import DiskFull, append, journal_path, read_journal, start_journal, write_atomically
from bench.load import ResultError


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    write_atomically(path, "new ±")
    assert path.read_text("utf-8") == "new ±"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("call", ["fsync", "fdopen"])
def test_a_full_disk_keeps_the_old_file_and_leaves_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    monkeypatch.setattr(f"os.{call}", full)
    with pytest.raises(DiskFull, match="the disk is full; free some space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.json"]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    write_atomically(tmp_path / "none" / "r.json", "x")
    assert (tmp_path / "none" / "r.json").read_text() == "x"


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("a file")
    with pytest.raises(ResultError, match=r"cannot be written: .*; choose another place"):
        write_atomically(tmp_path / "none" / "r.json", "x")


def test_the_journal_stands_next_to_the_result() -> None:
    assert journal_path(Path("a/r.json")) == Path("a/r.json.journal")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text()), max_size=5))
def test_a_journal_gives_back_every_entry(tmp_path_factory: pytest.TempPathFactory, entries: list[Any]) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    start_journal(path, {"run_id": "x"})
    for entry in entries:
        append(path, entry)
    header, found = read_journal(path)
    assert header == {"schema": disk.JOURNAL_SCHEMA, "run_id": "x"}
    assert found == entries


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_a_half_written_line_is_cut_off_and_the_next_one_follows(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j"
    start_journal(path, {})
    append(path, {"n": 1})
    whole = path.stat().st_size
    append(path, {"number": 2})
    os.truncate(path, whole + cut)
    assert read_journal(path)[1] == [{"n": 1}]
    append(path, {"n": 3})
    assert read_journal(path)[1] == [{"n": 1}, {"n": 3}]


def test_an_append_on_a_full_disk_says_so() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DiskFull, match="the disk is full"):
        append(Path("/dev/full"), {"n": 1})


def test_a_failed_append_keeps_the_earlier_lines(tmp_path: Path) -> None:
    path = tmp_path / "j"
    start_journal(path, {})
    append(path, {"n": 1})
    with pytest.raises(DiskFull, match="disk is full"):
        append(path, {"n": 2}, sync=full)
    assert read_journal(path)[1][0] == {"n": 1}


@pytest.mark.parametrize("text", ["", "hello\n", '{"schema": "other"}\n', "[1]\n", '{"schema"'])
def test_something_else_is_not_taken_for_a_journal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "j"
    path.write_text(text)
    with pytest.raises(ResultError, match="not a journal of `bench run`; delete it"):
        read_journal(path)


def test_an_unreadable_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="cannot be read"):
        read_journal(tmp_path / "none")


WHOLE = [{"job": f"k/quick/t1#{number}", "case": {"median_s": 0.5 + number, "name": "ü"}} for number in range(4)]


def written(path: Path) -> bytes:
    start_journal(path, {"run_id": "x"})
    for entry in WHOLE:
        append(path, entry)
    return path.read_bytes()


def test_a_journal_cut_at_any_byte_keeps_all_whole_lines_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "j"
    raw = written(path)
    for cut in range(raw.index(b"\n") + 1, len(raw) + 1):
        path.write_bytes(raw[:cut])
        count = raw[:cut].count(b"\n") - 1
        assert read_journal(path)[1] == WHOLE[:count], cut
        append(path, {"n": 1})
        assert read_journal(path)[1] == [*WHOLE[:count], {"n": 1}], cut


GARBAGE = st.one_of(
    st.integers(1, 5000).map(lambda count: b"\0" * count),
    st.binary(min_size=1, max_size=300),
    st.sampled_from([b"\0\n\0\n", b'{"job": "half', b"{}garbage\n", b"[" * 100_000 + b"\n", b"7\n", b"\xff\xfe\n"]),
)


@settings(max_examples=60, deadline=None)
@given(st.data(), GARBAGE)
def test_garbage_in_the_last_block_costs_no_whole_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, garbage: bytes
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    raw = written(path)
    cut = data.draw(st.integers(raw.index(b"\n") + 1, len(raw)))
    count = raw[:cut].count(b"\n") - 1
    path.write_bytes(raw[:cut] + garbage)
    found = read_journal(path)[1]
    assert found[:count] == WHOLE[:count]
    append(path, {"n": 1})
    assert read_journal(path)[1] == [*found, {"n": 1}]


def test_lines_after_a_damaged_one_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "j"
    lines = written(path).splitlines(keepends=True)
    lines[2] = lines[2][:20] + b"\0" * (len(lines[2]) - 21) + b"\n"
    path.write_bytes(b"".join(lines))
    assert read_journal(path)[1] == [WHOLE[0], WHOLE[2], WHOLE[3]]
    assert path.read_bytes() == b"".join(lines[:2] + lines[3:])


def test_a_file_that_grew_past_its_limit_counts_as_a_full_disk() -> None:
    assert isinstance(disk.failure(Path("j"), OSError(errno.EFBIG, "File too large")), DiskFull)
    assert not isinstance(disk.failure(Path("j"), OSError(errno.EACCES, "no")), DiskFull)


def test_a_line_that_could_not_be_synced_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "j"
    raw = written(path)
    with pytest.raises(DiskFull):
        append(path, {"n": 2}, sync=full)
    assert path.read_bytes() == raw
