"""Opening a store: SQLite or PostgreSQL, its version, one writer at a time, and failures in plain words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bench.disk import DiskFull
from bench.load import ResultError
from bench.reading import InputError
from bench.store import schema
from bench.store.needs import need

WAIT_S = 60
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-65536")
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
SERVER_FULL = ("53100", "53200", "53400")
SERVER_GONE = ("57P01", "57P02", "57P03", "08000", "08003", "08006", "40001", "40P01", "55P03")


class Stopped(ResultError):  # noqa: N818
    """The store cannot go on now; what was committed is kept, and the same command goes on later."""


def is_url(target: str) -> bool:
    """Whether a store is named by URL rather than by path."""
    return "://" in target


def open_store(target: str, *, create: bool = False) -> Engine:
    """A store, with its tables brought to the newest version.

    Args:
        target: path of a SQLite file, or a URL such as postgresql://user@host/database.
        create: make the store where there is none.

    Raises:
        InputError: no such store, not a store, made by a newer version, or a driver is missing.
        Stopped, DiskFull: it cannot be used now.
    """
    url = _url(target)
    if url.get_backend_name() == "sqlite":
        _check_path(url, create)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begin)
    with plainly(target):
        _bring_up_to_date(engine, target, create)
    return engine


def _url(target: str) -> URL:
    if not is_url(target):
        return URL.create("sqlite", database=target)
    try:
        url = make_url(target)
        if url.drivername in ("postgresql", "postgres"):
            need("pg8000", "server")
            url = url.set(drivername="postgresql+pg8000")
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError
        url.get_dialect().import_dbapi()
    except InputError:
        raise
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise InputError(
            f"{masked(target)}: expected the path of a SQLite file or postgresql://USER@HOST/DATABASE"
        ) from None
    except ImportError as error:
        raise InputError(f"{masked(target)}: its driver is not installed: {error}") from None
    return url


def masked(target: str) -> str:
    """The name of a store without its password."""
    return re.sub(r"(://[^/@:]*):.*@", r"\1:***@", target)


def _check_path(url: URL, create: bool) -> None:
    path = Path(url.database or "")
    if path.is_dir():
        raise InputError(f"{path}: a folder, expected the path of a store, for example {path / 'results.db'}")
    if not create and not path.is_file():
        raise InputError(f"{path}: no store there; make one with `innocap bench collect FOLDER --store {path}`")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror}; choose another place with --store") from None


def _prepared(connection: Any, _: Any) -> None:
    """SQLite in WAL mode; transactions begin where we say, which its Python driver would not do."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={WAIT_S * 1000}")
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer shares: all of it is kept, or nothing."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name != "sqlite":
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            connection.execute(text(f"LOCK TABLE {schema.VERSIONS.name} IN EXCLUSIVE MODE"))
        yield connection


def _bring_up_to_date(engine: Engine, target: str, create: bool) -> None:
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        found = _version(connection) if schema.VERSIONS.name in names else None
    if found is None:
        _make(engine, target, create, names)
    elif found > schema.newest_version():
        raise InputError(
            f"{masked(target)}: made by a newer innocap (store version {found}, this one knows up to "
            f"{schema.newest_version()}); update innocap"
        )
    elif found < schema.newest_version():
        _migrate(engine)


def _version(connection: Connection) -> int | None:
    return connection.execute(select(schema.VERSIONS.c.version)).scalar()


def _make(engine: Engine, target: str, create: bool, names: set[str]) -> None:
    taken = sorted(names & set(schema.METADATA.tables))
    if taken or (names and engine.dialect.name == "sqlite"):
        raise InputError(f"{masked(target)}: a database of another program (table {sorted(names)[0]}); choose another")
    if not create:
        raise InputError(f"{masked(target)}: no store there; make one with `innocap bench collect FOLDER --store ...`")
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('innocap_store'))"))
        schema.METADATA.create_all(connection)
        if _version(connection) is None:
            connection.execute(schema.VERSIONS.insert(), {"version": schema.newest_version()})


def _migrate(engine: Engine) -> None:
    """All steps that are missing, in one transaction; another writer may have made some of them meanwhile."""
    with writing(engine) as connection:
        found = _version(connection) or schema.FIRST_VERSION
        for step in schema.STEPS[found - schema.FIRST_VERSION :]:
            step(connection)
        connection.execute(update(schema.VERSIONS).values(version=schema.newest_version()))


@contextmanager
def plainly(target: str) -> Iterator[None]:
    """Turn failures of the database into one sentence with what to do."""
    try:
        yield
    except DBAPIError as error:
        raise _failure(masked(target), error) from None


def _failure(name: str, error: DBAPIError) -> ValueError:
    state, words = _of_server(error.orig)
    told = words.strip().splitlines()[0] if words.strip() else type(error.orig).__name__
    code = getattr(error.orig, "sqlite_errorcode", -1) & 0xFF
    if code in FULL or state in SERVER_FULL:
        return DiskFull(f"{name}: the disk is full ({told}); free some space and run again, whole batches are kept")
    if code in BUSY or state == "55P03":
        return Stopped(f"{name}: another program has kept the store for {WAIT_S} s; run again, whole batches are kept")
    if state in SERVER_GONE:
        return Stopped(f"{name}: the server stopped answering ({told}); run again, whole batches are kept")
    if code == sqlite3.SQLITE_NOTADB:
        return InputError(f"{name}: not a store: {told}; choose another file")
    if code == sqlite3.SQLITE_CORRUPT:
        return InputError(f"{name}: damaged: {told}; restore it, or collect the files into a new store")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return InputError(f"{name}: cannot be written: {told}; choose another place with --store")
    return InputError(f"{name}: the database says: {told}")


def _of_server(error: BaseException | None) -> tuple[str, str]:
    """SQLSTATE, or nothing, and message; pg8000 gives both in a table with the letters of PostgreSQL's protocol."""
    fields = error.args[0] if error is not None and error.args else None
    if isinstance(fields, dict):
        return str(fields.get("C", "")), str(fields.get("M", ""))
    return str(getattr(error, "sqlstate", None) or ""), str(error)
