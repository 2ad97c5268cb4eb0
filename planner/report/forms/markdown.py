"""Markdown, for pages that are kept under version control: a paragraph, a point and a row of a table are a line each.

Text from config or data is escaped: it never becomes markup, a link, a formula or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from planner.report.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Commands,
    Figures,
    Fold,
    Grid,
    Note,
    Points,
    Slider,
    Text,
    totals,
)
from planner.report.document import Report
from planner.report.language import Language
from planner.report.numbering import Numbering, numbering

MARKUP = re.compile(r"([\\`*_\[\]|~$])")
STARTS_BLOCK = re.compile(r"^(?:(?=[#+\-=:])|(\d{1,9})(?=[.)](?:\s|$)))")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LINK = re.compile(r"(?i)\b(https?|ftp)(://)|\b(www)(\.)")


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes; a template is not used."""
    numbers = numbering(report.sections)
    parts = [f"# {inline(report.title)}", line(report.kicker), line(report.byline)]
    for section in report.sections:
        parts += [f"## {inline(section.title)}", *([f"*{inline(section.lead)}*"] if section.lead else [])]
        parts += [part for block in section.blocks for part in _laid(block, report.words, numbers, 3)]
    return "\n\n".join([*parts, "---", line(report.footer)]).encode() + b"\n"


def line(text: str) -> str:
    """Text as a paragraph of one line that shows exactly these characters."""
    return STARTS_BLOCK.sub(lambda found: f"{found[1] or ''}\\", inline(text))


def inline(text: str) -> str:
    """Text inside a line or a cell that shows exactly these characters; line breaks become spaces."""
    flat = " ".join(CONTROL.sub("", text).splitlines()).replace("\t", " ").strip(" ")
    safe = MARKUP.sub(r"\\\1", flat).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return LINK.sub(lambda found: f"{found[1] or found[3]}&#8203;{found[2] or found[4]}", safe)


def _laid(block: Block, words: Language, numbers: Numbering, level: int) -> Iterator[str]:
    """A block as parts that stand apart by an empty line; `level` of headings inside it."""
    match block:
        case Text():
            yield from map(line, block.paragraphs)
        case Points():
            yield from ([f"**{inline(block.title)}**"] if block.title else [])
            yield "\n".join(f"- {line(item)}" for item in block.items)
        case Note():
            yield f"> {line(block.text)}"
        case Figures():
            yield "\n".join(_figures(block, words))
        case Chart():
            label = words.say("form-figure", number=numbers.figures[block.id])
            yield f"{'#' * level} {label}\u2003{inline(block.title)}"
            yield line(block.conclusion)
            yield from _table(block.data, words, inline(block.data.caption))
        case Slider():
            label = words.say("form-figure", number=numbers.figures[block.id])
            yield f"{'#' * level} {label}\u2003{inline(block.title)}"
            yield from _table(block.data, words, inline(block.data.caption))
        case Grid():
            label = words.say("form-table", number=numbers.tables[block.id])
            yield from _table(block, words, f"{label}\u2003{inline(block.caption)}")
        case Fold():
            yield f"{'#' * level} {inline(block.title)}"
            for inner in block.blocks:
                yield from _laid(inner, words, numbers, min(level + 1, 6))
        case Commands():
            yield fenced(block.lines)


def _figures(block: Figures, words: Language) -> Iterator[str]:
    for figure in block.figures:
        mark = f" ({_mark(words, figure.mark)})" if figure.mark else ""
        remark = f" — {inline(figure.remark)}" if figure.remark else ""
        yield f"- **{inline(figure.value)}** {inline(figure.name)}{mark}{remark}"


def _table(grid: Grid, words: Language, caption: str) -> Iterator[str]:
    heads = [inline(column.name) for column in grid.columns]
    rules = ["--:" if column.measure.numeric else "---" for column in grid.columns]
    body = [[_cell(cell, column, words) for cell, column in zip(row, grid.columns, strict=True)] for row in grid.rows]
    if grid.total and grid.rows:
        body.append(_sums(grid, words))
    yield f"**{caption}**"
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rules, *body))
    if grid.remark:
        yield line(grid.remark)


def _cell(cell: Cell, column: Column, words: Language) -> str:
    if cell.mark and cell.mark == cell.value:
        return _mark(words, cell.mark)
    shown = inline(words.show(cell.value, column.measure))
    return (
        shown
        + (f" ({_mark(words, cell.mark)})" if cell.mark else "")
        + (f" — {inline(cell.hint)}" if cell.hint else "")
    )


def _mark(words: Language, mark: str) -> str:
    return inline(words.say(f"mark-{mark.replace(' ', '-')}-long"))


def _sums(grid: Grid, words: Language) -> list[str]:
    sums = totals(grid)
    shown = [
        inline(words.show(sums[at], column.measure)) if at in sums else "" for at, column in enumerate(grid.columns)
    ]
    return [f"**{text}**" if text else "" for text in (inline(words.say("total")), *shown[1:])]


def fenced(lines: Sequence[str]) -> str:
    """Commands in a fence longer than any row of backticks among them."""
    longest = max((len(run) for text in lines for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}sh", *(CONTROL.sub("", text) for text in lines), fence])
