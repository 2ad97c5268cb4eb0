"""What one unit of computing is worth in the plan, how that is known, and the roofline of the machine measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.report.blocks import Block, Cell, Column, Grid, Head, Line, Note, Section, Text, grid
from planner.report.context import Context, Rows, asset_name, demand_name
from planner.report.measures import NUMBER, SHARE
from planner.report.parts.roofline import rooflines


def section(ctx: Context) -> Section:
    """Capability by asset and class; how it is known; the roofline where a benchmark result is given."""
    known, say = ctx.plan.tables["capability"].records(), ctx.words.say
    blocks: list[Block] = [Text((words(ctx, known),))]
    if known:
        blocks += [_capability(ctx, known), _evidence(ctx, known)]
    if ctx.summary.get("capability_records"):
        blocks.append(_records(ctx))
    if ctx.bench:
        blocks += _bench(ctx, ctx.bench)
    return Section("machines", say("machines"), say("machines-lead"), tuple(blocks))


def words(ctx: Context, known: Rows) -> str:
    """How many figures are measured, and the span of what is sustained."""
    say, percent = ctx.words.say, ctx.words.percent
    if not known:
        return say("machines-none")
    measured = sum(row["origin"] == "measured" for row in known)
    fractions = [row["sustained_fraction"] for row in known if math.isfinite(row["sustained_fraction"])]
    origin = "machines-some-measured" if 0 < measured < len(known) else "machines-all-measured"
    told = [say(origin if measured else "machines-all-published", count=len(known), measured=str(measured))]
    if fractions:
        told.append(say("machines-span", low=percent(min(fractions)), high=percent(max(fractions))))
    return ctx.words.prose(told)


def machine_name(ctx: Context, machine: str) -> str:
    """Name of a machine in the language of the report."""
    named = {str(one["id"]): one for one in ctx.summary.get("machines", ())}
    return ctx.words.name(named.get(machine, {"id": machine}))


def _origin(ctx: Context, origin: str) -> str:
    key = f"kind-{origin}"
    return ctx.words.say(key) if ctx.words.knows(key) else origin


def _capability(ctx: Context, known: Rows) -> Grid:
    say, order = ctx.words.say, list(ctx.assets)
    body: list[Line] = [
        (
            asset_name(ctx, row["asset"]),
            demand_name(ctx, row["class"]),
            _origin(ctx, row["origin"]),
            row["capacity_pflops"],
            Cell(row["sustained_fraction"], share=_share(row["sustained_fraction"])),
            row["sustained_fraction_low"],
            row["sustained_fraction_high"],
            row["peak_tflops"],
            row["utilisation_fraction"],
            machine_name(ctx, row["machine"]),
            row["mix"],
        )
        for row in sorted(known, key=lambda row: order.index(row["asset"]))
    ]
    heads: list[Head] = [
        say("asset"),
        say("machines-demand"),
        say("machines-origin"),
        Column(say("machines-per-unit"), NUMBER),
        Column(say("machines-sustained"), SHARE),
        Column(say("machines-low"), SHARE),
        Column(say("machines-high"), SHARE),
        Column(say("machines-peak"), NUMBER),
        Column(say("machines-in-use"), SHARE),
        say("machines-machine"),
        say("machines-mix"),
    ]
    return grid("capability", say("machines-table"), heads, body, remark=say("machines-formula"))


def _share(value: float) -> float | None:
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else None


def _evidence(ctx: Context, known: Rows) -> Grid:
    say = ctx.words.say
    each = dict.fromkeys((row["machine"], row["origin"], row["evidence"]) for row in known)
    body: list[Line] = [
        (machine_name(ctx, machine), _origin(ctx, origin), evidence) for machine, origin, evidence in each
    ]
    heads = (say("machines-machine"), say("machines-origin"), say("machines-evidence"))
    return grid("capability_evidence", say("machines-how"), heads, body)


def _records(ctx: Context) -> Grid:
    say = ctx.words.say
    body: list[Line] = [
        (
            machine_name(ctx, str(record["machine"])),
            str(record.get("evidence", "")),
            str(record["path"]),
            str(record["sha256"]),
        )
        for record in ctx.summary["capability_records"]
    ]
    heads = (say("machines-machine"), say("machines-measured"), say("machines-file"), "SHA-256")
    return grid("capability_records", say("machines-records"), heads, body)


def _bench(ctx: Context, bench: Mapping[str, Any]) -> list[Block]:
    say, environment = ctx.words.say, bench.get("environment") or {}
    verified = sum(1 for case in bench.get("cases", ()) if (case.get("verification") or {}).get("passed"))
    verdict = str(environment.get("verdict", ""))
    key = f"machines-verdict-{verdict}"
    told = say(
        "machines-bench",
        suite=str(bench.get("suite", "")),
        date=ctx.words.date(str(bench.get("created", ""))),
        count=verified,
        machine=_machine(ctx, bench),
        verdict=say(key) if ctx.words.knows(key) else say("machines-verdict-unknown"),
    )
    noisy = [Note(say("machines-noisy"))] if verdict == "noisy" else []
    return [Text((told,)), *noisy, *rooflines(ctx.words, bench)]


def _machine(ctx: Context, bench: Mapping[str, Any]) -> str:
    """What the passport of the machine says it is."""
    passport = (bench.get("machine") or {}).get("passport") or {}
    keys = ("cpu_model", "cpu", "os", "virtualization")
    known = [str(passport[key]) for key in keys if isinstance(passport.get(key), str)]
    return ctx.words.listed(known) or ctx.words.say("machines-unnamed")
