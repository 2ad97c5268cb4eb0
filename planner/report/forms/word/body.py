"""From a report as it lies on paper to WordprocessingML: one function per kind of block."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planner.report.drawing import raster
from planner.report.forms.paper.columns import SIDEWAYS, UPRIGHT
from planner.report.forms.paper.tables import Laid
from planner.report.forms.word.markup import bookmark, cell, field, link, paragraph, picture, row, said, table
from planner.report.forms.word.styles import CHAPTERS, Names, sized
from planner.report.language import Language

LABEL = re.compile(r"(\D*)(\d+)(.*)")
MARKS = ("estimated", "measured", "published")
DOTS_PER_PT = 200 / 72
PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
GUTTER = 9.0


@dataclass(frozen=True)
class Piece:
    """A paragraph or table as text, and whether it stands on a page turned sideways."""

    xml: str
    sideways: bool = False


@dataclass(frozen=True)
class Desk:
    """What all blocks are written with.

    upright, sideways  pt between the margins of a page, and of one turned
    ids                numbers of pictures and bookmarks
    numbered           chapters carry numbers; a template has its own way
    """

    document: Any
    names: Names
    words: Language
    upright: float
    sideways: float
    ids: Iterator[int]
    numbered: bool


def opening(laid: Laid, desk: Desk) -> list[Piece]:
    """Title, byline and contents, on a page of their own."""
    names = desk.names
    head = [
        paragraph(names["Report Kicker"], said(laid["kicker"])),
        paragraph(names["Title"], said(laid["title"])),
        paragraph(names["Subtitle"], said(" · ".join(laid["byline"]))),
        paragraph(names["TOC Heading"], said(laid["contents"])),
    ]
    return [Piece(xml) for xml in (*head, *_contents(laid, desk), paragraph(names["Normal"], PAGE_BREAK))]


def _contents(laid: Laid, desk: Desk) -> list[str]:
    """A table of contents that is filled in and that Word can update."""
    mark = "\u2003".join if desk.numbered else lambda parts: parts[-1]
    chapters = [(f"_Toc{at}", mark((str(at), s["title"]))) for at, s in enumerate(laid["sections"], start=1)]
    entries = chapters + [(f"_TocA{at}", blocks[0]["title"]) for at, blocks in enumerate(laid["appendices"])]
    lines = [link(name, said(text)) for name, text in entries]
    begin, end = field('TOC \\o "1-1" \\h \\z \\u', "\0").split("\0")
    lines[0], lines[-1] = begin + lines[0], lines[-1] + end
    return [paragraph(desk.names["toc 1"], line) for line in lines]


def pieces(laid: Laid, desk: Desk) -> list[Piece]:
    """Sections, appendices, the last line."""
    found = [piece for at, section in enumerate(laid["sections"], start=1) for piece in _section(at, section, desk)]
    for at, blocks in enumerate(laid["appendices"]):
        found += _appendix(f"_TocA{at}", blocks, desk)
    return [*found, Piece(paragraph(desk.names["Colophon"], said(laid["footer"])), found[-1].sideways)]


def _section(at: int, section: Laid, desk: Desk) -> Iterator[Piece]:
    number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{CHAPTERS}"/></w:numPr>' if desk.numbered else ""
    head = bookmark(f"_Toc{at}", next(desk.ids), said(section["title"]))
    yield Piece(paragraph(desk.names["heading 1"], head, more=number))
    if section["lead"]:
        yield Piece(paragraph(desk.names["Lead"], said(section["lead"])))
    for block in section["blocks"]:
        yield from (Piece(xml) for xml in written(block, desk, desk.upright))


def _appendix(name: str, blocks: Sequence[Laid], desk: Desk) -> Iterator[Piece]:
    """The blocks, each on a page upright or sideways; those of which nothing is said lie like the one before."""
    sideways = False
    for block in blocks:
        sideways = block.get("sideways", sideways)
        room = desk.sideways if sideways else desk.upright
        if block["kind"] == "appendix":
            head = bookmark(name, next(desk.ids), said(block["title"]))
            yield Piece(paragraph(desk.names["heading 1"], head, more="<w:pageBreakBefore/>"), sideways)
        else:
            yield from (Piece(xml, sideways) for xml in written(block, desk, room))


def written(block: Laid, desk: Desk, room: float) -> list[str]:
    """A block as paragraphs and tables, between margins `room` pt apart."""
    return WRITERS[block["kind"]](block, desk, room)


def _text(block: Laid, desk: Desk, room: float) -> list[str]:
    return [paragraph(desk.names["Normal"], said(text)) for text in block["paragraphs"]]


def _points(block: Laid, desk: Desk, room: float) -> list[str]:
    head = [paragraph(desk.names["heading 3"], said(block["title"]))] if block["title"] else []
    return head + [paragraph(desk.names["List Bullet"], said(item)) for item in block["items"]]


def _note(block: Laid, desk: Desk, room: float) -> list[str]:
    return [paragraph(desk.names["Note"], said(block["text"]))]


def _heading(block: Laid, desk: Desk, room: float) -> list[str]:
    return [paragraph(desk.names["heading 2"], _marked(block.get("anchor"), said(block["title"]), desk))]


def _pointer(block: Laid, desk: Desk, room: float) -> list[str]:
    say = desk.words.say
    text = say("form-in-appendix", what=block["what"], appendix=say("form-appendix", letter="A"))
    return [paragraph(desk.names["Pointer"], link(_name(block["anchor"]), said(f"→ {text}")))]


def _commands(block: Laid, desk: Desk, room: float) -> list[str]:
    return [paragraph(desk.names["Code"], said(line)) for line in block["lines"]]


def _figures(block: Laid, desk: Desk, room: float) -> list[str]:
    """Key figures, three or four in a row."""
    figures = block["figures"]
    across = 4 if len(figures) == 4 else min(max(len(figures), 2), 3)
    cells = [_key(one, desk) for one in figures]
    cells += [paragraph(desk.names["Key Name"])] * (-len(cells) % across)
    return [_layout(cells, across, desk, room)]


def _key(one: Laid, desk: Desk) -> str:
    names = desk.names
    mark = said(f"\u2002{one['said']}", names[_mark(one["mark"])]) if one["mark"] else ""
    return (
        paragraph(names["Key Value"], said(one["value"]), mark)
        + paragraph(names["Key Name"], said(one["name"]))
        + paragraph(names["Key Remark"], said(one["remark"]))
    )


def _layout(cells: Sequence[str], across: int, desk: Desk, room: float) -> str:
    """A table without lines, and a small paragraph that parts it from what follows but stays with it."""
    width = room / across
    lines = [cells[at : at + across] for at in range(0, len(cells), across)]
    rows = [row([cell(width, inner) for inner in line]) for line in lines]
    whole = table(desk.names["Report Layout"], [width] * across, rows, gap=GUTTER / 2)
    return whole + paragraph(desk.names["Section End"], more="<w:keepNext/>")


def _figure(block: Laid, desk: Desk, room: float) -> list[str]:
    names = desk.names
    found = [_caption(block["label"], block["title"], "Figure", "", desk)]
    if block.get("frame"):
        found.append(paragraph(names["Figure Legend"], said(block["frame"])))
    if block.get("figures"):
        found += _figures(block, desk, room)
    if block.get("legend"):
        found.append(paragraph(names["Figure Legend"], *(_entry(one) for one in block["legend"])))
    found += _panels(block["panels"], desk, room)
    found += [paragraph(names["Conclusion"], said(block[key])) for key in ("conclusion", "rests") if block.get(key)]
    return found


def _entry(one: Laid) -> str:
    """A name behind a square of its colour, which belongs to the drawing and to no style."""
    colour = str(one["colour"]).lstrip("#").upper()
    square = f'<w:r><w:rPr><w:color w:val="{colour}"/></w:rPr><w:t>■</w:t></w:r>'
    return square + said(f" {one['name']}\u2003")


def _panels(panels: Sequence[Laid], desk: Desk, room: float) -> list[str]:
    """Drawings below each other, or two and two."""
    if any(panel["wide"] for panel in panels):
        return [_panel(panel, desk, room) for panel in panels]
    cells = [_panel(panel, desk, room / 2 - GUTTER) for panel in panels]
    cells += [paragraph(desk.names["Figure"])] * (-len(cells) % 2)
    return [_layout(cells, 2, desk, room)]


def _panel(panel: Laid, desk: Desk, room: float) -> str:
    width = min(panel["width"], room)
    relation, image = desk.document.part.get_or_add_image(io.BytesIO(raster(panel["svg"], width * DOTS_PER_PT)))
    drawn = picture(relation, next(desk.ids), width, width * image.px_height / image.px_width, panel["alt"])
    head = paragraph(desk.names["Figure Heading"], said(panel["title"])) if panel["title"] else ""
    return head + paragraph(desk.names["Figure"], drawn)


def _table(block: Laid, desk: Desk, room: float) -> list[str]:
    kind = "Table" if block["anchor"].startswith("table-") else ""
    size = block["size"]
    shrunk = min(1.0, room / (SIDEWAYS if block["sideways"] else UPRIGHT))
    widths = [width * shrunk for width in block["widths"]]
    looks = [sized(desk.document, desk.names, f"Table {'Number' if n else 'Text'}", size) for n in block["numeric"]]
    rows = [_row([said(head) for head in block["heads"]], widths, looks, head=True)]
    rows += [_row([_cell(one, desk) for one in line], widths, looks) for line in block["rows"]]
    if block["total"]:
        rows.append(_row([said(sum) for sum in block["total"]], widths, looks))
    whole = table(desk.names["Report Table"], widths, rows, gap=0.45 * size, total=bool(block["total"]))
    caption = _caption(block["label"], block["caption"], kind, block["anchor"], desk)
    return [caption, whole, paragraph(desk.names["Remark"], said(block["remark"]))]


def _row(cells: Sequence[str], widths: Sequence[float], looks: Sequence[str], *, head: bool = False) -> str:
    inner = zip(cells, widths, looks, strict=True)
    return row([cell(width, paragraph(look, runs)) for runs, width, look in inner], head=head)


def _cell(one: str | Laid, desk: Desk) -> str:
    """Runs of a cell: what stands there, its hint, its mark."""
    if isinstance(one, str):
        return said(one)
    parts = [said(one["text"]), said(one["hint"], desk.names["Hint"])]
    if one["mark"]:
        parts.append(said(one["said"], desk.names[_mark(one["mark"])]))
    return said(" ").join(filter(None, parts))


def _mark(mark: str) -> str:
    return f"Mark {mark}" if mark in MARKS else "Mark"


def _caption(label: str, title: str, kind: str, anchor: str, desk: Desk) -> str:
    """A caption whose number is a field; it keeps its number when fields are updated, though the table moved."""
    parts = LABEL.fullmatch(label) if kind else None
    look = desk.names["Label"]
    runs = said(label, look)
    if parts:
        before, number, after = parts.groups()
        code = f"SEQ {kind} \\r {number} \\* ARABIC"
        runs = said(before, look) + field(code, said(number, look)) + said(after, look)
    return paragraph(desk.names["caption"], _marked(anchor, runs, desk), said(f"\u2002{title}"))


def _marked(anchor: str | None, runs: str, desk: Desk) -> str:
    return bookmark(_name(anchor), next(desk.ids), runs) if anchor else runs


def _name(anchor: str) -> str:
    """An anchor as the name of a bookmark: letters, digits and underscores, at most 40."""
    return "_" + re.sub(r"\W", "_", anchor)[:39]


WRITERS: dict[str, Callable[[Laid, Desk, float], list[str]]] = {
    "text": _text,
    "points": _points,
    "note": _note,
    "figures": _figures,
    "figure": _figure,
    "table": _table,
    "pointer": _pointer,
    "heading": _heading,
    "commands": _commands,
}
