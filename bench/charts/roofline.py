"""The roofline as Vega-Lite: ceilings as labelled lines, kernels as points, and bars for those without FLOP.

Log-log, because then every bandwidth is a line of one slope: Williams, Waterman, Patterson, CACM 52(4), 2009.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.charts.labels import Box, labels
from bench.charts.places import Place, Roof, limits

Spec = dict[str, Any]
Line = tuple[tuple[float, float], tuple[float, float]]
Point = tuple[str, float, float]

ROOF_LETTER, ROOM_FOR_NAME = 6.5, 14.0

COLOURS = {"memory": "#2B83C6", "compute": "#D55E00", "latency": "#0E9F77", "network": "#B0578D"}
SHAPES = {"memory": "circle", "compute": "square", "latency": "triangle-up", "network": "diamond"}
TOOLTIP = {
    "kernel": "kernel",
    "time": "time per call",
    "gflops_text": "GFLOP/s",
    "gb_text": "GB/s",
    "intensity_text": "FLOP/byte",
    "of_ceiling": "of its ceiling",
    "ceiling": "ceiling",
    "limit": "bound by",
    "verdict": "verdict",
}


@dataclass(frozen=True)
class Frame:
    """The drawing area: pixels, and the ends of both logarithmic axes."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    top: float

    def x(self, intensity: float) -> float:
        """Pixel from the left edge."""
        return self.width * math.log(intensity / self.left) / math.log(self.right / self.left)

    def y(self, gflops: float) -> float:
        """Pixel from the upper edge."""
        return self.height * (1 - math.log(gflops / self.bottom) / math.log(self.top / self.bottom))

    def intensity(self, x: float) -> float:
        return float(self.left * (self.right / self.left) ** (x / self.width))

    def gflops(self, y: float) -> float:
        return float(self.bottom * (self.top / self.bottom) ** (1 - y / self.height))

    @property
    def slope_degrees(self) -> float:
        """Angle at which a line of constant bandwidth rises."""
        across, up = self.width / math.log(self.right / self.left), self.height / math.log(self.top / self.bottom)
        return math.degrees(math.atan2(up, across))


def roofline(found: Sequence[Place], ceilings: Sequence[Roof], width: int, height: int) -> Spec:
    """Kernels with FLOP under the ceilings; `width` and `height` are those of the drawing area in pixels."""
    placed = [place for place in found if place.intensity and place.gflops]
    frame = _frame(placed, ceilings, width, height)
    points = [(place.kernel, frame.x(place.intensity or 1), frame.y(place.gflops or 1)) for place in placed]
    ends = _ends(ceilings, frame)
    names = [_name(roof, ceilings, ends[roof.name], points, frame) for roof in ceilings]
    lines = _lines(ceilings, ends, frame)
    layers = [lines, *_ceiling_names(names, frame), *_traffic(placed), _points(placed)]
    drawn = [*ends.values(), *(_traffic_line(place) for place in placed if place.measured_intensity)]
    return {"width": width, "height": height, "layer": [*layers, *_kernel_names(points, names, drawn, frame)]}


def _frame(placed: Sequence[Place], ceilings: Sequence[Roof], width: int, height: int) -> Frame:
    across = [at for place in placed for at in (place.intensity, place.measured_intensity) if at]
    peaks = [roof.value for roof in ceilings if roof.kind == "peak"]
    bandwidths = [roof.value for roof in ceilings if roof.kind == "bandwidth"]
    ridges = [peak / bandwidth for peak in peaks for bandwidth in bandwidths]
    up = [place.gflops for place in placed if place.gflops] + peaks
    left, right = min([*across, *ridges, 0.1]) / 2.0, max([*across, *ridges, 10.0]) * 2.0
    return Frame(width, height, left, right, min(up, default=1.0) / 2.0, max(up, default=10.0) * 1.8)


def _ends(ceilings: Sequence[Roof], frame: Frame) -> dict[str, Line]:
    """Both ends of each line: bandwidths reach up to the highest peak, peaks start at the fastest bandwidth."""
    highest = max((roof.value for roof in ceilings if roof.kind == "peak"), default=frame.top / 1.3)
    fastest = max((roof.value for roof in ceilings if roof.kind == "bandwidth"), default=0.0)
    found = {}
    for roof in ceilings:
        if roof.kind == "bandwidth":
            low = max(frame.left, frame.bottom / roof.value)
            found[roof.name] = ((low, low * roof.value), (highest / roof.value, highest))
        else:
            start = max(roof.value / fastest, frame.left) if fastest else frame.left
            found[roof.name] = ((start, roof.value), (frame.right, roof.value))
    return found


def _lines(ceilings: Sequence[Roof], ends: Mapping[str, Line], frame: Frame) -> Spec:
    rows = [
        {"roof": roof.words, "intensity": at, "gflops": height} for roof in ceilings for at, height in ends[roof.name]
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.6, "color": {"expr": "ink"}, "opacity": 0.75},
        "encoding": {
            **_axes(frame),
            "detail": {"field": "roof"},
            "tooltip": {"field": "roof", "title": "ceiling"},
        },
    }


