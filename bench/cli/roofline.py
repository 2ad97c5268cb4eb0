"""`bench roofline`: the measured ceilings and who comes close."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import BAD_INPUT, NOT_VERIFIED, json_option, plain_errors, print_json, show, stop

if TYPE_CHECKING:
    from bench.result import Case


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it: .html (interactive, one file, no network), .svg or .png.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Only this thread count.")
@json_option
@plain_errors
def roofline(result: Path, output: Path | None, threads: int | None, as_json: bool) -> None:
    """Measured ceilings of a result, and how close each kernel comes to its own."""
    from bench.charts.writing import draw
    from bench.decode import encode
    from bench.result import read_result
    from bench.roofline_table import roofline_parts

    found = read_result(result)
    if not found.ceilings:
        stop(f"{result}: no ceilings were measured; run again with --suite quick, all kernels", NOT_VERIFIED)
    if threads and all(case.threads != threads for case in found.cases):
        stop(f"{result}: nothing was measured with --threads {threads}", BAD_INPUT)
    if output:
        draw(found, output, threads)
    if as_json:
        print_json({"ceilings": encode(found.ceilings), "cases": {case.id: _place(case) for case in found.cases}})
        return
    show(*roofline_parts(found, threads), *([f"written to {output}"] if output else []))


def _place(case: Case) -> dict[str, object]:
    return {
        "ceiling": case.ceiling,
        "fraction": case.fraction_of_ceiling,
        "flop_per_byte": case.work.flops / case.work.bytes_moved if case.work.bytes_moved else None,
        "gflops": case.gflops,
        "gb_per_s": case.gb_per_s,
        "counted_bytes": case.traffic.bytes_moved if case.traffic else None,
        "verdict": case.verdict,
    }
