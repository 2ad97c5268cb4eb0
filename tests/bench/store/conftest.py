"""Stores to test with: a SQLite file, and a database of a real PostgreSQL where one can be started."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.store.server import Unavailable, server

pytest.importorskip("sqlalchemy", reason="a store needs sqlalchemy")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="PostgreSQL needs psycopg")
    running = server()
    try:
        url = running.__enter__()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield url
    running.__exit__(None, None, None)


@pytest.fixture
def database(postgresql: str) -> str:
    """A fresh database of the server."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return postgresql.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a store that does not exist yet."""
    if request.param == "sqlite":
        return str(tmp_path / "stores" / "results.db")
    return str(request.getfixturevalue("database"))
