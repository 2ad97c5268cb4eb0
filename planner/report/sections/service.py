"""Demand for computing and what is served of it, by the links of the economy: production to consumption."""

from __future__ import annotations

from collections.abc import Sequence

from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Head, Line, Section, grid
from planner.report.charts import bars, columns
from planner.report.context import (
    Context,
    Row,
    Rows,
    demand_name,
    estimates,
    in_words,
    mark_of,
    region_name,
    rows,
    sums,
)
from planner.report.digits import number, plain
from planner.report.measures import NUMBER, SHARE, YEAR
from planner.report.panels import WIDE, wide

LINKS = ("production", "distribution", "circulation", "consumption", "research")
LINK_COLOURS = ("#0b3c73", "#4b99bf", "#c08a14", "#b4566b", "#5d6b3a", "#7a5aa6", "#3f7f72", "#7f7f7f")
MADE_COLOURS = ("#cfd5dc", "#9d8fc2", "#5a3d8a", "#c2571a")


def section(ctx: Context) -> Section | None:
    """What each link asks, what it receives and where that is made; None where the plan has no demand."""
    asked = rows(ctx.plan, "demand", year=ctx.years[-1])
    if not asked:
        return None
    say = ctx.words.say
    blocks: tuple[Block, ...] = (_growth(ctx), _made(ctx, asked), _by_class(ctx, asked), *_unmet(ctx, asked))
    return Section("service", say("service"), say("service-lead"), blocks)


def links(ctx: Context) -> dict[str, list[str]]:
    """Link -> ids of its demand classes, links in the order of the economy."""
    found: dict[str, list[str]] = {}
    for cls in classes(ctx):
        found.setdefault(str(ctx.demand.get(cls, {}).get("link") or cls), []).append(cls)
    return {link: found[link] for link in (*LINKS, *found) if link in found}


def classes(ctx: Context) -> list[str]:
    """Demand classes with rows, in the order of the plan."""
    present = set(ctx.plan.tables["demand"].column("class"))
    return [c for c in ctx.demand if c in present] + sorted(present - set(ctx.demand))


def link_name(ctx: Context, link: str) -> str:
    """A link of the economy in words; a class without a link has its own name."""
    key = f"link-{link}"
    return ctx.words.say(key) if ctx.words.knows(key) else demand_name(ctx, link)


def _growth(ctx: Context) -> Chart:
    """Compute received by link and year."""
    say = ctx.words.say
    records = rows(ctx.plan, "demand", phase="plan")
    served = {key: sums(records, ("class", "year"), f"{key}_eflops") for key in ("demand", "served")}
    found = links(ctx)

    def amount(key: str, link: str, year: int) -> float:
        return sum(served[key].get((c, year), 0.0) for c in found[link])

    drawn = [
        {
            "x": str(year),
            "series": link_name(ctx, link),
            "value": amount("served", link, year),
            "label": say(
                "service-tip",
                year=str(year),
                link=link_name(ctx, link),
                amount=number(amount("served", link, year)),
                share=ctx.words.percent(facts.share(amount("served", link, year), amount("demand", link, year))),
            ),
        }
        for year in ctx.years
        for link in found
    ]
    scale = [(link_name(ctx, link), LINK_COLOURS[at % len(LINK_COLOURS)]) for at, link in enumerate(found)]
    heads: list[Head] = [Column(say("year"), YEAR), *(Column(link_name(ctx, link), NUMBER) for link in found)]
    body: list[Line] = [(year, *(amount("served", link, year) for link in found)) for year in ctx.years]
    title = say("service-years")
    return Chart(
        "served_by_link",
        title,
        (wide(columns(drawn, scale, ctx.words.unit("EFLOPS"), WIDE), title),),
        _growth_words(ctx, {year: sum(amount("served", link, year) for link in found) for year in ctx.years}),
        grid("served_by_link", title, heads, body),
        native="columns",
        legend=tuple(scale),
        estimates=tuple(in_words(ctx, path) for path in estimates(ctx, "demand")),
    )


def _growth_words(ctx: Context, served: dict[int, float]) -> str:
    say, first, last = ctx.words.say, ctx.years[0], ctx.years[-1]
    if first == last or not served[first]:
        return say("service-years-one", amount=number(served[last]), year=str(last))
    return say(
        "service-years-words",
        before=number(served[first]),
        first=str(first),
        after=number(served[last]),
        last=str(last),
        times=number(served[last] / served[first]),
    )


