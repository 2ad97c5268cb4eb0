"""What a section is made of: text, key figures, charts, tables. Plain frozen values; the template lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Text:
    """Paragraphs of prose, escaped when shown."""

    paragraphs: tuple[str, ...]
    kind: str = "text"


@dataclass(frozen=True)
class Points:
    """A list of short statements."""

    items: tuple[str, ...]
    title: str = ""
    kind: str = "points"


@dataclass(frozen=True)
class Note:
    """A remark that must not be overlooked: a limit of what the numbers can carry."""

    text: str
    kind: str = "note"


@dataclass(frozen=True)
class Figure:
    """One key figure: a number, what it is, what to compare it with."""

    value: str
    name: str
    remark: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Figures:
    """Four to six key figures in a row."""

    figures: tuple[Figure, ...]
    kind: str = "figures"


@dataclass(frozen=True)
class Panel:
    """One drawing: SVG for a wide and for a narrow screen (one for both where `narrow` is None)."""

    wide: Markup
    narrow: Markup | None = None
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """A figure: a title that says what is shown, panels, a legend, and a caption that says what to conclude."""

    title: str
    panels: tuple[Panel, ...]
    conclusion: str
    legend: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    estimates: tuple[str, ...] = ()
    kind: str = "chart"


@dataclass(frozen=True)
class Cell:
    """A table cell: text, perhaps a mark (estimated, measured ...), a bar of `share` of the width, a longer `hint`."""

    text: str
    mark: str = ""
    share: float | None = None
    hint: str = ""


@dataclass(frozen=True)
class Head:
    """A column head; `numeric` columns are right-aligned."""

    name: str
    numeric: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Grid:
    """A table with a caption; the first cell of a row names it. `filterable` gives it a search field."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remark: str = ""
    filterable: bool = False
    kind: str = "grid"


@dataclass(frozen=True)
class Fold:
    """Blocks behind a line that opens on a click."""

    title: str
    blocks: tuple[Block, ...]
    kind: str = "fold"


@dataclass(frozen=True)
class Commands:
    """Shell commands to copy."""

    lines: tuple[str, ...]
    kind: str = "commands"


Block = Text | Points | Note | Figures | Chart | Grid | Fold | Commands


@dataclass(frozen=True)
class Section:
    """A section of the report: what it is called, what one should take away, and its blocks."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


Cells = tuple[Cell | str, ...]


def grid(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell | str]], **more: object) -> Grid:
    """A table from plain text; a head that starts with ">" is a numeric column."""
    shown = tuple(Head(head.removeprefix(">"), numeric=head.startswith(">")) for head in heads)
    cells = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Grid(caption, shown, cells, **more)  # type: ignore[arg-type]
