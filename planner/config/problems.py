"""What is wrong with a config: places, problems, and the error that carries all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where something was read. Line and column count from 1; line 0 means the whole file or an override."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong: `file:line:column: key.path: message; remedy`."""

    file: str
    line: int
    column: int
    path: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{where}: {what}; {self.remedy}" if self.remedy else f"{where}: {what}"


class ConfigError(Exception):
    """A config that cannot be used; `problems` holds every reason, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class FaultError(ValueError):
    """A value that is not what was expected, with its remedy; whoever knows the place makes it a Problem."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)


def problem(place: Place, path: str, message: str, remedy: str = "") -> Problem:
    """A problem at a place."""
    return Problem(place.file, place.line, place.column, path, message, remedy)


def nearest(word: str, names: Iterable[str]) -> str:
    """The remedy for an unknown name: the nearest valid one, or the list of them (shortened)."""
    known = sorted(set(names))
    if not known:
        return "there is none to choose from"
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean {by_lower[close[0]]!r}?"
    shown = ", ".join(known[:12])
    return f"choose one of: {shown}" + (f", ... ({len(known)} in all)" if len(known) > 12 else "")
