"""From a report to one HTML page: Jinja2 templates with everything inlined and everything escaped."""

from __future__ import annotations

import re
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from planner.report.blocks import Panel
from planner.report.document import Report
from planner.report.drawing import svg
from planner.report.panels import HALF, WIDE


def page(report: Report) -> str:
    """The whole file as text."""
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["block"] = lambda block: type(block).__name__.lower()
    shown = environment.get_template("report.html.j2").render(
        report=report,
        say=report.words.say,
        show=report.words.show,
        drawn=_drawn,
        style=inline(_source("style.css")),
        script=inline(_source("filter.js")),
    )
    return shown + "\n"


def _drawn(panel: Panel) -> Markup:
    return Markup(svg(panel.spec, WIDE if panel.wide else HALF))


def inline(text: str) -> Markup:
    """Text for the inside of a style or script element, which only its own closing tag may end."""
    return Markup(re.sub(r"</(?=script|style)", r"<\\/", text, flags=re.IGNORECASE))


def _source(name: str) -> str:
    return (files("planner.report.forms.html") / "templates" / name).read_text("utf-8")
