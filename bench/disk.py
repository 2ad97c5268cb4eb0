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
PART = ".part"


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
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
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
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
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
            try:
                _append_through(stream, line, sync)
            except OSError:
                with contextlib.suppress(OSError):
                    os.truncate(path, length)
                raise
    except OSError as error:
        raise failure(path, error) from None


def _append_through(stream: Any, line: bytes, sync: Callable[[int], None]) -> None:
    if stream.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    sync(stream.fileno())


def read_journal(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """Header and finished entries. What a kill, a full disk or a power loss left half-written is cut out of the file.

    Every entry stands for itself on its line, so lines around a damaged one are kept.

    Raises:
        ResultError: the file is not a journal, or cannot be mended.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None
    *lines, rest = raw.split(b"\n")
    found = [_entry(line) for line in lines]
    if not found or found[0] is None or found[0].get("schema") != JOURNAL_SCHEMA:
        raise ResultError(f"{path}: not a journal of `bench run`; delete it to start afresh")
    kept = [entry for entry in found if entry is not None]
    if rest or len(kept) < len(found):
        whole = [line for line, entry in zip(lines, found, strict=True) if entry is not None]
        write_atomically(path, "".join(f"{line.decode()}\n" for line in whole))
    return kept[0], kept[1:]


def _entry(line: bytes) -> dict[str, Any] | None:
    """A whole line; None for a damaged one."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
