"""From a report to what the template sets: plain text, widths, drawings; and what goes to the appendix."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from planner.report.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Commands,
    Figure,
    Figures,
    Fold,
    Grid,
    Note,
    Panel,
    Points,
    Slider,
    Text,
    grids,
    totals,
)
from planner.report.document import Report
from planner.report.forms.pdf.columns import LONG, ems, fit
from planner.report.forms.pdf.drawings import drawings
from planner.report.language import Language
from planner.report.numbering import Numbering, numbering

UNBROKEN = 14
FOLDED = 14
PAGE = "\ue000"

Laid = dict[str, Any]
Fonts = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class _Desk:
    """What all blocks are laid out with, and the two piles of the appendix, which grow as the report is laid out."""

    words: Language
    numbers: Numbering
    fonts: Fonts
    marks: float
    tables: list[Laid] = field(default_factory=list)
    behind: list[Laid] = field(default_factory=list)


def laid_out(report: Report, fonts: Fonts) -> Laid:
    """The report as the template reads it: JSON of text, numbers in pt, SVG. `fonts`: families for a piece of text."""
    words = report.words
    desk = _Desk(words, numbering(report.sections), fonts, _marks(report, words))
    sections = [
        {"id": s.id, "title": plain(s.title), "lead": plain(s.lead), "blocks": _all(s.blocks, desk)}
        for s in report.sections
    ]
    kinds = (("A", words.say("form-appendix-tables"), desk.tables), ("B", words.say("form-appendix-figures"), desk.behind))
    return {
        "title": plain(report.title),
        "kicker": plain(report.kicker),
        "byline": [plain(part) for part in report.byline.split(" · ")],
        "footer": plain(report.footer),
        "lang": words.id,
        "contents": words.say("form-contents"),
        "sections": sections,
        "appendices": [
            {"letter": letter, "title": words.say("form-appendix", letter=letter), "about": title, "blocks": blocks}
            for letter, title, blocks in kinds
            if blocks
        ],
    }


def plain(text: str) -> str:
    """Text without what no font can show: line breaks become spaces, other control characters go."""
    flat = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(letter for letter in flat if unicodedata.category(letter) not in ("Cc", "Cs", "Co")).strip(" ")


def moment(created: str) -> datetime.datetime | None:
    """An ISO time as UTC; None where it is none."""
    try:
        found = datetime.datetime.fromisoformat(created)
    except ValueError:
        return None
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _marks(report: Report, words: Language) -> float:
    """Width of the widest mark in em of the table's letters."""
    found = {c.mark for s in report.sections for table in grids(s.blocks) for row in table.rows for c in row if c.mark}
    return max((ems(_mark(words, mark), words) * 0.8 + 1.0 for mark in found), default=0.0)


def _mark(words: Language, mark: str) -> str:
    return words.say(f"mark-{mark.replace(' ', '-')}") if mark else ""


def _all(blocks: Sequence[Block], desk: _Desk) -> list[Laid]:
    """The blocks in order; text stays with the commands below it."""
    found = [laid for block in blocks for laid in _laid(block, desk)]
    for one, after in pairwise(found):
        if one["kind"] == "text":
            one["sticky"] = after["kind"] == "commands"
    return found


def _laid(block: Block, desk: _Desk) -> Iterator[Laid]:
    match block:
        case Text():
            yield {"kind": "text", "paragraphs": list(map(plain, block.paragraphs)), "sticky": False}
        case Points():
            yield {"kind": "points", "title": plain(block.title), "items": [plain(item) for item in block.items]}
        case Note():
            yield {"kind": "note", "text": plain(block.text)}
        case Figures():
            yield {"kind": "figures", "figures": [_figure(one, desk.words) for one in block.figures]}
        case Chart():
            yield from _chart(block, desk)
        case Slider():
            yield from _slider(block, desk)
        case Grid():
            yield _placed(block, desk)
        case Fold():
            yield from _fold(block, desk)
        case Commands():
            yield {"kind": "commands", "lines": [plain(line) for line in block.lines]}


def _figure(one: Figure, words: Language) -> Laid:
    return {
        "value": plain(one.value),
        "name": plain(one.name),
        "remark": plain(one.remark),
        "mark": one.mark,
        "said": _mark(words, one.mark),
    }


def _chart(chart: Chart, desk: _Desk) -> Iterator[Laid]:
    rests = desk.words.say("rests-on", count=len(chart.estimates), which=desk.words.listed(chart.estimates))
    yield {
        **_drawing(chart.id, chart.title, chart.panels, desk),
        "legend": [{"name": plain(name), "colour": colour} for name, colour in chart.legend],
        "conclusion": plain(chart.conclusion),
        "rests": plain(rests) if chart.estimates else "",
    }
    _keep_numbers(chart, desk)


