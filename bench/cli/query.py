"""`bench query`: ready questions to a store."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench.cli.collect import store_option
from bench.cli.frame import STOPPED, json_option, plain_errors, print_json, show, stop

QUESTIONS = ("machines", "runs", "best", "capability", "history")
LINES = 50
HIDDEN = ("path", "time_low_s", "time_high_s", "mix")
SHORT = {
    "cpu_model": "processor",
    "memory_gib": "GiB",
    "first_run": "first run",
    "last_run": "last run",
    "machine_verdict": "machine was",
    "threads": "thr",
    "time_s": "time",
    "gflop_per_s": "GFLOP/s",
    "gb_per_s": "GB/s",
    "fraction_of_ceiling": "ceiling",
    "effective_tflops": "TFLOP/s",
    "effective_low_tflops": "low",
    "effective_high_tflops": "high",
    "median_tflops": "usually",
    "sustained_fraction": "of peak",
    "run_id": "run",
}


@click.command()
@click.argument("question", type=click.Choice(QUESTIONS))
@store_option
@click.option("--machine", help="Start of a machine's fingerprint, or part of its processor's name.")
@click.option("--kernel", help="Only this kernel; history needs it.")
@click.option("--since", help="Only runs from this date on, such as 2026-01-31.")
@click.option("--mix", type=click.Path(path_type=Path), help="Mix file for capability; without it, measured ceilings.")
@click.option("--limit", type=click.IntRange(min=0), help=f"Most rows, 0 for all. [default: {LINES} on a terminal]")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on standard output.")
@plain_errors
def query(
    question: str,
    store: str,
    machine: str | None,
    kernel: str | None,
    since: str | None,
    mix: Path | None,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Ask a store that `bench collect` made.

    \b
    machines    which there are, with their number of runs
    runs        which there are, newest first
    best        fastest verified case per kernel, size, threads and machine
    capability  best measured ceilings per machine; with --mix, best sustained speed for a workload mix
    history     one kernel as time went by, newest first
    """
    from bench.store.needs import need

    need("sqlalchemy", "store")
    from bench.reading import InputError
    from bench.store.ask import answer
    from bench.store.database import Stopped

    if question == "history" and kernel is None:
        raise InputError("history: which kernel? name it with --kernel")
    if mix is not None and question != "capability":
        raise InputError(f"--mix belongs to capability, not to {question}")
    most = limit if limit is not None else 0 if as_json or as_csv else LINES
    try:
        rows = answer(question, store, (machine, kernel, since), mix, most + 1 if most else None)
    except Stopped as error:
        stop(str(error), STOPPED)
    _print(rows[:most] if most else rows, as_json, as_csv)
    if most and len(rows) > most:
        show(f"only the first {most} rows; --limit 0 shows all")


def _print(rows: Sequence[dict[str, Any]], as_json: bool, as_csv: bool) -> None:
    if as_json:
        print_json(rows)
    elif as_csv:
        from bench.store.csv_cells import write_rows

        write_rows(sys.stdout, list(rows[0]) if rows else [], rows)
    elif rows:
        show(_table(rows))
    if not rows:
        show("nothing in the store answers that")


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    from rich.text import Text

    from bench.tables import grid

    columns = [name for name in rows[0] if name not in HIDDEN]
    texts = [name for name in columns if not any(isinstance(row[name], (int, float)) for row in rows)]
    table = grid(*(SHORT.get(name, name) for name in columns), left=[SHORT.get(name, name) for name in texts])
    for row in rows:
        table.add_row(*(Text(_text(name, row[name]), overflow="ellipsis", no_wrap=True) for name in columns))
    return table


def _text(name: str, value: Any) -> str:
    from bench.tables import percent_text, seconds_text

    if value is None:
        return ""
    if name == "time_s":
        return seconds_text(value)
    if "fraction" in name:
        return percent_text(value)
    if name in ("created", "first_run", "last_run"):
        return str(value)[:16].replace("T", " ")
    return f"{value:.3g}" if isinstance(value, float) else str(value)
