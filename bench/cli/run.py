"""`bench run`: verify and time the kernels of a suite."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import NOT_VERIFIED, STOPPED, json_option, plain_errors, print_json, registry, show, stop

if TYPE_CHECKING:
    from rich.progress import Progress

    from bench.result import Case, Result
    from bench.settings import Settings
    from kernels.spec import Kernel

OUTPUT = "bench-result.json"


@click.command()
@click.option(
    "--suite", "suite_name", default="quick", show_default=True, help="quick, ratios, standard, full, a file."
)
@click.option("--kernel", "names", multiple=True, help="Only this kernel (repeatable).")
@click.option("--threads", type=click.IntRange(min=1), help="Number of threads instead of the suite's.")
@click.option("--peers/--no-peers", default=None, help="Time native peers beside the kernels.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@click.option("--force", is_flag=True, help="Overwrite an existing result.")
@click.option("--dask", "cluster", metavar="ADDRESS", help="Run on every host of this Dask cluster; -o is a folder.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"Result file.  [default: {OUTPUT}]")
@json_option
@plain_errors
def run(
    suite_name: str,
    names: tuple[str, ...],
    threads: int | None,
    peers: bool | None,
    resume: bool,
    force: bool,
    cluster: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Verify and time the kernels of a suite, each in a fresh process."""
    from bench.caches import room
    from bench.reading import read_suite
    from bench.settings import fitted
    from bench.settings import settings as narrowed
    from bench.tables import result_parts
    from bench.worker import allowed_cpus, cores_to_use

    kernels = registry()
    suite = read_suite(suite_name, kernels)
    if cluster:
        from bench.cli.fleet import FOLDER, run_on_cluster
        from bench.fleet.remote import request_of

        asked = request_of(suite_name, kernels, names, threads, peers)
        run_on_cluster(cluster, asked, output or FOLDER, resume=resume, force=force, as_json=as_json)
        return
    output = output or Path(OUTPUT)
    settings = narrowed(suite, kernels, allowed_cpus(), names, threads, peers)
    here = room(cores_to_use(max(settings.threads), allowed_cpus()))
    settings = fitted(settings, kernels, here, beyond_cache=suite.beyond_cache)
    show(*settings.remarks)
    result = measure(settings, kernels, output, resume, force)
    if as_json:
        print_json(result)
    show(*result_parts(result), f"written to {output}")
    if any(case.verdict in ("wrong", "failed", "refused") for case in result.cases):
        raise SystemExit(NOT_VERIFIED)


def measure(settings: Settings, kernels: Mapping[str, Kernel], output: Path, resume: bool, force: bool) -> Result:
    """Run settings with progress on standard error; an interrupt ends the command and keeps what is finished."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from bench.disk import journal_path
    from bench.machine import this_machine
    from bench.suite import run as run_suite
    from bench.tables import console

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    screen = console()
    columns = (TextColumn("{task.description:<24}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        try:
            return run_suite(
                settings, kernels, output, this_machine(),
                resume=resume, force=force, progress=_reporter(bar, settings.interval),
            )  # fmt: skip
        except KeyboardInterrupt:
            bar.stop()
            stop(
                f"interrupted; finished cases are kept in {journal_path(output)}, go on with --resume",
                STOPPED,
            )


def _reporter(bar: Progress, interval: float) -> Callable[[int, int, str, Case | None], None]:
    from bench.judge import judged
    from bench.tables import time_text

    task = bar.add_task("starting", total=None)

    def report(done: int, total: int, label: str, case: Case | None) -> None:
        bar.update(task, completed=done, total=total, description=label)
        if bar.disable and label == "noise floor" and done == total:
            print("noise floor measured", file=sys.stderr, flush=True)
        if bar.disable and label.startswith("compil") and done in (0, total):
            print(f"{done:>3}/{total} kernels compiled", file=sys.stderr, flush=True)
        if case is not None and bar.disable:
            line = f"{done:>3}/{total} {case.kernel:<16} {case.threads} threads  {judged(case, interval).verdict:<7}"
            print(line, time_text(case), file=sys.stderr, flush=True)

    return report