def _slider(slider: Slider, desk: _Desk) -> Iterator[Laid]:
    frame = slider.frames[slider.shown]
    yield {
        **_drawing(slider.id, slider.title, (replace(frame.panel, title=""),), desk),
        "frame": plain(f"{slider.label}\u2002{frame.name}"),
        "figures": [_figure(one, desk.words) for one in frame.figures],
    }
    _keep_numbers(slider, desk)


def _drawing(id: str, title: str, panels: Sequence[Panel], desk: _Desk) -> Laid:
    label = desk.words.say("form-figure", number=desk.numbers.figures[id])
    return {
        "kind": "figure",
        "label": label,
        "title": plain(title),
        "panels": drawings(panels, desk.fonts),
        "alt": "; ".join(plain(panel.alt) for panel in panels),
    }


def _keep_numbers(figure: Chart | Slider, desk: _Desk) -> None:
    """The numbers of a figure go to the second appendix."""
    if figure.data.rows:
        label = desk.words.say("form-figure", number=desk.numbers.figures[figure.id])
        desk.behind.append(_table(figure.data, label, f"behind-{figure.id}", desk))


def _placed(table: Grid, desk: _Desk) -> Laid:
    """A table where it is mentioned, or, where it is long or wide, in the first appendix and a line that says so."""
    label = desk.words.say("form-table", number=desk.numbers.tables[table.id])
    laid = _table(table, label, f"table-{table.id}", desk)
    if len(table.rows) <= LONG and not laid["sideways"]:
        return laid
    desk.tables.append(laid)
    return _pointer(f"{label}\u2002{table.caption}", laid["anchor"], desk.words)


def _fold(fold: Fold, desk: _Desk) -> Iterator[Laid]:
    """Short folds are open; others go to the first appendix."""
    inner = list(fold.blocks)
    rows = sum(len(table.rows) for table in grids(inner))
    title = {"kind": "heading", "title": plain(fold.title)}
    if rows <= FOLDED:
        yield title
        for block in inner:
            yield from _laid(block, desk)
        return
    anchor = f"fold-{len(desk.tables)}"
    moved = [one for b in inner for one in ([_moved(b, desk)] if isinstance(b, Grid) else _laid(b, desk))]
    sideways = bool(moved) and moved[0].get("sideways", False)
    desk.tables.extend([{**title, "anchor": anchor, "sideways": sideways}, *moved])
    yield _pointer(fold.title, anchor, desk.words)


def _moved(table: Grid, desk: _Desk) -> Laid:
    return _table(table, desk.words.say("form-table", number=desk.numbers.tables[table.id]), f"table-{table.id}", desk)


def _pointer(what: str, anchor: str, words: Language) -> Laid:
    before, _, after = words.say("form-on-page", what=plain(what), page=PAGE).partition(PAGE)
    return {"kind": "pointer", "before": before, "after": after, "anchor": anchor}


def _table(table: Grid, label: str, anchor: str, desk: _Desk) -> Laid:
    found = fit(table, desk.words, desk.marks)
    sums = totals(table) if table.rows else {}
    return {
        "kind": "table",
        "anchor": anchor,
        "label": label,
        "caption": plain(table.caption),
        "remark": plain(table.remark),
        "size": round(found.size, 2),
        "widths": [round(width, 2) for width in found.widths],
        "sideways": found.sideways,
        "breakable": len(table.rows) > UNBROKEN,
        "heads": [plain(column.name) for column in table.columns],
        "numeric": [column.measure.numeric for column in table.columns],
        "room": [desk.marks if c.measure.numeric and _marked(table, at) else 0 for at, c in enumerate(table.columns)],
        "rows": [[_cell(cell, at, desk.words) for cell, at in zip(row, table.columns, strict=True)] for row in table.rows],
        "total": [desk.words.say("total"), *_sums(table, sums, desk.words)] if sums else [],
    }


def _marked(table: Grid, at: int) -> bool:
    return any(row[at].mark for row in table.rows)


def _sums(table: Grid, sums: dict[int, float], words: Language) -> list[str]:
    rest = list(enumerate(table.columns))[1:]
    return [words.show(sums[at], column.measure) if at in sums else "" for at, column in rest]


def _cell(cell: Cell, column: Column, words: Language) -> str | Laid:
    """Plain text, or its parts where there is more to it than text."""
    shown = plain(words.show(cell.value, column.measure))
    if not (cell.mark or cell.hint or cell.share is not None):
        return shown
    only = cell.mark and cell.mark == cell.value
    return {
        "text": "" if only else shown,
        "mark": cell.mark,
        "said": _mark(words, cell.mark),
        "hint": plain(cell.hint),
        "bar": None if cell.share is None else round(min(max(cell.share, 0.0), 1.0), 4),
    }
