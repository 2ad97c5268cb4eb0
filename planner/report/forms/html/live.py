"""From a panel to what a page needs: a still SVG that reads without script, a specification that lives with one."""

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
    """The axes ("x", "xy", "") a reader may zoom: continuous ones, where no bar stands on the other and none is hidden.

    A bar is read by its length, so that a part of it would mislead.
    """
    spec = vega(panel.spec, width_of(panel))
    kinds = {scale["name"]: scale["type"] for scale in spec.get("scales", ()) if scale["name"] in ("x", "y")}
    bars = any(kind == "band" for kind in kinds.values()) or not spec.get("axes")
    return "" if bars else "".join(sorted(name for name, kind in kinds.items() if kind in CONTINUOUS))


def scaled(panel: Panel) -> bool:
    """Whether a drawing is a map: a picture without axes, shown smaller where there is less room."""
    return not vega(panel.spec, width_of(panel)).get("axes")


def specification(panel: Panel) -> dict[str, Any]:
    """The Vega specification of a panel; signals `zoom_x` and `zoom_y` hold the part of an axis that is shown."""
    spec, axes = vega(panel.spec, width_of(panel)), zooms(panel)
    for scale in spec.get("scales", ()):
        if scale["name"] in axes:
            scale["domainRaw"] = {"signal": f"zoom_{scale['name']}"}
    for axis in spec.get("axes", ()):
        if axis["scale"] in axes and isinstance(axis.get("values"), list):
            axis["values"] = {"signal": f"zoom_{axis['scale']} ? null : {json.dumps(axis['values'])}"}
    spec["signals"] = [*spec.get("signals", ()), *({"name": f"zoom_{name}", "value": None} for name in axes)]
    for mark in spec["marks"] if axes else ():
        mark["clip"] = {"signal": " || ".join(f"!!zoom_{name}" for name in axes)}
    return spec


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> Markup:
    """JSON for the inside of a script element: no character of it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
