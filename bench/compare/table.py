"""A comparison in a terminal, within 120 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bench.compare import Comparison, Left, Run
from bench.compare.change import Change
from bench.tables import grid, seconds_text

MOST_NAMES, MOST_REASONS = 4, 6
STYLES = {"SAME": "dim", "FASTER": "green", "SLOWER": "red", "UNCLEAR": "yellow"}


def comparison_parts(found: Comparison) -> list[RenderableType]:
    """Head line, table, what was left out, notes, and the sum of it all."""
    parts: list[RenderableType] = [f"OLD {runs_text(found.old)}", f"NEW {runs_text(found.new)}", ""]
    if found.changes:
        parts += [_table(found), ""]
    parts += [*_left(found.left), *_reasons(found.changes)]
    return [*parts, *(f"note: {text}" for text in notes(found)), *summary(found)]


def runs_text(runs: Sequence[Run]) -> str:
    """The first run of a side, and how many more there are."""
    first = runs[0]
    more = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
    return f"{first.created}, suite {first.suite}, {first.cpu}, commit {first.commit}, {first.quiet} machine{more}"


def _left(left: Sequence[Left]) -> list[Text]:
    """Cases that were not compared: broken ones each on a line, the others by reason."""
    lines = [Text(f"{entry.id}: {entry.reason}", style="red") for entry in left if entry.broken]
    quiet = [entry for entry in left if not entry.broken]
    for reason in dict.fromkeys(entry.reason for entry in quiet):
        names = [entry.id for entry in quiet if entry.reason == reason]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        lines.append(Text(f"not compared, {reason}: {', '.join(names[:MOST_NAMES])}{more}", style="dim"))
    return lines


def _reasons(changes: Sequence[Change]) -> list[str]:
    """Why changes that look large are not decided, the largest first; the others say it in the verdict alone."""
    lines = [f"{entry.id}: {entry.note}" for entry in changes if entry.note and abs(entry.change) >= entry.least]
    more = [f"and {len(lines) - MOST_REASONS} more: --json and --html say why"] if len(lines) > MOST_REASONS else []
    return [*lines[:MOST_REASONS], *more]


def _table(found: Comparison) -> RenderableType:
    table = grid("case", "old", "new", "change", "95 % interval", "p", "units", "verdict", left=("case", "verdict"))
    for entry in found.changes:
        table.add_row(
            entry.id,
            seconds_text(entry.old_s),
            seconds_text(entry.new_s),
            f"{entry.change:+.1%}",
            interval_text(entry),
            p_text(entry.p),
            units_text(entry),
            Text(entry.verdict, style=STYLES[entry.verdict]),
        )
    return table


def interval_text(entry: Change) -> str:
    """Interval of the change: "+8.1 .. +12.0 %"."""
    return f"{100 * (entry.low - 1):+.1f} .. {100 * (entry.high - 1):+.1f} %"


def p_text(p: float) -> str:
    """A p-value with two decimals, or that it is smaller."""
    return f"{p:.2f}" if p >= 0.01 else "<0.01"


def units_text(entry: Change) -> str:
    """How many independent units each side has: "2 + 2 processes"."""
    return f"{entry.old_units} + {entry.new_units} {entry.unit}"


def summary(found: Comparison) -> list[str]:
    """Counts by verdict, the geometric mean, and a warning where there is no verdict at all."""
    if found.mean is None or found.mean_low is None or found.mean_high is None:
        return ["nothing could be compared: no case has a time on both sides"]
    undecided = ["every case is unclear: nothing was decided"] if found.count("UNCLEAR") == len(found.changes) else []
    words = [f"{found.count(verdict)} {verdict}" for verdict in STYLES]
    low, high = 100 * (found.mean_low - 1), 100 * (found.mean_high - 1)
    return [
        f"{len(found.changes)} cases compared: {', '.join(words)}",
        f"geometric mean of new / old time: {found.mean:.3f} ({found.mean - 1:+.1%}, 95 % {low:+.1f} .. {high:+.1f} %)",
        *undecided,
    ]


def notes(found: Comparison) -> list[str]:
    """What a reader must know before believing the verdicts."""
    told = [f"compared although the machines differ: {'; '.join(found.differences)}"] if found.differences else []
    if found.same_runs:
        told.append("OLD and NEW are the same run")
    if found.noise_floor is not None and found.noise_floor > found.min_effect:
        told.append(
            f"this machine alone changes times by up to {found.noise_floor:.1%} (its noise floor), "
            f"so a change counts from there, not from {found.min_effect:.1%}"
        )
    if any(entry.unit == "samples" for entry in found.changes) and not found.same_runs:
        told.append(
            "cases with one process a side: processes differ by more than their samples show; "
            "measure in several processes (processes in the suite file), or give several runs a side"
        )
    return told
