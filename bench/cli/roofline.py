"""`bench roofline`: the measured ceilings and who comes close."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.frame import NOT_VERIFIED, json_option, plain_errors, print_json, show, stop


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@json_option
@plain_errors
def roofline(result: Path, as_json: bool) -> None:
    """Measured ceilings of a result, and how close each kernel comes to its own."""
    from bench.decode import encode
    from bench.result import read_result
    from bench.tables import roofline_parts

    found = read_result(result)
    if not found.ceilings:
        stop(f"{result}: no ceilings were measured; run again with --suite quick, all kernels", NOT_VERIFIED)
    if as_json:
        places = {case.id: {"ceiling": case.ceiling, "fraction": case.fraction_of_ceiling} for case in found.cases}
        print_json({"ceilings": encode(found.ceilings), "cases": places})
        return
    show(*roofline_parts(found))
