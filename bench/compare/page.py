"""A comparison as one HTML file that opens anywhere without a network: a forest plot of the ratios, case by case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from bench.compare import Comparison, Left, Run
from bench.compare.change import Change
from bench.compare.table import interval_text, notes, p_text, units_text
from bench.tables import seconds_text

VERDICTS = ("SLOWER", "FASTER", "UNCLEAR", "SAME")
WIDEST = math.log(4)
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0)


def page(found: Comparison) -> str:
    """The whole file as text; every name in it is escaped."""
    reach = _reach(found)
    body = [
        "<header><h1>Benchmark comparison</h1>",
        f"<p class='side'><b>OLD</b> {_runs(found.old)}</p><p class='side'><b>NEW</b> {_runs(found.new)}</p></header>",
        _summary(found),
        *(f"<p class='note'>{escape(text)}</p>" for text in notes(found)),
        _table(found.changes, reach) if found.changes else "<p>Nothing could be compared.</p>",
        _left(found.left),
        _reading(found),
    ]
    style = (files("bench.compare") / "page.css").read_text("utf-8")
    return HEAD.replace("{style}", style) + "\n".join(body) + "\n</main></body></html>\n"


HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Benchmark comparison</title>
<style>{style}</style></head><body><main>
"""


def _runs(runs: Sequence[Run]) -> str:
    first = runs[0]
    more = f" and {len(runs) - 1} more runs" if len(runs) > 1 else ""
    text = f"{first.created}, suite {first.suite}, {first.cpu}, {first.quiet} machine{more}"
    return f"{escape(text)} <code>{escape(first.commit)}</code>"


def _summary(found: Comparison) -> str:
    counts = "".join(f"<li class='{name.lower()}'><b>{found.count(name)}</b> {name.lower()}</li>" for name in VERDICTS)
    if found.mean is None or found.mean_low is None or found.mean_high is None:
        return f"<ul class='counts'>{counts}</ul>"
    low, high = 100 * (found.mean_low - 1), 100 * (found.mean_high - 1)
    return (
        f"<ul class='counts'>{counts}</ul><p class='mean'>Geometric mean of new / old time: <b>{found.mean:.3f}</b> "
        f"({found.mean - 1:+.1%}, 95 % interval {low:+.1f} to {high:+.1f} %) over {len(found.changes)} cases.</p>"
    )


def _reach(found: Comparison) -> float:
    """Half of the axis, in logs: all ratios fit, and intervals where they are not absurdly wide."""
    logs = [abs(math.log(entry.ratio)) for entry in found.changes]
    ends = [abs(math.log(end)) for entry in found.changes for end in (entry.low, entry.high)]
    least = max((entry.least for entry in found.changes), default=found.min_effect)
    wanted = max(1.15 * max(logs, default=0.0), min(max(ends, default=0.0), WIDEST / 2), 3 * math.log1p(least))
    return min(wanted, WIDEST)


def _percent(log_ratio: float, reach: float) -> float:
    """Place on the axis in percent of its width, 3 to 97, ends included."""
    return 50 + 47 * min(1.0, max(-1.0, log_ratio / reach))


def _table(changes: Sequence[Change], reach: float) -> str:
    rows = "".join(_row(entry, reach) for entry in changes)
    head = "<th scope='col'>case</th><th scope='col' class='num'>old</th><th scope='col' class='num'>new</th>"
    axis = f"<th scope='col' class='plot' aria-label='change of the time'>{_axis(reach)}</th>"
    rest = "<th scope='col' class='num'>change</th><th scope='col'>verdict</th>"
    return f"<table><thead><tr>{head}{axis}{rest}</tr></thead><tbody>{rows}</tbody></table>"


def _axis(reach: float) -> str:
    step = max((tick for tick in TICKS if math.log1p(tick) <= 0.85 * reach), default=TICKS[0])
    places = ((-math.log1p(step), f"{1 / (1 + step) - 1:+.0%}"), (0.0, "0"), (math.log1p(step), f"{step:+.0%}"))
    labels = "".join(
        f"<text x='{_percent(at, reach):.1f}%' y='13' text-anchor='middle'>{text}</text>" for at, text in places
    )
    return f"<svg class='axis' aria-hidden='true'>{labels}</svg>"


def _row(entry: Change, reach: float) -> str:
    note = f"<small>{escape(entry.note)}</small>" if entry.note else ""
    detail = f"interval {interval_text(entry)}, p {p_text(entry.p)}, {units_text(entry)}"
    return (
        f"<tr class='{entry.verdict.lower()}'><th scope='row'>{_breakable(entry.id)}{note}</th>"
        f"<td class='num old'>{seconds_text(entry.old_s)}</td><td class='num new'>{seconds_text(entry.new_s)}</td>"
        f"<td class='plot'>{_mark(entry, reach, detail)}</td>"
        f"<td class='num change'>{entry.change:+.1%}<small>{escape(interval_text(entry))}</small></td>"
        f"<td class='verdict'>{entry.verdict}</td></tr>"
    )


def _breakable(name: str) -> str:
    """A name, escaped, that may be broken after its parts."""
    return escape(name).replace("/", "/<wbr>").replace("_", "_<wbr>")


def _mark(entry: Change, reach: float, detail: str) -> str:
    """The band that does not count, the line of no change, the interval, the ratio."""
    low, high = _percent(math.log(entry.low), reach), _percent(math.log(entry.high), reach)
    band = _percent(math.log1p(entry.least), reach) - 50
    title = f"{escape(entry.id)}: {entry.change:+.1%}, {escape(detail)}"
    return (
        f"<svg role='img'><title>{title}</title>"
        f"<rect class='band' x='{50 - band:.1f}%' width='{2 * band:.1f}%' height='100%'/>"
        "<line class='none' x1='50%' x2='50%' y2='100%'/>"
        f"<line class='span' x1='{low:.2f}%' x2='{high:.2f}%' y1='50%' y2='50%'/>"
        f"<circle cx='{_percent(math.log(entry.ratio), reach):.2f}%' cy='50%' r='5'/></svg>"
    )


def _left(left: Sequence[Left]) -> str:
    if not left:
        return ""
    rows = "".join(
        f"<li{' class=broken' if entry.broken else ''}><b>{escape(entry.id)}</b> {escape(entry.reason)}</li>"
        for entry in left
    )
    return f"<section><h2>Not compared</h2><ul class='left'>{rows}</ul></section>"


def _reading(found: Comparison) -> str:
    return (
        "<section class='reading'><h2>How to read it</h2><p>The dot is new over old time, the bar its 95 % interval; "
        "to the right is slower. The grey band is what does not count: "
        f"{max((entry.least for entry in found.changes), default=found.min_effect):.1%} either way. "
        "SLOWER and FASTER are surely no chance (rank test on the samples and, where a side has several processes or "
        "runs, Student's t on their medians; p below 5 % over all cases together, after Holm) and lie outside the "
        f"band. SAME lies within {found.min_effect:.1%} with its whole interval. UNCLEAR needs more measuring.</p>"
        "</section>"
    )
