"""The kinds of charts, as Altair: each a function from plain rows to a chart of a given width. No words of their own.

Rows are mappings; the field `label` of a row is its tooltip and its name for screen readers. A scale is (series,
colour) in order of stacking.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.report.drawing import INK, MUTED, PAPER, QUIET, shade, tint

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
Scale = Sequence[tuple[str, str]]


def _data(rows: Sequence[Row]) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _colour(scale: Scale) -> alt.Color:
    import altair as alt

    names, colours = [name for name, _ in scale], [colour for _, colour in scale]
    return alt.Color("series:N", scale=alt.Scale(domain=names, range=colours), legend=None)


def _with_rank(rows: Sequence[Row], scale: Scale) -> list[dict[str, Any]]:
    rank = {name: at for at, (name, _) in enumerate(scale)}
    return [{**row, "rank": rank.get(row["series"], len(rank))} for row in rows]


def columns(rows: Sequence[Row], scale: Scale, unit: str, width: int, height: int = 230) -> alt.TopLevelMixin:
    """Stacked columns: rows {x, series, value, label}."""
    import altair as alt

    chart: alt.Chart = (
        alt.Chart(_data(_with_rank(rows, scale)))
        .mark_bar(stroke=PAPER, strokeWidth=0.8)
        .encode(
            x=alt.X(
                "x:O",
                title=None,
                axis=alt.Axis(labelAngle=0, ticks=False, labelOverlap=True),
                scale=alt.Scale(padding=0.28),
            ),
            y=alt.Y("value:Q", title=unit, axis=_value_axis()),
            color=_colour(scale),
            order=alt.Order("rank:Q"),
            **_told(),
        )
        .properties(width=width, height=height)
    )
    return chart


def _value_axis(**more: Any) -> alt.Axis:
    import altair as alt

    return alt.Axis(tickCount=5, format=",~r", **more)


def bars(rows: Sequence[Row], scale: Scale, unit: str, width: int, step: int = 26) -> alt.TopLevelMixin:
    """Stacked horizontal bars in the order given: rows {y, series, value, label}."""
    import altair as alt

    named = [{**row, "y": textwrap.fill(row["y"], min(max(width // 20, 12), 32))} for row in _with_rank(rows, scale)]
    order = list(dict.fromkeys(row["y"] for row in named))
    step = max(step, 8 + 12 * max(name.count("\n") + 1 for name in order))
    names = alt.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=220, labelLineHeight=12)
    chart: alt.Chart = (
        alt.Chart(_data(named))
        .mark_bar(stroke=PAPER, strokeWidth=0.8)
        .encode(
            y=alt.Y("y:N", sort=order, title=None, axis=names, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1)),
            x=alt.X("value:Q", title=unit, axis=_value_axis(grid=True, domain=False, ticks=False)),
            color=_colour(scale),
            order=alt.Order("rank:Q"),
            **_told(),
        )
        .properties(width=width, height=step * len(order))
    )
    return chart


def lines(
    rows: Sequence[Row],
    scale: Scale,
    unit: str,
    width: int,
    height: int = 190,
    *,
    zero: bool = False,
    dashed: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Lines over years: rows {x, series, value, label}; series in `dashed` are drawn so."""
    import altair as alt

    years = sorted({int(row["x"]) for row in rows})
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("x:Q", title=None, scale=alt.Scale(nice=False, zero=False), axis=_year_axis(years, width)),
        y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=zero, nice=True), axis=_value_axis()),
        color=_colour(scale),
    )
    dash = alt.condition(
        alt.FieldOneOfPredicate(field="series", oneOf=list(dashed) or [""]), alt.value([5, 4]), alt.value([1, 0])
    )
    points = base.mark_circle(size=30, opacity=1).encode(**_told())
    return alt.layer(base.mark_line(strokeWidth=2.2).encode(strokeDash=dash), points).properties(
        width=width, height=height
    )


def _year_axis(years: Sequence[int], width: int) -> alt.Axis:
    import altair as alt

    apart = 40 * max(years[-1] - years[0], 1) / max(width - 60, 1)
    shown: list[int] = []
    for year in years:
        if not shown or year - shown[-1] >= apart:
            shown.append(year)
    return alt.Axis(values=shown, format="d", labelFlush=False, labelOverlap=True)


