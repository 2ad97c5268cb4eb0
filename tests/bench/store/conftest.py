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
    pytest.importorskip("pg8000", reason="PostgreSQL needs pg8000")
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
    from sqlalchemy import create_engine, text

    name = f"t{uuid.uuid4().hex}"
    engine = create_engine(postgresql.replace("postgresql://", "postgresql+pg8000://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgresql.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a store that does not exist yet."""
    if request.param == "sqlite":
        return str(tmp_path / "stores" / "results.db")
    return str(request.getfixturevalue("database"))
