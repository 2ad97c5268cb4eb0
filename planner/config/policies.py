"""Budgets, policy rules and growth limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.config import units
from planner.config.context import Context
from planner.config.models import Plan
from planner.config.policy_models import Budget as BudgetText
from planner.config.policy_models import FirstLimit
from planner.config.policy_models import Rule as RuleText
from planner.config.policy_models import Scope as ScopeText
from planner.config.problems import FaultError
from planner.config.scopes import Scopes
from planner.config.tree import Path
from planner.scenario import Budget, Growth, Matching, Rule, Scope


def resolve_budgets(context: Context, plan: Plan, scopes: Scopes) -> tuple[Budget, ...]:
    """All budgets with a limit for each year of their scope, or a single total."""
    return tuple(_budget(context, held, scopes) for held in plan.budgets)


def resolve_rules(context: Context, plan: Plan, scopes: Scopes) -> tuple[Rule, ...]:
    """All policy rules on quantities; those on money between budgets are matching funds."""
    return tuple(_rule(context, held, scopes) for held in plan.rules if held.kind != "matching")


def resolve_growth_limits(context: Context, plan: Plan) -> tuple[Growth, ...]:
    """All growth limits."""
    limits = []
    for held in plan.growth_limits:
        path: Path = ("growth_limits", held.id)
        for index, asset in enumerate(held.assets):
            context.known((*path, "assets", index), asset, "asset", context.ids("assets"))
        limits.append(Growth(held.id, held.assets, held.rate, held.seed, held.source, context.label(path), held.price))
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

    def scope(key: str) -> Scope | None:
        found: ScopeText | None = getattr(held, key)
        return None if found is None else scopes.resolve(found, (*path, key))

    own, of_kind = scope("scope") or Scope(), OF_KIND.get(held.kind, {})
    plain: dict[str, Any] = {
        "sense": held.kind,
        "quantity": held.quantity or "stock",
        "each": held.each,
        "share_of": scope("share_of"),
        "scaled_by": held.scaled_by,
        "ratio_to": scope("ratio_to") or scope("needs"),
        "ratio_quantity": held.ratio_quantity,
    }
    if held.kind == "convergence":
        plain["share_of"] = Scope(assets=own.assets)
    return Rule(
        id=held.id,
        name=held.name,
        scope=own,
        limit=0.0 if held.limit is None else _rule_limit(context, held, (*path, "limit")),
        per_10k_people=held.per_10k_people,
        price=held.price,
        source=held.source,
        place=context.label(path),
        within=_within(context, held, scopes, path),
        **{**plain, **of_kind},
    )


OF_KIND: Mapping[str, Mapping[str, Any]] = {
    "convergence": {"kind": "convergence", "sense": "floor", "each": "region", "scaled_by": "population"},
    "eligibility": {"kind": "eligibility", "sense": "cap", "each": "region", "quantity": "order"},
    "precedence": {
        "kind": "precedence",
        "sense": "cap",
        "each": "region",
        "quantity": "order",
        "ratio_quantity": "stock",
    },
}
"""What a kind of rule is in terms of floors, caps, shares and ratios."""


def _within(context: Context, held: RuleText, scopes: Scopes, path: Path) -> tuple[tuple[str, ...], ...]:
    known = [g for k, g in enumerate(held.within) if context.known((*path, "within", k), g, "group", scopes.members)]
    return tuple(scopes.members[group] for group in known)


def _rule_limit(context: Context, held: RuleText, path: Path) -> float:
    """Money or units; a share of a whole, which may be above 1 per head; a multiple of another quantity."""
    if held.share_of is not None and held.scaled_by is None:
        dimension = units.SHARE
    elif held.share_of is not None or held.ratio_to is not None or held.kind not in ("floor", "cap"):
        dimension = units.RATIO
    else:
        money = units.in_currency(units.MONEY, context.currency)
        dimension = money if held.quantity == "capex" else units.COUNT
    try:
        return units.quantity(held.limit, dimension)
    except FaultError as fault:
        context.report(path, fault.message, fault.remedy)
        return 0.0


def resolve_matching_funds(context: Context, plan: Plan) -> tuple[Matching, ...]:
    """Rules of kind matching."""
    return tuple(_matching(context, held) for held in plan.rules if held.kind == "matching")


def _matching(context: Context, held: RuleText) -> Matching:
    path: Path = ("rules", held.id)
    names = (held.budget or "", held.of or "")
    for key, name in zip(("budget", "of"), names, strict=True):
        context.known((*path, key), name, "budget", context.ids("budgets"))
    if names[0] == names[1]:
        context.report((*path, "of"), f"budget {names[0]!r} cannot match itself", "name another budget")
    return Matching(
        id=held.id,
        name=held.name,
        budget=names[0],
        of=names[1],
        ratio=_rule_limit(context, held, (*path, "limit")),
        period=held.period,
        price=held.price,
        source=held.source,
        place=context.label(path),
    )
