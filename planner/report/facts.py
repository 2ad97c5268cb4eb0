"""The figures that more than one section speaks of, each computed once and the same way from the plan's tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.plan import Plan
from planner.report.context import Context, Row, capex_by, national, rows, sums
from planner.report.words import number, percent


@dataclass(frozen=True)
class Gain:
    """National innovation in a year with the plan and without it; relative is the gain over doing nothing."""

    year: int
    with_plan: float
    without: float

    @property
    def relative(self) -> float:
        return self.with_plan / self.without - 1 if self.without else math.nan


def gain(plan: Plan, year: int) -> Gain:
    return Gain(year, national(plan)[year], national(plan, "without_plan")[year])


def capex_million(ctx: Context, plan: Plan) -> float:
    return sum(capex_by(ctx, plan, "year").values())


def running_million(ctx: Context) -> float:
    """Upkeep and electricity over the years of orders."""
    paid = rows(ctx.plan, "spending", phase="plan")
    return float(sum(row["opex_million"] + row["energy_million"] for row in paid))


def ranked(values: Mapping[Any, float]) -> list[Any]:
    """Keys from the largest value down."""
    return sorted(values, key=lambda key: -values[key])


@dataclass(frozen=True)
class Hosting:
    """Where compute is made: in the region that uses it, elsewhere in its macro-region, in another one. EFLOPS."""

    home: float
    near: float
    far: float

    @property
    def total(self) -> float:
        return self.home + self.near + self.far

    @property
    def elsewhere_share(self) -> float:
        return (self.near + self.far) / self.total if self.total else 0.0

    @property
    def far_share(self) -> float:
        return self.far / self.total if self.total else 0.0


def hosting(ctx: Context, flows: Iterable[Row]) -> Hosting:
    home = near = far = 0.0
    for flow in flows:
        amount = flow["flow_eflops"]
        if flow["host"] == flow["region"]:
            home += amount
        elif ctx.macro.get(flow["host"]) == ctx.macro.get(flow["region"]):
            near += amount
        else:
            far += amount
    return Hosting(home, near, far)


def unmet_share(plan: Plan, year: int) -> float | None:
    """Share of compute demand that is not served; None where the plan has no demand."""
    asked = rows(plan, "demand", year=year)
    total = sum(row["demand_eflops"] for row in asked)
    return sum(row["unmet_eflops"] for row in asked) / total if total else None


def divide(plan: Plan, year: int, indicator: str) -> tuple[float, float] | None:
    """An indicator with the plan and without."""
    found = rows(plan, "divide", year=year, indicator=indicator)
    return (found[0]["value"], found[0]["without_plan"]) if found else None


@dataclass(frozen=True)
class Binding:
    """A rule over all its rows in the years of orders.

    worth  objective gained to first order if the limit gave way by 1 % in all its rows
    """

    rule: str
    kind: str
    total: int
    rows: tuple[Row, ...]

    @property
    def worth(self) -> float:
        return float(sum(0.01 * abs(row["price"] * row["limit"]) for row in self.rows))


def binding(plan: Plan) -> list[Binding]:
    """Rules with a row that binds or is missed in the years of orders, the dearest first."""
    groups: dict[str, list[Row]] = {}
    for row in rows(plan, "rules", phase="plan"):
        groups.setdefault(row["rule"], []).append(row)
    found = [
        Binding(rule, members[0]["kind"], len(members), tuple(r for r in members if r["status"] != "kept"))
        for rule, members in groups.items()
    ]
    return sorted((b for b in found if b.rows), key=lambda b: -b.worth)


def budget_prices(plan: Plan) -> list[Row]:
    """Rows of budgets whose money has a price, in the years of orders (year 0: a total)."""
    return [row for row in rows(plan, "budgets", phase="plan") if row["price_per_billion"] > 1e-12]


def objective_unit(ctx: Context) -> tuple[float, str]:
    """What one unit of the objective is in units a reader knows, and their name."""
    if ctx.summary.get("bounds", {}).get("unit") == "index":
        return national(ctx.plan).get(ctx.summary["base_year"], math.nan), ctx.innovation_unit
    return 1e5, "thousandths of a percent"


def objective_words(ctx: Context, amount: float) -> str:
    """A change of the objective in words a reader can weigh."""
    unit = str(ctx.summary.get("bounds", {}).get("unit", ""))
    if unit == "index":
        base, name = objective_unit(ctx)
        return f"{percent(amount)} of today's innovation, {number(amount * base)} {name} on average over the years"
    if unit == "log points":
        return f"{percent(amount)} on the weighted mean of log innovation"
    return f"{number(amount)} of the objective"


def rule_name(ctx: Context, rule: str) -> str:
    known = {str(r["id"]): str(r["name"]) for r in ctx.summary.get("rules", ())}
    name = known.get(rule) or rule
    return name.replace("_", " ").capitalize() if name == rule else name


def rank_correlation(first: Mapping[str, float], second: Mapping[str, float], keys: Sequence[str]) -> float:
    """Spearman correlation over keys; ties share their mean rank; nan where one side does not vary."""
    a, b = (_ranks([values.get(key, 0.0) for key in keys]) for values in (first, second))
    mean = (len(keys) - 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    size = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return top / size if size else math.nan


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def common_million(ctx: Context) -> float:
    """Money that every plan given spends alike: the smallest amount over plans, by region and asset class, summed."""
    each = [capex_by(ctx, plan, "region", "class") for plan in ctx.plans]
    return sum(min(amounts.get(key, 0.0) for amounts in each) for key in each[0])


def totals(plan: Plan, table: str, by: Sequence[str], value: str, **wanted: Any) -> dict[Any, float]:
    """Sums over the rows of a table that match."""
    return sums(rows(plan, table, **wanted), by, value)
