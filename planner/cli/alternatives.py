"""`innocap plan alternatives`: how different plans can be that are nearly as good."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.frame import BAD_INPUT, INFEASIBLE, draw, fail, failures, json_option, overrides_option, read_scenario

if TYPE_CHECKING:
    from planner.alternatives import Asked
    from planner.scenario import Scenario


@click.command()
@click.argument("question", metavar="PLAN_OR_CONFIG", type=click.Path(path_type=Path))
@overrides_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the alternatives.")
@click.option(
    "--within",
    multiple=True,
    type=click.FloatRange(0.0, 50.0),
    default=(1.0, 2.0, 5.0),
    show_default=True,
    metavar="PERCENT",
    help="How much objective a plan may give up, in percent or hundredths of a log point; may be repeated.",
)
@click.option("--groups", multiple=True, metavar="GROUP", help="Groups instead of the macro-regions; may be repeated.")
@click.option(
    "--each", type=click.Choice(["class", "asset"]), default="class", show_default=True, help="What is moved."
)
@click.option("--elasticities-all", "every_set", is_flag=True, help="No regret under every elasticity set as well.")
@click.option(
    "--prices",
    multiple=True,
    type=click.Choice(["low", "high"]),
    help="No regret with every price at this end of its range as well; may be repeated.",
)
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--force", is_flag=True, help="Begin anew in an existing folder.")
@json_option
def alternatives(
    question: Path,
    overrides: tuple[str, ...],
    output: Path,
    within: tuple[float, ...],
    groups: tuple[str, ...],
    each: str,
    every_set: bool,
    prices: tuple[str, ...],
    jobs: int,
    force: bool,
    as_json: bool,
) -> None:
    """Find the least and the most that plans nearly as good as the best one build, and what all of them share.

    A run that was stopped goes on where it was when the same command is given again.
    """
    started = time.perf_counter()
    with failures():
        from planner import alternatives as near
        from planner.journal import open_journal, write_whole
        from planner.tables import rows_to_csv

        scenario = _scenario(question, overrides)
        asked = near.Asked(tuple(sorted(set(within))), groups, each, ())
        asked = near.Asked(asked.within, groups, each, near.cases(scenario, every_set=every_set, prices=prices))
        told = {"files": dict(scenario.files), "overrides": scenario.overrides, "asked": vars(asked)}
        journal = open_journal(output, told, finished="alternatives.json", force=force)
        known = [entry for batch in journal.entries for entry in batch["entries"]]
        entries = _solved(question, scenario, asked, output, jobs, known, journal)
        rows, shared = near.range_rows(scenario, asked, entries), near.no_regret_rows(scenario, asked, entries)
        write_whole(output / "alternatives.csv", rows_to_csv(rows))
        write_whole(output / "no_regret.csv", rows_to_csv(shared))
        _draw(output / "alternatives.svg", scenario, rows)
        told = near.summary(scenario, asked, entries, time.perf_counter() - started)
        write_whole(output / "alternatives.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        journal.path.unlink(missing_ok=True)
        for line in near.table(scenario, asked, rows, shared, entries):
            click.echo(line, err=True)
        click.echo(f"{output}: alternatives.csv, no_regret.csv, alternatives.json, alternatives.svg", err=True)
        if as_json:
            click.echo(json.dumps(told, indent=1, ensure_ascii=False))


def _scenario(question: Path, overrides: tuple[str, ...]) -> Scenario:
    """The scenario of a config, or of the config that a plan answers, with what was overridden there."""
    if not question.is_dir():
        return read_scenario(question, overrides)
    from planner.plan import read

    found = read(question)
    return read_scenario(question / str(found.summary["config"]), (*found.summary["overrides"], *overrides))


def _solved(
    question: Path, scenario: Scenario, asked: Asked, output: Path, jobs: int, known: list[Any], journal: Any
) -> list[dict[str, Any]]:
    from planner.alternatives import AlternativesError, alternatives
    from planner.solve.live import InfeasibleError

    if known:
        click.echo(f"{output}: some of it is there already; going on", err=True)
    try:
        return alternatives(
            scenario,
            asked,
            jobs=jobs,
            known=known,
            keep=journal.add,
            progress=lambda line: click.echo(line, err=True),
        )
    except AlternativesError as error:
        fail(f"{question}: {error}", BAD_INPUT)
    except InfeasibleError:
        fail(f"{question}: no plan satisfies all limits and rules; see: innocap plan solve", INFEASIBLE)
    except KeyboardInterrupt:
        fail(f"stopped; what was found is kept in {output}: run the same command again to go on", 130)


def _draw(path: Path, scenario: Scenario, rows: list[dict[str, Any]]) -> None:
    """The picture."""
    from planner.report.pictures import ranges_picture

    names = {group.id: group.name for group in scenario.groups}
    drawn = [
        {
            "what": row["what"].replace("_", " "),
            "place": names.get(row["group"], row["group"]),
            "within": row["within_percent"],
            "least": row["least_million"] / 1e3,
            "most": row["most_million"] / 1e3,
            "least_bound": row["least_proven_million"] / 1e3,
            "most_bound": row["most_proven_million"] / 1e3,
            "plan": row["plan_million"] / 1e3,
            "label": f"{row['group']}: {row['least_million']:,.0f} to {row['most_million']:,.0f} million",
        }
        for row in rows
    ]
    note = "bars are achieved by real plans, thin lines are proven, ticks are the best plan"
    if drawn:
        draw(path, lambda: ranges_picture(drawn, scenario.title, note, f"bn {scenario.currency} over the horizon"))
