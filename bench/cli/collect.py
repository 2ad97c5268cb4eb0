"""`bench collect`: results of many machines into one database."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import BAD_INPUT, STOPPED, json_option, plain_errors, print_json, show, stop

if TYPE_CHECKING:
    from rich.progress import Progress

    from bench.store.collect import Report

STORE = "innocap-results.db"
NAMED = 50
EVERY = 10_000

store_option = click.option(
    "--store", default=STORE, show_default=True, help="Path of a SQLite file, or postgresql://USER@HOST/DATABASE."
)


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path))
@store_option
@json_option
@plain_errors
def collect(places: tuple[Path, ...], store: str, as_json: bool) -> None:
    """Put the result files in PLACES (files and folders) into a store.

    Folders are searched through for .json files. A file of pytest-benchmark is taken in as well; its cases are
    marked unverified and never count for capability.

    Doing it again changes nothing: every run is stored once, by its run id. Of two different copies of a run the one
    whose file is newer stays. Several collections into one store may go on at once. An interrupted one keeps what it
    has stored; run it again and it goes on.

    Exit codes: 0 something could be read, files that could not are named; 2 nothing could be read; 5 stopped (an
    interrupt, a full disk, a store that is kept busy), with what was stored kept.
    """
    from bench.store.needs import need

    need("sqlalchemy", "store")
    from bench.store.collect import Report

    report = Report()
    try:
        _collect(places, store, report)
    except KeyboardInterrupt:
        stop(f"interrupted; {report.new + report.replaced} runs were stored; run again to go on", STOPPED)
    if as_json:
        print_json(report)
    show(*_bad_lines(report), _summary(report, store))
    if not report.readable:
        raise SystemExit(BAD_INPUT)


def _collect(places: tuple[Path, ...], store: str, report: Report) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bench.store.collect import collect as take_in
    from bench.store.database import Stopped, open_store
    from bench.tables import console

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    screen = console()
    columns = (TextColumn("collecting"), BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        engine = open_store(store, create=True)
        with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
            take_in(engine, store, places, _reporter(bar), report)
    except Stopped as error:
        stop(str(error), STOPPED)


def _reporter(bar: Progress) -> Callable[[int, int], None]:
    task = bar.add_task("collecting", total=None)

    def report(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if bar.disable and done and done % EVERY == 0:
            print(f"{done:>7}/{total} files", file=sys.stderr, flush=True)

    return report


def _bad_lines(report: Report) -> list[str]:
    lines = [f"not read: {bad.path}: {bad.reason}" for bad in report.bad[:NAMED]]
    left = len(report.bad) - NAMED
    return lines + ([f"not read: {left} more; --json names them all"] if left > 0 else [])


def _summary(report: Report, store: str) -> str:
    from bench.store.database import masked

    if not report.files:
        return "no .json files there"
    counted = {
        "new": report.new,
        "replaced by a newer copy": report.replaced,
        "already there": report.known,
        "older copies left out": report.older,
        "not read": len(report.bad),
    }
    told = ", ".join(f"{count} {name}" for name, count in counted.items() if count)
    return f"{masked(store)}: {report.files} files: {told}"
