"""Files that survive a crash: whole-file replacement and an append-only journal. Standard library only."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.decode import dumps
from bench.load import ResultError

JOURNAL_SCHEMA = "innocap.journal/2"


class DiskFull(ResultError):  # noqa: N818
    """No room left; what was on the disk before is whole."""


def write_atomically(path: Path, text: str) -> None:
    """Put `text` at `path` so that readers see the old file or the new one, never a part.

    Raises:
        DiskFull: the disk is full; `path` is unchanged.
        ResultError: the folder cannot be made or is read-only.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise failure(path, error) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            _write_through(stream, text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise failure(path, error) from None
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _write_through(stream: Any, text: str) -> None:
    stream.write(text)
    stream.flush()
    os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def failure(path: Path, error: OSError) -> ResultError:
    """A failed write as one sentence with the remedy."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"{path}: the disk is full; free some space and run again, finished cases are kept")
    return ResultError(f"{path}: cannot be written: {error.strerror}; choose another place with -o")


def journal_path(output: Path) -> Path:
    """The journal stands next to the result."""
    return output.with_name(output.name + ".journal")


def start_journal(path: Path, header: dict[str, Any]) -> None:
    """Begin a journal with one line that says what the run is."""
    write_atomically(path, dumps({"schema": JOURNAL_SCHEMA, **header}) + "\n")


def append(path: Path, entry: Any, sync: Callable[[int], None] = os.fsync) -> None:
    """Add one finished entry as one line, on the disk before this returns.

    Raises:
        DiskFull: nothing could be written; earlier lines are whole.
        ResultError: the journal is gone or read-only.
    """
    line = (dumps(entry) + "\n").encode()
    try:
        length = path.stat().st_size
        with path.open("ab", buffering=0) as stream:
            if stream.write(line) != len(line):
                os.truncate(path, length)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(stream.fileno())
    except OSError as error:
        raise failure(path, error) from None


def read_journal(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """Header and finished entries. A half-written last line (a kill, a full disk) is cut off the file.

    Raises:
        ResultError: the file is not a journal.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
    except ValueError:
        lines = []
    if not lines or not isinstance(lines[0], dict) or lines[0].get("schema") != JOURNAL_SCHEMA:
        raise ResultError(f"{path}: not a journal of `bench run`; delete it to start afresh")
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    return lines[0], lines[1:]
