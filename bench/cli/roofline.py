"""`bench roofline`: the measured ceilings and who comes close."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.frame import NOT_VERIFIED, json_option, plain_errors, print_json, show, stop


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
    if output:
        draw(found, output, threads)
    if as_json:
        places = {case.id: {"ceiling": case.ceiling, "fraction": case.fraction_of_ceiling} for case in found.cases}
        print_json({"ceilings": encode(found.ceilings), "cases": places})
        return
    show(*roofline_parts(found, threads), *([f"written to {output}"] if output else []))
