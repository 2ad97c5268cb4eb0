"""The figures that more than one section speaks of, each computed once and the same way from the plan's tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.plan import Plan
from planner.report.context import Context, Row, capex_by, national, rows, sums
from planner.report.digits import number
from planner.report.language import Language

USABLE = "_usable_by_talent"


@dataclass(frozen=True)
class Gain:
    """National innovation in a year with the plan and without it; relative is the gain over doing nothing."""

    year: int
    with_plan: float
    without: float

    @property
    def relative(self) -> float:
        return self.with_plan / self.without - 1 if self.without else math.nan


def share(part: float, whole: float) -> float:
    """Part of the whole; 0 where there is no whole."""
    return part / whole if whole else 0.0


def gain(plan: Plan, year: int) -> Gain:
    return Gain(year, national(plan)[year], national(plan, "without_plan")[year])


def per_10k_people(ctx: Context, row: Row) -> dict[str, float]:
    """Innovation of a region and year per 10,000 people, with the plan ("innovation") and "without_plan"."""
    people = float(ctx.regions[row["region"]]["population_10k"])
    return {key: float(row[key]) / people if people else 0.0 for key in ("innovation", "without_plan")}


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
    return 1e5, ctx.words.say("objective-thousandths")


def objective_words(ctx: Context, amount: float) -> str:
    """A change of the objective in words a reader can weigh."""
    unit = str(ctx.summary.get("bounds", {}).get("unit", ""))
    say, share = ctx.words.say, ctx.words.percent(amount)
    if unit == "index":
        base, name = objective_unit(ctx)
        return say("objective-index", share=share, amount=number(amount * base), unit=name)
    if unit == "log points":
        return say("objective-log", share=share)
    return say("objective-other", amount=number(amount))


def objective_name(words: Language, told: str | Mapping[str, Any]) -> str:
    """An objective as plan.json tells it: a word, or {alpha: 2, ...}."""
    if isinstance(told, str):
        return words.say(f"objective-{told}") if words.knows(f"objective-{told}") else told
    if "alpha" in told:
        return words.say("objective-alpha", alpha=str(told["alpha"]))
    return ", ".join(f"{key} {value}" for key, value in told.items())


def rule_name(ctx: Context, rule: str) -> str:
    """Name of a rule of the config, or of a constraint of the model where the catalog has one."""
    for known in ctx.summary.get("rules", ()):
        if known["id"] == rule:
            return ctx.words.name(known)
    if rule.endswith(USABLE):
        factors = {str(factor["id"]): factor for factor in ctx.summary.get("factors", ())}
        factor = rule.removesuffix(USABLE)
        return ctx.words.say("constraint-usable-by-talent", factor=ctx.words.name(factors.get(factor, {"id": factor})))
    key = f"constraint-{rule}"
    return ctx.words.say(key) if ctx.words.knows(key) else rule.replace("_", " ").capitalize()


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


def elasticity_plans(ctx: Context) -> tuple[Plan, ...]:
    """The plan and those given that differ from it in nothing but the elasticity set, each set once."""
    found: dict[str, Plan] = {}
    for plan in ctx.plans:
        if _question(plan) == _question(ctx.plan):
            found.setdefault(str(plan.summary["elasticity_set"]), plan)
    return tuple(found.values())


def _question(plan: Plan) -> tuple[Any, ...]:
    """What was asked, but for the elasticity set."""
    summary = plan.summary
    changes = sorted(o for o in map(str, summary.get("overrides", ())) if not o.startswith("elasticities="))
    return summary.get("id"), summary["years"], summary.get("objective"), summary.get("inputs"), changes


def common_million(ctx: Context, plans: Sequence[Plan] = ()) -> float:
    """Money that every plan (else all given) spends alike: the smallest by region and asset class, summed."""
    each = [capex_by(ctx, plan, "region", "class") for plan in plans or ctx.plans]
    return sum(min(amounts.get(key, 0.0) for amounts in each) for key in each[0])


@dataclass(frozen=True)
class WorstOff:
    """The region with the least innovation per head in a year: per 10,000 people, with the plan and without."""

    region: str
    with_plan: float
    without: float

    @property
    def relative(self) -> float:
        return self.with_plan / self.without - 1 if self.without else math.nan


def worst_off(ctx: Context, year: int, key: str = "innovation") -> WorstOff | None:
    """The worst-off region by innovation per head with the plan, or by key "without_plan"; None without people."""
    levels = {row["region"]: per_10k_people(ctx, row) for row in rows(ctx.plan, "innovation", year=year)}
    peopled = {region: level for region, level in levels.items() if ctx.regions[region]["population_10k"]}
    if not peopled:
        return None
    least = min(peopled, key=lambda region: peopled[region][key])
    return WorstOff(least, peopled[least]["innovation"], peopled[least]["without_plan"])


def totals(plan: Plan, table: str, by: Sequence[str], value: str, **wanted: Any) -> dict[Any, float]:
    """Sums over the rows of a table that match."""
    return sums(rows(plan, table, **wanted), by, value)
