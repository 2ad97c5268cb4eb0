"""`innocap plan frontier`: what total innovation costs the worst-off."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.frame import (
    BAD_INPUT,
    INFEASIBLE,
    NOT_VERIFIED,
    config_argument,
    draw,
    fail,
    failures,
    json_option,
    overrides_option,
    read_with_text,
)

if TYPE_CHECKING:
    from planner.frontier import Asked
    from planner.plan import Plan
    from planner.scenario import Scenario


@click.command()
@config_argument
@overrides_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the frontier.")
@click.option("--points", default=20, show_default=True, help="Plans on the frontier, both ends included.")
@click.option(
    "--worst",
    default="5",
    show_default=True,
    metavar="N|SHARE%",
    help="The worst-off: a number of regions, or a share of people such as 20%.",
)
@click.option("--plans", is_flag=True, help="Write and verify the plan folder of every point as well.")
@click.option("--force", is_flag=True, help="Begin anew in an existing folder.")
@json_option
def frontier(
    config: Path,
    overrides: tuple[str, ...],
    output: Path,
    points: int,
    worst: str,
    plans: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Draw the frontier between total innovation and the worst-off regions of CONFIG.

    A run that was stopped goes on where it was when the same command is given again.
    """
    started = time.perf_counter()
    with failures():
        from planner import frontier as trade
        from planner.journal import open_journal, write_whole
        from planner.tables import rows_to_csv

        asked = _asked(points, worst)
        scenario, text = read_with_text(config, (*overrides, "objective=total"))
        question = {"files": dict(scenario.files), "overrides": overrides, "asked": vars(asked), "plans": plans}
        journal = open_journal(output, question, finished="frontier.json", force=force)
        entries = _solved(scenario, text, config, output, asked, journal, plans)
        rows = trade.rows_of(entries)
        write_whole(output / "frontier.csv", rows_to_csv(rows))
        _draw(output / "frontier.svg", scenario, asked, rows)
        told = trade.summary(scenario, asked, entries, started)
        write_whole(output / "frontier.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        journal.path.unlink(missing_ok=True)
        for line in trade.table(scenario, rows):
            click.echo(line, err=True)
        click.echo(f"{output}: {len(rows)} plans, frontier.csv, frontier.json, frontier.svg", err=True)
        if as_json:
            click.echo(json.dumps(told, indent=1, ensure_ascii=False))


def _asked(points: int, worst: str) -> Asked:
    from planner.frontier import Asked

    try:
        if worst.endswith("%"):
            return Asked(points, None, float(worst[:-1]) / 100.0)
        return Asked(points, int(worst), None)
    except ValueError:
        fail(f"--worst {worst}: expected a number of regions such as 5, or a share of people such as 20%", BAD_INPUT)


def _solved(
    scenario: Scenario, text: str, config: Path, output: Path, asked: Asked, journal: Any, plans: bool
) -> list[dict[str, Any]]:
    from planner.frontier import FrontierError, frontier
    from planner.solve.live import InfeasibleError

    if journal.entries:
        click.echo(f"{output}: {len(journal.entries) - 1} points are there already; going on", err=True)
    try:
        return frontier(
            scenario,
            asked,
            known=journal.entries,
            keep=journal.add,
            plan_found=(lambda number, plan: _write(scenario, plan, config, output, number)) if plans else None,
            progress=lambda line: click.echo(line, err=True),
            config=text,
        )
    except FrontierError as error:
        fail(f"{config}: {error}", BAD_INPUT)
    except InfeasibleError:
        fail(f"{config}: no plan satisfies all limits and rules; see: innocap plan solve {config}", INFEASIBLE)
    except KeyboardInterrupt:
        fail(f"stopped; what was solved is kept in {output}: run the same command again to go on", 130)


def _write(scenario: Scenario, plan: Plan, config: Path, output: Path, number: int) -> None:
    """Write the plan folder of a point and verify it."""
    import os
    from dataclasses import replace

    from planner.plan import write
    from planner.verify import verify

    folder = output / "plans" / f"{number + 1:02d}"
    placed = replace(plan, summary={**plan.summary, "config": os.path.relpath(config, folder)})
    verdict = verify(scenario, placed)
    if verdict.broken is not None:
        fail(f"{folder}: not verified: {verdict.broken.message}", NOT_VERIFIED)
    write(placed, folder, force=folder.exists())


def _draw(path: Path, scenario: Scenario, asked: Asked, rows: list[dict[str, Any]]) -> None:
    """The picture."""
    from planner.report.pictures import frontier_picture

    unit = scenario.innovation_unit.removesuffix(" per year")
    draw(path, lambda: frontier_picture(rows, scenario.title, asked.who, unit))
