"""Files that may hold a run: which ones there are, and what one of them says."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import ResultError, content, fitted, parsed
from bench.result import READABLE, Result
from bench.store import foreign
from bench.store.rows import RunRows, rows_of

LARGEST_BYTES = 256 * 2**20
OURS = "innocap"


@dataclass(frozen=True)
class Copy:
    """A file that holds a run; of several copies of one run the one with the highest rank counts."""

    path: str
    modified_ns: int
    sha256: str
    rows: RunRows

    @property
    def rank(self) -> tuple[int, str]:
        return self.modified_ns, self.sha256


@dataclass(frozen=True)
class Bad:
    """A file that holds no run, and why."""

    path: str
    reason: str


def found_files(places: Iterable[Path]) -> list[Path]:
    """Files named, and all .json files below the folders named, hidden ones apart, each once, in order."""
    listed = {os.path.realpath(path): path for place in places for path in _below(place)}
    return sorted(listed.values())


def _below(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if name.lower().endswith(".json") and name[0] != ".")


def read_copy(path: Path, known: Iterable[str] = ()) -> Copy | Bad | None:
    """The run in a file, or why there is none; None where its checksum is among the known ones."""
    try:
        raw, modified_ns = _raw(path)
        sha256 = hashlib.sha256(raw).hexdigest()
        if sha256 in known:
            return None
        return Copy(str(path), modified_ns, sha256, rows_of(*_told(path, raw, sha256)))
    except ResultError as error:
        return Bad(str(path), str(error).removeprefix(f"{path}: ").removeprefix(f"{path}:"))
    except ValueError as error:
        return Bad(str(path), f"damaged: {error}; make the file again")


def read_run(path: Path) -> Result:
    """The run in a file of ours or of pytest-benchmark. Raises ResultError."""
    raw, _ = _raw(path)
    return _told(path, raw, hashlib.sha256(raw).hexdigest())[0]


def _raw(path: Path) -> tuple[bytes, int]:
    try:
        seen = path.stat()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(seen.st_mode):
        raise ResultError(f"{path}: not a file")
    if seen.st_size > LARGEST_BYTES:
        raise ResultError(f"{path}: larger than 256 MiB, which no result is")
    if seen.st_size == 0:
        raise ResultError(f"{path}: empty")
    return content(path), seen.st_mtime_ns


def _told(path: Path, raw: bytes, sha256: str) -> tuple[Result, str]:
    data = parsed(path, raw)
    if b"\\u" in raw:
        _refuse_unstorable(path, data)
    if foreign.is_foreign(data):
        return foreign.result_from(path, data, sha256), foreign.SOURCE
    return fitted(path, data, Result, READABLE, "a result of `bench run`"), OURS


def _refuse_unstorable(path: Path, data: Any) -> None:
    """Databases hold no NUL and no half of a surrogate pair."""
    text = json.dumps(data, ensure_ascii=False)
    if "\\u0000" in text:
        raise ResultError(f"{path}: damaged: a text with a NUL character in it; make the file again")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ResultError(f"{path}: damaged: a text with half a character in it; make the file again") from None
