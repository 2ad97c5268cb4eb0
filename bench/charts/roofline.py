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

COLOURS = {"memory": "#0072B2", "compute": "#D55E00", "latency": "#009E73", "network": "#B0578D"}
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
    lines, names = _ceilings(ceilings, frame)
    points = [(place.kernel, frame.x(place.intensity or 1), frame.y(place.gflops or 1)) for place in placed]
    layers = [lines, *(_ceiling_names(names, frame)), *_traffic(placed, frame), _points(placed)]
    return {"width": width, "height": height, "layer": [*layers, *_kernel_names(points, names, frame)]}


def _frame(placed: Sequence[Place], ceilings: Sequence[Roof], width: int, height: int) -> Frame:
    across = [at for place in placed for at in (place.intensity, place.measured_intensity) if at]
    peaks = [roof.value for roof in ceilings if roof.kind == "peak"]
    bandwidths = [roof.value for roof in ceilings if roof.kind == "bandwidth"]
    ridges = [peak / bandwidth for peak in peaks for bandwidth in bandwidths]
    up = [place.gflops for place in placed if place.gflops] + peaks
    left, right = min([*across, *ridges, 0.1]) / 2.0, max([*across, *ridges, 10.0]) * 2.0
    return Frame(width, height, left, right, min(up, default=1.0) / 2.0, max(up, default=10.0) * 1.8)


def _ceilings(ceilings: Sequence[Roof], frame: Frame) -> tuple[Spec, list[dict[str, Any]]]:
    """Lines, and the names that stand along them."""
    peaks = [roof.value for roof in ceilings if roof.kind == "peak"]
    bandwidths = [roof.value for roof in ceilings if roof.kind == "bandwidth"]
    highest = max(peaks, default=frame.top / 1.3)
    rows, names = [], []
    for roof in ceilings:
        if roof.kind == "bandwidth":
            low = max(frame.left, frame.bottom / roof.value)
            ends = [(low, low * roof.value), (highest / roof.value, highest)]
            names.append(_along(roof, low, frame))
        else:
            start = roof.value / max(bandwidths) if bandwidths else frame.left
            ends = [(start, roof.value), (frame.right, roof.value)]
            names.append({"text": roof.words, "x": frame.width - 4.0, "y": frame.y(roof.value) - 8, "angle": 0})
        rows += [{"roof": roof.words, "intensity": x, "gflops": y} for x, y in ends]
    line = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.6, "color": {"expr": "ink"}, "opacity": 0.75},
        "encoding": {
            **_axes(frame),
            "detail": {"field": "roof"},
            "tooltip": {"field": "roof", "title": "ceiling"},
        },
    }
    return line, names


def _along(roof: Roof, low: float, frame: Frame) -> dict[str, Any]:
    """A name above its sloped line, near the lower end."""
    angle = frame.slope_degrees
    x, y = frame.x(low) + 6, frame.y(low * roof.value) - 6 * math.tan(math.radians(angle))
    turn = math.radians(angle)
    return {"text": roof.words, "x": x - 8 * math.sin(turn), "y": y - 8 * math.cos(turn), "angle": -angle}


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


def _traffic(placed: Sequence[Place], frame: Frame) -> list[Spec]:
    """Hollow points where counters saw the bytes, tied to the place by the model."""
    rows = [row for row in rows_of(placed) if row["measured_intensity"]]
    if not rows:
        return []
    measured = {"field": "measured_intensity", "type": "quantitative"}
    shared = {"y": {"field": "gflops", "type": "quantitative"}, "color": {**colour(placed), "legend": None}}
    span = {"x": {"field": "intensity", "type": "quantitative"}, "x2": {"field": "measured_intensity"}}
    told = [*tooltip(), {"field": "measured_intensity", "title": "FLOP/byte by counters", "format": ".3g"}]
    hollow = {"type": "point", "filled": False, "size": 75, "strokeWidth": 1.6}
    return [
        {"data": {"values": rows}, "mark": {"type": "rule", "opacity": 0.4}, "encoding": {**shared, **span}},
        {"data": {"values": rows}, "mark": hollow, "encoding": {**shared, "x": measured, "tooltip": told}},
    ]


def _kernel_names(
    points: Sequence[tuple[str, float, float]], names: Sequence[Mapping[str, Any]], frame: Frame
) -> list[Spec]:
    taken = [_box(name) for name in names if not name["angle"]]
    found = labels(points, frame.width, frame.height, [*taken, *_steps(names)])
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


def _box(name: Mapping[str, Any]) -> Box:
    length = 6.5 * len(name["text"])
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
        "data": {"values": rows},
        "width": width,
        "height": {"step": 24},
        "encoding": {"y": y, "tooltip": tooltip()},
        "layer": [
            {
                "mark": {"type": "bar", "height": 12, "cornerRadiusEnd": 2},
                "encoding": {"x": x, "color": colour([place for place in found if not place.intensity])},
            },
            {
                "mark": {"type": "tick", "thickness": 2, "size": 18, "color": {"expr": "ink"}},
                "encoding": {"x": tick},
            },
        ],
    }
