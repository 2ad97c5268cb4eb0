"""Charts that Excel draws itself from the table beside them, in the colours of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planner.report.blocks import Chart, Column
from planner.report.drawing import INK, MUTED, RULE
from planner.report.forms.excel.layout import Sheet

KINDS = {
    "columns": {"type": "column", "subtype": "stacked"},
    "bars": {"type": "bar", "subtype": "stacked"},
    "lines": {"type": "line"},
    "dots": {"type": "scatter"},
}
PALETTE = (INK, "#4b99bf", "#c08a14", "#b4566b", "#5d6b3a", "#7a5aa6", "#3f7f72", "#7f7f7f")
AMOUNTS = "#,##0.######"
WIDE, HIGH, ROW_PIXELS, MOST_NAMED = 760, 400, 22, 60


def add_chart(book: Any, page: Any, sheet: Sheet, columns: Sequence[int], first: int, last: int, beside: int) -> None:
    """Put the chart of a sheet right of its table.

    columns      columns of the sheet by column of the table; first, last its rows; beside where the chart begins
    """
    chart = sheet.chart
    assert chart is not None
    assert chart.native
    drawn = book.add_chart(_kind(chart))
    across, series = axes_of(chart)
    for rank, at in enumerate(series):
        drawn.add_series(_series(chart, sheet.name, columns, at, across, rank, first, last))
    drawn.set_title({"name": [sheet.name, 0, 0], "overlay": False, "name_font": {"size": 12, "color": INK}})
    _axes(drawn, chart, across)
    named = len(series) > 1
    drawn.set_legend({"position": "bottom", "font": {"color": MUTED}} if named else {"none": True})
    rows = last - first + 1
    high = max(HIGH, 120 + rows * ROW_PIXELS) if chart.native == "bars" else HIGH
    drawn.set_size({"width": WIDE, "height": min(high, 1200)})
    drawn.set_chartarea({"border": {"color": RULE}})
    page.insert_chart(first - 1, beside, drawn, {"description": chart.conclusion, "object_position": 1})


def _kind(chart: Chart) -> dict[str, str]:
    """Lines over years stand as far apart as the years do, which only Excel's scatter charts can."""
    assert chart.native
    over_numbers = chart.native == "lines" and chart.data.columns[0].measure.numeric
    return {"type": "scatter", "subtype": "straight_with_markers"} if over_numbers else KINDS[chart.native]


def axes_of(chart: Chart) -> tuple[int, list[int]]:
    """The column of the categories, and those of the series: the numbers of the same kind as the first of them.

    Dots stand over the first column of numbers.
    """
    heads = chart.data.columns
    numbers = [at for at, head in enumerate(heads) if at and head.measure.numeric]
    across = 0
    if chart.native == "dots" and not heads[0].measure.numeric and len(numbers) > 1:
        across, numbers = numbers[0], numbers[1:]
    return across, [at for at in numbers if heads[at].measure.kind == heads[numbers[0]].measure.kind]


def _series(
    chart: Chart, name: str, columns: Sequence[int], at: int, across: int, rank: int, first: int, last: int
) -> dict[str, Any]:
    colour = colour_of(chart, chart.data.columns[at], rank)
    found: dict[str, Any] = {
        "name": [name, first - 1, columns[at]],
        "categories": [name, first, columns[across], last, columns[across]],
        "values": [name, first, columns[at], last, columns[at]],
    }
    if chart.native == "lines":
        marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        return {**found, "line": {"color": colour, "width": 2.25}, "marker": marker}
    if chart.native == "dots":
        marker = {"type": "circle", "size": 7, "fill": {"color": colour}, "border": {"none": True}}
        return {**found, "marker": marker, **_labels(chart, name, columns, first, last)}
    return {**found, "fill": {"color": colour}, "border": {"color": "#ffffff", "width": 0.5}, "gap": 45}


def _labels(chart: Chart, name: str, columns: Sequence[int], first: int, last: int) -> dict[str, Any]:
    """Dots carry the name of their row, where that is text and they are few."""
    from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

    if chart.data.columns[0].measure.numeric or last - first >= MOST_NAMED:
        return {}
    cells = [xl_rowcol_to_cell(row, columns[0], True, True) for row in range(first, last + 1)]
    custom = [{"value": f"={quote_sheetname(name)}!{cell}"} for cell in cells]
    return {"data_labels": {"value": True, "custom": custom, "position": "right", "font": {"size": 8, "color": MUTED}}}


def colour_of(chart: Chart, column: Column, rank: int) -> str:
    """The colour of a series in the legend of the report, else the next of the palette."""
    given = dict(chart.legend)
    if column.name in given:
        return given[column.name]
    colours = [colour for _, colour in chart.legend] or PALETTE
    return colours[rank % len(colours)]


def _axes(drawn: Any, chart: Chart, across: int) -> None:
    value = {"major_gridlines": {"visible": True, "line": {"color": RULE}}, "line": {"none": True}}
    font = {"num_font": {"color": MUTED, "size": 9}, "name_font": {"color": MUTED, "size": 9, "bold": False}}
    heads = chart.data.columns
    flat = chart.native == "bars"
    amount = {**value, **font, **_titled(chart, "x" if flat else "y"), "num_format": AMOUNTS}
    names = {**font, "line": {"color": MUTED}}
    if chart.native == "dots":
        names |= _titled(chart, "x") or {"name": _plain(heads[across].name)}
    elif heads[0].measure.kind == "year":
        years = [row[0].value for row in chart.data.rows]
        ends = {"min": min(years), "max": max(years)} if chart.native == "lines" else {}  # type: ignore[type-var]
        names |= {"num_format": "0", "major_gridlines": {"visible": False}, **ends}
    if flat:
        names |= {"reverse": True, "crossing": "max"}
    drawn.set_x_axis(amount if flat else names)
    drawn.set_y_axis(names if flat else amount)


def _titled(chart: Chart, channel: str) -> dict[str, Any]:
    """Title and logarithm of an axis, as the drawing of the report has them."""
    found: dict[str, Any] = {}
    for encoding in (e for panel in chart.panels[:1] for e in _channels(panel.spec, channel)):
        if encoding.get("title"):
            found.setdefault("name", _plain(str(encoding["title"])))
        if (encoding.get("scale") or {}).get("type") == "log":
            found["log_base"] = 10
    return found


def _channels(spec: Any, channel: str) -> Iterator[Mapping[str, Any]]:
    """The encodings of a channel in a specification, those of its layers included."""
    if isinstance(spec, Mapping):
        given = (spec.get("encoding") or {}).get(channel)
        if isinstance(given, Mapping):
            yield given
        for part in ("layer", "hconcat", "vconcat"):
            for inner in spec.get(part) or ():
                yield from _channels(inner, channel)
        yield from _channels(spec.get("spec"), channel)


def _plain(text: str) -> str:
    """Text for the name of an axis, which Excel would take for a reference where it begins with "="."""
    return f" {text}" if text.startswith("=") else text
