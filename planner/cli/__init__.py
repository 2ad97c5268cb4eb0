"""The `innocap` command, one file per subcommand. Heavy imports live inside them, so that --help is instant."""

from __future__ import annotations

import click

from planner.cli.alternatives import alternatives
from planner.cli.bench_show import bench
from planner.cli.calibrate import calibrate
from planner.cli.check import check
from planner.cli.drift import drift
from planner.cli.explain import explain
from planner.cli.frontier import frontier
from planner.cli.ladder import ladder
from planner.cli.math import math
from planner.cli.report import report
from planner.cli.schema import schema
from planner.cli.solve import solve
from planner.cli.sweep import sweep
from planner.cli.verify import verify

PLAN_COMMANDS = (alternatives, check, drift, explain, frontier, ladder, math, solve, sweep, verify)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="innocap")
def innocap() -> None:
    """Measure machines, plan computing infrastructure, report both."""


@innocap.group()
def plan() -> None:
    """Decide what to build, where and when."""


for command in PLAN_COMMANDS:
    plan.add_command(command)
for command in (bench, calibrate, report, schema):
    innocap.add_command(command)


def main() -> None:
    """Entry point of the command."""
    innocap()
