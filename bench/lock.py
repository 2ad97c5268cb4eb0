"""One run per output: a lock file beside the journal that says who holds it, and frees itself when its holder dies.

The lock is the kernel's (flock), so it cannot outlive its process; the text in the file is for people, and for hosts
that share the folder but not the lock.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

from bench.disk import PART, failure, journal_path
from bench.load import ResultError

UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def lock_path(output: Path) -> Path:
    """The lock stands next to the journal."""
    journal = journal_path(output)
    return journal.with_name(journal.name + ".lock")


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Be the only run that writes `output`. A lock left by a dead process is taken over, with its unfinished files.

    Raises:
        ResultError: another run is at it, or the folder cannot be written.
    """
    path = lock_path(output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _taken(path)
    except OSError as error:
        raise failure(path, error) from None
    try:
        _drop_parts(output)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _taken(path: Path) -> int:
    """The open lock file, locked and signed."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _refuse_others(path, handle, free=_free(handle))
            if _still_there(path, handle):
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return not _alive(_signature(handle).get("pid"))
    return True


def _refuse_others(path: Path, handle: int, *, free: bool) -> None:
    holder = _signature(handle)
    host = holder.get("host", socket.gethostname())
    elsewhere = host != socket.gethostname()
    if free and not elsewhere:
        return
    who = f"process {holder.get('pid', 'unknown')} on {host}"
    remedy = f"if it has ended, delete {path}" if elsewhere else "wait for it"
    raise ResultError(f"{path}: {who} is writing this result; {remedy}, or name another file with -o")


def _signature(handle: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(handle, 4096, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _still_there(path: Path, handle: int) -> bool:
    """Whether the locked file is the one in the folder: its last holder may have removed it meanwhile."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (os.fstat(handle).st_dev, os.fstat(handle).st_ino)


def _drop_parts(output: Path) -> None:
    """Remove half-written files of a killed run."""
    for name in (output.name, journal_path(output).name):
        for path in output.parent.glob(f".{escape(name)}.????????{PART}"):
            with suppress(OSError):
                path.unlink()