def tiles(rows: Sequence[Row], colour: str, width: int, *, most: float = 0.0) -> alt.TopLevelMixin:
    """A map of equal tiles: rows {col, row, name, value, text, label}; darker is more, nearly white is none.

    most  the value of the darkest shade; else the largest there is
    """
    import altair as alt

    most = most or max((row["value"] for row in rows), default=0) or 1
    shaded = [{**row, **shade(colour, row["value"] / most)} for row in rows]
    across, down = (1 + max(row[f] for row in rows) - min(row[f] for row in rows) for f in ("col", "row"))
    step = width / across
    base = alt.Chart(_data(shaded)).encode(x=_tile_axis("col"), y=_tile_axis("row"))
    box = base.mark_rect(cornerRadius=3, stroke=PAPER, strokeWidth=2).encode(color=_own("fill"), **_told())
    small = alt.condition("length(datum.name) > 2", alt.value(step * 0.235), alt.value(step * 0.28))
    name = base.mark_text(dy=-step * 0.14, aria=False).encode(text=alt.Text("name:N"), color=_own("ink"), size=small)
    value = base.mark_text(dy=step * 0.22, fontSize=step * 0.25, aria=False).encode(text="text:N", color=_own("ink"))
    return alt.layer(box, name, value).properties(width=width, height=step * down)


def shapes(
    features: Sequence[Row],
    others: Sequence[Row],
    colour: str,
    width: int,
    height: float,
    *,
    note: str = "",
    most: float = 0.0,
) -> alt.TopLevelMixin:
    """A map of features in plane coordinates, y upwards: properties {x, y, name, value, label}; darker is more.

    others  geometries drawn without a value; note stands below the map; most as for `tiles`
    """
    import altair as alt

    most = most or max((feature["properties"]["value"] for feature in features), default=0) or 1
    regions = [{**f, **f["properties"], **shade(colour, f["properties"]["value"] / most)} for f in features]
    bare = [{"type": "Feature", "geometry": geometry, "fill": tint(QUIET, 0.18), "label": ""} for geometry in others]
    plain = alt.Projection(type="identity", reflectY=True)
    drawn = [{key: row[key] for key in ("type", "geometry", "fill", "label")} for row in (*bare, *regions)]
    land = alt.Chart(_data(drawn)).mark_geoshape(stroke=PAPER, strokeWidth=0.7)
    names = [{key: row[key] for key in ("x", "y", "name", "ink")} for row in regions]
    words = alt.Chart(_data(names)).mark_text(fontSize=9, aria=False)
    layers = (
        land.encode(color=_own("fill"), **_told()).properties(projection=plain),
        words.encode(longitude="x:Q", latitude="y:Q", text=alt.Text("name:N"), color=_own("ink")),
    )
    below = alt.TitleParams(note, orient="bottom", anchor="start", fontSize=10, fontWeight="normal", color=MUTED)
    return alt.layer(*layers).properties(width=width, height=round(height), **({"title": below} if note else {}))


def _told() -> dict[str, Any]:
    """The field `label` of a row for readers who point at a mark and for those who hear of it."""
    import altair as alt

    return {"description": alt.Description("label:N"), "tooltip": alt.Tooltip("label:N")}


def _own(field: str) -> alt.Color:
    """A colour that stands in the row itself."""
    import altair as alt

    return alt.Color(f"{field}:N", scale=None, legend=None)


def _tile_axis(field: str) -> Any:
    import altair as alt

    channel = alt.X if field == "col" else alt.Y
    return channel(f"{field}:O", axis=None, scale=alt.Scale(padding=0))


def matrix(
    rows: Sequence[Row], order: Sequence[str], colour: str, width: int, *, down: str, across: str, most: float = 0.0
) -> alt.TopLevelMixin:
    """A heat map from `host` (rows, titled `down`) to `region` (columns): rows {host, region, value, text, label}.

    most  the value of the darkest shade; else the largest there is
    """
    import altair as alt

    most = most or max((row["value"] for row in rows), default=0) or 1
    shaded = [{**row, **shade(colour, row["value"] / most)} for row in rows]
    top = alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)
    base = alt.Chart(_data(shaded)).encode(
        x=alt.X("region:N", sort=list(order), title=across, axis=top),
        y=alt.Y("host:N", sort=list(order), title=down),
    )
    box = base.mark_rect(stroke=PAPER, strokeWidth=2, cornerRadius=2).encode(color=_own("fill"), **_told())
    text = base.mark_text(fontSize=11, aria=False).encode(text=alt.Text("text:N"), color=_own("ink"))
    return alt.layer(box, text).properties(width=width, height=34 * len(order))


