"""Who computes for whom: East Data, West Computing in figures."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Figure,
    Frame,
    Grid,
    Head,
    Line,
    Section,
    Slider,
    grid,
)
from planner.report.charts import columns, matrix
from planner.report.context import Context, Row, Rows, demand_name, region_name, rows, sums
from planner.report.digits import brief, number
from planner.report.drawing import WITH
from planner.report.measures import NUMBER, SHARE, YEAR
from planner.report.panels import HALF, WIDE, half, region_map, wide
from planner.report.sections.service import classes, link_name, links, place_names

PLACE_COLOURS = ("#cfd5dc", "#9d8fc2", WITH)
Pairs = dict[tuple[str, str], float]


def section(ctx: Context) -> Section | None:
    """Shares over the years, maps, matrices between macro-regions, the busiest corridors; None without flows."""
    flows = rows(ctx.plan, "flows", year=ctx.years[-1])
    if not flows:
        return None
    say = ctx.words.say
    blocks: list[Block] = [_by_year(ctx)]
    away = [f for f in flows if f["host"] != f["region"]]
    if away:
        blocks.append(_maps(ctx, flows))
        if 2 <= len(ctx.macro_names) <= 8:
            blocks += [_matrices(ctx, flows), *_years(ctx)]
        blocks.append(_corridors(ctx, away))
    return Section("flows", say("flows"), say("flows-lead"), tuple(blocks))


def _by_year(ctx: Context) -> Chart:
    say = ctx.words.say
    made = {year: facts.hosting(ctx, rows(ctx.plan, "flows", year=year)) for year in ctx.years}
    names = place_names(ctx)
    scale = tuple(zip(names, PLACE_COLOURS, strict=True))
    body: list[Line] = []
    drawn: list[Row] = []
    for year, found in made.items():
        amounts = (found.home, found.near, found.far)
        body.append((year, *amounts, found.elsewhere_share))
        for name, amount in zip(names, amounts, strict=True):
            share = ctx.words.percent(facts.share(amount, found.total))
            label = say("flows-tip", year=str(year), place=name, amount=number(amount), share=share)
            drawn.append({"x": str(year), "series": name, "value": amount, "label": label})
    heads: list[Head] = [Column(say("year"), YEAR), *(Column(name, NUMBER) for name in names)]
    heads.append(Column(say("flows-elsewhere"), SHARE))
    title = say("flows-years")
    return Chart(
        "compute_by_place",
        title,
        (wide(columns(drawn, scale, "EFLOPS", WIDE), title),),
        _year_words(ctx, made),
        grid("compute_by_place", title, heads, body),
        native="columns",
        legend=scale,
    )


def _year_words(ctx: Context, made: dict[int, facts.Hosting]) -> str:
    say, percent, first, last = ctx.words.say, ctx.words.percent, ctx.years[0], ctx.years[-1]
    far = {
        c: facts.hosting(ctx, rows(ctx.plan, "flows", year=last, **{"class": c})).elsewhere_share for c in classes(ctx)
    }
    if max(far.values()) < 5e-5:
        return say("flows-none", year=str(last))
    shares = say(
        "flows-shares",
        before=percent(made[first].elsewhere_share),
        first=str(first),
        after=percent(made[last].elsewhere_share),
        last=str(last),
    )
    most = facts.ranked(far)[0]
    travels = say("flows-most", what=demand_name(ctx, most), share=percent(far[most]))
    stays = [link_name(ctx, link) for link, members in links(ctx).items() if all(far[c] < 5e-5 for c in members)]
    home = say("flows-stay", what=ctx.words.listed(stays), count=len(stays)) if stays else ""
    return ctx.words.prose([shares, travels, home])


def _maps(ctx: Context, flows: Rows) -> Chart:
    """What every region makes for others and receives from them."""
    say = ctx.words.say
    away = [f for f in flows if f["host"] != f["region"]]
    gives, takes = sums(away, ("host",), "flow_eflops"), sums(away, ("region",), "flow_eflops")
    own = sums([f for f in flows if f["host"] == f["region"]], ("region",), "flow_eflops")
    title = say("flows-maps", year=str(ctx.years[-1]))
    body: list[Line] = [
        (
            region_name(ctx, r),
            own.get(r, 0.0),
            gives.get(r, 0.0),
            takes.get(r, 0.0),
            gives.get(r, 0.0) - takes.get(r, 0.0),
        )
        for r in ctx.regions
    ]
    heads: list[Head] = [
        say("region"),
        *(Column(say(key), NUMBER) for key in ("flows-own", "flows-gives", "flows-takes")),
    ]
    heads.append(Column(say("flows-net"), NUMBER))
    return Chart(
        "compute_by_region",
        title,
        (
            region_map(ctx, gives, brief, "EFLOPS", WITH, say("flows-gives")),
            region_map(ctx, takes, brief, "EFLOPS", "#0b3c73", say("flows-takes")),
        ),
        say("flows-maps-words", hosts=_top(ctx, gives), users=_top(ctx, takes)),
        grid("compute_by_region", title, heads, body, total=(1, 2, 3), filterable=True),
    )


def _top(ctx: Context, amounts: dict[str, float]) -> str:
    whole = sum(amounts.values())
    top = facts.ranked(amounts)[:3]
    shown = [
        ctx.words.say("flows-share-of", region=region_name(ctx, r), share=ctx.words.percent(amounts[r] / whole))
        for r in top
    ]
    return ctx.words.listed(shown)


def _pairs(ctx: Context, flows: Rows) -> Pairs:
    """Compute by macro-region of the machines and of the demand."""
    known = ({**f, "h": ctx.macro[str(f["host"])], "r": ctx.macro[str(f["region"])]} for f in flows)
    found: Pairs = sums(known, ("h", "r"), "flow_eflops")
    return found


def _matrix(ctx: Context, amounts: Pairs, what: str) -> list[Row]:
    return [
        {
            "host": ctx.macro_names[h],
            "region": ctx.macro_names[r],
            "value": amounts.get((h, r), 0.0),
            "text": number(amounts[h, r]) if amounts.get((h, r), 0.0) > 1e-9 else "",
            "label": ctx.words.say(
                "flows-pair-tip",
                what=what,
                host=ctx.macro_names[h],
                user=ctx.macro_names[r],
                amount=number(amounts.get((h, r), 0.0)),
            ),
        }
        for h in ctx.macro_names
        for r in ctx.macro_names
    ]


def _matrices(ctx: Context, flows: Rows) -> Chart:
    """One matrix for every class that crosses a border between macro-regions, else for all together."""
    say = ctx.words.say
    each = {c: _pairs(ctx, [f for f in flows if f["class"] == c]) for c in classes(ctx)}
    crossing = [c for c, pairs in each.items() if any(h != r and v > 1e-9 for (h, r), v in pairs.items())]
    shown = {demand_name(ctx, c): each[c] for c in crossing} or {say("flows-all"): _pairs(ctx, flows)}
    names = list(ctx.macro_names.values())
    panels = tuple(
        half(
            matrix(
                _matrix(ctx, pairs, name), names, WITH, HALF, down=say("flows-made-in"), across=say("flows-used-in")
            ),
            say("flows-matrix-alt", what=name),
            name,
        )
        for name, pairs in shown.items()
    )
    heads: list[Head] = [say("service-class"), say("flows-made-in"), *(Column(name, NUMBER) for name in names)]
    body: list[Line] = [
        (name, ctx.macro_names[h], *(pairs.get((h, r), 0.0) for r in ctx.macro_names))
        for name, pairs in shown.items()
        for h in ctx.macro_names
    ]
    title = say("flows-matrix", year=str(ctx.years[-1]))
    return Chart("compute_matrix", title, panels, _net_words(ctx, flows), grid("compute_matrix", title, heads, body))


def _net_words(ctx: Context, flows: Rows) -> str:
    say = ctx.words.say
    net = dict.fromkeys(ctx.macro_names, 0.0)
    for (host, user), amount in _pairs(ctx, flows).items():
        net[host] += amount
        net[user] -= amount
    order = facts.ranked(net)
    givers = [say("flows-net-of", place=ctx.macro_names[m], amount=number(net[m])) for m in order if net[m] > 1e-6]
    takers = [
        say("flows-net-of", place=ctx.macro_names[m], amount=number(-net[m])) for m in order[::-1] if net[m] < -1e-6
    ]
    if not givers:
        return say("flows-diagonal")
    return say("flows-net-words", givers=ctx.words.listed(givers), takers=ctx.words.listed(takers))


def _years(ctx: Context) -> list[Slider]:
    """The same matrix of all classes together, year by year."""
    if len(ctx.years) < 2:
        return []
    say = ctx.words.say
    each = {year: _pairs(ctx, rows(ctx.plan, "flows", year=year)) for year in ctx.years}
    most = max(max(pairs.values(), default=0.0) for pairs in each.values())
    frames = tuple(_frame(ctx, year, pairs, most) for year, pairs in each.items())
    used = [(h, r) for h in ctx.macro_names for r in ctx.macro_names if any(p.get((h, r)) for p in each.values())]
    heads: list[Head] = [say("flows-made-in"), say("flows-used-in"), *(Column(str(year), NUMBER) for year in ctx.years)]
    body: list[Line] = [
        (ctx.macro_names[h], ctx.macro_names[r], *(each[year].get((h, r), 0.0) for year in ctx.years)) for h, r in used
    ]
    title = say("flows-slider")
    return [Slider("compute_by_year", title, say("year"), frames, grid("compute_by_year", title, heads, body))]


def _frame(ctx: Context, year: int, pairs: Pairs, most: float) -> Frame:
    say, percent = ctx.words.say, ctx.words.percent
    made = facts.hosting(ctx, rows(ctx.plan, "flows", year=year))
    figures = (
        Figure(number(made.total), say("flows-frame-total", year=str(year))),
        Figure(percent(made.elsewhere_share), say("flows-frame-elsewhere")),
        Figure(percent(made.far_share), say("flows-frame-far")),
    )
    drawn = _matrix(ctx, pairs, str(year))
    names, down, across = list(ctx.macro_names.values()), say("flows-made-in"), say("flows-used-in")
    chart = matrix(drawn, names, WITH, HALF, down=down, across=across, most=most)
    return Frame(str(year), figures, half(chart, say("flows-matrix-alt", what=str(year)), str(year)))


def _corridors(ctx: Context, away: Rows) -> Grid:
    say = ctx.words.say
    amounts, traffic = (sums(away, ("host", "region"), key) for key in ("flow_eflops", "traffic_gbps_km"))
    delays = {(f["host"], f["region"]): f["delay_ms"] for f in away}
    top, whole = facts.ranked(amounts)[:15], sum(amounts.values())
    body: list[Line] = [
        (
            region_name(ctx, h),
            region_name(ctx, r),
            Cell(amounts[h, r], share=amounts[h, r] / amounts[top[0]]),
            amounts[h, r] / whole,
            delays[h, r],
            traffic[h, r] / 1e6,
        )
        for h, r in top
    ]
    heads: list[Head] = [
        say("flows-made-in"),
        say("flows-used-in"),
        Column("EFLOPS", NUMBER),
        Column(say("share"), SHARE),
        Column(say("flows-delay"), NUMBER),
        Column(say("flows-traffic"), NUMBER),
    ]
    share = ctx.words.percent(sum(amounts[k] for k in top) / whole)
    remark = say("flows-corridors-remark", count=len(top), share=share)
    return grid("busiest_corridors", say("flows-corridors", year=str(ctx.years[-1])), heads, body, remark=remark)
