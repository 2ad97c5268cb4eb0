"""`innocap plan solve`: from a config to a verified plan folder."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.frame import (
    BAD_INPUT,
    INFEASIBLE,
    STOPPED,
    config_argument,
    facts_options,
    facts_overrides,
    fail,
    failures,
    json_option,
    overrides_option,
    read_with_text,
    say_round,
    say_verdict,
)
from planner.objective import WORDS

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.scenario import Scenario


@click.command()
@config_argument
@overrides_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the plan.")
@click.option("--elasticities", metavar="SET", help="Elasticity set to use instead of the config's.")
@click.option(
    "--objective",
    metavar="WORD",
    help=f"Objective instead of the config's: {', '.join(WORDS)}, or a mapping such as '{{alpha: 0.5}}'.",
)
@click.option(
    "--record",
    "records",
    multiple=True,
    metavar="MACHINE=FILE",
    help="Measured capability of a machine; may be repeated.",
)
@facts_options
@click.option("--force", is_flag=True, help="Replace an existing folder.")
@json_option
def solve(
    config: Path,
    overrides: tuple[str, ...],
    output: Path,
    elasticities: str | None,
    objective: str | None,
    records: tuple[str, ...],
    actuals: Path | None,
    until: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Solve CONFIG to a certified gap, write the plan folder and verify it."""
    chosen = {"elasticities": elasticities, "objective": objective}
    named = [f"{key}={value}" for key, value in chosen.items() if value]
    overrides = (*overrides, *named, *(_record_override(config, record) for record in records))
    overrides = (*overrides, *facts_overrides(config, {"table": actuals}, until))
    with failures():
        from planner.plan import check_free, write

        check_free(output, force=force)
        started = time.perf_counter()
        scenario, text = read_with_text(config, overrides)
        solved = _solve(scenario, text, config, time.perf_counter() - started, output)
        write(solved, output, force=force)
        say_verdict(scenario, solved, output)
        if as_json:
            click.echo(json.dumps(dict(solved.summary), indent=1, ensure_ascii=False))
    if solved.summary["status"] == "limit":
        fail(f"{output}: stopped short of the gap that was asked; the best plan so far is kept with its gap", STOPPED)


def _solve(scenario: Scenario, text: str, config: Path, read_s: float, output: Path) -> Plan:
    from planner.explain.infeasible import explain, words
    from planner.solve.live import InfeasibleError
    from planner.solving import program_of, solve

    origin = os.path.relpath(config, output)
    try:
        return solve(scenario, text, config_path=origin, progress=say_round, read_s=read_s)
    except InfeasibleError:
        say = partial(click.echo, err=True)
        fail(f"{config}: {words(explain(scenario, program_of, progress=say))}", INFEASIBLE)


def _record_override(config: Path, record: str) -> str:
    """A record named on the command line, its path as the config's folder sees it."""
    machine, _, file = record.partition("=")
    if not file:
        fail(f"--record {record}: expected MACHINE=FILE, such as cloud_server=out/capability.json", BAD_INPUT)
    return f"records.{machine}={os.path.relpath(file, config.parent)}"
