"""`innocap plan ladder`: what each step of the budget brings, and what it buys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.frame import (
    BAD_INPUT,
    INFEASIBLE,
    config_argument,
    draw,
    fail,
    failures,
    json_option,
    overrides_option,
    read_scenario,
)

if TYPE_CHECKING:
    from planner.journal import Journal
    from planner.ladder import Rung
    from planner.scenario import Scenario


@click.command()
@config_argument
@overrides_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the ladder.")
@click.option("--from", "low", default=50.0, show_default=True, help="Lowest rung, percent of the config's budget.")
@click.option("--to", "high", default=150.0, show_default=True, help="Highest rung, percent.")
@click.option("--step", default=10.0, show_default=True, help="From rung to rung, percent.")
@click.option("--budgets", default="", metavar="ID,ID", help="Budgets that are changed; all of them by default.")
@click.option("--force", is_flag=True, help="Begin anew in an existing folder.")
@json_option
def ladder(
    config: Path,
    overrides: tuple[str, ...],
    output: Path,
    low: float,
    high: float,
    step: float,
    budgets: str,
    force: bool,
    as_json: bool,
) -> None:
    """Solve CONFIG with its budgets from --from to --to percent, and say what every step brings and buys.

    A run that was stopped goes on where it was when the same command is given again.
    """
    percents = _percents(low, high, step)
    with failures():
        from planner.journal import open_journal
        from planner.ladder import bought_next, next_table, table

        scenario = read_scenario(config, overrides)
        ids = _budgets(scenario, config, budgets)
        question = {"files": dict(scenario.files), "overrides": overrides, "percents": percents, "budgets": ids}
        journal = open_journal(output, question, finished="ladder.json", force=force)
        rungs = _climbed(scenario, output, percents, ids, journal)
        rows, bought = [rung.row for rung in rungs], list(bought_next(scenario, rungs))
        told = _summary(scenario, rows, bought, overrides)
        _write(output, scenario, rows, bought, told)
        journal.path.unlink(missing_ok=True)
        for line in (*table(rungs), "", "bought next:", *next_table(scenario, bought)):
            click.echo(line, err=True)
        click.echo(f"{output}: {len(rungs)} rungs; ladder.csv, ladder_next.csv, ladder.json, ladder.svg", err=True)
        if as_json:
            click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    if all("lower" not in row for row in rows):
        fail(f"{config}: no rung of the ladder has a plan", INFEASIBLE)


def _percents(low: float, high: float, step: float) -> list[float]:
    if not (0 <= low <= high and step > 0):
        fail(f"--from {low:g} --to {high:g} --step {step:g}: expected 0 <= from <= to and a step above 0", BAD_INPUT)
    if (high - low) / step > 1000:
        fail(f"--step {step:g}: that makes more than 1,000 rungs; take a larger step", BAD_INPUT)
    return [low + step * at for at in range(int((high - low) / step + 1e-9) + 1)]


def _budgets(scenario: Scenario, config: Path, budgets: str) -> list[str]:
    from planner.ladder import chosen_budgets

    ids = [name.strip() for name in budgets.split(",") if name.strip()]
    try:
        return [budget.id for budget in chosen_budgets(scenario, ids)]
    except ValueError as error:
        fail(f"{config}: --budgets: {error}", BAD_INPUT)


def _climbed(
    scenario: Scenario, output: Path, percents: Sequence[float], ids: Sequence[str], journal: Journal
) -> list[Rung]:
    from planner.ladder import as_entry, climb, from_entry
    from planner.sweep.repair import first_repair

    def keep(rung: Rung) -> None:
        journal.add(as_entry(rung))
        _say(rung)

    if journal.entries:
        click.echo(f"{output}: {len(journal.entries)} rungs are there already; going on", err=True)
    try:
        known = [from_entry(entry) for entry in journal.entries]
        return climb(scenario, percents, ids, known=known, why=first_repair, progress=keep)
    except KeyboardInterrupt:
        fail(f"stopped; what was solved is kept in {output}: run the same command again to go on", 130)


def _say(rung: Rung) -> None:
    value = f"{rung.row['lower']:.6f}" if "lower" in rung.row else "-"
    click.echo(f"{rung.percent:5g} %  {rung.row['status']:10s}  {value}", err=True)


def _summary(
    scenario: Scenario, rows: list[dict[str, Any]], bought: list[dict[str, Any]], overrides: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "schema": "innocap.ladder/1",
        "id": scenario.id,
        "title": scenario.title,
        "currency": scenario.currency,
        "inputs": dict(scenario.files),
        "overrides": list(overrides),
        "elasticity_set": scenario.elasticity_set,
        "rungs": rows,
        "next": bought,
    }


def _write(
    output: Path, scenario: Scenario, rows: list[dict[str, Any]], bought: list[dict[str, Any]], told: dict[str, Any]
) -> None:
    from planner.journal import write_whole
    from planner.tables import rows_to_csv

    output.mkdir(parents=True, exist_ok=True)
    write_whole(output / "ladder.csv", rows_to_csv(rows, _columns(rows)))
    write_whole(output / "ladder_next.csv", rows_to_csv(bought))
    _draw(output / "ladder.svg", scenario, rows)
    write_whole(output / "ladder.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def _columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    """All columns in the order in which they come; why there is no plan is the last."""
    names = [name for name in dict.fromkeys(key for row in rows for key in row) if name != "why"]
    if any("why" in row for row in rows):
        names.append("why")
    return names


def _draw(path: Path, scenario: Scenario, rows: list[dict[str, Any]]) -> None:
    """The picture."""
    from planner.report.sweeps import ladder_picture

    gain = f"objective per billion {scenario.currency}"
    draw(path, lambda: ladder_picture(rows, scenario.title, "units of the objective", gain))
