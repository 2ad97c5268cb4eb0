"""From a panel to what a page needs of it: a still SVG that reads without script, a specification that lives with one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from planner.report.blocks import Panel
from planner.report.drawing import svg, vega
from planner.report.panels import HALF, WIDE

CONTINUOUS = {"linear", "log", "pow", "sqrt", "symlog"}
NAMED = re.compile(r'(<(?:clipPath|linearGradient|radialGradient) id="|="url\(#)')
SPACES = re.compile(r' xmlns(?::xlink)?="[^"]*"')


def width_of(panel: Panel) -> int:
    """Width in pixels of the still drawing."""
    return WIDE if panel.wide else HALF


def still(panel: Panel, name: str) -> Markup:
    """The SVG, its ids beginning with `name`, so that several stand on one page."""
    drawn = SPACES.sub("", svg(panel.spec, width_of(panel)), count=2)
    return Markup(NAMED.sub(lambda found: f"{found.group()}{name}-", drawn))


def zooms(panel: Panel) -> str:
    """The axes ("x", "xy") on which a reader may zoom, as the specification says in `usermeta`."""
    return str(panel.spec.get("usermeta", {}).get("zoom", ""))


def scaled(panel: Panel) -> bool:
    """Whether a drawing is a picture, shown smaller where there is less room, rather than laid out anew (a map)."""
    return bool(panel.spec.get("usermeta", {}).get("scaled"))


def specification(panel: Panel) -> dict[str, Any]:
    """The Vega specification of a panel; signals `zoom_x` and `zoom_y` hold the part of an axis that is shown."""
    spec = vega(panel.spec, width_of(panel))
    axes = [scale for scale in spec.get("scales", ()) if scale["name"] in zooms(panel) and scale["type"] in CONTINUOUS]
    for scale in axes:
        spec["signals"] = [*spec.get("signals", ()), {"name": f"zoom_{scale['name']}", "value": None}]
        scale["domainRaw"] = {"signal": f"zoom_{scale['name']}"}
    inside = {"signal": " || ".join(f"!!zoom_{scale['name']}" for scale in axes)}
    for mark in spec["marks"] if axes else ():
        mark["clip"] = inside
    return spec


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> Markup:
    """JSON for the inside of a script element: no character of it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
