"""The report of benchmark results, one or several: the same blocks, forms and languages as the report of a plan.

It knows results as plain JSON alone, judged by those who measured them: what `innocap bench show` hands over. One
section = one file here = one function `section(context) -> Section | None`; `SECTIONS` gives their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.report import WORDS_AND_CHARTS
from planner.report.blocks import Section
from planner.report.document import Report, require
from planner.report.language import language
from planner.report.measured import change, kernels, machines, origin, overview, peers, roofline, samples, scaling
from planner.report.measured.context import Context, context

SECTIONS: tuple[Callable[[Context], Section | None], ...] = (
    overview.section,
    change.section,
    machines.section,
    kernels.section,
    roofline.section,
    samples.section,
    peers.section,
    scaling.section,
    origin.section,
)


def compose(facts: Mapping[str, Any], lang: str = "en") -> Report:
    """The report of results, as a value that every form can write.

    facts  results and comparisons as plain JSON, at least one result

    A section that has nothing to say about them is left out. ReportError when a package is missing.
    """
    require("a report", WORDS_AND_CHARTS)
    ctx = context(facts, language(lang))
    sections = tuple(found for section in SECTIONS if (found := section(ctx)) is not None)
    say, machines_known = ctx.words.say, tuple(dict.fromkeys(run.machine for run in ctx.runs))
    several = len(ctx.runs) > 1
    title = (
        say("bench-title-several", count=len(ctx.runs)) if several else say("bench-title", machine=machines_known[0])
    )
    byline = say(
        "bench-byline",
        machines=ctx.words.listed(machines_known),
        suites=ctx.words.listed(dict.fromkeys(f"“{run.result['suite']}”" for run in ctx.runs)),
        cases=sum(len(run.cases) for run in ctx.runs),
        dates=ctx.words.listed(dict.fromkeys(ctx.words.date(run.created) for run in ctx.runs)),
    )
    version = ctx.runs[0].version
    footer = say("bench-footer", files=ctx.words.listed(run.file for run in ctx.runs), version=version)
    created = max(run.created for run in ctx.runs)
    return Report(ctx.words, title, say("bench-kicker"), byline, footer, version, sections, created)
