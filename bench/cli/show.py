"""`bench show`: a result file as a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from bench.cli import frame
from bench.cli.frame import json_option, plain_errors, print_json


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@json_option
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@click.option("--threads", type=click.IntRange(min=1), help="Only cases of this number of threads.")
@plain_errors
def show(result: Path, as_json: bool, markdown: bool, threads: int | None) -> None:
    """The table of a result file."""
    from bench.pages import results_page
    from bench.reading import InputError
    from bench.result import read_result
    from bench.tables import result_parts

    found = read_result(result)
    if threads is not None:
        measured = sorted({case.threads for case in found.cases})
        if threads not in measured:
            raise InputError(f"{result}: --threads {threads}: expected one of {', '.join(map(str, measured))}")
        found = replace(found, cases=tuple(case for case in found.cases if case.threads == threads))
    if as_json:
        print_json(found)
        return
    if markdown:
        click.echo(results_page(found), nl=False)
        return
    frame.show(*result_parts(found))
