"""From a report to one HTML page: Jinja2 templates with everything inlined and everything escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from planner.report.blocks import Block, Chart, Fold, Panel, Slider, totals
from planner.report.document import Report
from planner.report.drawing import svg
from planner.report.forms.html import dusk, live
from planner.report.forms.html.bundle import runtime
from planner.report.language import Language
from planner.report.numbering import numbering

SCRIPTS = ("tables.js", "charts.js", "sliders.js", "contents.js")


def page(report: Report) -> str:
    """The whole file as text."""
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"block": lambda block: type(block).__name__.lower(), "specification": live.specification}
    template = environment.get_template("report.html.j2")
    return template.render(**_scripted(report), **_shown(report)) + "\n"


def _shown(report: Report) -> dict[str, Any]:
    """What the templates show, and how."""
    return {
        "report": report,
        "say": report.words.say,
        "show": report.words.show,
        "numbers": numbering(report.sections),
        "totals": totals,
        "rests": lambda which: rests(report.words, which),
        "live": live,
        "style": inline(_source("style.css")),
        "dark": Markup(dusk.rules(_drawn(report))),
    }


def rests(words: Language, which: Sequence[str]) -> str:
    """Which estimated inputs a figure rests on."""
    return words.say("rests-on", count=len(which), which=words.listed(which))


def _scripted(report: Report) -> dict[str, Any]:
    """Scripts, and their hashes: the page's policy lets none but these run."""
    figures = any(True for section in report.sections for _ in _figures(section.blocks))
    early, late = inline(_source("theme.js")), inline("\n".join(_source(name) for name in SCRIPTS))
    library = inline(runtime()) if figures else Markup()
    return {
        "early": early,
        "library": library,
        "late": late,
        "hashes": " ".join(f"'{_hash(script)}'" for script in (early, library, late) if script),
    }


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _drawn(report: Report) -> Iterator[str]:
    """Text of everything whose colours must be known: drawings, frames of sliders, legends."""
    for section in report.sections:
        for figure in _figures(section.blocks):
            if isinstance(figure, Slider):
                yield from (str(live.as_json(frame.panel.spec)) for frame in figure.frames)
            else:
                yield from (colour for _, colour in figure.legend)
            yield from (svg(panel.spec, live.width_of(panel)) for panel in _still(figure))


def _still(figure: Chart | Slider) -> tuple[Panel, ...]:
    """The drawings of a figure that stand in the page without script."""
    return figure.panels if isinstance(figure, Chart) else (figure.frames[figure.shown].panel,)


def _figures(blocks: Sequence[Block]) -> Iterator[Chart | Slider]:
    for block in blocks:
        if isinstance(block, Fold):
            yield from _figures(block.blocks)
        elif isinstance(block, Chart | Slider):
            yield block


def inline(text: str) -> Markup:
    """Text for the inside of a style or script element, which only its own closing tag may end."""
    return Markup(re.sub(r"<(?=/(?:script|style)|!--)", r"\\x3c", text, flags=re.IGNORECASE))


def _source(name: str) -> str:
    return (files("planner.report.forms.html") / "templates" / name).read_text("utf-8")
