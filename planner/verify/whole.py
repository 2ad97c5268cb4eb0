"""Is this the plan of this scenario, and is it all there? Rows, ids, signs: nothing is computed before this holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from planner.plan import Plan
from planner.verify.given import Given
from planner.verify.rows import rule_keys
from planner.verify.verdict import SOLVED, Check, stated

Key = tuple[Any, ...]
Problem = tuple[str, str]

INDICATORS = ("gini", "theil", "max_over_min", "worst_fifth_share")


@dataclass(frozen=True)
class Rows:
    """The rows of a table by the values of its key columns: those it may have, and those it must have."""

    table: str
    columns: tuple[str, ...]
    known: frozenset[Key]
    needed: tuple[Key, ...]

    def of(self, plan: Plan) -> list[Key]:
        """Keys of the rows that are there, in their order."""
        return list(zip(*(plan.tables[self.table].column(name) for name in self.columns), strict=True))


def expected_rows(now: Given) -> tuple[Rows, ...]:
    """What each table of a plan of this scenario holds."""
    base = list(zip(now.moments, now.phases, strict=True))
    later = base[1:]
    places = ("region", "asset", "year", "phase")
    serving = [(asset, demand.id) for demand in now.scenario.demand for asset in demand.served_by]
    work = [(r, *post, *t) for r, post, t in product(now.regions, serving, later)]
    shown = (now.moments[0], *now.years)
    return (
        _some("orders", ("project", "region", "asset", "year"), _order_keys(now)),
        _all("projects", ("project",), ((project.id,) for project in now.scenario.projects)),
        _all("stocks", places, _flat(product(now.regions, now.assets, base))),
        _all("spending", places, _flat(product(now.regions, now.assets, later))),
        _all("budgets", ("budget", "year", "phase"), _budget_keys(now)),
        _all("demand", ("region", "class", "year", "phase"), _flat(product(now.regions, now.classes, later))),
        _some(
            "flows",
            ("host", "region", "class", "year", "phase"),
            _flat(product(now.regions, now.regions, now.classes, later)),
        ),
        _some("work", ("region", "asset", "class", "year", "phase"), work),
        _all("innovation", ("region", "year", "phase"), _flat(product(now.regions, base))),
        _all("factors", ("region", "factor", "year", "phase"), _flat(product(now.regions, now.factors, base))),
        _all(
            "thresholds",
            ("threshold", "region", "year", "phase"),
            _flat(product([one.id for one in now.scenario.thresholds], now.regions, base)),
        ),
        _all("rules", ("rule", "kind", "region", "asset", "year", "phase"), rule_keys(now)),
        _all("divide", ("year", "indicator"), product(shown, INDICATORS)),
        _all("capability", ("asset", "class"), serving),
    )


def _all(table: str, columns: tuple[str, ...], keys: Any) -> Rows:
    needed = tuple(keys)
    return Rows(table, columns, frozenset(needed), needed)


def _some(table: str, columns: tuple[str, ...], keys: Any) -> Rows:
    return Rows(table, columns, frozenset(keys), ())


def _flat(keys: Iterator[Key]) -> Iterator[Key]:
    """The last part of each key is a pair of year and phase."""
    return ((*front, *last) for *front, last in keys)


def _order_keys(now: Given) -> Iterator[Key]:
    yield from product([""], now.regions, now.assets, now.years)
    for project in now.scenario.projects:
        yield from product([project.id], [project.region], project.units, project.years)


def _budget_keys(now: Given) -> Iterator[Key]:
    for budget in now.scenario.budgets:
        years = budget.scope.years or now.years
        if budget.period == "total":
            yield budget.id, 0, "plan"
            continue
        yield from ((budget.id, year, "plan") for year in years)
        if now.years[-1] in years and {"opex", "energy"} & set(budget.kinds):
            yield from ((budget.id, year, "tail") for year in now.tail)


def inputs_are_unchanged(now: Given, plan: Plan) -> Check:
    """The files that the scenario was read from have the hashes (sha256) that the plan was solved with."""
    solved, read = dict(plan.summary.get("inputs", {})), dict(now.scenario.files)
    gone = [name for name in solved if name not in read]
    new = [name for name in read if name not in solved]
    changed = [name for name in read if name in solved and solved[name] != read[name]]
    problem = None
    if changed:
        was, now_is = solved[changed[0]][:12], read[changed[0]][:12]
        problem = (
            changed[0],
            f"sha256 is {now_is}..., the plan was solved with {was}...; solve again or restore it",
        )
    elif gone or new:
        problem = (
            (gone + new)[0],
            f"{'not read now' if gone else 'not read then'}; the plan is of other files",
        )
    return stated("inputs are unchanged", len(read), problem)


def question_is_the_same(now: Given, plan: Plan) -> Check:
    """What plan.json says was asked is what the scenario asks."""
    scenario, summary = now.scenario, plan.summary
    asked: dict[str, Any] = {
        "id": scenario.id,
        "base_year": scenario.base_year,
        "years": list(scenario.years),
        "price_year": scenario.price_year,
        "currency": scenario.currency,
        "objective": scenario.objective.told,
        "elasticity_set": scenario.elasticity_set,
        "tail": {"mode": scenario.tail.mode, "years": scenario.tail.years, "points": scenario.tail.points},
        "regions": list(now.regions),
        "assets": list(now.assets),
        "classes": list(now.classes),
        "overrides": list(scenario.overrides),
    }
    told = {name: _plain(summary.get(name)) for name in asked}
    off = next((name for name in asked if told[name] != asked[name]), None)
    problem = None if off is None else (f"plan.json: {off}", f"is {told[off]}, the config says {asked[off]}")
    return stated("question is the same", len(asked), problem)


def _plain(value: Any) -> Any:
    """Lists of records stand for the list of their ids."""
    if isinstance(value, list | tuple):
        return [item["id"] if isinstance(item, dict) else item for item in value]
    return dict(value) if isinstance(value, dict) else value


def summary_is_complete(now: Given, plan: Plan) -> Check:
    """Plan.json states status and bounds, and the bounds of every round, as numbers."""
    summary = plan.summary
    bounds = summary.get("bounds") or {}
    stands = {"status": summary.get("status") in ("optimal", "limit")}
    stands |= {f"bounds.{name}": _is_bound(bounds, name) for name in ("upper", "lower", "gap")}
    for at, done in enumerate(summary.get("rounds", ()), start=1):
        stands |= {f"rounds.{at}.{name}": _is_bound(done, name) for name in ("upper", "lower")}
    missing = next((name for name, there in stands.items() if not there), None)
    wanted = "expected optimal or limit" if missing == "status" else "expected a number"
    problem = None if missing is None else (f"plan.json: {missing}", f"is missing or unknown, {wanted}")
    return stated("summary is complete", len(stands), problem)


def _is_bound(told: Mapping[str, Any], name: str) -> bool:
    """A number; null where there is no upper bound yet."""
    value = told.get(name, math.nan)
    return (value is None and name != "lower") or (isinstance(value, int | float) and not math.isnan(value))


def ids_are_known(now: Given, plan: Plan) -> Check:
    """No row speaks of a region, asset, class, factor, budget, rule or year that the scenario does not have."""
    return _over_tables("ids are known", now, plan, _unknown)


def rows_are_single(now: Given, plan: Plan) -> Check:
    """No row is there twice."""
    return _over_tables("rows are single", now, plan, _double)


def rows_are_complete(now: Given, plan: Plan) -> Check:
    """No row is missing."""
    return _over_tables("rows are complete", now, plan, _missing)


def _over_tables(name: str, now: Given, plan: Plan, fault: Any) -> Check:
    expected = expected_rows(now)
    found = (fault(rows, plan) for rows in expected)
    rows = sum(len(plan.tables[each.table].rows) for each in expected)
    return stated(name, rows, next((problem for problem in found if problem), None))


def _place(rows: Rows, key: Key) -> str:
    return f"{rows.table}.csv: {', '.join(str(part) for part in key if part != '')}"


def _unknown(rows: Rows, plan: Plan) -> Problem | None:
    key = next((key for key in rows.of(plan) if key not in rows.known), None)
    if key is None:
        return None
    for at, column in enumerate(rows.columns):
        if all(known[at] != key[at] for known in rows.known):
            return _place(rows, key), f"{column} {key[at]!r} is not in the scenario"
    return _place(rows, key), f"these values of {', '.join(rows.columns)} do not go together"


def _double(rows: Rows, plan: Plan) -> Problem | None:
    key = next((key for key, times in Counter(rows.of(plan)).items() if times > 1), None)
    return None if key is None else (_place(rows, key), "is there twice")


def _missing(rows: Rows, plan: Plan) -> Problem | None:
    there = set(rows.of(plan))
    key = next((key for key in rows.needed if key not in there), None)
    return None if key is None else (_place(rows, key), "is missing")


SIGNED = {
    "rules": ("value", "limit", "price"),
    "budgets": ("price_per_billion",),
    "assumptions": ("value", "low", "high"),
}
"""Columns that may be negative."""


def numbers_are_sound(now: Given, plan: Plan) -> Check:
    """Every number is finite, and not below zero where its column counts something. Low and high may be nan."""
    cells = 0
    for name, shown in plan.tables.items():
        for column in shown.schema.columns:
            if column.type is str:
                continue
            values = shown.column(column.name)
            cells += len(values)
            signed = column.name in SIGNED.get(name, ())
            at = next((at for at, value in enumerate(values) if _unsound(value, column.name, signed)), None)
            if at is not None:
                place = f"{name}.csv: {', '.join(str(cell) for cell in shown.rows[at][:4])}"
                return stated(
                    "numbers are sound", cells, (place, f"{column.name} is {values[at]!r}, {_wanted(signed)}")
                )
    return stated("numbers are sound", cells, None)


def _unsound(value: float, column: str, signed: bool) -> bool:
    if math.isnan(value) and column in ("low", "high"):
        return False
    return not math.isfinite(value) or (value < -SOLVED and not signed)


def _wanted(signed: bool) -> str:
    return "expected a finite number" if signed else "expected a finite number, zero or above"


CHECKS = (inputs_are_unchanged, question_is_the_same)
WHOLE = (summary_is_complete, ids_are_known, rows_are_single, rows_are_complete, numbers_are_sound)
