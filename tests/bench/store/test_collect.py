"""Collecting: once per run, the newer copy, bad files named, whatever the database."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.decode import dumps
from bench.result import Energy, Spread, Traffic
from tests.bench.store.fleet import NONE, aged, called, everything, held, refused, run, taken_in, written
from tests.bench.toys import case


def test_what_goes_in_comes_out(tmp_path: Path, store: str) -> None:
    rich = case("rich", spread=0.1, traffic=Traffic("counters", 1e9))
    rich = replace(rich, spread=Spread(0.1, 1, -0.2, 0.0), energy=Energy("RAPL", 1.0, 90.0, 30.0, 2.0))
    runs = [run(1), run(2, machine=1, cases=(rich,)), run(3, cases=NONE)]
    taken_in(store, written(tmp_path / "in", *runs))
    assert held(store) == runs


def test_folders_are_searched_and_a_second_time_changes_nothing(tmp_path: Path, store: str) -> None:
    written(tmp_path / "in" / "a" / "b", run(1), run(2))
    written(tmp_path / "in", run(3, machine=1))
    written(tmp_path / "in" / ".hidden", run(4))
    (tmp_path / "in" / ".r.json.tmp.json").write_text("half")
    (tmp_path / "in" / "notes.txt").write_text("not asked for")
    first = taken_in(store, tmp_path / "in")
    assert (first.files, first.new, first.bad) == (3, 3, [])
    before = everything(store)
    again = taken_in(store, tmp_path / "in", tmp_path / "in" / "a")
    assert (again.files, again.new, again.known) == (3, 0, 3)
    assert everything(store) == before
    assert len(before["machines"]) == len(before["passports"]) == 2
    assert len(before["workloads"]) == 4


@pytest.mark.parametrize(("newer_first", "together"), [(True, False), (False, True), (False, False)])
def test_of_two_copies_the_newer_one_stays(tmp_path: Path, store: str, newer_first: bool, together: bool) -> None:
    old, new = run(1, seconds=0.02), run(1, seconds=0.01)
    aged(written(tmp_path / "old", old) / "run-0001.json", 1000)
    aged(written(tmp_path / "new", new) / "run-0001.json", 2000)
    written(tmp_path / "other", run(2))
    places = [tmp_path / "new", tmp_path / "old"] if newer_first else [tmp_path / "old", tmp_path / "new"]
    asked = [[*places, tmp_path / "other"]] if together else [[place] for place in (*places, tmp_path / "other")]
    for some in asked:
        taken_in(store, *some)
    assert held(store) == [new, run(2)]
    rows = everything(store)
    assert len(rows["runs"]) == 2
    assert len(rows["cases"]) == 8
    assert len(rows["peers"]) == 6
    assert len(rows["samples"]) == 6


def test_a_store_that_was_replaced_in_equals_a_fresh_one(tmp_path: Path) -> None:
    aged(written(tmp_path / "in", run(1, seconds=0.02)) / "run-0001.json", 1000)
    taken_in(str(tmp_path / "a.db"), tmp_path / "in")
    aged(written(tmp_path / "in", run(1, seconds=0.01)) / "run-0001.json", 2000)
    taken_in(str(tmp_path / "a.db"), tmp_path / "in")
    taken_in(str(tmp_path / "b.db"), tmp_path / "in")
    assert held(str(tmp_path / "a.db")) == held(str(tmp_path / "b.db"))


GARBAGE = {
    "empty.json": (b"", "empty"),
    "binary.json": (bytes(range(256)), "not a text file in UTF-8"),
    "text.json": (b"hello", "1:1: not JSON"),
    "other.json": (b'{"name": "x"}', "not a result of `bench run`: expected schema"),
    "list.json": (b"[1, 2]", "not a result of `bench run`"),
    "deep.json": (b"[" * 100_000, "not JSON"),
    "number.json": (b'{"schema": ' + b"9" * 5000 + b"}", "not JSON"),
    "later.json": (b'{"schema": "innocap.result/999"}', "found 'innocap.result/999'"),
    "truncated.json": (dumps(run(7), indent=1).encode()[:-500], "not JSON"),
    "key.json": (dumps(run(7)).replace('"suite"', '"sweet"').encode(), "damaged"),
    "type.json": (dumps(run(7)).replace('"threads": 2', '"threads": "2"').encode(), "threads: expected a whole number"),
    "huge.json": (dumps(run(7)).replace('"threads": 2', f'"threads": {10**30}').encode(), "at most 19 digits"),
    "time.json": (dumps(run(7, created="yesterday")).encode(), "created: expected an ISO 8601 time"),
    "nul.json": (json.dumps(json.loads(dumps(run(7, suite="a\0b")))).encode(), "NUL character"),
    "half.json": (dumps(run(7)).replace('"toy"', '"\\ud800"').encode(), "half a character"),
    "nan.json": (dumps(run(7)).replace('"threads": [2]', '"threads": [NaN]').encode(), "damaged"),
    "infinite.json": (dumps(run(7)).replace('"threads": [2]', '"threads": [1e999]').encode(), "damaged"),
    "foreign.json": (b'{"machine_info": {}, "benchmarks": 3}', "benchmarks: expected a list"),
}


def test_garbage_of_every_kind_is_named_and_left_out(tmp_path: Path, store: str) -> None:
    folder = written(tmp_path / "in", run(1))
    for name, (content, _) in GARBAGE.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.json")
    (folder / "gone.json").symlink_to(tmp_path / "nowhere")
    found = called("collect", folder, "--store", store)
    assert found.exit_code == 0, found.output
    for name, (_, words) in GARBAGE.items():
        line = next(line for line in found.stderr.splitlines() if f"/{name}:" in line)
        assert line.startswith("not read: ")
        assert words in line
    assert "pipe.json: not a file" in found.stderr
    assert "gone.json: cannot be read" in found.stderr
    assert f"{len(GARBAGE) + 3} files: 1 new, {len(GARBAGE) + 2} not read" in found.stderr
    assert held(store) == [run(1)]


def test_only_garbage_is_bad_input_and_makes_no_run(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    refused(
        called("collect", tmp_path / "x.json", "--store", tmp_path / "s.db"), 2, "x.json: not a result", "1 not read"
    )
    refused(called("collect", tmp_path / "none", "--store", tmp_path / "s.db"), 2, "none: cannot be read")
    (tmp_path / "empty").mkdir()
    refused(called("collect", tmp_path / "empty", "--store", tmp_path / "s.db"), 2, "no .json files there")
    assert held(str(tmp_path / "s.db")) == []


def test_a_long_list_of_bad_files_is_cut_but_json_has_all(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.json").write_text("{}")
    found = called("collect", tmp_path, "--store", tmp_path / "s.db", "--json")
    assert "not read: 10 more; --json names them all" in found.stderr
    assert len(json.loads(found.stdout)["bad"]) == 60


def test_a_file_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, run(1)) / "run-0001.json"
    path.rename(tmp_path / "result")
    assert called("collect", tmp_path / "result", "--store", tmp_path / "s.db").exit_code == 0
    assert held(str(tmp_path / "s.db")) == [run(1)]
