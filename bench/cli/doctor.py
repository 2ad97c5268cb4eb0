"""`bench doctor`: whether this machine can be measured now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bench.cli.frame import json_option, plain_errors, print_json, show

if TYPE_CHECKING:
    from bench.result import NoiseFloor

WATCH_S = 1.0


@click.command()
@click.option(
    "--noise", is_flag=True, help="Time the same work as if it were two: below that, differences say nothing."
)
@click.option("--threads", type=click.IntRange(min=1), help="Number of threads for --noise, instead of all cores.")
@json_option
@plain_errors
def doctor(noise: bool, threads: int | None, as_json: bool) -> None:
    """Who this machine is, whether it is quiet enough to measure, and what would help."""
    import time

    from bench import environment, machine, meters, tables
    from bench.decode import encode
    from bench.environment.activity import waited_share
    from bench.environment.words import available_layer, in_words
    from bench.noise import sentence

    sources = machine.this_machine()
    found = {**machine.passport(sources), "threading_layer": available_layer(), **meters.readable(sources.root)}
    before, cpu_s = environment.look(sources), time.process_time()
    time.sleep(WATCH_S)
    after = environment.look(sources)
    meanwhile = environment.during(before, after, time.process_time() - cpu_s)
    layer, waited = found["threading_layer"], waited_share()
    seen = environment.environment(before, meanwhile, after, waited, layer)
    findings = environment.findings(before, seen.during, after, layer)
    floor = _noise_floor(threads) if noise else None
    if as_json:
        told = {"passport": found, "environment": seen, "findings": findings, "noise_floor": floor}
        print_json({name: encode(value) for name, value in told.items()})
        return
    show("This machine", tables.passport_table(found), "", "Its state", tables.passport_table(in_words(after)), "")
    show(*tables.finding_parts(findings, seen.verdict), *([sentence(floor)] if floor else []))


def _noise_floor(threads: int | None) -> NoiseFloor:
    from bench.noise import measured
    from bench.reading import InputError
    from bench.worker import allowed_cpus, physical_cores

    allowed = allowed_cpus()
    if threads is not None and threads > len(allowed):
        raise InputError(f"--threads {threads}: this process may use {len(allowed)} CPUs; ask for at most as many")

    def told(done: int, total: int) -> Any:
        click.echo(f"noise floor: process {done + 1} of {total}", err=True) if done < total else None

    return measured(threads or physical_cores(allowed), told)
