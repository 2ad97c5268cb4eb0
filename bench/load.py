"""Files of this harness as frozen values, with one clear message for whatever is wrong. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from bench.decode import DecodeError, decode

T = TypeVar("T")


class ResultError(ValueError):
    """A result file, journal or capability record cannot be used; the text says why and what to do."""


def load(path: Path, kind: type[T], schemas: Collection[str], described: str) -> T:
    """JSON file of one of these schemas as a value of `kind`.

    Raises:
        ResultError: no such file, not JSON, another program's file, or a field that does not fit.
    """
    return fitted(path, parsed(path, content(path)), kind, schemas, described)


def content(path: Path) -> bytes:
    """Bytes of a file. Raises ResultError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None


def parsed(path: Path, raw: bytes) -> Any:
    """JSON text of a file as plain values. Raises ResultError."""
    try:
        return json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise ResultError(f"{path}: not a text file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ResultError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{path}: not JSON that can be read: {error}") from None


def fitted(path: Path, data: Any, kind: type[T], schemas: Collection[str], described: str) -> T:
    """Plain values from a file as a value of `kind`. Raises ResultError."""
    found = data.get("schema") if isinstance(data, dict) else None
    if found not in schemas:
        expected = " or ".join(map(repr, schemas))
        raise ResultError(f"{path}: not {described}: expected schema {expected}, found {found!r}")
    try:
        return decode(kind, data)
    except DecodeError as error:
        raise ResultError(f"{path}: damaged: {error}; make the file again") from None
