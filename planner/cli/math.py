"""`innocap plan math`: the model in symbols."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.frame import config_argument, failures, overrides_option, read_scenario


@click.command()
@config_argument
@overrides_option
def math(config: Path, overrides: tuple[str, ...]) -> None:
    """Print every set, symbol, unit and rule of the model for CONFIG, with row counts."""
    with failures():
        from planner.instance import build_instance
        from planner.mathematics import describe

        click.echo(describe(build_instance(read_scenario(config, overrides))), nl=False)