def _name(roof: Roof, ceilings: Sequence[Roof], line: Line, points: Sequence[Point], frame: Frame) -> dict[str, Any]:
    """A name on its line: along a slope near its lower end, above a peak as far right as no point stands."""
    if roof.kind == "bandwidth":
        return _along(roof, line[0][0], frame, below=_close_above(roof, ceilings, frame))
    length, y = ROOF_LETTER * len(roof.words), frame.y(roof.value) - 8
    first, right = frame.x(line[0][0]) + length, frame.width - 4.0
    free = (x for x in _steps_left(right, first) if not any(_hides((x, y), length, point) for point in points))
    return {"text": roof.words, "x": next(free, right), "y": y, "angle": 0.0}


def _steps_left(right: float, left: float) -> list[float]:
    return [right - 8.0 * step for step in range(max(1, int((right - left) / 8.0)))]


def _hides(end: tuple[float, float], length: float, point: Point) -> bool:
    _, x, y = point
    return end[0] - length - 6 < x < end[0] + 6 and abs(y - end[1]) < 12


def _close_above(roof: Roof, ceilings: Sequence[Roof], frame: Frame) -> bool:
    """Whether a faster bandwidth is drawn so near that no name fits between."""
    faster = [other.value for other in ceilings if other.kind == "bandwidth" and other.value > roof.value]
    if not faster:
        return False
    up = frame.y(roof.value) - frame.y(min(faster))
    return up * math.cos(math.radians(frame.slope_degrees)) < ROOM_FOR_NAME


def _along(roof: Roof, low: float, frame: Frame, *, below: bool) -> dict[str, Any]:
    """A name above its sloped line near the lower end, or below it and farther up, past the name of the next line."""
    angle = frame.slope_degrees
    turn, away = math.radians(angle), -10.0 if below else 8.0
    along = 116.0 if below else 14.0
    x, y = frame.x(low) + along * math.cos(turn), frame.y(low * roof.value) - along * math.sin(turn)
    return {"text": roof.words, "x": x - away * math.sin(turn), "y": y - away * math.cos(turn), "angle": -angle}


def _ceiling_names(names: Sequence[Mapping[str, Any]], frame: Frame) -> list[Spec]:
    return [
        {
            "data": {"values": [_at(name["text"], name["x"], name["y"], frame)]},
            "mark": {
                "type": "text",
                "align": "left" if name["angle"] else "right",
                "angle": name["angle"] % 360,
                "fontSize": 11,
                "fontWeight": 600,
                "color": {"expr": "ink"},
            },
            "encoding": {**_axes(frame), "text": {"field": "text"}},
        }
        for name in names
    ]


def _at(text: str, x: float, y: float, frame: Frame) -> dict[str, Any]:
    return {"text": text, "intensity": frame.intensity(x), "gflops": frame.gflops(y)}


def _axes(frame: Frame) -> Spec:
    scales = {"x": [frame.left, frame.right], "y": [frame.bottom, frame.top]}
    titles = {"x": "intensity in FLOP per byte", "y": "GFLOP/s"}
    fields = {"x": "intensity", "y": "gflops"}
    return {
        side: {
            "field": fields[side],
            "type": "quantitative",
            "title": titles[side],
            "scale": {"type": "log", "domain": scales[side], "nice": False},
            "axis": {"values": _decades(*scales[side]), "format": "~g", "grid": True},
        }
        for side in ("x", "y")
    }


