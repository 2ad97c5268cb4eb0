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
    dots = [
        {"x": intensity(case), "value": case["gflops"], "name": case["kernel"], "label": _label(words, case)}
        for case in shown
    ]
    drawing = roofline(_roof(peak, dram, [dot["x"] for dot in dots]), dots, say("roofline-intensity"), WIDE)
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
