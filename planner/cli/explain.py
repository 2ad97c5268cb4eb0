"""`innocap plan explain`: why there is no plan, or why a plan builds what it builds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from planner.cli.frame import (
    BAD_INPUT,
    INFEASIBLE,
    fail,
    failures,
    json_option,
    overrides_option,
    read_of_plan,
    read_scenario,
)


@click.command()
@click.argument("asked", metavar="CONFIG|PLAN", type=click.Path(path_type=Path))
@overrides_option
@click.option("--region", help="Region of the build, by id or name; with PLAN.")
@click.option("--asset", help="Asset of the build, by id or name; with PLAN.")
@click.option("--year", type=int, help="One year of the build; all years without it.")
@click.option("--config", type=click.Path(path_type=Path), help="The config of PLAN, where it is no longer there.")
@click.option("--time-limit", "time_limit_s", type=float, default=120.0, show_default=True, help="Seconds for CONFIG.")
@json_option
def explain(
    asked: Path,
    overrides: tuple[str, ...],
    region: str | None,
    asset: str | None,
    year: int | None,
    config: Path | None,
    time_limit_s: float,
    as_json: bool,
) -> None:
    """Say why CONFIG has no plan, or why PLAN builds an asset in a region, or does not."""
    with failures():
        if (asked / "plan.json").exists():
            if region is None or asset is None:
                fail(f"{asked}: a plan is asked about one build: --region and --asset name it", BAD_INPUT)
            _explain_build(asked, config, region, asset, year, as_json=as_json)
        elif region or asset or year or config:
            fail(f"{asked}: --region, --asset, --year and --config are for a plan folder, this is none", BAD_INPUT)
        else:
            _explain_config(asked, overrides, time_limit_s, as_json=as_json)


def _explain_config(config: Path, overrides: tuple[str, ...], time_limit_s: float, *, as_json: bool) -> None:
    """Say on standard output why a config has no plan, or that it has one; exit 3 where it has none."""
    from planner.explain.infeasible import as_json as data
    from planner.explain.infeasible import explain as reasons
    from planner.explain.infeasible import words
    from planner.solving import program_of

    scenario = read_scenario(config, overrides)
    found = reasons(scenario, program_of, time_limit_s=time_limit_s, progress=_say)
    _show(data(found) if as_json else words(found))
    if not found.feasible:
        raise SystemExit(INFEASIBLE)


def _explain_build(
    folder: Path, config: Path | None, region: str, asset: str, year: int | None, *, as_json: bool
) -> None:
    from planner.explain.why import answer, unit_of
    from planner.explain.why_words import as_json as data
    from planner.explain.why_words import words
    from planner.solving import problem_of

    _, scenario = read_of_plan(folder, config)
    r = _found(region, [(x.id, x.name) for x in scenario.regions], "--region")
    a = _found(asset, [(x.id, x.name) for x in scenario.assets], "--asset")
    if year is not None and year not in scenario.years:
        fail(f"--year {year}: expected a year from {scenario.years[0]} to {scenario.years[-1]}", BAD_INPUT)
    facts = () if scenario.actuals is None else scenario.actuals.years
    years = [v for v, one in enumerate(scenario.years) if one == (year or one) and one not in facts]
    if not years:
        fail(f"--year {year}: what was ordered up to {facts[-1]} is a fact, not a choice", BAD_INPUT)
    _say("solving the plan's question again, for its prices")
    given = answer(problem_of(scenario), r, a, years, unit_of(scenario), _say)
    _show(data(given) if as_json else words(given))


def _found(wanted: str, known: Sequence[tuple[str, str]], option: str) -> int:
    """Position of an id or a name, however it is capitalized."""
    from planner.config.problems import nearest

    places = [at for at, names in enumerate(known) if wanted.casefold() in (name.casefold() for name in names)]
    if not places:
        fail(f"{option} {wanted}: no such id or name; {nearest(wanted, [id for id, _ in known])}", BAD_INPUT)
    return places[0]


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(found: dict[str, Any] | str) -> None:
    click.echo(found if isinstance(found, str) else json.dumps(found, indent=1, ensure_ascii=False))
