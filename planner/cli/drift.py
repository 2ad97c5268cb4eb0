"""`innocap plan drift`: a plan against what really happened, and the plan that follows from it."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.frame import (
    INFEASIBLE,
    STOPPED,
    facts_overrides,
    fail,
    failures,
    json_option,
    read_with_text,
    say_round,
    say_verdict,
    until_option,
)

if TYPE_CHECKING:
    from planner.drift import Drift
    from planner.plan import Plan
    from planner.solving import Problem


@click.command()
@click.argument("old_plan", type=click.Path(path_type=Path))
@click.argument("actuals", type=click.Path(path_type=Path))
@until_option
@click.option("--stocks", type=click.Path(path_type=Path), metavar="FILE", help="Table of what was counted to stand.")
@click.option(
    "--upkeep", type=click.Path(path_type=Path), metavar="FILE", help="Table of what budgets paid for upkeep."
)
@click.option("--config", type=click.Path(path_type=Path), help="The config, where it is no longer where it was.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of drift and new plan.")
@click.option("--force", is_flag=True, help="Replace an existing folder of a drift.")
@json_option
def drift(
    old_plan: Path,
    actuals: Path,
    until: int | None,
    stocks: Path | None,
    upkeep: Path | None,
    config: Path | None,
    output: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Freeze the facts in ACTUALS, plan the other years anew, and say how far OLD_PLAN is from both."""
    with failures():
        from planner.drift import drift as compare
        from planner.drift.carry_on import carried_on
        from planner.drift.words import lines
        from planner.plan import check_free, files_of, read, write_folder
        from planner.tables import to_csv

        check_free(output, force=force, marker="drift.json")
        old = read(old_plan)
        origin = config or Path(os.path.normpath(old_plan / str(old.summary["config"])))
        asked, _ = read_with_text(origin, tuple(old.summary["overrides"]))
        say_verdict(asked, old, old_plan)
        files = {"table": actuals, "stocks": stocks, "upkeep": upkeep}
        overrides = (*old.summary["overrides"], *facts_overrides(origin, files, until))
        problem, new = _plan_anew(origin, overrides, output / "plan")
        scenario, kept = problem.scenario, carried_on(problem, old)
        found = compare(scenario, old, new, None if kept is None else (kept.lower, kept.upper))
        texts = {f"{name}.csv": to_csv(shown) for name, shown in found.tables.items()}
        texts["drift.json"] = _told(found, old_plan, output)
        texts |= {f"plan/{name}": text for name, text in files_of(new).items()}
        write_folder(texts, output, force=force, marker="drift.json")
        say_verdict(scenario, new, output / "plan")
        click.echo("\n".join(lines(found)), err=True)
        if as_json:
            click.echo(texts["drift.json"], nl=False)
    if new.summary["status"] == "limit":
        fail(f"{output}: stopped short of the gap that was asked; the best plan so far is kept with its gap", STOPPED)


def _plan_anew(origin: Path, overrides: tuple[str, ...], folder: Path) -> tuple[Problem, Plan]:
    from planner.explain.infeasible import explain, words
    from planner.solve.live import InfeasibleError
    from planner.solving import plan_of, problem_of, program_of, search

    started = time.perf_counter()
    scenario, text = read_with_text(origin, overrides)
    read = time.perf_counter()
    problem = problem_of(scenario)
    built = time.perf_counter()
    try:
        outcome = search(problem, say_round)
    except InfeasibleError:
        say = partial(click.echo, err=True)
        fail(f"{origin}: with these facts, {words(explain(scenario, program_of, progress=say))}", INFEASIBLE)
    seconds = {"read": read - started, "build": built - read, "solve": time.perf_counter() - built}
    return problem, plan_of(problem, outcome, text, config_path=os.path.relpath(origin, folder), seconds=seconds)


def _told(found: Drift, old_plan: Path, output: Path) -> str:
    places = {"old_plan": os.path.relpath(old_plan, output), "new_plan": "plan"}
    return json.dumps({**found.summary, **places}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
