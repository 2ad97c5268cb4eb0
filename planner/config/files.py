"""Text files as people save them: UTF-8 with or without BOM, else GB18030 with a notice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from planner.config.problems import FaultError, nearest


@dataclass(frozen=True)
class TextFile:
    """A file as text, the SHA-256 of its bytes, and a notice where it was not UTF-8."""

    text: str
    sha256: str
    notice: str | None


def read_text(path: Path) -> TextFile:
    """A text file without BOM.

    Raises FaultError when the file is missing, is a folder, cannot be read, is empty or is in another encoding.
    """
    data = _read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip():
        raise FaultError(f"the file {path.name!r} is empty", "write something into it or name another file")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FaultError(f"the file {path.name!r} is UTF-16", "save it as UTF-8 (in Excel: CSV UTF-8)")
    try:
        return TextFile(data.decode("utf-8-sig"), digest, None)
    except UnicodeDecodeError:
        notice = f"{path.name}: not UTF-8, read as GB18030; save it as UTF-8"
        return TextFile(_decode_gb18030(path, data), digest, notice)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FaultError(f"there is no file {str(path)!r}", _other_file(path)) from None
    except IsADirectoryError:
        raise FaultError(f"{str(path)!r} is a folder, expected a file", _file_inside(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FaultError(f"cannot read {str(path)!r}: {reason}", "check the path and its permissions") from None


def _other_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {str(path.parent)!r} either"
    return nearest(path.name, (item.name for item in path.parent.iterdir() if item.is_file()))


def _file_inside(path: Path) -> str:
    inside = sorted(item.name for item in path.iterdir() if item.suffix in (".yaml", ".yml", ".csv"))
    return f"name a file in it: {', '.join(inside)}" if inside else "name a file"


def _decode_gb18030(path: Path, data: bytes) -> str:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FaultError(
            f"the file {path.name!r} is neither UTF-8 nor GB18030 (byte {error.start}, line {line})", "save it as UTF-8"
        ) from None
