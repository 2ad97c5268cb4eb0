"""The script that draws live charts: Vega with its safe expression interpreter, bundled by vl-convert, kept on disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

SNIPPET = "window.vegaEmbed = vegaEmbed;"


def runtime(folder: Path | None = None) -> str:
    """The bundle, from the cache where it is there and whole. A cache that cannot be read or written is passed over.

    Bundling takes more than a second of processor time, hence the cache: one file per version of vl-convert.
    """
    import vl_convert

    name = hashlib.sha256(f"{version('vl-convert-python')}\n{SNIPPET}".encode()).hexdigest()[:16]
    kept = (folder or cache_folder()) / f"vega-{name}.js"
    found = _read(kept)
    if found is None:
        found = str(vl_convert.javascript_bundle(SNIPPET))
        _write(kept, found)
    return found


def cache_folder() -> Path:
    """Folder for what can be made again: INNOCAP_CACHE, else innocap in the cache folder of the user."""
    given = os.environ.get("INNOCAP_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(home) if home else Path("~/.cache").expanduser()) / "innocap"


def _read(path: Path) -> str | None:
    """The text below its own checksum; None where the file is missing or damaged."""
    try:
        checksum, _, text = path.read_text("utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return text if checksum == _checksum(text) else None


def _write(path: Path, text: str) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=".vega-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(f"{_checksum(text)}\n{text}")
            Path(staging).replace(path)
        finally:
            Path(staging).unlink(missing_ok=True)


def _checksum(text: str) -> str:
    return "// " + hashlib.sha256(text.encode()).hexdigest()
