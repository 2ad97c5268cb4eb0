"""`innocap report`: plans as one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from planner.cli.frame import BAD_INPUT, fail, failures


@click.command()
@click.argument("plans", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The HTML file.")
@click.option("--bench", "result", type=click.Path(path_type=Path), help="Benchmark result to show with its roofline.")
def report(plans: tuple[Path, ...], output: Path, result: Path | None) -> None:
    """Write one offline HTML file on PLANS; the first is the plan, the others its elasticity sets."""
    with failures():
        from planner.plan import read
        from planner.report import write_html

        measured = None if result is None else _read_json(result)
        write_html([read(folder) for folder in plans], output, bench_result=measured)
        click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB, opens without a network", err=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path}: not a readable benchmark result: {error}", BAD_INPUT)
    return dict(found)
