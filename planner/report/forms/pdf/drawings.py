"""A panel as SVG for paper: as wide as it stands there, its text in the fonts of the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from planner.report.blocks import Panel
from planner.report.drawing import svg, vega

SCALE = 0.67
WIDE, HALF = 719, 346
MAP, MAP_SCALE = 420, 0.45
MAP_ALONE = 0.68
WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')
LETTERS = re.compile(r'font-family="sans-serif"([^>]*>[^<]*)')


def drawn(panel: Panel, alone: bool, fonts: Callable[[str], tuple[str, ...]]) -> dict[str, Any]:
    """SVG, its width in pt, whether it takes a line of its own, what it shows in words."""
    is_map = not panel.wide and not vega(panel.spec, HALF).get("axes")
    width = MAP if is_map else WIDE if panel.wide or alone else HALF
    scale = SCALE if not is_map else MAP_ALONE if alone else MAP_SCALE
    found = svg(panel.spec, width)
    natural = WIDTH.search(found)
    return {
        "svg": lettered(found, fonts),
        "width": round(scale * float(natural[1] if natural else width), 1),
        "wide": panel.wide or alone,
        "title": panel.title,
    }


def lettered(drawing: str, fonts: Callable[[str], tuple[str, ...]]) -> str:
    """SVG whose texts name families that have their characters."""

    def named(found: re.Match[str]) -> str:
        return f'font-family="{", ".join(fonts(found[1]))}"{found[1]}'

    return LETTERS.sub(named, drawing)
