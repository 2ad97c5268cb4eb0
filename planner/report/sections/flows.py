"""Who computes for whom: East Data, West Computing in figures."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Cell, Cells, Chart, Grid, Section, Text, grid
from planner.report.charts import bars, matrix
from planner.report.context import Context, Rows, demand_name, estimates, in_words, mark_of, region_name, rows, sums
from planner.report.drawing import WITH
from planner.report.panels import HALF, both, half
from planner.report.words import listed, number, percent, plain

PARTS = (
    ("in the same region", "#cfd5dc"),
    ("elsewhere in its macro-region", "#9d8fc2"),
    ("in another macro-region", WITH),
)


def section(ctx: Context) -> Section:
    """Shares by class, matrices between macro-regions, the busiest corridors, what stays unserved."""
    flows = rows(ctx.plan, "flows", year=ctx.years[-1])
    if not flows:
        return Section("flows", "Flows", "", (Text(("The plan has no flows of computing between regions.",)),))
    blocks: list[Block] = [_shares(ctx, flows)]
    if 2 <= len(ctx.macro_names) <= 8:
        blocks.append(_matrices(ctx, flows))
    blocks += [_corridors(ctx, flows), _service(ctx)]
    lead = (
        "Where machines stand and where computing is used are two questions; this section joins the answers. "
        "Compute is sustained EFLOPS, delivered, not nameplate."
    )
    return Section("flows", "Who computes for whom", lead, tuple(blocks))


def _shares(ctx: Context, flows: Rows) -> Chart:
    drawn, far = [], {}
    for cls in _classes(ctx, flows):
        made = facts.hosting(ctx, [f for f in flows if f["class"] == cls])
        far[cls] = made.far_share
        for (name, _), amount in zip(PARTS, (made.home, made.near, made.far), strict=True):
            share = amount / made.total if made.total else 0.0
            drawn.append(
                {
                    "y": demand_name(ctx, cls),
                    "series": name,
                    "value": 100 * share,
                    "label": f"{demand_name(ctx, cls)}, {name}: {percent(share)}, {number(amount)} EFLOPS",
                }
            )
    panel = both(
        lambda width: bars(drawn, PARTS, "% of served compute", width, 34), "Share of compute by place where it is made"
    )
    return Chart(
        f"Where the compute of each class is made, {ctx.years[-1]}",
        (panel,),
        _share_words(ctx, far),
        PARTS,
        estimates=tuple(in_words(ctx, path) for path in estimates(ctx, "demand")),
    )


def _classes(ctx: Context, flows: Rows) -> list[str]:
    present = {str(flow["class"]) for flow in flows}
    return [c for c in ctx.demand if c in present] + sorted(present - set(ctx.demand))


def _share_words(ctx: Context, far: dict[str, float]) -> str:
    first, last = (facts.hosting(ctx, rows(ctx.plan, "flows", year=year)) for year in (ctx.years[0], ctx.years[-1]))
    most, least = max(far, key=lambda c: far[c]), min(far, key=lambda c: far[c])
    return (
        f"Outside the region that uses it: {percent(first.elsewhere_share)} of all compute in {ctx.years[0]}, "
        f"{percent(last.elsewhere_share)} in {ctx.years[-1]}. "
        f"{demand_name(ctx, most)} travels most ({percent(far[most])} comes from another macro-region), "
        f"{demand_name(ctx, least)} least ({percent(far[least])}): "
        "delay limits and the price of bandwidth decide."
    )


def _matrices(ctx: Context, flows: Rows) -> Chart:
    names = list(ctx.macro_names.values())
    panels = []
    for cls in _classes(ctx, flows):
        amounts = sums(
            (
                {**f, "h": ctx.macro[str(f["host"])], "r": ctx.macro[str(f["region"])]}
                for f in flows
                if f["class"] == cls
            ),
            ("h", "r"),
            "flow_eflops",
        )
        drawn = [
            {
                "host": ctx.macro_names[h],
                "region": ctx.macro_names[r],
                "value": amounts.get((h, r), 0.0),
                "text": number(amounts[h, r]) if amounts.get((h, r)) else "",
                "label": (
                    f"{demand_name(ctx, cls)}: {ctx.macro_names[h]} for {ctx.macro_names[r]}, "
                    f"{number(amounts.get((h, r), 0.0))} EFLOPS"
                ),
            }
            for h in ctx.macro_names
            for r in ctx.macro_names
        ]
        panels.append(
            half(
                matrix(drawn, names, WITH, HALF),
                f"{demand_name(ctx, cls)}: flows between macro-regions",
                demand_name(ctx, cls),
            )
        )
    return Chart(
        f"Compute made in (rows) and used in (columns), {ctx.years[-1]}, EFLOPS", tuple(panels), _net_words(ctx, flows)
    )


def _net_words(ctx: Context, flows: Rows) -> str:
    net = dict.fromkeys(ctx.macro_names, 0.0)
    for flow in flows:
        net[ctx.macro[str(flow["host"])]] += float(flow["flow_eflops"])
        net[ctx.macro[str(flow["region"])]] -= float(flow["flow_eflops"])
    givers = [f"{ctx.macro_names[m]} {number(net[m])}" for m in facts.ranked(net) if net[m] > 1e-6]
    takers = [f"{ctx.macro_names[m]} {number(-net[m])}" for m in reversed(facts.ranked(net)) if net[m] < -1e-6]
    if not givers:
        return "Every macro-region makes what it uses: all flows stay on the diagonal."
    return (
        f"Off the diagonal is compute that crosses macro-regions. Net hosts are {listed(givers)} EFLOPS; net "
        f"users are {listed(takers)} EFLOPS."
    )


def _corridors(ctx: Context, flows: Rows) -> Grid:
    away = [f for f in flows if f["host"] != f["region"]]
    amounts, delays = (
        sums(away, ("host", "region"), "flow_eflops"),
        {(f["host"], f["region"]): f["delay_ms"] for f in away},
    )
    traffic = sums(away, ("host", "region"), "traffic_gbps_km")
    top = facts.ranked(amounts)[:15]
    most = amounts[top[0]] if top else 1.0
    body: list[Cells] = [
        (
            f"{region_name(ctx, h)} → {region_name(ctx, r)}",
            Cell(number(amounts[h, r]), share=amounts[h, r] / most),
            number(delays[h, r]),
            number(traffic[h, r] / 1e6),
        )
        for h, r in top
    ]
    whole = sum(amounts.values())
    remark = (
        f"These carry {percent(sum(amounts[k] for k in top) / whole)} of what crosses a border between regions."
        if whole
        else "No compute crosses a border."
    )
    return grid(
        f"The busiest corridors, {ctx.years[-1]}",
        ("Made in → used in", ">EFLOPS", ">One-way delay, ms", ">Pbit/s·km"),
        body,
        remark=remark,
    )


def _service(ctx: Context) -> Grid:
    asked = rows(ctx.plan, "demand", year=ctx.years[-1])
    totals = {key: sums(asked, ("class",), f"{key}_eflops") for key in ("demand", "served", "unmet")}
    body: list[Cells] = []
    for cls in _classes(ctx, asked):
        known = ctx.demand.get(cls, {})
        limit = known.get("delay_limit_ms")
        body.append(
            (
                Cell(demand_name(ctx, cls), mark=mark_of(ctx, f"demand.{cls}")),
                str(known.get("link", "")),
                "none" if limit is None else f"{plain(limit)} ms",
                *(number(totals[key].get(cls, 0.0)) for key in totals),
                percent(totals["served"][cls] / totals["demand"][cls] if totals["demand"][cls] else None),
            )
        )
    heads = ("Class of demand", "Link", ">Delay limit", ">Asked", ">Served", ">Unmet", ">Served, %")
    return grid(f"Demand for compute and what is served, {ctx.years[-1]}, EFLOPS", heads, body)
