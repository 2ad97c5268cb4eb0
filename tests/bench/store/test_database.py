"""Opening a store: its version, steps to a newer one, and whatever is no store."""

from __future__ import annotations

import importlib.util
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bench.store import needs, schema
from bench.store.database import open_store, writing
from tests.bench.store.fleet import called, held, refused, run, taken_in, written


@pytest.fixture
def filled(tmp_path: Path, store: str) -> str:
    taken_in(store, written(tmp_path / "in", run(1)))
    return store


def renamed(connection: Connection) -> None:
    connection.execute(text("UPDATE runs SET suite = 'renamed'"))


def test_a_store_of_a_newer_version_is_refused(filled: str) -> None:
    with writing(open_store(filled)) as connection:
        connection.execute(text("UPDATE innocap_store SET version = 99"))
    refused(
        called("query", "runs", "--store", filled), 2, "made by a newer innocap (store version 99", "update innocap"
    )


def test_an_older_store_is_brought_up_to_date_once(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, renamed))
    assert [found.suite for found in held(filled)] == ["renamed"]
    with writing(open_store(filled)) as connection:
        assert connection.execute(text("SELECT version FROM innocap_store")).scalar() == schema.newest_version()
        connection.execute(text("UPDATE runs SET suite = 'again'"))
    assert [found.suite for found in held(filled)] == ["again"]


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(tmp_path / "s.db")
    taken_in(store, written(tmp_path / "in", run(1)))

    def broken(connection: Connection) -> None:
        connection.execute(text("UPDATE absent SET x = 1"))

    monkeypatch.setattr(schema, "STEPS", (renamed, broken))
    refused(called("query", "runs", "--store", store), 2, "no such table: absent")
    monkeypatch.undo()
    assert held(store) == [run(1)]


def no_database(path: Path) -> str:
    path.write_text("hello, this is text and no database at all" * 50)
    return "not a store"


def another_program(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name)")
    return "a database of another program (table songs)"


def a_folder(path: Path) -> str:
    path.mkdir()
    return "a folder, expected the path of a store"


def below_a_file(path: Path) -> str:
    path.parent.joinpath("file").write_text("x")
    return "cannot be made"


@pytest.mark.parametrize("make", [no_database, another_program, a_folder])
@pytest.mark.parametrize("command", ["collect", "query"])
def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path, make: Any, command: str) -> None:
    words = make(tmp_path / "s.db")
    before = (tmp_path / "s.db").read_bytes() if (tmp_path / "s.db").is_file() else b""
    place = written(tmp_path / "in", run(1)) if command == "collect" else "runs"
    refused(called(command, place, "--store", tmp_path / "s.db"), 2, words)
    assert make is a_folder or (tmp_path / "s.db").read_bytes()[:16] == before[:16]


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    words = below_a_file(tmp_path / "s.db")
    place = written(tmp_path / "in", run(1))
    refused(called("collect", place, "--store", tmp_path / "file" / "s.db"), 2, words)


@pytest.mark.parametrize("name", ["mysql://x/y", "postgres//x", "http://x", "://", "postgresql://h:port/x"])
def test_other_urls_are_refused(name: str) -> None:
    found = called("query", "runs", "--store", name)
    refused(found, 2)
    assert "expected the path of a SQLite file" in found.stderr or "no store there" in found.stderr


@pytest.mark.parametrize(
    ("package", "target", "remedy"),
    [
        ("sqlalchemy", "s.db", 'pip install "innocap[store]"'),
        ("pg8000", "postgresql://h/x", 'pip install "innocap[server]"'),
    ],
)
def test_a_missing_package_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch, package: str, target: str, remedy: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: None if name == package else find(name))
    refused(called("query", "runs", "--store", target), 2, f"needs {package}, which is not installed", remedy)


def test_a_database_without_a_store_is_named(database: str) -> None:
    refused(called("query", "runs", "--store", database), 2, "no store there")
