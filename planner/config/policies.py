"""Budgets, policy rules and growth limits."""

from __future__ import annotations

from planner.config import units
from planner.config.context import Context
from planner.config.models import Plan
from planner.config.policy_models import Budget as BudgetText
from planner.config.policy_models import FirstLimit
from planner.config.policy_models import Rule as RuleText
from planner.config.problems import FaultError
from planner.config.scopes import Scopes
from planner.config.tree import Path
from planner.scenario import Budget, Growth, Rule, Scope


def resolve_budgets(context: Context, plan: Plan, scopes: Scopes) -> tuple[Budget, ...]:
    """All budgets with a limit for each year of their scope, or a single total."""
    return tuple(_budget(context, held, scopes) for held in plan.budgets)


def resolve_rules(context: Context, plan: Plan, scopes: Scopes) -> tuple[Rule, ...]:
    """All policy rules."""
    return tuple(_rule(context, held, scopes) for held in plan.rules)


def resolve_growth_limits(context: Context, plan: Plan) -> tuple[Growth, ...]:
    """All growth limits."""
    limits = []
    for held in plan.growth_limits:
        path: Path = ("growth_limits", held.id)
        for index, asset in enumerate(held.assets):
            context.known((*path, "assets", index), asset, "asset", context.ids("assets"))
        limits.append(Growth(held.id, held.assets, held.rate, held.seed, held.source, context.label(path)))
    return tuple(limits)


def _budget(context: Context, held: BudgetText, scopes: Scopes) -> Budget:
    path: Path = ("budgets", held.id)
    scope = scopes.resolve(held.scope, (*path, "scope"))
    years = scope.years or scopes.years
    return Budget(
        id=held.id,
        name=held.name,
        kinds=tuple(dict.fromkeys(held.kinds)),
        scope=scope,
        period=held.period,
        limits=_limits(context, held, years, (*path, "limit")),
        carry_over_interest=None if held.carry_over is None else held.carry_over.interest,
        price=held.price,
        source=held.source,
        place=context.label(path),
    )


def _limits(context: Context, held: BudgetText, years: tuple[int, ...], path: Path) -> tuple[float, ...]:
    limit = held.limit
    if isinstance(limit, float):
        return (limit,) * (len(years) if held.period == "year" else 1)
    if isinstance(limit, FirstLimit):
        return tuple(limit.first * (1 + limit.growth) ** k for k in range(len(years)))
    by_year = limit
    for year in by_year:
        if year not in years:
            remedy = f"the years of this budget are {', '.join(map(str, years))}"
            context.report((*path, year), f"year {year} is not a year of this budget", remedy)
    missing = [year for year in years if year not in by_year and not context.given((*path, year))]
    if missing:
        context.report(path, f"no limit for {', '.join(map(str, missing))}", "give one for every year of the scope")
    return tuple(by_year.get(year, 0.0) for year in years)


def _rule(context: Context, held: RuleText, scopes: Scopes) -> Rule:
    path: Path = ("rules", held.id)
    whole: Scope | None = None
    if held.share_of is not None:
        whole = scopes.resolve(held.share_of, (*path, "share_of"))
    return Rule(
        id=held.id,
        name=held.name,
        sense=held.kind,
        quantity=held.quantity,
        scope=scopes.resolve(held.scope, (*path, "scope")),
        each=held.each,
        limit=_rule_limit(context, held, (*path, "limit")),
        per_10k_people=held.per_10k_people,
        share_of=whole,
        scaled_by=held.scaled_by,
        price=held.price,
        source=held.source,
        place=context.label(path),
    )


def _rule_limit(context: Context, held: RuleText, path: Path) -> float:
    if held.share_of is not None:
        dimension = units.RATIO if held.scaled_by is not None else units.SHARE
    else:
        money = units.in_currency(units.MONEY, context.currency)
        dimension = money if held.quantity == "capex" else units.COUNT
    try:
        return units.quantity(held.limit, dimension)
    except FaultError as fault:
        context.report(path, fault.message, fault.remedy)
        return 0.0
