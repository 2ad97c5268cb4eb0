"""What a terminal shows of a sweep: a rate and a bar for every size and number of threads, and where it bends."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bench.caches import Room
from bench.result import Result
from bench.sweep import Point, bends, points
from bench.tables import STYLES, grid, percent_text, rate_text, remarks, size_text

BAR = 32
EIGHTHS = " ▏▎▍▌▋▊▉█"


def sweep_parts(result: Result, room: Room) -> list[RenderableType]:
    """The table of a sweep, its bends, what it needs people to know, and ceilings where it measured some."""
    found = points(result.cases, room)
    parts: list[RenderableType] = [points_table(found), *bends(found), *speedups(found), *remarks(result.cases)]
    return [*parts, *(f"{name}: {entry.value:.4g} ({entry.kernel})" for name, entry in result.ceilings.items())]


def points_table(found: Iterable[Point]) -> Table:
    """One line per size and number of threads."""
    found = list(found)
    most = max((point.rate or 0.0 for point in found), default=0.0)
    unit = found[0].unit if found else ""
    table = grid("thr", "size", "data", "in", unit, "", "change", "verdict", left=("size", "in", "", "verdict"))
    for point in found:
        case = point.case
        table.add_row(
            str(case.threads),
            case.size,
            size_text(case.working_set_bytes),
            point.level,
            rate_text(point.rate),
            bar((point.rate or 0.0) / most if most else 0.0),
            "" if point.change is None else f"{point.change:+.0%}",
            Text(case.verdict, style=STYLES[case.verdict]),
        )
    return table


def bar(share: float) -> str:
    """A bar of `share` of the full width, to an eighth of a character."""
    eighths = round(min(max(share, 0.0), 1.0) * BAR * 8)
    return EIGHTHS[-1] * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def speedups(found: Iterable[Point]) -> list[str]:
    """One sentence per size that was measured on several numbers of threads: how much faster than the fewest."""
    told = []
    found = list(found)
    for size in dict.fromkeys(point.case.size for point in found):
        row = [point for point in found if point.case.size == size and point.rate]
        if len(row) > 1:
            first = row[0]
            rest = (
                f"{point.rate / first.rate:.2f} on {point.case.threads} "
                f"({percent_text(point.rate / first.rate * first.case.threads / point.case.threads)})"
                for point in row[1:]
                if point.rate and first.rate
            )
            told.append(f"{size}: times as fast as on {first.case.threads}: {', '.join(rest)}")
    return told
