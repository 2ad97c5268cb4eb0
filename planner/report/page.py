"""From sections to one HTML page: Jinja2 templates with everything inlined and everything escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from planner.report.blocks import Section
from planner.report.context import Context

MARKS = {"estimated": "est.", "measured": "measured", "published": "published", "not solved": "not solved"}


def page(ctx: Context, sections: Sequence[Section]) -> str:
    """The whole file as text."""
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shown = environment.get_template("report.html.j2").render(
        plan=ctx.summary,
        horizon=ctx.horizon,
        sections=sections,
        marks=MARKS,
        style=inline(_source("style.css")),
        script=inline(_source("filter.js")),
    )
    return shown + "\n"


def inline(text: str) -> Markup:
    """Text for the inside of a style or script element, which only its own closing tag may end."""
    return Markup(re.sub(r"</(?=script|style)", r"<\\/", text, flags=re.IGNORECASE))


def _source(name: str) -> str:
    return (files("planner.report") / "templates" / name).read_text("utf-8")
