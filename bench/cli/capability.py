"""`bench capability`: what a machine delivers for workload mixes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import json_option, plain_errors, print_json, registry, show

if TYPE_CHECKING:
    from bench.record import MixSpeed


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--mix",
    "mixes",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Mix file (repeatable).",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite an existing record.")
@json_option
@plain_errors
def capability(result: Path, mixes: tuple[Path, ...], output: Path, force: bool, as_json: bool) -> None:
    """Derive the capability record of the machine that made RESULT, for workload mixes."""
    from bench import capability as derive
    from bench.decode import dumps
    from bench.disk import write_atomically
    from bench.reading import InputError, read_mix
    from bench.result import read_result
    from bench.suite import now

    if output.exists() and not force:
        raise InputError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    found = read_result(result)
    names = list(dict.fromkeys(case.kernel for case in found.cases)) + list(registry())
    record = derive.capability(found, result, [read_mix(mix, names) for mix in mixes], now())
    write_atomically(output, dumps(record, indent=1) + "\n")
    if as_json:
        print_json(record)
    show(*(_mix_line(name, mix) for name, mix in record.mixes.items()), f"written to {output}")


def _mix_line(name: str, mix: MixSpeed) -> str:
    interval = f"{mix.effective_low:.3g} to {mix.effective_high:.3g}"
    share = f"{mix.sustained_fraction:.1%} of the measured {mix.precision} peak"
    return f"{name}: {mix.effective_tflops:.3g} TFLOP/s sustained ({interval}), {share}"