def _made(ctx: Context, asked: Rows) -> Chart:
    """What each link asks, by where it is made; what nobody makes is unmet."""
    say, year = ctx.words.say, ctx.years[-1]
    flows = rows(ctx.plan, "flows", year=year)
    parts = (*place_names(ctx), say("service-unmet"))
    scale = tuple(zip(parts, MADE_COLOURS, strict=True))
    drawn: list[Row] = []
    body: list[Line] = []
    unmet: dict[str, float] = {}
    for link, members in links(ctx).items():
        made = facts.hosting(ctx, [f for f in flows if f["class"] in members])
        missing = sum(row["unmet_eflops"] for row in asked if row["class"] in members)
        whole = sum(row["demand_eflops"] for row in asked if row["class"] in members)
        unmet[link] = facts.share(missing, whole)
        amounts = (made.home, made.near, made.far, missing)
        body.append((link_name(ctx, link), *(facts.share(amount, whole) for amount in amounts)))
        for part, amount in zip(parts, amounts, strict=True):
            share = facts.share(amount, whole)
            label = say(
                "service-made-tip",
                link=link_name(ctx, link),
                place=part,
                share=ctx.words.percent(share),
                amount=number(amount),
            )
            drawn.append({"y": link_name(ctx, link), "series": part, "value": 100 * share, "label": label})
    title = say("service-made", year=str(year))
    return Chart(
        "demand_by_link",
        title,
        (wide(bars(drawn, scale, say("service-percent"), WIDE, 34), title),),
        _unmet_words(ctx, unmet),
        grid("demand_by_link", title, [say("link"), *(Column(part, SHARE) for part in parts)], body),
        native="bars",
        legend=scale,
    )


def place_names(ctx: Context) -> tuple[str, str, str]:
    """Where compute is made, seen from who uses it: same region, same macro-region, another one."""
    say = ctx.words.say
    return say("made-home"), say("made-near"), say("made-far")


def _unmet_words(ctx: Context, unmet: dict[str, float]) -> str:
    say, percent, year = ctx.words.say, ctx.words.percent, str(ctx.years[-1])
    short = [
        say("service-short-link", link=link_name(ctx, link), share=percent(share))
        for link, share in unmet.items()
        if share > 5e-5
    ]
    if not short:
        return say("service-all-served", year=year)
    return say("service-short", year=year, links=ctx.words.listed(short))


def _by_class(ctx: Context, asked: Rows) -> Grid:
    say = ctx.words.say
    totals = {key: sums(asked, ("class",), f"{key}_eflops") for key in ("demand", "served", "unmet")}
    flows = rows(ctx.plan, "flows", year=ctx.years[-1])
    delays = _mean_delay(flows)
    body: list[Line] = []
    for cls in (c for members in links(ctx).values() for c in members):
        known = ctx.demand.get(cls, {})
        amounts = [totals[key].get(cls, 0.0) for key in totals]
        limit = known.get("delay_limit_ms")
        body.append(
            (
                Cell(demand_name(ctx, cls), mark=mark_of(ctx, f"demand.{cls}")),
                link_name(ctx, str(known.get("link") or cls)),
                say("service-no-limit") if limit is None else say("service-ms", limit=plain(float(limit))),
                delays.get(cls),
                *amounts,
                facts.share(amounts[1], amounts[0]) if amounts[0] else None,
            )
        )
    heads: list[Head] = [
        say("service-class"),
        say("link"),
        say("service-limit"),
        Column(say("service-delay"), NUMBER),
        Column(say("service-asked"), NUMBER),
        Column(say("service-served"), NUMBER),
        Column(say("service-unmet"), NUMBER),
        Column(say("service-share"), SHARE),
    ]
    caption = say("service-table", year=str(ctx.years[-1]))
    return grid("demand_by_class", caption, heads, body, total=(4, 5, 6), remark=say("service-table-remark"))


def _mean_delay(flows: Rows) -> dict[str, float]:
    """Mean one-way delay by class in ms, weighted by compute."""
    weighted = sums(({**f, "weighted": f["flow_eflops"] * f["delay_ms"]} for f in flows), ("class",), "weighted")
    amounts = sums(flows, ("class",), "flow_eflops")
    return {cls: weighted[cls] / amount for cls, amount in amounts.items() if amount}


def _unmet(ctx: Context, asked: Rows) -> Sequence[Fold]:
    """Regions with unmet demand, the largest shares first; nothing where all is served."""
    say = ctx.words.say
    wanted, missing = (sums(asked, ("region",), f"{key}_eflops") for key in ("demand", "unmet"))
    shares = {r: facts.share(missing[r], wanted[r]) for r in wanted}
    short = [r for r in facts.ranked(shares) if shares[r] > 5e-5]
    if not short:
        return ()
    heads: list[Head] = [
        say("region"),
        Column(say("service-asked"), NUMBER),
        Column(say("service-unmet"), NUMBER),
        Column(say("service-unmet-share"), SHARE),
    ]
    body: list[Line] = [(region_name(ctx, r), wanted[r], missing[r], shares[r]) for r in short]
    caption = say("service-regions", year=str(ctx.years[-1]))
    return (Fold(say("service-regions-fold"), (grid("unmet_by_region", caption, heads, body, total=(1, 2)),)),)
