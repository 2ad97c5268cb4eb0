"""A panel as SVG for paper: as wide as it stands there, its text in the fonts of the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from planner.report.blocks import Panel
from planner.report.drawing import svg, vega

SCALE = 0.67
WIDE, HALF, MAP = 719, 346, 480
WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')
LETTERS = re.compile(r'font-family="sans-serif"([^>]*>[^<]*)')


def drawn(panel: Panel, alone: bool, fonts: Callable[[str], tuple[str, ...]]) -> dict[str, Any]:
    """SVG, its width in pt, whether it takes a line of its own, what it shows in words."""
    width = WIDE if panel.wide else HALF
    if alone and not panel.wide:
        width = MAP if not vega(panel.spec, HALF).get("axes") else WIDE
    found = svg(panel.spec, width)
    natural = WIDTH.search(found)
    return {
        "svg": lettered(found, fonts),
        "width": round(SCALE * float(natural[1]) if natural else SCALE * width, 1),
        "wide": panel.wide or alone,
        "title": panel.title,
    }


def lettered(drawing: str, fonts: Callable[[str], tuple[str, ...]]) -> str:
    """SVG whose texts name families that have their characters."""

    def named(found: re.Match[str]) -> str:
        return f'font-family="{", ".join(fonts(found[1]))}"{found[1]}'

    return LETTERS.sub(named, drawing)
