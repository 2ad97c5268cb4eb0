"""What long work has done so far: one line of JSON per finished piece, so that it can go on where it was stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from planner.plan import PlanError

NAME = "journal.jsonl"


@dataclass(frozen=True)
class Journal:
    """The journal of a folder and what it held when it was opened."""

    path: Path
    entries: tuple[dict[str, Any], ...]

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write a finished piece through to the disk."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def open_journal(folder: Path, question: Mapping[str, Any], *, finished: str, force: bool = False) -> Journal:
    """The journal of the same question in a folder, or a new one; `finished` is the file that ends the work.

    PlanError where the folder holds finished work or another question, unless `force`.
    """
    path, asked = folder / NAME, sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    if force:
        path.unlink(missing_ok=True)
    elif (folder / finished).exists():
        raise PlanError(f"{folder}: exists already; choose another -o, or --force to replace it")
    lines = _lines(path)
    if lines and lines[0].get("question") != asked:
        raise PlanError(f"{folder}: was begun with another question; choose another -o, or --force to begin anew")
    if not lines and folder.exists() and any(folder.iterdir()) and not force:
        raise PlanError(f"{folder}: exists already and is not empty; choose another -o")
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(path, tuple(lines[1:]))
    if not lines:
        journal.add({"question": asked})
    return journal


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines; one that was cut off while it was written is taken away."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    staging = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        staging.write_text(text, encoding="utf-8", newline="")
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)
