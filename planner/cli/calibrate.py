"""`innocap calibrate`: elasticities from a panel of regions and years."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.frame import BAD_INPUT, fail, failures, json_option

if TYPE_CHECKING:
    from planner.calibrate.findings import Coefficient, Findings
    from planner.calibrate.spec import Spec
    from planner.config.tables import Table


@click.command()
@click.argument("panel", type=click.Path(path_type=Path))
@click.option("--spec", type=click.Path(path_type=Path), help="YAML: columns, lags, stocks, years, what to write.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Config with elasticity sets.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
def calibrate(panel: Path, spec: Path | None, output: Path, force: bool, as_json: bool) -> None:
    """Estimate elasticities from PANEL, a CSV with a row per region and year, and write them as a config.

    Without --spec the panel has the columns region, year and outcome, and every other column is a factor of a year
    before.
    """
    with failures():
        from planner.calibrate.estimate import EstimateError
        from planner.calibrate.findings import calibrate as estimate
        from planner.calibrate.panel import open_table, read_panel
        from planner.calibrate.sample import names_of, places_of
        from planner.calibrate.write import as_json as told
        from planner.calibrate.write import config_text
        from planner.config.calibration import read_spec

        if output.exists() and not force:
            fail(f"{output} exists; choose another name or pass --force", BAD_INPUT)
        table = open_table(panel)
        asked = read_spec(spec) if spec is not None else _plain_spec(table)
        held = read_panel(table, asked.region, asked.year, names_of(asked), places_of(asked))
        try:
            found = estimate(held, asked)
        except EstimateError as error:
            fail(f"{panel}: {error}", BAD_INPUT)
        _write(output, config_text(found, panel.name))
        click.echo("\n".join(_lines(found, panel)), err=as_json)
        if as_json:
            click.echo(json.dumps(told(found, panel.name), indent=1, ensure_ascii=False))
        click.echo(f"{output} written; name it last in the extends of a plan", err=True)


def _plain_spec(table: Table) -> Spec:
    """The spec of a panel that keeps to the names region, year, outcome."""
    from planner.calibrate.spec import Spec, Variable

    names = ("region", "year", "outcome")
    missing = [name for name in names if name not in table.header]
    others = [name for name in table.header if name not in names]
    if missing or not others:
        what = f"no column {missing[0]!r}" if missing else "no column beside region, year and outcome"
        remedy = "name the columns in a file: --spec SPEC.yaml"
        if len(table.header) == 1 and ";" in table.header[0]:
            remedy = "separate the columns by commas"
        fail(f"{table.file}:1: {what}; {remedy}", BAD_INPUT)
    return Spec(*names, tuple(Variable(name, name, name, lag=1) for name in others))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8", newline="\n")
    part.replace(path)


def _lines(found: Findings, panel: Path) -> Iterator[str]:
    """The terminal table: what was used, one column per method, the sets, warnings."""
    from planner.calibrate.spec import METHOD_NAMES

    sample = found.sample
    yield f"{panel}: {len(sample.y)} of {found.table_rows} region-years used, {len(sample.regions)} regions"
    for drop in sample.drops:
        yield f"  {drop.rows:5d} dropped: {drop.reason}"
    yield ""
    yield f"{'ln ' + found.spec.outcome:34s}" + "".join(f"{METHOD_NAMES[e.method]:>24s}" for e in found.estimates)
    for at, variable in enumerate(found.spec.variables):
        yield f"{variable.id:34s}" + "".join(_cell(e.coefficients[at]) for e in found.estimates)
    yield f"{'sum of the factors':34s}" + "".join(_cell(e.total) for e in found.estimates)
    yield f"{'N':34s}" + "".join(f"{e.rows:24d}" for e in found.estimates)
    yield f"{'R2 beyond the effects':34s}" + "".join(f"{e.r2_within:24.3f}" for e in found.estimates)
    yield f"{'condition number':34s}" + "".join(f"{e.condition:24.1f}" for e in found.estimates)
    yield "(standard errors clustered by region)"
    yield ""
    low, high = f"{100 * found.spec.level:g} % low", f"{100 * found.spec.level:g} % high"
    yield f"{METHOD_NAMES[found.spec.write] + ', written':34s}{'estimate':>12s}{low:>12s}{high:>12s}{'elasticity':>12s}"
    for c in found.written.coefficients:
        written = f"{found.sets[0].beta[c.id]:12.4f}" if c.id in found.sets[0].beta else f"{'control':>12s}"
        yield f"{c.id:34s}{c.beta:12.3f}{c.low:12.3f}{c.high:12.3f}{written}"
    for factor, assumed in found.spec.assumed:
        yield f"{factor:34s}{'':36s}{found.sets[0].beta[factor]:12.4f}  assumed: {assumed.source}"
    for held in found.sets:
        yield from (f"note ({held.id}): {note}" for note in held.notes)
    yield from (f"warning: {warning}" for warning in found.warnings)


def _cell(held: Coefficient) -> str:
    return f"{f'{held.beta:.3f} ({held.error:.3f})':>24s}"
