"""What the commands share: exit codes, one message per failure, how configs are named, how a search is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.scenario import Scenario
    from planner.solve.tangents import Round

BAD_INPUT, INFEASIBLE, NOT_VERIFIED, STOPPED = 2, 3, 4, 5

config_argument = click.argument("config", type=click.Path(path_type=Path))
overrides_option = click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Replace one value of the config; may be repeated."
)
actuals_option = click.option(
    "--actuals", type=click.Path(path_type=Path), metavar="FILE", help="Table of what was really ordered and paid."
)
until_option = click.option(
    "--until", type=int, metavar="YEAR", help="Last year that is fact; default: the last one in the table."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def facts_options(command: Any) -> Any:
    """The options of a command that takes facts: --actuals and --until."""
    return actuals_option(until_option(command))


def facts_overrides(config: Path, files: Mapping[str, Path | None], until: int | None) -> list[str]:
    """Overrides that name tables of facts, their paths as the config's folder sees them."""
    named = {key: os.path.relpath(file, config.parent) for key, file in files.items() if file is not None}
    texts = [f"actuals.{key}={json.dumps(name)}" for key, name in named.items()]
    return texts if until is None else [*texts, f"actuals.until={until}"]


def read_scenario(config: Path, overrides: tuple[str, ...]) -> Scenario:
    """The scenario of a config; notices go to the terminal."""
    return read_with_text(config, overrides)[0]


def read_with_text(config: Path, overrides: tuple[str, ...]) -> tuple[Scenario, str]:
    """The scenario, and the config as resolved."""
    from planner.config import load, scenario
    from planner.config.resolved import text

    document = load(str(config), overrides)
    asked = scenario(document)
    for notice in asked.notices:
        click.echo(f"note: {notice}", err=True)
    return asked, text(document)


def read_of_plan(folder: Path, config: Path | None = None) -> tuple[Plan, Scenario]:
    """A plan folder and the scenario it answers; `config` is where its config lies now, if it has moved."""
    from planner.plan import read

    found = read(folder)
    origin = config or folder / str(found.summary["config"])
    return found, read_scenario(origin, tuple(found.summary["overrides"]))


def say_round(done: Round) -> None:
    """One line per round on stderr: bounds that close in on the optimum."""
    upper, gap = number(done.upper, ".6f"), number(done.gap, ".1e")
    click.echo(
        f"round {done.number:3d}  {done.method:8s}  lower {done.lower:.6f}  "
        f"upper {upper:>9s}  gap {gap:>7s}"
        f"  {done.seconds:5.1f} s",
        err=True,
    )


def say_verdict(scenario: Scenario, found: Plan, folder: Path) -> None:
    """Verify and say so in one line; exit 4 at the first broken promise."""
    from planner.verify import verify as recompute

    verdict = recompute(scenario, found)
    if verdict.broken is not None:
        fail(f"{folder}: not verified: {verdict.broken.message}", NOT_VERIFIED)
    bounds, rows = found.summary["bounds"], sum(check.rows for check in verdict.checks)
    click.echo(
        f"{folder}: {found.summary['status']}, {bounds['lower']:.6f} to {number(bounds['upper'], '.6f')} "
        f"{bounds['unit']} (gap {number(bounds['gap'], '.1e')}); "
        f"{len(verdict.checks)} checks over {rows:,} rows hold",
        err=True,
    )


def draw(path: Path, picture: Callable[[], str]) -> None:
    """Write a picture, where the drawing packages are installed."""
    from planner.journal import write_whole
    from planner.report import ReportError, require

    try:
        require("a picture", (("altair", "altair"), ("vl_convert", "vl-convert-python")))
    except ReportError as error:
        click.echo(f"note: no picture: {error}", err=True)
        return
    write_whole(path, picture())


def number(value: float | None, form: str) -> str:
    """A number in a form; a dash where there is none."""
    return "-" if value is None or value == float("inf") else f"{value:{form}}"


def fail(message: str, code: int) -> NoReturn:
    """End the command with one message and an exit code."""
    click.echo(f"error: {message}", err=True)
    raise SystemExit(code)


@contextmanager
def failures() -> Iterator[None]:
    """Turn every expected failure into one message and an exit code; a traceback is a bug."""
    try:
        yield
    except KeyboardInterrupt:
        fail("stopped; nothing was written", 130)
    except TimeoutError as error:
        fail(str(error), STOPPED)
    except _expected() as error:
        fail(str(error), BAD_INPUT)


def _expected() -> tuple[type[Exception], ...]:
    """Errors that are the input's; imported only once one has happened."""
    from planner.capability import CapabilityError
    from planner.config import ConfigError
    from planner.plan import PlanError
    from planner.report import ReportError
    from planner.solve.live import UnboundedError, UnfinishedError
    from planner.solve.search import ZeroRatioError
    from planner.template import RuleError
    from planner.vanishing import FloorError

    of_input = CapabilityError, ConfigError, FloorError, PlanError, ReportError, RuleError
    return *of_input, UnboundedError, UnfinishedError, ZeroRatioError, OSError
