"""How near each kernel comes to what the machine allows: the roofline of a benchmark result, per precision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from planner.report.blocks import Chart, Column, Grid, grid
from planner.report.charts import roofline
from planner.report.digits import number
from planner.report.language import Language
from planner.report.measures import NUMBER, SHARE
from planner.report.panels import WIDE, wide

Case = Mapping[str, Any]
CALIBRATION = ("fma_peak", "stream")
HIGH, LETTER = 340, 6.4


def rooflines(words: Language, result: Mapping[str, Any], id: str = "roofline") -> list[Chart]:
    """A chart per precision for which both ceilings and a verified kernel were measured, at the most threads."""
    return [chart for precision in ("fp32", "fp64") if (chart := _chart(words, result, precision, id))]


def ceiling(result: Mapping[str, Any], name: str) -> float | None:
    """A measured ceiling, given as a number or as a mapping with `value`."""
    found = (result.get("ceilings") or {}).get(name)
    value = found.get("value") if isinstance(found, Mapping) else found
    return float(value) if value else None


def intensity(case: Case) -> float:
    """FLOP per byte that must move; nan where a case does no arithmetic or moves nothing."""
    work = case["work"]
    moved = work["bytes_read"] + work["bytes_written"]
    return float(work["flops"] / moved) if moved and work["flops"] else math.nan


def drawn(result: Mapping[str, Any], precision: str) -> list[Case]:
    """Verified cases with a time and arithmetic, at the most threads; those that measure the ceilings are not drawn."""
    cases = [
        case
        for case in result.get("cases", ())
        if case.get("median_s") and (case.get("verification") or {}).get("passed") and case["precision"] == precision
    ]
    most = max((case["threads"] for case in cases), default=0)
    return [
        case
        for case in cases
        if case["threads"] == most and math.isfinite(intensity(case)) and not case["kernel"].startswith(CALIBRATION)
    ]


def _chart(words: Language, result: Mapping[str, Any], precision: str, id: str) -> Chart | None:
    peak, dram, shown = (
        ceiling(result, f"fma_{precision}_gflops"),
        ceiling(result, "dram_gb_per_s"),
        drawn(result, precision),
    )
    if not (peak and dram and shown):
        return None
    say = words.say
    nearest = sorted(shown, key=lambda case: -(case.get("fraction_of_ceiling") or 0.0))
    dots = [
        {"x": intensity(case), "value": case["gflops"], "name": case["kernel"], "label": _label(words, case)}
        for case in nearest
    ]
    roof = _roof(peak, dram, [dot["x"] for dot in dots])
    drawing = roofline(roof, readable(roof, dots, WIDE, HIGH), say("roofline-intensity"), WIDE, HIGH)
    alt_text = say("roofline-alt", precision=precision, count=len(shown))
    best = max(shown, key=lambda case: case.get("fraction_of_ceiling") or 0.0)
    conclusion = say(
        "roofline-words",
        bandwidth=number(dram),
        peak=number(peak),
        best=str(best["kernel"]),
        share=words.percent(best.get("fraction_of_ceiling")),
    )
    title = say("roofline-title", precision=precision, threads=int(shown[0]["threads"]))
    name = f"{id}_{precision}"
    return Chart(name, title, (wide(drawing, alt_text),), conclusion, _data(words, name, shown, peak, dram), "dots")


def readable(
    roof: Sequence[Mapping[str, Any]], dots: Sequence[Mapping[str, Any]], width: int, height: int
) -> list[dict[str, Any]]:
    """The dots, without the names that would lie on another dot or on a name before them; tooltips keep all names."""
    every = [*roof, *dots]
    at = [(_pixel(dot, "x", every, width), height - _pixel(dot, "value", every, height)) for dot in dots]
    first, last = min(x for x, _ in at), max(x for x, _ in at)
    boxes: list[tuple[float, float, float]] = []
    found = []
    for dot, (x, y) in zip(dots, at, strict=True):
        long = LETTER * len(dot["name"])
        left = x + 8 if x <= first + 0.75 * (last - first) else x - 8 - long
        hidden = any(left - 6 < other < left + long + 6 and abs(up - y) < 8 and other != x for other, up in at)
        hidden |= any(left < right and begin < left + long and abs(up - y) < 13 for begin, right, up in boxes)
        if not hidden:
            boxes.append((left, left + long, y))
        found.append({**dot, "name": "" if hidden else dot["name"]})
    return found


def _pixel(dot: Mapping[str, Any], field: str, every: Sequence[Mapping[str, Any]], length: int) -> float:
    """Where a value lies on a logarithmic axis that spans all values."""
    values = [math.log(row[field]) for row in every]
    span = max(values) - min(values) or 1.0
    return length * (math.log(dot[field]) - min(values)) / span


def _label(words: Language, case: Case) -> str:
    return words.say(
        "roofline-label",
        kernel=f"{case['kernel']} {case['size']}",
        speed=number(case["gflops"]),
        intensity=number(intensity(case)),
        share=words.percent(case.get("fraction_of_ceiling")),
    )


def _data(words: Language, id: str, shown: Sequence[Case], peak: float, dram: float) -> Grid:
    say = words.say
    columns = (
        Column(say("roofline-kernel")),
        Column(say("roofline-intensity"), NUMBER),
        Column("GFLOP/s", NUMBER),
        Column(say("roofline-allowed"), NUMBER),
        Column(say("roofline-of-ceiling"), SHARE),
    )
    ordered = sorted(shown, key=intensity)
    body = [
        (
            str(case["kernel"]),
            intensity(case),
            case["gflops"],
            min(peak, intensity(case) * dram),
            case.get("fraction_of_ceiling"),
        )
        for case in ordered
    ]
    return grid(id, say("roofline-data"), columns, body)


def _roof(peak: float, dram: float, at: Sequence[float]) -> list[dict[str, Any]]:
    ridge = peak / dram
    left, right = min(min(at), ridge) / 2.5, max(max(at), ridge) * 3
    return [
        {"x": left, "value": left * dram, "series": "roof"},
        {"x": ridge, "value": peak, "series": "roof"},
        {"x": right, "value": peak, "series": "roof", "text": f"{number(peak)} GFLOP/s"},
    ]
