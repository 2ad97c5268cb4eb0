"""The roofline in a terminal: the measured ceilings, then every kernel under its own, within 120 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bench.result import Case, Result
from bench.roofline import is_ceiling
from bench.tables import STYLES, grid, percent_text, rate_text

GAUGE = 16
EIGHTHS = " ▏▎▍▌▋▊▉"


def roofline_parts(result: Result, threads: int | None = None) -> list[RenderableType]:
    """Tables of a result; one of kernels for each thread count, the largest first.

    Args:
        result: with ceilings.
        threads: only this thread count.
    """
    counts = sorted({case.threads for case in result.cases}, reverse=True) if threads is None else [threads]
    parts: list[RenderableType] = [_ceilings(result, counts)]
    for count in counts:
        cases = [case for case in result.cases if case.threads == count and not is_ceiling(case.kernel)]
        if cases:
            parts += ["", f"{count} thread{'s' if count > 1 else ''}, from few to many FLOP per byte", _cases(cases)]
    return [*parts, *_notes(result.cases, counts)]


def _ceilings(result: Result, counts: Sequence[int]) -> Table:
    table = grid("ceiling", "value", "low", "high", "threads", "measured by", left=("ceiling", "measured by"))
    for name, entry in result.ceilings.items():
        if entry.threads in counts:
            numbers = (rate_text(entry.value), rate_text(entry.low), rate_text(entry.high), str(entry.threads))
            table.add_row(name, *numbers, entry.kernel)
    return table


def _cases(cases: Sequence[Case]) -> Table:
    counted = any(case.traffic for case in cases)
    columns = ["kernel", "FLOP/byte", "GFLOP/s", "GB/s", "of its ceiling", "", "ceiling", "verdict"]
    columns[2:2] = ["counted"] if counted else []
    table = grid(*columns, left=("kernel", "", "ceiling", "verdict"))
    for case in sorted(cases, key=lambda case: (_intensity(case), case.kernel)):
        moved = case.work.bytes_moved
        row = [case.kernel, rate_text(_intensity(case)) or "0" if moved else "registers"]
        row += [_counted(case)] if counted else []
        row += [rate_text(case.gflops), rate_text(case.gb_per_s), percent_text(case.fraction_of_ceiling)]
        style = STYLES.get(case.verdict, "")
        table.add_row(*row, gauge(case.fraction_of_ceiling), case.ceiling or "", Text(case.verdict, style=style))
    return table


def _intensity(case: Case) -> float:
    moved = case.work.bytes_moved
    return case.work.flops / moved if moved else float("inf")


def _counted(case: Case) -> str:
    """FLOP per byte by the bytes that hardware counters saw."""
    return rate_text(case.work.flops / case.traffic.bytes_moved) if case.traffic and case.traffic.bytes_moved else ""


def gauge(fraction: float | None) -> str:
    """A bar of at most GAUGE letters.

    >>> gauge(0.125)
    '██'
    """
    eighths = round(8 * GAUGE * min(max(fraction or 0.0, 0.0), 1.0))
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def _notes(cases: Sequence[Case], counts: Sequence[int]) -> list[str]:
    """How bytes were counted or why not, and every case that is too fast to be true."""
    shown = [case for case in cases if case.threads in counts]
    methods = dict.fromkeys(case.traffic.method for case in shown if case.traffic)
    lines = [f"counted: FLOP per byte by {method}" for method in methods]
    reasons = dict.fromkeys(case.traffic_reason for case in shown if case.traffic_reason and case.limit != "network")
    lines += [f"bytes were not counted: {reason}" for reason in reasons] if not methods else []
    return [*lines, *(f"{case.id} is refused: {case.remedy}" for case in shown if case.verdict == "refused")]
