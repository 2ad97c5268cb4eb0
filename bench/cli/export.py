"""`bench export`: results for spreadsheets, data frames and pytest-benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import STOPPED, plain_errors, show, stop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.result import Result

SQLITE_MARK = b"SQLite format 3\0"
FORMATS = ("csv", "parquet", "pytest-benchmark")
KINDS = ("cases", "samples", "peers", "ceilings")


@click.command()
@click.argument("source")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.option("--rows", "what", type=click.Choice(KINDS), default="cases", show_default=True, help="One row for each.")
@click.option("--run", "run_ids", multiple=True, help="Only this run of a store (repeatable).")
@click.option("--machine", help="Only this machine of a store: start of its fingerprint, or part of its processor.")
@click.option("--since", help="Only runs of a store from this date on, such as 2026-01-31.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@plain_errors
def export(
    source: str,
    form: str,
    what: str,
    run_ids: tuple[str, ...],
    machine: str | None,
    since: str | None,
    output: Path,
    force: bool,
) -> None:
    """Write SOURCE, a result file or a store, as CSV, Parquet or JSON for `pytest-benchmark compare`.

    CSV and Parquet hold one row per case (or sample, peer, ceiling), with units in the names of the columns. Text that
    a spreadsheet would take for a formula gets a quote in front in CSV. A file of pytest-benchmark holds one run: name
    one with --run where a store has more.
    """
    from bench.reading import InputError
    from bench.store.export import WRITERS

    if output.exists() and not force:
        raise InputError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    with _results(source, run_ids, machine, since) as results:
        count = WRITERS[form](results, output, what)
    show(f"{count} {'benchmarks' if form == 'pytest-benchmark' else what} written to {output}")


@contextmanager
def _results(
    source: str, run_ids: tuple[str, ...], machine: str | None, since: str | None
) -> Iterator[Iterable[Result]]:
    from bench.reading import InputError
    from bench.store.files import read_run

    if not _is_store(source):
        if run_ids or machine or since:
            raise InputError(f"{source}: --run, --machine and --since choose from a store, and this is no store")
        yield [read_run(Path(source))]
        return
    with _stored(source, run_ids, machine, since) as found:
        yield found


@contextmanager
def _stored(
    source: str, run_ids: tuple[str, ...], machine: str | None, since: str | None
) -> Iterator[Iterable[Result]]:
    from bench.reading import InputError
    from bench.store.needs import need

    need("sqlalchemy", "store")
    from bench.store.database import Stopped, open_store, plainly
    from bench.store.filters import filters
    from bench.store.read import missing_runs, stored_results

    try:
        engine = open_store(source)
        with plainly(source), engine.connect() as connection:
            if absent := missing_runs(connection, run_ids):
                raise InputError(f"--run: no run {absent[0]!r} in the store; `innocap bench query runs` lists them")
            yield stored_results(connection, filters(connection, machine, None, since), run_ids)
    except Stopped as error:
        stop(str(error), STOPPED)


def _is_store(source: str) -> bool:
    if "://" in source:
        return True
    path = Path(source)
    try:
        with path.open("rb") as stream:
            return stream.read(len(SQLITE_MARK)) == SQLITE_MARK
    except OSError:
        return False
