"""The report of a plan, or of several: the same sections as web page, PDF, Word, Excel, Markdown, in two languages.

One section = one file in `planner.report.sections` = one function `section(context) -> Section`. To add one, write
its file, its words in `catalog/en` and `catalog/zh`, and name it in `SECTIONS`. One form = one file in
`planner.report.forms` = one function that writes a report; `FORMS` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.plan import Plan
from planner.report.blocks import Section
from planner.report.context import Context, context
from planner.report.document import Report, ReportError, require
from planner.report.facts import objective_name
from planner.report.forms import FORMS, Form, form_of
from planner.report.language import LANGUAGES, Language, language
from planner.report.outline import Outline
from planner.report.sections import (
    allocation,
    assumptions,
    budgets,
    comparison,
    divide,
    flows,
    innovation,
    machines,
    prices,
    robustness,
    service,
    solution,
    summary,
)
from planner.report.studies import Studies

__all__ = ["FORMS", "LANGUAGES", "SECTIONS", "Form", "Report", "ReportError", "compose", "form_of", "require", "write"]

SECTIONS: tuple[Callable[[Context], Section | None], ...] = (
    summary.section,
    allocation.section,
    service.section,
    flows.section,
    budgets.section,
    innovation.section,
    divide.section,
    prices.section,
    robustness.section,
    comparison.section,
    machines.section,
    assumptions.section,
    solution.section,
)

WORDS_AND_CHARTS = (("fluent.runtime", "fluent.runtime"), ("babel", "babel"), ("altair", "altair"))


def compose(
    plans: Sequence[Plan],
    lang: str = "en",
    *,
    bench: Mapping[str, Any] | None = None,
    studies: Studies = Studies(),  # noqa: B008
    outline: Outline | None = None,
) -> Report:
    """The report of `plans[0]`, compared with the others, as a value that every form can write.

    bench    a benchmark result as read from its JSON, for the roofline
    studies  frontier, ladder, alternatives, sweep of the same plan
    outline  shapes of the regions for maps
    A section that has nothing to say about these plans is left out. ReportError when no plan was given, or a package
    is missing.
    """
    require("a report", WORDS_AND_CHARTS)
    if not plans:
        raise ReportError("no plan was given; write one with: innocap plan solve CONFIG -o FOLDER")
    ctx = context(plans, language(lang), bench=bench, studies=studies, outline=outline)
    found = [section(ctx) for section in SECTIONS]
    return _report(ctx, tuple(section for section in found if section is not None))


def _report(ctx: Context, sections: tuple[Section, ...]) -> Report:
    words, plan = ctx.words, ctx.summary
    title = str(plan.get(f"title_{words.id}") or plan["title"])
    byline = words.say(
        "byline",
        regions=len(ctx.regions),
        assets=len(ctx.assets),
        objective=objective_name(words, plan["objective"]),
        set=_set_name(words, plan),
        price_year=str(plan["price_year"]),
        date=words.date(str(plan["created"])),
    )
    version = str(plan["versions"]["innocap"])
    footer = words.say("footer", plan=str(plan["id"]), created=str(plan["created"]), version=version)
    kicker, created = words.say("kicker", horizon=ctx.horizon), str(plan["created"])
    return Report(words, title, kicker, byline, footer, version, sections, created)


def _set_name(words: Language, plan: Mapping[str, Any]) -> str:
    known = {str(one["id"]): words.name(one) for one in plan.get("elasticity_sets", ())}
    return known.get(str(plan["elasticity_set"]), str(plan["elasticity_set"]))


def write(report: Report, stem: Path, forms: Sequence[Form], *, template: Path | None = None) -> list[Path]:
    """Write the report in each form beside one another, named stem + suffix; each file appears whole or not at all.

    template  a Word file whose styles are used instead of ours
    ReportError when a package or a font is missing, or the disk refuses.
    """
    return [form.write(report, stem.with_name(stem.name + form.suffix), template) for form in forms]
