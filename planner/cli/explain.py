"""`innocap plan explain`: why there is no plan, or why a plan builds what it builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.frame import INFEASIBLE, failures, json_option, overrides_option, read_scenario

if TYPE_CHECKING:
    from planner.scenario import Scenario


@click.command()
@click.argument("asked", metavar="CONFIG", type=click.Path(path_type=Path))
@overrides_option
@click.option("--time-limit", "time_limit_s", type=float, default=120.0, show_default=True, help="Seconds to look.")
@json_option
def explain(asked: Path, overrides: tuple[str, ...], time_limit_s: float, as_json: bool) -> None:
    """Say why CONFIG has no plan: what contradicts what, and the cheapest repair."""
    with failures():
        scenario = read_scenario(asked, overrides)
        if not explain_config(scenario, as_json=as_json, time_limit_s=time_limit_s):
            raise SystemExit(INFEASIBLE)


def explain_config(scenario: Scenario, *, as_json: bool, time_limit_s: float = 120.0) -> bool:
    """Print on standard output why a scenario has no plan, or that it has one; whether it has."""
    from planner.explain import infeasible
    from planner.solving import program_of

    def say(line: str) -> None:
        click.echo(line, err=True)

    explained = infeasible.explain(scenario, program_of, time_limit_s=time_limit_s, progress=say)
    shown = infeasible.as_json(explained) if as_json else infeasible.words(explained)
    click.echo(json.dumps(shown, indent=1, ensure_ascii=False) if as_json else shown)
    return explained.feasible
