"""`bench show`: result files as tables; and all that a report says of them, as plain JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.cli import frame
from bench.cli.frame import BAD_INPUT, json_option, plain_errors, print_json, stop


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@json_option
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@click.option("--threads", type=click.IntRange(min=1), help="Only cases of this number of threads.")
@plain_errors
def show(result: Path, as_json: bool, markdown: bool, threads: int | None) -> None:
    """The table of a result file."""
    from bench.facts import only
    from bench.pages import results_page
    from bench.result import read_result
    from bench.tables import result_parts

    found = only(result, read_result(result), threads)
    if as_json:
        print_json(found)
        return
    if markdown:
        click.echo(results_page(found), nl=False)
        return
    frame.show(*result_parts(found))


def facts_of(results: tuple[Path, ...], threads: int | None) -> dict[str, Any]:
    """What `bench.facts` says of results; a file that cannot be used ends the command with one message."""
    from bench.facts import facts
    from bench.load import ResultError
    from bench.reading import InputError

    try:
        return facts(results, threads)
    except (InputError, ResultError) as error:
        stop(str(error), BAD_INPUT)
