"""Colours, and the way from a Vega-Lite specification to SVG or PNG: vl-convert draws, without a browser."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

INK = "#1b2330"
MUTED = "#5a6472"
RULE = "#dfe3e8"
QUIET = "#98a2b0"
PAPER = "#ffffff"
WITH = "#5a3d8a"

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
CONFIG = {
    "aria": False,
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "axisX": {"grid": False, "tickSize": 4},
    "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
}


def finished(spec: Mapping[str, Any], width: int, *, font: str = "sans-serif") -> dict[str, Any]:
    """A panel's specification as it is drawn at a width in pixels, axes and legends included.

    Expressions of a specification may use `room`, that width, so that a drawing fits where it stands.
    """
    fit = spec.get("autosize", {"type": "fit-x", "contains": "padding"})
    params = [*spec.get("params", ()), {"name": "room", "value": width}]
    return {**spec, "width": width, "config": {**CONFIG, "font": font}, "autosize": fit, "params": params}


def vega(spec: Mapping[str, Any], width: int, *, font: str = "sans-serif") -> dict[str, Any]:
    """A panel as a Vega specification, which a browser draws without Vega-Lite."""
    compiled: dict[str, Any] = json.loads(_vega(json.dumps(finished(spec, width, font=font))))
    return compiled


@functools.lru_cache(maxsize=256)
def _vega(spec: str) -> str:
    import vl_convert

    return json.dumps(vl_convert.vegalite_to_vega(spec))


def svg(spec: Mapping[str, Any], width: int, *, font: str = "sans-serif") -> str:
    """A panel as SVG."""
    return _svg(json.dumps(finished(spec, width, font=font)))


@functools.lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vega_to_svg(_vega(spec)))


def png(spec: Mapping[str, Any], width: int, *, font: str = "sans-serif", ppi: int = 200) -> bytes:
    """A panel as PNG on white."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png({**finished(spec, width, font=font), "background": "white"}, ppi=ppi)
    return drawn


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
