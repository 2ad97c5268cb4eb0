"""A panel as SVG for paper: as wide as it stands there, its text in the fonts of the report.

WIDE, HALF and MAP are widths in pixels at which panels are drawn (a map fixes its height for the last); SCALE and those
of maps are pt on paper per pixel, LEGIBLE the least height of letters on maps, WIDEST half a page, both in pt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from planner.report.blocks import Panel
from planner.report.drawing import svg, vega
from planner.report.forms.pdf.tables import plain

SCALE = 0.67
WIDE, HALF, MAP = 719, 346, 420
MAP_ALONE, MAP_AMONG_MAPS, MAP_BESIDE_CHART = 0.68, 0.4, 0.53
LEGIBLE, WIDEST = 5.0, 231.0
LETTER = re.compile(r'font-size="([\d.]+)px"')
WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')
Fonts = Callable[[str], tuple[str, ...]]
LETTERS = re.compile(r'font-family="sans-serif"([^>]*>[^<]*)')


def drawings(panels: Sequence[Panel], fonts: Fonts) -> list[dict[str, Any]]:
    """The panels of a figure: SVG, width in pt, whether it takes a line of its own, title."""
    maps = [not panel.wide and not vega(panel.spec, HALF).get("axes") for panel in panels]
    alone = len(panels) == 1
    of_map = MAP_ALONE if alone else MAP_AMONG_MAPS if all(maps) else MAP_BESIDE_CHART
    return [
        _drawn(panel, MAP, of_map, alone, fonts)
        if is_map
        else _drawn(panel, WIDE if panel.wide or alone else HALF, SCALE, alone, fonts)
        for panel, is_map in zip(panels, maps, strict=True)
    ]


def _drawn(panel: Panel, width: int, scale: float, alone: bool, fonts: Fonts) -> dict[str, Any]:
    found = svg(panel.spec, width)
    natural = WIDTH.search(found)
    smallest = min(map(float, LETTER.findall(found)), default=LEGIBLE)
    broad = float(natural[1]) if natural else float(width)
    across = scale * broad if alone or panel.wide else min(max(scale, LEGIBLE / smallest) * broad, WIDEST)
    return {
        "svg": lettered(found, fonts),
        "width": round(across, 1),
        "wide": panel.wide or alone,
        "title": plain(panel.title),
        "alt": plain(panel.alt),
    }


def lettered(drawing: str, fonts: Fonts) -> str:
    """SVG whose texts name families that have their characters."""

    def named(found: re.Match[str]) -> str:
        return f'font-family="{", ".join(fonts(found[1]))}"{found[1]}'

    return LETTERS.sub(named, drawing)
