"""The tables of a plan: their columns, units and meaning, as data. One CSV file each.

`verify` and the report read nothing but these tables, `plan.json` and the resolved config.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column: its name carries the unit; `type` is how its text is read back."""

    name: str
    type: type
    meaning: str


@dataclass(frozen=True)
class Schema:
    """One table of a plan."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


def _schema(name: str, meaning: str, *columns: tuple[str, type, str]) -> Schema:
    return Schema(name, meaning, tuple(Column(*column) for column in columns))


SCHEMAS = (
    _schema(
        "orders",
        "What is ordered where and when, and what it costs.",
        ("region", str, "region id"),
        ("asset", str, "asset id"),
        ("year", int, "year of the order; it serves from in_service_year"),
        ("in_service_year", int, "first year of service"),
        ("modules", float, "modules ordered"),
        ("units", float, "units ordered"),
        ("unit", str, "unit of the asset"),
        ("capex_million", float, "money charged in the year of the order; with salvage, less what is left at the end"),
        ("project", str, "id of the candidate project it belongs to, empty for an order by itself"),
    ),
    _schema(
        "projects",
        "Candidate projects: which are taken, when, and what they cost.",
        ("project", str, "project id"),
        ("region", str, "region id"),
        ("taken", int, "1 where it is taken, 0 where it is left"),
        ("year", int, "year of the start, 0 where it is left"),
        ("in_service_year", int, "first year of service, 0 where it is left"),
        ("capex_million", float, "money charged in the year of the start; it stands in orders and spending as well"),
        ("opex_million_per_year", float, "its own upkeep in service, beside that of its assets"),
    ),
    _schema(
        "stocks",
        "What stands in every region in every year.",
        ("region", str, "region id"),
        ("asset", str, "asset id"),
        ("year", int, "calendar year; base year included; tail years after the last year of orders"),
        ("phase", str, "base, plan or tail"),
        ("units", float, "units in service"),
        ("base_units", float, "of which left from the base year"),
        ("unit", str, "unit of the asset"),
        ("energy_gwh", float, "electricity drawn from the grid in the year, PUE included"),
        ("staff_fte", float, "people who run it"),
    ),
    _schema(
        "spending",
        "Money by region, asset and year.",
        ("region", str, "region id"),
        ("asset", str, "asset id"),
        ("year", int, "calendar year"),
        ("phase", str, "plan or tail"),
        ("capex_million", float, "orders"),
        ("opex_million", float, "upkeep without electricity"),
        ("energy_million", float, "electricity"),
    ),
    _schema(
        "budgets",
        "Each budget, each year it covers (year 0: the total of a budget over all its years).",
        ("budget", str, "budget id"),
        ("year", int, "calendar year, 0 for a total"),
        ("phase", str, "plan or tail"),
        ("limit_million", float, "money granted"),
        ("carried_in_million", float, "left from the year before, with interest"),
        ("spent_million", float, "money spent"),
        ("carried_out_million", float, "left for the year after"),
        ("exceeded_million", float, "spent above the limit of a soft budget"),
        ("price_per_billion", float, "objective gained by one billion more (dual)"),
    ),
    _schema(
        "demand",
        "Compute demand by region and class: asked, served, unmet.",
        ("region", str, "region id"),
        ("class", str, "demand class id"),
        ("year", int, "calendar year"),
        ("phase", str, "plan or tail"),
        ("demand_eflops", float, "sustained EFLOPS asked"),
        ("served_eflops", float, "sustained EFLOPS received, wherever they are made"),
        ("unmet_eflops", float, "sustained EFLOPS missing"),
    ),
    _schema(
        "flows",
        "Who serves whom: compute made in `host` for `region`.",
        ("host", str, "region id of the machines"),
        ("region", str, "region id of the demand"),
        ("class", str, "demand class id"),
        ("year", int, "calendar year"),
        ("phase", str, "plan or tail"),
        ("flow_eflops", float, "sustained EFLOPS"),
        ("delay_ms", float, "one-way delay"),
        ("traffic_gbps_km", float, "interregional bandwidth it needs, Gbit/s times great-circle km"),
    ),
    _schema(
        "work",
        "What the machines of a region are busy with.",
        ("region", str, "region id of the machines"),
        ("asset", str, "asset id"),
        ("class", str, "demand class id"),
        ("year", int, "calendar year"),
        ("phase", str, "plan or tail"),
        ("busy_units", float, "units of the asset"),
        ("capacity_eflops", float, "sustained EFLOPS they deliver"),
    ),
    _schema(
        "innovation",
        "Innovation capacity by region and year.",
        ("region", str, "region id"),
        ("year", int, "calendar year, base year included"),
        ("phase", str, "base, plan or tail"),
        ("innovation", float, "in the unit of the base year"),
        ("index", float, "base year of the region = 1"),
        ("per_10k_people", float, "innovation per 10,000 people"),
        ("without_plan", float, "innovation if nothing were ordered, base stocks dying as they do"),
        ("unit", str, "what innovation counts, e.g. patents"),
    ),
    _schema(
        "factors",
        "What each factor gives to each region.",
        ("region", str, "region id"),
        ("factor", str, "factor id"),
        ("year", int, "calendar year"),
        ("phase", str, "base, plan or tail"),
        ("level", float, "own level that counts, in `unit`"),
        ("unit", str, "unit of the factor"),
        ("ratio", float, "(level with spillovers + floor) / the same in the base year"),
    ),
    _schema(
        "rules",
        "Every rule and limit, row by row: left side, limit, whether it is kept and what it costs.",
        ("rule", str, "id of the rule, or the name of the constraint"),
        ("kind", str, "floor, cap, convergence, growth, power, staff and so on: see planner.binding.SECTIONS"),
        ("region", str, "region id, empty for the nation"),
        ("asset", str, "asset id, empty where it does not apply"),
        ("year", int, "calendar year, 0 where a row is of all years"),
        ("phase", str, "plan or tail"),
        ("value", float, "left side, in `unit`"),
        ("limit", float, "right side, in `unit`"),
        ("shortfall", float, "by how much a rule with a price is missed, in `unit`"),
        ("unit", str, "unit of value, limit and shortfall"),
        ("status", str, "kept (with room left), binding (value equals limit to 1e-6) or missed"),
        ("price", float, "objective gained by one `unit` more room (dual)"),
    ),
    _schema(
        "thresholds",
        "Where a region has reached the level of a factor that earns it a bonus.",
        ("threshold", str, "threshold id"),
        ("region", str, "region id"),
        ("year", int, "calendar year, base year included"),
        ("phase", str, "base, plan or tail"),
        ("level_per_head_ratio", float, "own level per head, over the national level per head of the base year"),
        ("at_least_ratio", float, "what it has to reach"),
        ("reached", int, "1 where it is reached, else 0"),
        ("innovation_factor_ratio", float, "what innovation is multiplied by, against the base year"),
    ),
    _schema(
        "divide",
        "The digital divide: spread of innovation per head over regions.",
        ("year", int, "calendar year"),
        ("indicator", str, "gini, theil, max_over_min, worst_fifth_share"),
        ("value", float, "indicator, in `unit`"),
        ("without_plan", float, "the same if nothing were ordered"),
        ("unit", str, "1: all are plain numbers"),
    ),
    _schema(
        "capability",
        "What one unit of an asset delivers for a demand class, and how we know.",
        ("asset", str, "asset id"),
        ("class", str, "demand class id"),
        ("machine", str, "machine id"),
        ("mix", str, "workload mix id"),
        ("peak_tflops", float, "nameplate peak of one unit at the precision of the mix"),
        ("sustained_fraction", float, "fraction of peak that the mix sustains"),
        ("sustained_fraction_low", float, "lower end of the fraction"),
        ("sustained_fraction_high", float, "upper end of the fraction"),
        ("utilisation_fraction", float, "share of time in use"),
        ("capacity_pflops", float, "sustained PFLOPS per unit"),
        ("origin", str, "measured or published"),
        ("evidence", str, "record and date, or publication"),
    ),
    _schema(
        "assumptions",
        "Every number the plan rests on.",
        ("path", str, "key path in the config"),
        ("value", float, "value used, in `unit`"),
        ("low", float, "low end (nan: none given)"),
        ("high", float, "high end (nan: none given)"),
        ("unit", str, "unit of value, low and high; 1 for plain numbers and shares"),
        ("kind", str, "found, derived, recalled, assumption, estimated, published or measured"),
        ("source", str, "where it comes from"),
        ("place", str, "file and line"),
    ),
)


@dataclass(frozen=True)
class Table:
    """A table in memory: a schema and its rows, each a tuple in the order of the columns."""

    schema: Schema
    rows: tuple[tuple[Any, ...], ...]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.schema.columns)

    def column(self, name: str) -> list[Any]:
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        names = self.header
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def schema(name: str) -> Schema:
    """The schema of a table; KeyError names the tables there are."""
    for found in SCHEMAS:
        if found.name == name:
            return found
    raise KeyError(f"no plan table {name!r}; there are {', '.join(s.name for s in SCHEMAS)}")


def table(name: str, rows: Iterable[Sequence[Any]]) -> Table:
    return Table(schema(name), tuple(tuple(row) for row in rows))


def to_csv(shown: Table) -> str:
    """CSV text; floats by repr, so that reading back gives the same numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(shown.header)
    writer.writerows(shown.rows)
    return buffer.getvalue()


def rows_to_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """CSV text of rows by column; without `columns` all that there are, as they come. What a row lacks is empty."""
    buffer = io.StringIO()
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def from_csv(name: str, text: str) -> Table:
    """Read a table back; ValueError names line and column of what does not fit the schema."""
    wanted = schema(name)
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    names = [column.name for column in wanted.columns]
    if header != names:
        raise ValueError(f"{name}.csv:1: columns are {header}, expected {names}")
    rows = []
    for line, cells in enumerate(reader, 2):
        if len(cells) != len(names):
            raise ValueError(f"{name}.csv:{line}: has {len(cells)} cells, expected {len(names)}")
        rows.append(tuple(_cell(name, line, column, text) for column, text in zip(wanted.columns, cells, strict=True)))
    return Table(wanted, tuple(rows))


def _cell(name: str, line: int, column: Column, text: str) -> Any:
    try:
        return column.type(text)
    except ValueError:
        raise ValueError(
            f"{name}.csv:{line}: column {column.name!r}: {text!r} is not a {column.type.__name__}"
        ) from None
