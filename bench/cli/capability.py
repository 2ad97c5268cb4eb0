"""`bench capability`: what a machine delivers for workload mixes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.frame import json_option, plain_errors, print_json, registry, show

if TYPE_CHECKING:
    from bench.record import Capability, Purchase, Span

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("result", type=FILE)
@click.option("--mix", "mixes", multiple=True, required=True, type=FILE, help="Mix file (repeatable).")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--machine", type=FILE, help="Machine file with nameplate, price, power and life.")
@click.option("--price", help='Price of the machine, as "65000 CNY".')
@click.option("--life", "life_years", type=click.FloatRange(min=0, min_open=True), help="Years in use.")
@click.option("--power-kw", type=click.FloatRange(min=0, min_open=True), help="What it draws at work, in kW.")
@click.option("--electricity", help='Price of electricity, as "0.6 CNY/kWh".')
@click.option("--force", is_flag=True, help="Overwrite an existing record.")
@json_option
@plain_errors
def capability(
    result: Path,
    mixes: tuple[Path, ...],
    output: Path,
    machine: Path | None,
    price: str | None,
    life_years: float | None,
    power_kw: float | None,
    electricity: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Derive the capability record of the machine that made RESULT, for workload mixes."""
    from bench import capability as derive
    from bench.decode import dumps
    from bench.disk import write_atomically
    from bench.purchase import read_machine, told
    from bench.reading import InputError, read_mix
    from bench.result import read_result
    from bench.suite import now

    if output.exists() and not force:
        raise InputError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    found = read_result(result)
    names = list(dict.fromkeys(case.kernel for case in found.cases)) + list(registry())
    file = read_machine(machine) if machine else None
    purchase = told(file.purchase if file else None, price, life_years, power_kw, electricity)
    nameplate = file.nameplate if file else None
    weighed = [read_mix(mix, names) for mix in mixes]
    record = derive.capability(found, result, weighed, now(), purchase, nameplate)
    write_atomically(output, dumps(record, indent=1) + "\n")
    if as_json:
        print_json(record)
    show(*parts(record), f"written to {output}")


def parts(record: Capability) -> list[Any]:
    """The record as a terminal shows it: mixes, costs, why energy is missing, plausibility."""
    costs = [_costs(record, record.purchase)] if record.purchase else []
    return [_mixes(record), *costs, *_notes(record), *_checks(record)]


def _mixes(record: Capability) -> Any:
    from bench.record import PerWatt, Span
    from bench.tables import grid

    table = grid("mix", "TFLOP/s sustained", "of measured peak", "GB/s", "GFLOP/s per W", left=("mix",))
    for name, mix in record.mixes.items():
        speed = Span(mix.effective_tflops, mix.effective_low, mix.effective_high)
        power = _span(mix.per_watt.above_idle) if isinstance(mix.per_watt, PerWatt) else "not measured"
        fraction = f"{mix.sustained_fraction:.1%} of {mix.precision}"
        table.add_row(name, _span(speed), fraction, _span(mix.gb_per_s), power)
    return table


def _costs(record: Capability, purchase: Purchase) -> Any:
    from bench.tables import grid

    table = grid("mix", f"TFLOP/s per 1000 {purchase.currency}", f"{purchase.currency} per EFLOP", left=("mix",))
    for name, mix in record.mixes.items():
        if mix.cost:
            table.add_row(name, _span(mix.cost.tflops_per_1000), _span(mix.cost.per_eflop))
    return table


def _span(span: Span | None) -> str:
    from bench.tables import figure_text

    return "{} ({} to {})".format(*map(figure_text, (span.value, span.low, span.high))) if span else "-"


def _notes(record: Capability) -> list[str]:
    """How quiet it was and what the columns count: the method of energy or why there is none, what cost counts."""
    from bench.record import PerWatt, Unmeasured

    seen = record.result.environment
    lines = [] if seen == "quiet" else [f"the machine was {seen} while this was measured"]
    for mix in record.mixes.values():
        if isinstance(mix.per_watt, PerWatt):
            lines.append(f"energy: {mix.per_watt.method}, above the idle machine")
        elif isinstance(mix.per_watt, Unmeasured):
            lines.append(f"no energy: {mix.per_watt.reason}")
        if mix.cost and record.purchase:
            lines.append(f"cost: {mix.cost.counts}; price: {record.purchase.source}; EFLOP = 10^18 operations")
    return list(dict.fromkeys(lines))


def _checks(record: Capability) -> list[Any]:
    """One line per figure, those that are flagged first."""
    from rich.text import Text

    styles = {"plausible": "green", "not compared": "dim"}
    order = ("too good", "too bad", "plausible", "not compared")
    found = sorted(record.plausibility, key=lambda check: order.index(check.verdict))
    flags = sum(check.verdict not in styles for check in found)
    counted = "1 figure is" if flags == 1 else f"{flags} figures are"
    head = f"{counted} implausible: find out why before planning with this record" if flags else ""
    lines = [
        Text.assemble(
            ("- ", ""), (check.verdict, styles.get(check.verdict, "red")),
            f": {check.figure}{'' if check.value is None else f' {check.value:.3g}'}; {check.text}",
        )
        for check in found
    ]  # fmt: skip
    return ["", *([Text(head, style="red")] if head else []), "against what was published:", *lines]
