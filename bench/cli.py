"""The `bench` commands. Heavy imports live inside the commands, so that --help is instant."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from bench.result import Case, Result
    from bench.settings import Settings
    from kernels.spec import Kernel

BAD_INPUT, NOT_VERIFIED, STOPPED = 2, 4, 5
OUTPUT = "bench-result.json"


@click.group()
def bench() -> None:
    """Measure what this machine delivers."""


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    raise SystemExit(code)


def _plain_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn every expected failure into one message and an exit code."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from bench.capability import Unproven
        from bench.disk import DiskFull
        from bench.reading import InputError
        from bench.result import ResultError

        try:
            command(*args, **kwargs)
        except DiskFull as error:
            _stop(str(error), STOPPED)
        except Unproven as error:
            _stop(str(error), NOT_VERIFIED)
        except (InputError, ResultError) as error:
            _stop(str(error), BAD_INPUT)

    return guarded


def _kernels() -> Mapping[str, Kernel]:
    import kernels

    ours = Path(__file__).resolve().parent.parent / "kernels"
    found = Path(kernels.__file__ or ".").resolve().parent
    if found != ours:
        _stop(
            f"python finds another package named kernels, at {found}; use an environment of its own",
            BAD_INPUT,
        )
    return {kernel.name: kernel for kernel in kernels.KERNELS}


def _show(*parts: Any) -> None:
    from bench.tables import console

    screen = console()
    for part in parts:
        screen.print(part, soft_wrap=isinstance(part, str))


def _json(value: Any) -> None:
    from bench.decode import dumps

    click.echo(dumps(value, indent=1))


@bench.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@_plain_errors
def list_kernels(as_json: bool, markdown: bool) -> None:
    """The kernels, what they stand for, and their native peers."""
    from bench.pages import kernels_page
    from bench.peers import peers_of
    from bench.tables import grid

    if markdown:
        click.echo(kernels_page(tuple(_kernels().values())), nl=False)
        return
    rows = [
        {
            "kernel": kernel.name,
            "limit": kernel.limit,
            "precision": kernel.precision,
            "peers": ", ".join(peer.name for peer in peers_of(kernel.name)),
            "story": kernel.story,
        }
        for kernel in _kernels().values()
    ]
    if as_json:
        _json(rows)
        return
    table = grid("kernel", "limit", "", "peer", "stands for", left=("kernel", "limit", "", "peer", "stands for"))
    for row in rows:
        table.add_row(*row.values())
    _show(table)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@_plain_errors
def doctor(as_json: bool) -> None:
    """Who this machine is, whether it is quiet enough to measure, and what would help."""
    import time

    from bench import environment, machine, tables
    from bench.decode import encode

    sources = machine.this_machine()
    found, before, cpu_s = machine.passport(sources), environment.look(sources), time.process_time()
    time.sleep(1.0)
    after = environment.look(sources)
    meanwhile = environment.during(before, after, time.process_time() - cpu_s)
    seen = environment.environment(before, meanwhile, after)
    if as_json:
        _json({"passport": found, "environment": encode(seen)})
        return
    _show(tables.passport_table(found), "", *tables.environment_parts(seen))


@bench.command()
@click.option(
    "--suite", "suite_name", default="quick", show_default=True, help="quick, ratios, standard, full, a file."
)
@click.option("--kernel", "names", multiple=True, help="Only this kernel (repeatable).")
@click.option("--threads", type=click.IntRange(min=1), help="Number of threads instead of the suite's.")
@click.option("--peers/--no-peers", default=None, help="Time native peers beside the kernels.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@click.option("--force", is_flag=True, help="Overwrite an existing result.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=OUTPUT, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result on standard output.")
@_plain_errors
def run(
    suite_name: str,
    names: tuple[str, ...],
    threads: int | None,
    peers: bool | None,
    resume: bool,
    force: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Verify and time the kernels of a suite, each in a fresh process."""
    from bench.reading import read_suite
    from bench.settings import settings as narrowed
    from bench.tables import result_parts
    from bench.worker import allowed_cpus

    kernels = _kernels()
    suite = read_suite(suite_name, kernels)
    settings = narrowed(suite, kernels, allowed_cpus(), names, threads, peers)
    result = _measure(settings, kernels, output, resume, force)
    if as_json:
        _json(result)
    _show(*result_parts(result), f"written to {output}")
    if any(case.verdict in ("wrong", "failed", "refused") for case in result.cases):
        raise SystemExit(NOT_VERIFIED)


def _measure(settings: Settings, kernels: Mapping[str, Kernel], output: Path, resume: bool, force: bool) -> Result:
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
                resume=resume, force=force, progress=_reporter(bar),
            )  # fmt: skip
        except KeyboardInterrupt:
            bar.stop()
            _stop(
                f"interrupted; finished cases are kept in {journal_path(output)}, go on with --resume",
                STOPPED,
            )


def _reporter(bar: Progress) -> Callable[[int, int, str, Case | None], None]:
    from bench.judge import judged
    from bench.tables import time_text

    task = bar.add_task("starting", total=None)

    def report(done: int, total: int, label: str, case: Case | None) -> None:
        bar.update(task, completed=done, total=total, description=label)
        if bar.disable and label.startswith("compil") and done in (0, total):
            print(f"{done:>3}/{total} kernels compiled", file=sys.stderr, flush=True)
        if case is not None and bar.disable:
            line = f"{done:>3}/{total} {case.kernel:<16} {case.threads} threads  {judged(case).verdict:<7}"
            print(line, time_text(case), file=sys.stderr, flush=True)

    return report


@bench.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@_plain_errors
def show(result: Path, as_json: bool, markdown: bool) -> None:
    """The table of a result file."""
    from bench.pages import results_page
    from bench.result import read_result
    from bench.tables import result_parts

    found = read_result(result)
    if as_json:
        _json(found)
        return
    if markdown:
        click.echo(results_page(found), nl=False)
        return
    _show(*result_parts(found))


@bench.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@_plain_errors
def roofline(result: Path, as_json: bool) -> None:
    """Measured ceilings of a result, and how close each kernel comes to its own."""
    from bench.decode import encode
    from bench.result import read_result
    from bench.tables import roofline_parts

    found = read_result(result)
    if not found.ceilings:
        _stop(f"{result}: no ceilings were measured; run again with --suite quick, all kernels", NOT_VERIFIED)
    if as_json:
        places = {case.id: {"ceiling": case.ceiling, "fraction": case.fraction_of_ceiling} for case in found.cases}
        _json({"ceilings": encode(found.ceilings), "cases": places})
        return
    _show(*roofline_parts(found))


@bench.command()
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
@click.option("--json", "as_json", is_flag=True, help="Print the record on standard output.")
@_plain_errors
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
    names = list(dict.fromkeys(case.kernel for case in found.cases)) + list(_kernels())
    record = derive.capability(found, result, [read_mix(mix, names) for mix in mixes], now())
    write_atomically(output, dumps(record, indent=1) + "\n")
    if as_json:
        _json(record)
    _show(*(_mix_line(name, mix) for name, mix in record.mixes.items()), f"written to {output}")


def _mix_line(name: str, mix: Any) -> str:
    interval = f"{mix.effective_low:.3g} to {mix.effective_high:.3g}"
    share = f"{mix.sustained_fraction:.1%} of the measured {mix.precision} peak"
    return f"{name}: {mix.effective_tflops:.3g} TFLOP/s sustained ({interval}), {share}"
