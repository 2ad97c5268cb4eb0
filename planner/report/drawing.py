"""Colours, and the way from an Altair chart to SVG: vl-convert draws when the report is written, no script draws later.

Every mark carries its numbers as a native tooltip (`<title>`); text inherits the fonts of the page.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import altair as alt

INK = "#1b2330"
MUTED = "#5a6472"
RULE = "#dfe3e8"
QUIET = "#98a2b0"
PAPER = "#ffffff"
WITH = "#5a3d8a"
_ids = itertools.count()

_AXIS = {
    "labelFontSize": 11,
    "labelColor": MUTED,
    "titleFontSize": 11,
    "titleFontWeight": "normal",
    "titleColor": MUTED,
    "gridColor": "#edf0f3",
    "domainColor": "#b9c0c9",
    "tickColor": "#b9c0c9",
    "labelLimit": 180,
}
_CONFIG = {
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "axisX": {"grid": False, "tickSize": 4},
    "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
}


def svg(chart: alt.TopLevelMixin, alt_text: str) -> Markup:
    """Draw a chart: responsive SVG with `alt_text` as its name and a tooltip on every mark that has a label."""
    import vl_convert

    fit = {"type": "fit-x", "contains": "padding"}
    spec = {**chart.to_dict(validate=False), "config": _CONFIG, "autosize": fit}
    return Markup(_polish(vl_convert.vegalite_to_svg(spec), alt_text))


def _polish(drawn: str, alt_text: str) -> str:
    """Vega's SVG with tooltips, unique ids, inherited fonts, and without what only Vega's own script reads."""
    text = re.sub(r'<path class="(?:background|foreground)"[^>]*display="none"[^>]*/>', "", drawn)
    text = re.sub(r'<path class="background"[^>]* d="M0,0h0v0h0Z"[^>]*/>', "", text)
    text = re.sub(
        r'<(\w+) aria-label="([^"]*)"( role="graphics-symbol"[^>]*?)/>', r"<\1\3><title>\2</title></\1>", text
    )
    text = re.sub(
        r'<text aria-label="([^"]*)"( role="graphics-symbol"[^>]*)>([^<]*)</text>',
        r"<text\2>\3<title>\1</title></text>",
        text,
    )
    text = re.sub(r' (?:role|class|aria-[a-z]+|pointer-events|font-family|xmlns:xlink|version)="[^"]*"', "", text)
    text = re.sub(r' (?:opacity|stroke-width)="1"(?=[ />])', "", text)
    text = _unique_ids(text)
    size = re.match(r'<svg[^>]*?width="([\d.]+)" height="([\d.]+)"', text)
    width = f"max-width:{size[1]}px" if size else ""
    opening = f'<svg role="img" aria-label="{escape(alt_text)}" style="{width}"'
    return re.sub(r'^<svg( xmlns="[^"]*")? width="[\d.]+" height="[\d.]+"', opening, text, count=1)


def _unique_ids(text: str) -> str:
    number = next(_ids)
    return re.sub(r'(id="|url\(#|href="#)([\w-]+)', rf"\g<1>c{number}-\2", text)


def tint(colour: str, amount: float) -> str:
    """A colour mixed with white: amount 0 is white, 1 the colour."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * amount):02x}" for part in parts)


def shade(colour: str, share: float) -> dict[str, str]:
    """Fill of a cell at a share of the most, and the ink that reads best on it."""
    fill = tint(colour, 0.06 + 0.94 * min(max(share, 0.0), 1.0))
    return {"fill": fill, "ink": max((INK, PAPER), key=lambda ink: contrast(ink, fill))}


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
