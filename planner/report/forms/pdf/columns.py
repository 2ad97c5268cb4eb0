"""How a table fits a page: size of its letters, widths of its columns, upright or on its side. Lengths in pt."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from planner.report.blocks import Grid, totals
from planner.report.language import Language

UPRIGHT, SIDEWAYS = 482.0, 729.0
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
SMALL = (7.5, 7.0, 6.5, 6.0)
SMALLER = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
LONG = 45
GAP = 0.9
WORD = 12.0
BAR = 6.0
FEW = 12
READ = 7.0
LINES, LINES_OF_FEW, MOST = 1.2, 1.5, 2.0
STRETCH = 2.5
NARROW = 3.0
SAMPLE = 150


@dataclass(frozen=True)
class Fit:
    """Letters of `size`, columns of `widths`, which are together at most as wide as the page."""

    size: float
    widths: tuple[float, ...]
    sideways: bool = False


@dataclass(frozen=True)
class Need:
    """Widths of a column in em: what it cannot do without; where nothing wraps; of each of its cells."""

    least: float
    whole: float
    cells: tuple[float, ...]


def fit(table: Grid, words: Language, marks: Sequence[float]) -> Fit:
    """The largest letters with which the table stands well on an upright page, else on one turned sideways.

    marks  column by column, the width of its widest mark in em, kept free beside what stands there
    """
    needs = [_need(table, at, words, beside) for at, beside in enumerate(marks)]
    least = sum(need.least + GAP for need in needs)
    long = len(table.rows) > LONG
    upright = _chosen(needs, UPRIGHT, SMALL if long else SIZES)
    if upright and (not long or _lines(needs, upright[1]) <= MOST):
        return Fit(upright[0], tuple(width * upright[0] for width in upright[1]))
    sideways = _chosen(needs, SIDEWAYS, SMALLER)
    size, widths = sideways or (SIDEWAYS / least, [need.least + GAP for need in needs])
    return Fit(size, tuple(width * size for width in widths), True)


def _chosen(needs: Sequence[Need], room: float, sizes: Sequence[float]) -> tuple[float, list[float]] | None:
    """The largest letters with which rows seldom wrap, else those read well enough; widths in em.

    None where no size fits. Only to save lines of a long table do letters become smaller than `READ`.
    """
    least = sum(need.least + GAP for need in needs)
    found = {size: shares(needs, room / size) for size in sizes if least * size <= room}
    if not found:
        return None
    rows = len(needs[0].cells)
    most, smallest = LINES if rows > FEW else LINES_OF_FEW, 0.0 if rows > LONG else READ
    airy = (size for size, widths in found.items() if size >= smallest and _lines(needs, widths) <= most)
    size = next(airy, max((size for size in found if size <= READ), default=max(found)))
    return size, found[size]


def ems(text: str, words: Language) -> float:
    """Width of text in em, on the wide side, as measured in Noto Serif CJK; Libertinus is narrower."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return wide + sum(map(_em, text)) * (1.0 if words.id == "zh" else 0.88)


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 0.0
    if letter in ".,;:'!|ijl ()[]\u00a0":
        return 0.38
    return 0.74 if letter.isupper() else 0.93 if letter in "%mw×→" else 0.58


def longest(text: str, words: Language) -> float:
    """Width in em of the longest piece of text that stays on one line; the template breaks long words."""
    pieces = "".join(f" {c} " if unicodedata.east_asian_width(c) in "WF" else c for c in text).split(" ")
    return min(max((ems(piece, words) for piece in pieces), default=0.0), WORD)


def _need(table: Grid, at: int, words: Language, beside: float) -> Need:
    column = table.columns[at]
    bar = BAR if any(row[at].share is not None for row in table.rows) else 0.0
    shown = texts(table, at, words)
    cells = tuple(ems(text, words) + beside for text in shown)
    name = ems(column.name, words) * 1.15
    head = max(1.1 * longest(column.name, words), min(name, 3.2), name / 2.6)
    if column.measure.numeric:
        least = max([*cells, head, bar])
        return Need(least, max(least, min(name, 8.0)), cells)
    least = max([longest(text, words) for text in shown] + [head, beside, bar])
    whole = max([*cells, least, min(name, 8.0)])
    return Need(whole if whole - least < NARROW else least, whole, cells)


def texts(table: Grid, at: int, words: Language) -> list[str]:
    """What stands in a column, sums included, marks not."""
    measure = table.columns[at].measure
    shown = [words.show(row[at].value, measure) for row in table.rows]
    hints = [f" {row[at].hint}" if row[at].hint else "" for row in table.rows]
    sums = totals(table)
    return [a + b for a, b in zip(shown, hints, strict=True)] + ([words.show(sums[at], measure)] if at in sums else [])


def shares(needs: Sequence[Need], room: float) -> list[float]:
    """Widths in em, gaps included: all columns whole where there is room, else what saves most lines."""
    whole = [need.whole + GAP for need in needs]
    if sum(whole) <= room:
        spread = min(room / sum(whole), STRETCH)
        return [width * spread for width in whole]
    widths = [need.least + GAP for need in needs]
    rows = _sampled(needs)
    while (left := room - sum(widths)) > 0.01:
        gains = _gains(rows, widths)
        open_ = [at for at, width in enumerate(widths) if whole[at] - width > 0.01]
        best = max(open_, key=lambda at: gains[at])
        widths[best] += min(1.0, left, whole[best] - widths[best])
    return widths


def _sampled(needs: Sequence[Need]) -> list[tuple[float, ...]]:
    """Widths of the cells of some rows."""
    rows = list(zip(*(need.cells for need in needs), strict=False))
    return rows[:: max(1, len(rows) // SAMPLE)]


def _gains(rows: Sequence[tuple[float, ...]], widths: Sequence[float]) -> list[float]:
    """How many lines one em more would save, column by column."""
    gains = [1e-9 * len(widths)] * len(widths)
    for row in rows:
        lines, at = max((cell / (width - GAP), at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        if lines > 1:
            gains[at] += lines - row[at] / (widths[at] - GAP + 1)
    return gains


def _lines(needs: Sequence[Need], widths: Sequence[float]) -> float:
    """Lines of a row on average."""
    rows = _sampled(needs)
    lines = [max(1, *(math.ceil(c / (w - GAP) - 0.03) for c, w in zip(row, widths, strict=True))) for row in rows]
    return sum(lines) / len(lines) if lines else 1.0
