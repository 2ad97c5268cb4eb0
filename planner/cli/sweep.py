"""`innocap plan sweep`: many scenarios of one config, from a YAML file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.frame import draw, fail, failures, json_option

if TYPE_CHECKING:
    from planner.journal import Journal
    from planner.sweep.cases import Sweep


@click.command()
@click.argument("sweep_file", metavar="SWEEP.yaml", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the results.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Worker processes.")
@click.option("--resume", is_flag=True, help="Solve again also what ended without a plan when it was run before.")
@click.option("--plans", is_flag=True, help="Write and verify the plan folder of every scenario as well.")
@click.option("--force", is_flag=True, help="Begin anew in an existing folder.")
@json_option
def sweep(sweep_file: Path, output: Path, jobs: int, resume: bool, plans: bool, force: bool, as_json: bool) -> None:
    """Solve every scenario that SWEEP.yaml asks for.

    A run that was stopped goes on where it was when the same command is given again. One scenario without a plan
    never stops the others: its row says why.
    """
    started = time.perf_counter()
    with failures():
        from planner.journal import open_journal, write_whole
        from planner.sweep.cases import read_sweep
        from planner.sweep.results import columns, in_order, summary, table
        from planner.tables import rows_to_csv

        asked = read_sweep(sweep_file)
        question = {"files": _files(asked), "cases": [vars(case) for case in asked.cases], "plans": plans}
        journal = open_journal(output, question, finished="sweep.json", force=force)
        found = _solved(asked, journal, output, jobs, output / "plans" if plans else None, again=resume)
        rows = in_order(asked, found)
        told = summary(asked, rows, time.perf_counter() - started)
        write_whole(output / "sweep.csv", rows_to_csv(rows, columns(asked, rows)))
        _draw(output / "sweep.svg", asked, rows)
        write_whole(output / "sweep.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        journal.path.unlink(missing_ok=True)
        for line in table(asked, rows):
            click.echo(line, err=True)
        counts = ", ".join(f"{count} {status}" for status, count in told["statuses"].items())
        click.echo(f"{output}: {counts}; sweep.csv, sweep.json, sweep.svg", err=True)
        if as_json:
            click.echo(json.dumps(told, indent=1, ensure_ascii=False))


def _files(asked: Sweep) -> dict[str, str]:
    """Hashes of everything that the config is made of."""
    from planner.config import read

    return dict(read(asked.config).files)


def _solved(
    asked: Sweep, journal: Journal, output: Path, jobs: int, plans: Path | None, *, again: bool
) -> list[dict[str, Any]]:
    """All rows: those that the journal has, and the others as they are solved, each written at once."""
    from planner.sweep.run import progress_line, run_cases

    kept = [e for e in journal.entries if not again or e.get("lower") is not None]
    names = {entry["name"] for entry in kept}
    left = [case for case in asked.cases if case.name not in names]
    if kept:
        click.echo(f"{output}: {len(kept)} scenarios are there already; going on", err=True)
    started, fresh = time.perf_counter(), list[dict[str, Any]]()
    rows = run_cases(asked.config, left, jobs=jobs, plans=plans)
    try:
        for row in rows:
            journal.add(row)
            fresh.append(row)
            elapsed = time.perf_counter() - started
            progress_line(
                len(kept) + len(fresh), len(asked.cases), fresh, elapsed, lambda line: click.echo(line, err=True)
            )
    except KeyboardInterrupt:
        fail(f"stopped; what was solved is kept in {output}: run the same command again to go on", 130)
    finally:
        rows.close()
    return [*kept, *fresh]


def _draw(path: Path, asked: Sweep, rows: list[dict[str, Any]]) -> None:
    """The picture."""
    from planner.report.sweeps import sweep_picture

    draw(path, lambda: sweep_picture(rows, asked.parameters, f"Sweep of {asked.config.name}"))
