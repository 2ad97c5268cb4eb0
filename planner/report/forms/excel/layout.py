"""What stands on which sheet: one per table, named in the language of the report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from planner.report.blocks import Block, Chart, Fold, Grid, Section, Slider
from planner.report.document import Report
from planner.report.numbering import Numbering, numbering

LONGEST = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
RESERVED = "history"
GAP = "\u2003"
Say = Callable[..., str]


@dataclass(frozen=True)
class Sheet:
    """One table and where it goes.

    title, remark  what stands above it
    chart          drawn beside it, where the table is that of a chart
    shaded         the table lies behind a map or a matrix: its numbers are shaded
    """

    name: str
    section: Section
    grid: Grid
    title: str
    remark: str
    chart: Chart | None = None
    shaded: bool = False


def sheets_of(report: Report) -> list[Sheet]:
    """Every table of the report in order, each with a name of its own."""
    say, numbers = report.words.say, numbering(report.sections)
    found = [sheet for section in report.sections for sheet in _of(section, section.blocks, say, numbers)]
    first = say("contents")
    names = unique_names((_readable(sheet.grid, report.words.id) for sheet in found), taken=(first,))
    return [replace(sheet, name=name) for sheet, name in zip(found, names, strict=True)]


def _of(section: Section, blocks: Sequence[Block], say: Say, numbers: Numbering) -> Iterator[Sheet]:
    for block in blocks:
        if isinstance(block, Grid):
            title = f"{say('form-table', number=numbers.tables[block.id])}{GAP}{block.caption}"
            yield Sheet("", section, block, title, block.remark)
        elif isinstance(block, Chart):
            title = f"{say('form-figure', number=numbers.figures[block.id])}{GAP}{block.title}"
            yield Sheet("", section, block.data, title, block.conclusion, block, shaded=not block.native)
        elif isinstance(block, Slider):
            title = f"{say('form-figure', number=numbers.figures[block.id])}{GAP}{block.title}"
            yield Sheet("", section, block.data, title, block.data.remark, shaded=True)
        elif isinstance(block, Fold):
            yield from _of(section, block.blocks, say, numbers)


def _readable(grid: Grid, language: str) -> str:
    """The id as words; in Chinese the head of the caption, since ids are English."""
    if language == "en":
        return grid.id.replace("_", " ").capitalize()
    return re.split(r"[，。；：（,(:;]", grid.caption, maxsplit=1)[0]


def unique_names(wanted: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Names that Excel takes for sheets: up to 31 characters, none of []:*?/\\, none twice whatever the case."""
    used, names = {name.casefold() for name in taken} | {RESERVED}, []
    for name in wanted:
        plain = _cut(FORBIDDEN.sub(" ", name).strip(" '"), LONGEST) or "1"
        found, count = plain, 1
        while found.casefold() in used:
            count += 1
            found = f"{_cut(plain, LONGEST - len(f' {count}'))} {count}"
        used.add(found.casefold())
        names.append(found)
    return names


def _cut(name: str, longest: int) -> str:
    """The first so many UTF-16 units, which is how Excel counts."""
    while len(name.encode("utf-16-le")) // 2 > longest:
        name = name[:-1]
    return name.strip(" '")
