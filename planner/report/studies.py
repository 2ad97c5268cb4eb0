"""What was asked about a plan beside solving it: frontier, ladder, alternatives, sweep; each a folder on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """One of them: its summary as in its JSON file, and its rows as in its CSV file."""

    summary: Mapping[str, Any]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Studies:
    """Those that were given."""

    frontier: Study | None = None
    ladder: Study | None = None
    alternatives: Study | None = None
    sweep: Study | None = None
