"""The `innocap` command. Heavy imports live inside the commands, so that --help is instant."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bench.cli import bench

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.scenario import Scenario
    from planner.solve.tangents import Round

BAD_INPUT, INFEASIBLE, NOT_VERIFIED, STOPPED = 2, 3, 4, 5

config_argument = click.argument("config", type=click.Path(path_type=Path))
overrides_option = click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Replace one value of the config; may be repeated."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="innocap")
def innocap() -> None:
    """Measure machines, plan computing infrastructure, report both."""


@innocap.group()
def plan() -> None:
    """Decide what to build, where and when."""


@plan.command()
@config_argument
@overrides_option
def check(config: Path, overrides: tuple[str, ...]) -> None:
    """Read CONFIG and say what it asks, or everything that is wrong with it."""
    with failures():
        scenario = _read(config, overrides)
        click.echo(
            f"{config}: {scenario.title}: {len(scenario.regions)} regions, {len(scenario.assets)} assets, "
            f"{len(scenario.demand)} demand classes, {scenario.years[0]}-{scenario.years[-1]}, "
            f"objective {scenario.objective}, elasticities {scenario.elasticity_set}"
        )


@plan.command()
@config_argument
@overrides_option
def math(config: Path, overrides: tuple[str, ...]) -> None:
    """Print every set, symbol, unit and rule of the model for CONFIG, with row counts."""
    with failures():
        from planner.instance import build_instance
        from planner.mathematics import describe

        click.echo(describe(build_instance(_read(config, overrides))), nl=False)


@plan.command()
@config_argument
@overrides_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the plan.")
@click.option("--elasticities", metavar="SET", help="Elasticity set to use instead of the config's.")
@click.option("--objective", type=click.Choice(["total", "proportional"]), help="Objective instead of the config's.")
@click.option(
    "--record",
    "records",
    multiple=True,
    metavar="MACHINE=FILE",
    help="Measured capability of a machine; may be repeated.",
)
@click.option("--force", is_flag=True, help="Replace an existing folder.")
@click.option("--json", "as_json", is_flag=True, help="Print plan.json on stdout.")
def solve(
    config: Path,
    overrides: tuple[str, ...],
    output: Path,
    elasticities: str | None,
    objective: str | None,
    records: tuple[str, ...],
    force: bool,
    as_json: bool,
) -> None:
    """Solve CONFIG to a certified gap, write the plan folder and verify it."""
    chosen = {"elasticities": elasticities, "objective": objective}
    named = [f"{key}={value}" for key, value in chosen.items() if value]
    overrides = (*overrides, *named, *(_record_override(config, record) for record in records))
    with failures():
        from planner.plan import check_free, write

        check_free(output, force=force)
        started = time.perf_counter()
        scenario, text = _read_with_text(config, overrides)
        solved = _solve(scenario, text, config, time.perf_counter() - started, output)
        write(solved, output, force=force)
        _say_verdict(scenario, solved, output)
        if as_json:
            click.echo(json.dumps(dict(solved.summary), indent=1, ensure_ascii=False))
    if solved.summary["status"] == "limit":
        _fail(f"{output}: stopped short of the gap that was asked; the best plan so far is kept with its gap", STOPPED)


@plan.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="The config, where it is no longer where it was.")
def verify(folder: Path, config: Path | None) -> None:
    """Recompute every promise of the plan in FOLDER from its tables and its config alone."""
    with failures():
        from planner.plan import read

        found = read(folder)
        origin = config or folder / str(found.summary["config"])
        scenario = _read(origin, tuple(found.summary["overrides"]))
        _say_verdict(scenario, found, folder)


@innocap.command()
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


@innocap.command()
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


innocap.add_command(bench)


def _read(config: Path, overrides: tuple[str, ...]) -> Scenario:
    return _read_with_text(config, overrides)[0]


def _read_with_text(config: Path, overrides: tuple[str, ...]) -> tuple[Scenario, str]:
    """The scenario, and the config as resolved."""
    from planner.config import load, scenario
    from planner.config.resolved import text

    document = load(str(config), overrides)
    asked = scenario(document)
    for notice in asked.notices:
        click.echo(f"note: {notice}", err=True)
    return asked, text(document)


def _solve(scenario: Scenario, text: str, config: Path, read_s: float, output: Path) -> Plan:
    from planner.solve.explain import explain
    from planner.solve.live import InfeasibleError
    from planner.solving import program_of, solve

    origin = os.path.relpath(config, output)
    try:
        return solve(scenario, text, config_path=origin, progress=_say_round, read_s=read_s)
    except InfeasibleError:
        _fail(f"{config}: {explain(scenario, program_of)}", INFEASIBLE)


def _record_override(config: Path, record: str) -> str:
    """A record named on the command line, its path as the config's folder sees it."""
    machine, _, file = record.partition("=")
    if not file:
        _fail(f"--record {record}: expected MACHINE=FILE, such as cloud_server=out/capability.json", BAD_INPUT)
    return f"records.{machine}={os.path.relpath(file, config.parent)}"


def _say_round(done: Round) -> None:
    """One line per round on stderr: bounds that close in on the optimum."""
    upper, gap = _number(done.upper, ".6f"), _number(done.gap, ".1e")
    click.echo(
        f"round {done.number:3d}  {done.method:8s}  lower {done.lower:.6f}  "
        f"upper {upper:>9s}  gap {gap:>7s}"
        f"  {done.seconds:5.1f} s",
        err=True,
    )


def _number(value: float | None, form: str) -> str:
    return "-" if value is None or value == float("inf") else f"{value:{form}}"


def _say_verdict(scenario: Scenario, found: Plan, folder: Path) -> None:
    """Verify and say so in one line; exit 4 at the first broken promise."""
    from planner.verify import verify as recompute

    verdict = recompute(scenario, found)
    if verdict.broken is not None:
        _fail(f"{folder}: not verified: {verdict.broken.message}", NOT_VERIFIED)
    bounds, rows = found.summary["bounds"], sum(check.rows for check in verdict.checks)
    click.echo(
        f"{folder}: {found.summary['status']}, {bounds['lower']:.6f} to {_number(bounds['upper'], '.6f')} "
        f"{bounds['unit']} (gap {_number(bounds['gap'], '.1e')}); "
        f"{len(verdict.checks)} checks over {rows:,} rows hold",
        err=True,
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        _fail(f"{path}: not a readable benchmark result: {error}", BAD_INPUT)
    return dict(found)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    raise SystemExit(code)


@contextmanager
def failures() -> Iterator[None]:
    """Turn every expected failure into one message and an exit code; a traceback is a bug."""
    try:
        yield
    except KeyboardInterrupt:
        _fail("stopped; nothing was written", 130)
    except TimeoutError as error:
        _fail(str(error), STOPPED)
    except _expected() as error:
        _fail(str(error), BAD_INPUT)


def _expected() -> tuple[type[Exception], ...]:
    """Errors that are the input's; imported only once one has happened."""
    from planner.capability import CapabilityError
    from planner.config import ConfigError
    from planner.plan import PlanError
    from planner.report import ReportError
    from planner.solve.live import UnboundedError, UnfinishedError
    from planner.template import RuleError

    return CapabilityError, ConfigError, PlanError, ReportError, RuleError, UnboundedError, UnfinishedError, OSError


def main() -> None:
    """Entry point of the command."""
    innocap()