def dumbbell(rows: Sequence[Row], scale: Scale, unit: str, width: int) -> alt.TopLevelMixin:
    """Before and after by region, in the order given: rows {y, before, after, label_before, label_after}; log axis."""
    import altair as alt

    order = [row["y"] for row in rows]
    values = [row[field] for row in rows for field in ("before", "after")]
    ticks = [
        tick for tick in _ticks(min(values), max(values), (1, 2, 5)) if min(values) * 0.9 <= tick <= max(values) * 1.1
    ]
    y = alt.Y("y:N", sort=order, title=None, axis=alt.Axis(grid=True, labelFontSize=11))

    def x(field: str) -> alt.X:
        axis = alt.Axis(grid=False, format=",~r", values=ticks, orient="top")
        return alt.X(f"{field}:Q", title=unit, scale=alt.Scale(type="log", nice=False, padding=8), axis=axis)

    base = alt.Chart(_data(rows))
    rule = base.mark_rule(strokeWidth=2, color=QUIET).encode(y=y, x=x("before"), x2="after:Q")
    dots = [
        base.mark_circle(size=58, opacity=1, color=colour).encode(
            y=y, x=x(field), description=f"label_{field}:N", tooltip=f"label_{field}:N"
        )
        for field, colour in zip(("before", "after"), [colour for _, colour in scale], strict=True)
    ]
    return alt.layer(rule, *dots).properties(width=width, height=18 * len(order))


def _ticks(low: float, high: float, steps: Sequence[int]) -> list[float]:
    """Round numbers on a log scale that span [low, high]."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]


def roofline(
    roof: Sequence[Row], dots: Sequence[Row], intensity: str, width: int, height: int = 320
) -> alt.TopLevelMixin:
    """Log-log: ceilings {x, value, series} as lines, kernels {x, value, name, label} as dots over `intensity`."""
    import altair as alt

    x = _log_channel(alt.X, "x", intensity, [*roof, *dots])
    y = _log_channel(alt.Y, "value", "GFLOP/s", [*roof, *dots])
    ceiling = alt.Chart(_data(roof)).mark_line(color=QUIET, strokeWidth=2).encode(x=x, y=y, detail="series:N")
    note = alt.Chart(_data([row for row in roof if row.get("text")])).mark_text(
        align="right", dy=-8, fontSize=11, color=MUTED, aria=False
    )
    base = alt.Chart(_data(dots)).encode(x=x, y=y)
    mark = base.mark_circle(size=70, opacity=1, color=INK).encode(**_told())
    text = [_names(base, f"datum.x {sign} {_middle(dots)}", dx) for sign, dx in (("<=", 8), (">", -8))]
    layers = [ceiling, note.encode(x=x, y=y, text=alt.Text("text:N")), mark, *text]
    return alt.layer(*layers).properties(width=width, height=height)


def _names(base: alt.Chart, where: str, dx: int) -> alt.Chart:
    """Names beside the dots that match, right of them or left."""
    mark = base.transform_filter(where).mark_text(
        align="left" if dx > 0 else "right", dx=dx, dy=4, fontSize=11, color=INK, aria=False
    )
    named: alt.Chart = mark.encode(text="name:N")
    return named


def _middle(dots: Sequence[Row]) -> float:
    """Beyond this intensity a name stands left of its dot, so that it stays inside."""
    values = [math.log(row["x"]) for row in dots]
    return math.exp(min(values) + 0.75 * (max(values) - min(values)))


def _log_channel(channel: Any, field: str, title: str, rows: Sequence[Row]) -> Any:
    import altair as alt

    values = [row[field] for row in rows]
    low, high = min(values) / 1.3, max(values) * 1.5
    axis = alt.Axis(values=[t for t in _ticks(low, high, (1,)) if low <= t <= high], format=",~r", grid=True)
    return channel(f"{field}:Q", title=title, scale=alt.Scale(type="log", nice=False, domain=[low, high]), axis=axis)
