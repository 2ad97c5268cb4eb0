"""`innocap schema`: the JSON schema of plan configs."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.frame import failures


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("configs/schema/plan.schema.json"),
    show_default=True,
    help="Where the schema goes.",
)
def schema(output: Path) -> None:
    """Write the JSON schema of plan configs, for editors."""
    with failures():
        from planner.config.schema import write

        write(output)
        click.echo(f"{output} written", err=True)
