"""How a table fits a page: size of its letters, widths of its columns, upright or on its side. Lengths in pt."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from planner.report.blocks import Grid, totals
from planner.report.language import Language

UPRIGHT, SIDEWAYS = 482.0, 729.0
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
SIDEWAYS_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
GAP = 0.9
WORD = 15.0
LINES = 1.7
STRETCH = 1.5


@dataclass(frozen=True)
class Fit:
    """Letters of `size`, columns of `widths`, which are at most as wide as the page."""

    size: float
    widths: tuple[float, ...]
    sideways: bool = False


@dataclass(frozen=True)
class _Need:
    """Widths in em: what a column cannot do without, and where nothing in it wraps."""

    least: float
    whole: float


def fit(table: Grid, words: Language, marks: float) -> Fit:
    """The largest letters with which the table stands on an upright page, else on one turned sideways.

    marks  width of the widest mark, in em, kept free beside the numbers of a column that has marks
    """
    needs = [_need(table, at, words, marks) for at in range(len(table.columns))]
    for sideways, room, sizes in ((False, UPRIGHT, SIZES), (True, SIDEWAYS, SIDEWAYS_SIZES)):
        fitting = [size for size in sizes if _least(needs) * size <= room]
        if fitting:
            airy = (size for size in fitting if _lines(needs, table, words, room / size) <= LINES)
            size = next(airy, fitting[min(2, len(fitting) - 1)])
            return Fit(size, tuple(width * size for width in shares(needs, room / size)), sideways)
    size = SIDEWAYS / _least(needs)
    return Fit(size, tuple((need.least + GAP) * size for need in needs), True)


def ems(text: str) -> float:
    """Width of text in em, on the wide side (Libertinus and Noto Serif CJK, measured)."""
    return sum(map(_em, text))


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter.isdigit() or letter == "−":
        return 0.57
    if letter in ".,;:'!|ijl ()[]\u00a0":
        return 0.38
    return 0.72 if letter.isupper() else 0.93 if letter in "%mw×→" else 0.55


def longest(text: str) -> float:
    """Width in em of the longest piece of text that stays on one line; a template may break long words."""
    pieces = "".join(f" {c} " if unicodedata.east_asian_width(c) in "WF" else c for c in text).split(" ")
    return min(max(map(ems, pieces), default=0.0), WORD)


def _need(table: Grid, at: int, words: Language, marks: float) -> _Need:
    column = table.columns[at]
    shown = texts(table, at, words)
    head = longest(column.name)
    beside = marks if any(row[at].mark for row in table.rows) else 0.0
    whole = max(map(ems, shown), default=0.0) + beside
    if column.measure.numeric:
        return _Need(max(whole, head), max(whole, head, min(ems(column.name), 6.0)))
    least = max([longest(text) for text in shown] + [head, beside, min(whole, 5.0)])
    return _Need(least, max(whole, least, min(ems(column.name), 8.0)))


def texts(table: Grid, at: int, words: Language) -> list[str]:
    """What stands in a column, sums included, marks not."""
    measure = table.columns[at].measure
    shown = [words.show(row[at].value, measure) for row in table.rows]
    hints = [f" {row[at].hint}" if row[at].hint else "" for row in table.rows]
    sums = totals(table)
    return [a + b for a, b in zip(shown, hints, strict=True)] + ([words.show(sums[at], measure)] if at in sums else [])


def _least(needs: Sequence[_Need]) -> float:
    return sum(need.least + GAP for need in needs)


def shares(needs: Sequence[_Need], room: float) -> list[float]:
    """Widths in em, gaps included: all columns whole where there is room, else what they need and a fair part."""
    whole = [need.whole + GAP for need in needs]
    if sum(whole) <= room:
        spread = min(room / sum(whole), STRETCH)
        return [width * spread for width in whole]
    least = [need.least + GAP for need in needs]
    more = [(need.whole - need.least) ** 0.5 for need in needs]
    return _filled(least, whole, more, room)


def _filled(least: list[float], whole: list[float], more: list[float], room: float) -> list[float]:
    """Deal out what is left by weight; nobody gets more than the whole."""
    widths = list(least)
    while (left := room - sum(widths)) > 0.01:
        open_ = [at for at, width in enumerate(widths) if whole[at] - width > 0.01]
        if not open_:
            break
        weight = sum(more[at] for at in open_)
        for at in open_:
            widths[at] = min(whole[at], widths[at] + left * more[at] / weight)
    return widths


def _lines(needs: Sequence[_Need], table: Grid, words: Language, room: float) -> float:
    """Lines of a row on average."""
    widths = shares(needs, room)
    lines = [[ems(text) / (width - GAP) for text in texts(table, at, words)] for at, width in enumerate(widths)]
    rows = [max(1.0, *row) for row in zip(*lines, strict=False)]
    return sum(rows) / len(rows) if rows else 1.0
