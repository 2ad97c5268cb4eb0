"""From a report to what the template sets: plain text, drawings, tables; and what goes to the appendix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from planner.report.blocks import (
    Block,
    Chart,
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
)
from planner.report.document import Report
from planner.report.forms.pdf.columns import LONG, ems
from planner.report.forms.pdf.drawings import Fonts, drawings
from planner.report.forms.pdf.tables import Laid, mark_of, plain, table_of
from planner.report.language import Language
from planner.report.numbering import Numbering, numbering

FOLDED = 14
PAGE = "\ue000"


@dataclass(frozen=True)
class _Desk:
    """What all blocks are laid out with, and the two piles of the appendix, which grow as the report is laid out."""

    words: Language
    numbers: Numbering
    fonts: Fonts
    tables: list[Laid] = field(default_factory=list)
    behind: list[Laid] = field(default_factory=list)


def laid_out(report: Report, fonts: Fonts) -> Laid:
    """The report as the template reads it: JSON of text, numbers in pt, SVG. `fonts`: families for a piece of text."""
    words = report.words
    desk = _Desk(words, numbering(report.sections), fonts)
    sections = [
        {"id": s.id, "title": plain(s.title), "lead": plain(s.lead), "blocks": _all(s.blocks, desk)}
        for s in report.sections
    ]
    piles = ((words.say("form-appendix-tables"), desk.tables), (words.say("form-appendix-figures"), desk.behind))
    filled = [(about, blocks) for about, blocks in piles if blocks]
    appendices = [_appendix(at, about, blocks, words) for at, (about, blocks) in enumerate(filled)]
    heads = [*(str(s["title"]) for s in sections), *(str(blocks[0]["title"]) for blocks in appendices)]
    return {
        "title": plain(report.title),
        "short": short(plain(report.title), 32.0, words),
        "heads": [short(head, 24.0, words) for head in heads],
        "kicker": plain(report.kicker),
        "byline": [plain(part) for part in report.byline.split(" · ")],
        "footer": plain(report.footer),
        "lang": words.id,
        "contents": words.say("form-contents"),
        "sections": sections,
        "appendices": appendices,
    }


def _appendix(at: int, about: str, blocks: Sequence[Laid], words: Language) -> list[Laid]:
    """The blocks of an appendix below its heading, which stands on a page turned like the first of them."""
    title = f"{words.say('form-appendix', letter='AB'[at])}\u2002{about}"
    return [{"kind": "appendix", "title": title, "sideways": blocks[0].get("sideways", False)}, *blocks]


def short(text: str, room: float, words: Language) -> str:
    """Text of at most `room` em, its end cut off where it is longer."""
    if ems(text, words) <= room:
        return text
    return next(text[:end].rstrip() + "…" for end in range(len(text), -1, -1) if ems(text[:end], words) <= room - 1)


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
            yield {"kind": "points", "title": plain(block.title), "items": list(map(plain, block.items))}
        case Note():
            yield {"kind": "note", "text": plain(block.text)}
        case Figures():
            yield {"kind": "figures", "figures": [_figure(one, desk.words) for one in block.figures]}
        case Chart():
            yield _chart(block, desk)
        case Slider():
            yield _slider(block, desk)
        case Grid():
            yield _placed(block, desk)
        case Fold():
            yield from _fold(block, desk)
        case Commands():
            yield {"kind": "commands", "lines": list(map(plain, block.lines))}


def _figure(one: Figure, words: Language) -> Laid:
    return {
        "value": plain(one.value),
        "name": plain(one.name),
        "remark": plain(one.remark),
        "mark": one.mark,
        "said": mark_of(words, one.mark),
    }


def _chart(chart: Chart, desk: _Desk) -> Laid:
    rests = desk.words.say("rests-on", count=len(chart.estimates), which=desk.words.listed(chart.estimates))
    return {
        **_drawing(chart, chart.panels, desk),
        "legend": [{"name": plain(name), "colour": colour} for name, colour in chart.legend],
        "conclusion": plain(chart.conclusion),
        "rests": plain(rests) if chart.estimates else "",
    }


def _slider(slider: Slider, desk: _Desk) -> Laid:
    frame = slider.frames[slider.shown]
    return {
        **_drawing(slider, (replace(frame.panel, title=""),), desk),
        "frame": plain(f"{slider.label}\u2002{frame.name}"),
        "figures": [_figure(one, desk.words) for one in frame.figures],
    }


def _drawing(figure: Chart | Slider, panels: Sequence[Panel], desk: _Desk) -> Laid:
    """Label, title and drawings of a figure; its numbers go to the second appendix."""
    label = desk.words.say("form-figure", number=desk.numbers.figures[figure.id])
    if figure.data.rows:
        desk.behind.append(table_of(figure.data, desk.words, label, f"behind-{figure.id}"))
    return {"kind": "figure", "label": label, "title": plain(figure.title), "panels": drawings(panels, desk.fonts)}


def _numbered(table: Grid, desk: _Desk) -> Laid:
    label = desk.words.say("form-table", number=desk.numbers.tables[table.id])
    return table_of(table, desk.words, label, f"table-{table.id}")


def _placed(table: Grid, desk: _Desk) -> Laid:
    """A table where it is spoken of, or, where it is long or wide, in the first appendix and a line that says so."""
    laid = _numbered(table, desk)
    if len(table.rows) <= LONG and not laid["sideways"]:
        return laid
    desk.tables.append(laid)
    return _pointer(f"{laid['label']}\u2002{laid['caption']}", laid["anchor"], desk.words)


def _fold(fold: Fold, desk: _Desk) -> Iterator[Laid]:
    """Short folds are open; others go to the first appendix."""
    title = {"kind": "heading", "title": plain(fold.title)}
    if sum(len(table.rows) for table in grids(fold.blocks)) <= FOLDED:
        yield title
        yield from _all(fold.blocks, desk)
        return
    anchor = f"fold-{len(desk.tables)}"
    moved = [laid for b in fold.blocks for laid in ([_numbered(b, desk)] if isinstance(b, Grid) else _laid(b, desk))]
    desk.tables.extend([{**title, "anchor": anchor, "sideways": moved[0].get("sideways", False)}, *moved])
    yield _pointer(fold.title, anchor, desk.words)


def _pointer(what: str, anchor: str, words: Language) -> Laid:
    before, _, after = words.say("form-on-page", what=plain(what), page=PAGE).partition(PAGE)
    return {"kind": "pointer", "before": before, "after": after, "anchor": anchor}
