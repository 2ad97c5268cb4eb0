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
@click.option("--force", is_flag=True, help="Replace a ladder that is there.")
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
    """Solve CONFIG with its budgets from --from to --to percent, and say what every step brings and buys."""
    percents = _percents(low, high, step)
    with failures():
        from planner.ladder import bought_next, next_table, table

        _check_free(output, force=force)
        scenario = read_scenario(config, overrides)
        rungs = _climbed(scenario, config, percents, [name.strip() for name in budgets.split(",") if name.strip()])
        rows, bought = [rung.row for rung in rungs], list(bought_next(scenario, rungs))
        told = _summary(scenario, rows, bought, overrides)
        _write(output, scenario, rows, bought, told)
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


def _check_free(output: Path, *, force: bool) -> None:
    if output.exists() and not output.is_dir():
        fail(f"{output}: is no folder; choose another -o", BAD_INPUT)
    if output.exists() and any(output.iterdir()) and not (force and (output / "ladder.json").exists()):
        remedy = "or --force to replace it" if (output / "ladder.json").exists() else "it holds no ladder"
        fail(f"{output}: exists already; choose another -o, {remedy}", BAD_INPUT)


def _climbed(scenario: Scenario, config: Path, percents: Sequence[float], ids: Sequence[str]) -> list[Rung]:
    from planner.ladder import chosen_budgets, climb
    from planner.sweep.repair import first_repair

    try:
        chosen_budgets(scenario, ids)
    except ValueError as error:
        fail(f"{config}: --budgets: {error}", BAD_INPUT)
    return climb(scenario, percents, ids, why=first_repair, progress=_say)


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
