"""`innocap plan verify`: does a plan keep its promises?"""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.frame import failures, read_of_plan, say_verdict


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="The config, where it is no longer where it was.")
def verify(folder: Path, config: Path | None) -> None:
    """Recompute every promise of the plan in FOLDER from its tables and its config alone."""
    with failures():
        found, scenario = read_of_plan(folder, config)
        say_verdict(scenario, found, folder)
