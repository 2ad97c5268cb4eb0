"""What one unit of computing is worth in the plan, how that is known, and the roofline of the machine measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.report.blocks import Block, Cell, Cells, Chart, Grid, Note, Section, Text, grid
from planner.report.charts import roofline
from planner.report.context import Context, Rows, asset_name, demand_name
from planner.report.panels import both
from planner.report.words import fixed, listed, number, percent, plural

Case = Mapping[str, Any]


def section(ctx: Context) -> Section:
    """Capability by asset and class; records; roofline and cases where a benchmark result is given."""
    rows = ctx.plan.tables["capability"].records()
    blocks: list[Block] = [Text((_words(ctx, rows),))]
    if rows:
        blocks += [_capability(ctx, rows), _evidence(rows)]
    if ctx.summary.get("capability_records"):
        blocks.append(_records(ctx))
    if ctx.bench:
        blocks += _bench(ctx.bench)
    lead = (
        "A unit of computing counts for what it sustains on the workload of each class of demand, never for "
        "its nameplate."
    )
    return Section("machines", "Machines and their roofline", lead, tuple(blocks))


def _words(ctx: Context, rows: Rows) -> str:
    if not rows:
        return "No asset of this plan takes its capacity from a machine."
    measured = sum(row["origin"] == "measured" for row in rows)
    fractions = [row["sustained_fraction"] for row in rows if math.isfinite(row["sustained_fraction"])]
    span = f"{percent(min(fractions))} to {percent(max(fractions))}" if fractions else "an unknown share"
    known = (
        f"{measured} of {plural(len(rows), 'figure')} are measured by the benchmark harness, the others are published"
        if measured
        else f"All {plural(len(rows), 'figure')} are published; none of these machines was measured"
    )
    return (
        f"{known}; which of the two stands beside each number. The mixes sustain {span} of nameplate peak, "
        "before time in use is counted."
    )


def _capability(ctx: Context, rows: Rows) -> Grid:
    body: list[Cells] = [
        (
            asset_name(ctx, r["asset"]),
            demand_name(ctx, r["class"]),
            Cell(r["origin"], mark=r["origin"]),
            number(r["capacity_pflops"]),
            Cell(percent(r["sustained_fraction"]), share=min(max(r["sustained_fraction"], 0.0), 1.0)),
            f"{percent(r['sustained_fraction_low'])} – {percent(r['sustained_fraction_high'])}",
            number(r["peak_tflops"]),
            percent(r["utilisation_fraction"]),
            r["machine"],
            r["mix"],
        )
        for r in sorted(rows, key=lambda r: list(ctx.assets).index(r["asset"]))
    ]
    heads = (
        *("Asset", "Demand", "Origin", ">PFLOP/s per unit", ">Sustained", ">Low – high", ">Peak, TFLOP/s", ">In use"),
        *("Machine", "Mix"),
    )
    remark = (
        "PFLOP/s per unit = peak × sustained × time in use; sustained is a share of peak, low to high its interval."
    )
    return grid("What one unit delivers, sustained", heads, body, remark=remark)


def _evidence(rows: Rows) -> Grid:
    known = dict.fromkeys((r["machine"], r["origin"], r["evidence"]) for r in rows)
    body: list[Cells] = [(machine, Cell(origin, mark=origin), evidence) for machine, origin, evidence in known]
    return grid("How we know", ("Machine", "Origin", "Evidence"), body)


def _records(ctx: Context) -> Grid:
    body = [
        (
            str(r["machine"]),
            str(r.get("evidence", "")),
            str(r["path"]),
            str(r["sha256"])[:16] + "…",
        )
        for r in ctx.summary["capability_records"]
    ]
    return grid("Capability records used", ("Machine", "Measured", "File", "SHA-256"), body)


def _bench(bench: Mapping[str, Any]) -> list[Block]:
    cases = [
        case
        for case in bench.get("cases", ())
        if case.get("median_s") and (case.get("verification") or {}).get("passed")
    ]
    blocks: list[Block] = [Text((_machine_words(bench, len(cases)),))]
    if (bench.get("environment") or {}).get("verdict") == "noisy":
        blocks.append(
            Note("The machine was not quiet, so its speeds may be too low; run it again before relying on them.")
        )
    blocks += [chart for precision in ("fp32", "fp64") if (chart := _roofline(bench, cases, precision))]
    return [*blocks, _cases(cases)] if cases else blocks


def _machine_words(bench: Mapping[str, Any], count: int) -> str:
    passport = (bench.get("machine") or {}).get("passport") or {}
    known = [
        str(passport[key]) for key in ("cpu_model", "cpu", "os", "virtualization") if isinstance(passport.get(key), str)
    ]
    environment = bench.get("environment") or {}
    return (
        f"Benchmark “{bench.get('suite', '')}” of {bench.get('created', '')}, {plural(count, 'verified case')}, "
        f"on {listed(known) or 'an unnamed machine'}; the machine was "
        f"{environment.get('verdict', 'not judged')} while it ran."
    )


def ceiling(bench: Mapping[str, Any], name: str) -> float | None:
    """A measured ceiling with all threads, as a number or as a mapping with `value`."""
    found = (bench.get("ceilings") or {}).get(name)
    value = found.get("value") if isinstance(found, Mapping) else found
    return float(value) if value else None


def intensity(case: Case) -> float:
    """FLOP per byte that must move; nan where a case does no arithmetic or moves nothing."""
    work = case["work"]
    moved = work["bytes_read"] + work["bytes_written"]
    return float(work["flops"] / moved) if moved and work["flops"] else math.nan


def _roofline(bench: Mapping[str, Any], cases: list[Case], precision: str) -> Chart | None:
    peak, dram = ceiling(bench, f"fma_{precision}_gflops"), ceiling(bench, "dram_gb_per_s")
    most = max((case["threads"] for case in cases), default=0)
    shown = [
        c
        for c in cases
        if c["precision"] == precision
        and c["threads"] == most
        and math.isfinite(intensity(c))
        and not c["kernel"].startswith(("fma_peak", "stream"))
    ]
    if not (peak and dram and shown):
        return None
    dots = [
        {
            "x": intensity(c),
            "value": c["gflops"],
            "name": c["kernel"],
            "label": (
                f"{c['kernel']} {c['size']}: {number(c['gflops'])} GFLOP/s at {number(intensity(c))} "
                f"FLOP/byte, {percent(c.get('fraction_of_ceiling'))} of its ceiling"
            ),
        }
        for c in shown
    ]
    roof = _roof(peak, dram, [d["x"] for d in dots])
    panel = both(lambda width: roofline(roof, dots, width), f"Roofline {precision}: kernels against measured ceilings")
    best = max(shown, key=lambda c: c.get("fraction_of_ceiling") or 0.0)
    words = (
        f"Under the slope memory sets the pace ({number(dram)} GB/s), under the flat roof arithmetic does "
        f"({number(peak)} GFLOP/s); both are measured. Nearest to its ceiling is {best['kernel']} with "
        f"{percent(best.get('fraction_of_ceiling'))}."
    )
    return Chart(f"Roofline, {precision}, {plural(most, 'thread')}", (panel,), words)


def _roof(peak: float, dram: float, at: list[float]) -> list[dict[str, Any]]:
    ridge = peak / dram
    left, right = min(min(at), ridge) / 2.5, max(max(at), ridge) * 3
    return [
        {"x": left, "value": left * dram, "series": "roof"},
        {"x": ridge, "value": peak, "series": "roof"},
        {"x": right, "value": peak, "series": "roof", "text": f"{number(peak)} GFLOP/s"},
    ]


def _cases(cases: list[Case]) -> Grid:
    body = [
        (
            c["kernel"],
            str(c["size"]),
            c["precision"],
            str(c["threads"]),
            f"{fixed(1000 * c['median_s'], 3)}",
            f"{fixed(1000 * c['low_s'], 3)} – {fixed(1000 * c['high_s'], 3)}",
            number(c.get("gflops")),
            number(c.get("gb_per_s")),
            percent(c.get("fraction_of_ceiling")),
            _peers(c),
            str(c.get("verdict", "")),
        )
        for c in cases
    ]
    heads = (
        "Kernel",
        "Size",
        "Precision",
        ">Threads",
        ">Median, ms",
        ">95 % interval, ms",
        ">GFLOP/s",
        ">GB/s",
        ">Of ceiling",
        "Peers: their time over ours",
        "Verdict",
    )
    return grid("Verified cases of the benchmark", heads, body)


def _peers(case: Case) -> str:
    timed = [f"{peer['name']} {fixed(peer['ratio'], 2)}" for peer in case.get("peers", ()) if peer.get("ratio")]
    return ", ".join(timed)
