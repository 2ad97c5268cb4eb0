"""A report with every kind of block, every measure, and names that mean harm: what each form is tried with."""

from __future__ import annotations

import math

from planner.report.blocks import (
    Cell,
    Chart,
    Column,
    Commands,
    Figure,
    Figures,
    Fold,
    Frame,
    Grid,
    Note,
    Panel,
    Points,
    Section,
    Slider,
    Text,
    grid,
)
from planner.report.document import Report
from planner.report.language import language
from planner.report.measures import CHANGE, COUNT, MONEY, MONEY_FINE, NUMBER, PLAIN, SHARE, YEAR, Measure

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "\r=1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b\\|c",
    "line one\nline two",
    "[x](javascript:alert(1)) ![y](z)",
    "**bold** _it_ `code` $x$ ~~no~~",
    "http://evil.example/?a=b&c=d",
    "&lt;b&gt; &amp; &#35;",
    "# heading",
    "1. point",
    "> quote",
    '{= 1 } #import "x"',
    "_x0041_ 名称",
    "'; DROP TABLE plans; --",
)
VALUES = (0.0, 1.0, -3.5, 0.000123, 1.9e-7, 12.345, 99.96, 1234.5, 1234567.89, 0.9995, None, math.nan, math.inf)
KINDS = (COUNT, NUMBER, PLAIN, Measure("fixed", 2), SHARE, CHANGE, MONEY, MONEY_FINE)
SPEC = {
    "data": {"values": [{"x": 2026, "y": 1.0}, {"x": 2027, "y": 2.0}]},
    "mark": "line",
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative", "title": "GW"},
    },
}
COLOURS = (("North", "#123456"), ("South", "#654321"))
PANEL = Panel(SPEC, "a line that rises", wide=True)


def specimen(lang: str = "en") -> Report:
    """The report."""
    sections = (_first(), _charts(), _second())
    return Report(
        language(lang),
        HOSTILE[0],
        "Specimen 2026",
        "Two regions",
        "Footer of the specimen",
        "0.1",
        sections,
        "2026-11-20T10:00:00Z",
    )


def every_measure() -> Grid:
    """Each value under each measure."""
    columns = [Column("=row"), *(Column(f"{kind.kind} {kind.signed}", kind, "a hint") for kind in KINDS)]
    return grid("every_measure", "Every measure", columns, [(f"row {at}", *[v] * len(KINDS)) for at, v in _numbered()])


def _numbered() -> list[tuple[int, float | None]]:
    return list(enumerate(VALUES))


def hostile() -> Grid:
    """Names that mean harm, as text cells, as hints, and one as a mark."""
    rows = [(Cell(name, hint=name), Cell(at, mark="estimated" if at % 2 else "")) for at, name in enumerate(HOSTILE)]
    return grid("hostile", HOSTILE[3], ("Name", Column("@n", COUNT)), rows, remark=HOSTILE[1])


def money(id: str = "money") -> Grid:
    """Money by year, with a total, bars and marks."""
    columns = (Column("Year", YEAR), Column("North", MONEY), Column("South", MONEY), Column("Origin"))
    rows = [
        (2026 + at, Cell(100.5 * at, share=at / 4), Cell(3000.25 + at, mark="estimated"), Cell("measured", "measured"))
        for at in range(5)
    ]
    return grid(id, "Money, CNY bn", columns, rows, total=(1, 2), remark="as ordered", filterable=True)


def by_name(id: str) -> Grid:
    """Two series by category."""
    columns = (Column("Region"), Column("North", NUMBER), Column("South", NUMBER))
    return grid(id, f"Data of {id}", columns, [(f"r{at}", 1.5 * at + 1, 2.0 + at) for at in range(6)])


def _chart(id: str, native: str, data: Grid) -> Chart:
    return Chart(id, f"Chart {id}", (PANEL,), f"conclusion of {id}", data, native, COLOURS)  # type: ignore[arg-type]


def _first() -> Section:
    figures = Figures((Figure("CNY 12 bn", "new capacity", "and more"), Figure("+3 %", "growth", mark="estimated")))
    blocks = (Text(("First sentence.", HOSTILE[2])), Note("The search stopped early."), figures, money())
    return Section("summary", "Summary", "", blocks)


def _charts() -> Section:
    charts = [_chart(f"chart_{kind}", kind, by_name(f"chart_{kind}")) for kind in ("columns", "bars", "dots")]
    years = grid("years", "Years", (Column("Year", YEAR), Column("North", NUMBER)), [(2025, 1.0), (2030, 4.0)])
    shaded = _chart("map", "", by_name("map"))
    frames = tuple(Frame(str(year), (Figure(str(year), "shown"),), _frame(year)) for year in (2026, 2027))
    slider = Slider("slider", "Slider", "Year", frames, by_name("slider"))
    return Section("charts", "Charts", "What to take away", (*charts, _chart("lines", "lines", years), shaded, slider))


def _frame(year: int) -> Panel:
    """The line of a year: the later, the higher."""
    points = [{"x": at, "y": 10.0 * at * (year - 2025)} for at in (1, 2)]
    return Panel({**SPEC, "data": {"values": points}}, f"the line of {year}", wide=True)


def _second() -> Section:
    points = Points((HOSTILE[14], HOSTILE[15], "plain"), "Points")
    inner = (hostile(), grid("empty", "Nothing", ("Only",), []), Text(("inside",)))
    blocks = (
        points,
        every_measure(),
        Fold("More", inner),
        Commands(("innocap report x", "echo ```")),
        Note(HOSTILE[6]),
    )
    return Section("second", HOSTILE[6], HOSTILE[11], blocks)


__all__ = ["HOSTILE", "every_measure", "hostile", "money", "specimen"]