def _decades(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return [10.0**power for power in range(first, last + 1)]


def rows_of(found: Sequence[Place]) -> list[dict[str, Any]]:
    """Places with the texts of their tooltips."""
    return [
        {
            **asdict(place),
            "gflops_text": f"{place.gflops:.3g}" if place.gflops else "none",
            "gb_text": f"{place.gb_per_s:.3g}" if place.gb_per_s else "none",
            "intensity_text": f"{place.intensity:.3g}" if place.intensity else "none",
        }
        for place in found
    ]


def colour(found: Sequence[Place]) -> Spec:
    """By what bounds a kernel; a click on the legend shows one of them alone."""
    present = limits(found)
    scale = {"domain": present, "range": [COLOURS[name] for name in present]}
    return {"field": "limit", "type": "nominal", "title": "bound by", "scale": scale}


def tooltip() -> list[Spec]:
    """Every figure of a kernel."""
    return [{"field": field, "title": title} for field, title in TOOLTIP.items()]


def _points(placed: Sequence[Place]) -> Spec:
    present = limits(placed)
    return {
        "data": {"values": rows_of(placed)},
        "params": [{"name": "chosen", "select": {"type": "point", "fields": ["limit"]}, "bind": "legend"}],
        "mark": {"type": "point", "filled": True, "size": 75, "stroke": {"expr": "paper"}, "strokeWidth": 1},
        "encoding": {
            "x": {"field": "intensity", "type": "quantitative"},
            "y": {"field": "gflops", "type": "quantitative"},
            "color": colour(placed),
            "shape": {
                "field": "limit",
                "type": "nominal",
                "title": "bound by",
                "scale": {"domain": present, "range": [SHAPES[name] for name in present]},
            },
            "opacity": {"condition": {"param": "chosen", "value": 1}, "value": 0.12},
            "tooltip": tooltip(),
        },
    }


def _traffic(placed: Sequence[Place]) -> list[Spec]:
    """Hollow points where counters saw the bytes, tied to the place by the model.

    A layer per colour, because colours of a scale would change its legend.
    """
    counted = [row for row in rows_of(placed) if row["measured_intensity"]]
    layers = []
    for limit in dict.fromkeys(row["limit"] for row in counted):
        rows = {"values": [row for row in counted if row["limit"] == limit]}
        y = {"field": "gflops", "type": "quantitative"}
        model = {"field": "intensity", "type": "quantitative"}
        measured = {"field": "measured_intensity", "type": "quantitative"}
        told = [*tooltip(), {"field": "measured_intensity", "title": "FLOP/byte by counters", "format": ".3g"}]
        rule = {"type": "rule", "opacity": 0.5, "color": COLOURS[limit]}
        hollow = {"type": "point", "filled": False, "size": 75, "strokeWidth": 1.6, "color": COLOURS[limit]}
        layers += [
            {"data": rows, "mark": rule, "encoding": {"y": y, "x": model, "x2": {"field": "measured_intensity"}}},
            {"data": rows, "mark": hollow, "encoding": {"y": y, "x": measured, "tooltip": told}},
        ]
    return layers


def _traffic_line(place: Place) -> Line:
    gflops = place.gflops or 1.0
    return (place.intensity or 1.0, gflops), (place.measured_intensity or 1.0, gflops)


def _kernel_names(
    points: Sequence[Point], names: Sequence[Mapping[str, Any]], lines: Sequence[Line], frame: Frame
) -> list[Spec]:
    taken = [box for name in names for box in ([] if name["angle"] else [_box(name)])]
    taken += [*_steps(names), *(box for line in lines for box in _along_line(line, frame))]
    found = labels(points, frame.width, frame.height, taken)
    return [
        {
            "data": {"values": [_at(label.text, label.x, label.y, frame) for label in found if label.align == align]},
            "mark": {"type": "text", "align": align, "fontSize": 10.5, "color": {"expr": "muted"}},
            "encoding": {
                "x": {"field": "intensity", "type": "quantitative"},
                "y": {"field": "gflops", "type": "quantitative"},
                "text": {"field": "text"},
            },
        }
        for align in ("left", "right", "center")
        if any(label.align == align for label in found)
    ]


def _along_line(line: Line, frame: Frame) -> list[Box]:
    """A line as small boxes."""
    (x0, y0), (x1, y1) = ((frame.x(at), frame.y(height)) for at, height in line)
    count = max(2, int(math.hypot(x1 - x0, y1 - y0) / 4))
    steps = [(x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count) for k in range(count + 1)]
    return [(x - 2, y - 2, x + 2, y + 2) for x, y in steps]


def _box(name: Mapping[str, Any]) -> Box:
    length = ROOF_LETTER * len(name["text"])
    return name["x"] - length, name["y"] - 7, name["x"], name["y"] + 7


def _steps(names: Sequence[Mapping[str, Any]]) -> list[Box]:
    """A sloped name as small boxes along its line."""
    boxes = []
    for name in names:
        turn = math.radians(-name["angle"])
        for step in range(len(name["text"]) if name["angle"] else 0):
            x, y = name["x"] + 6.3 * step * math.cos(turn), name["y"] - 6.3 * step * math.sin(turn)
            boxes.append((x - 5, y - 5, x + 6, y + 5))
    return boxes


def bars(found: Sequence[Place], width: int) -> Spec:
    """Kernels without FLOP: bytes per second beside the bandwidth that bounds them, the closest first."""
    rows = [row for row in rows_of(found) if not row["intensity"] and row["gb_per_s"]]
    order = [row["kernel"] for row in sorted(rows, key=lambda row: -row["gb_per_s"])]
    y = {"field": "kernel", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 170}}
    x = {"field": "gb_per_s", "type": "quantitative", "title": "GB/s; the line is the bandwidth that bounds it"}
    tick = {"field": "ceiling_gb_per_s", "type": "quantitative"}
    return {
        "title": {"text": "Kernels without FLOP", "anchor": "start", "fontSize": 13},
        "data": {"values": rows},
        "width": width,
        "height": {"step": 24},
        "encoding": {"y": y, "tooltip": tooltip()},
        "layer": [
            {
                "mark": {"type": "bar", "height": 12, "cornerRadiusEnd": 2},
                "encoding": {"x": x, "color": {**colour(found), "legend": None}},
            },
            {
                "mark": {"type": "tick", "thickness": 2, "size": 18, "color": {"expr": "ink"}},
                "encoding": {"x": tick},
            },
        ],
    }
