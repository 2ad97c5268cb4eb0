"""`innocap plan check`: is this config right?"""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.frame import config_argument, failures, overrides_option, read_scenario


@click.command()
@config_argument
@overrides_option
def check(config: Path, overrides: tuple[str, ...]) -> None:
    """Read CONFIG and say what it asks, or everything that is wrong with it."""
    with failures():
        scenario = read_scenario(config, overrides)
        click.echo(
            f"{config}: {scenario.title}: {len(scenario.regions)} regions, {len(scenario.assets)} assets, "
            f"{len(scenario.demand)} demand classes, {scenario.years[0]}-{scenario.years[-1]}, "
            f"objective {scenario.objective}, elasticities {scenario.elasticity_set}"
        )
