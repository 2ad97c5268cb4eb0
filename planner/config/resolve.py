"""A config tree made a frozen Scenario: models, tables and references checked, all problems at once."""

from __future__ import annotations

import math

from planner.config import units
from planner.config.actuals import resolve_actuals
from planner.config.columns import Columns, read_columns
from planner.config.context import Context
from planner.config.demand import check_service, resolve_demand, resolve_supply
from planner.config.loading import Document
from planner.config.machines import resolve_machines, resolve_mixes
from planner.config.models import STAND_INS, Plan
from planner.config.objectives import check_objective, resolve_objective
from planner.config.policies import (
    resolve_budgets,
    resolve_growth_limits,
    resolve_matching_funds,
    resolve_rules,
)
from planner.config.problems import ConfigError
from planner.config.projects import resolve_projects
from planner.config.provenance import check_sources, resolve_references, resolve_sources
from planner.config.regions import resolve_geography, resolve_groups, resolve_regions
from planner.config.scopes import scopes_of
from planner.config.technology import (
    resolve_assets,
    resolve_elasticities,
    resolve_factors,
    resolve_thresholds,
)
from planner.config.translation import check_names, resolve_names
from planner.config.validation import validated
from planner.scenario import Asset, Scenario, Tail


def resolve(document: Document) -> Scenario:
    """The scenario of a config. Raises ConfigError with every problem found in any of its files."""
    problems = document.inputs.problems
    context = Context(document, document.root)
    plan = validated(Plan, document.root, problems, STAND_INS, context.currency)
    columns = None if plan is None else read_columns(context, plan)
    if plan is None or columns is None:
        raise ConfigError(problems)
    scenario = _scenario(context, plan, columns)
    if not problems:
        _check_whole(context, plan, scenario, columns)
    if problems:
        raise ConfigError(problems)
    return scenario


def _scenario(context: Context, plan: Plan, columns: Columns) -> Scenario:
    years = tuple(range(plan.years.first, plan.years.last + 1))
    sources = resolve_sources(context, plan.sources)
    mixes, machines = resolve_mixes(context, plan), resolve_machines(context, plan)
    groups = resolve_groups(context, plan, columns)
    scopes = scopes_of(context, plan, columns.ids, groups, years)
    assets = resolve_assets(context, plan, columns, machines, sources)
    budgets = resolve_budgets(context, plan, scopes)
    return Scenario(
        id=plan.id,
        title=plan.title,
        title_zh=plan.title_zh or plan.title,
        currency=plan.currency,
        price_year=plan.price_year,
        base_year=plan.years.base,
        years=years,
        discount_rate=context.parameter(plan.discount_rate, ("discount_rate",)),
        tail=_tail(plan, assets),
        objective=resolve_objective(context, plan.objective, columns),
        gap=plan.gap,
        time_limit_s=plan.time_limit,
        elasticity_set=plan.elasticities,
        elasticity_sets=resolve_elasticities(context, plan),
        floor_share=context.parameter(plan.floor_share, ("floor_share",)),
        factors=resolve_factors(context, plan, columns),
        regions=resolve_regions(context, plan, columns),
        groups=groups,
        geography=resolve_geography(context, plan, columns),
        assets=assets,
        demand=resolve_demand(context, plan, columns, mixes),
        mixes=mixes or {},
        machines=machines or {},
        electricity=resolve_supply(context, "electricity", plan.electricity, columns, units.ELECTRICITY),
        staff=resolve_supply(context, "staff", plan.staff, columns, units.STAFF),
        budgets=budgets,
        rules=resolve_rules(context, plan, scopes),
        growth_limits=resolve_growth_limits(context, plan),
        matching_funds=resolve_matching_funds(context, plan),
        projects=resolve_projects(context, plan, scopes),
        actuals=resolve_actuals(context, plan, columns.ids, years, budgets),
        thresholds=resolve_thresholds(context, plan),
        sources=sources,
        references=resolve_references(context, plan.references),
        innovation_unit=plan.regions.innovation_unit,
        innovation_unit_zh=plan.names_zh.innovation_unit,
        names_zh=resolve_names(plan.names_zh),
        files=dict(sorted(context.inputs.files.items())),
        overrides=context.document.overrides,
        notices=tuple(context.inputs.notices),
    )


def _tail(plan: Plan, assets: tuple[Asset, ...]) -> Tail:
    """The tail; by default as long as the longest-lived asset ordered last serves."""
    if plan.tail.mode != "continue":
        return Tail(plan.tail.mode, 0, 0)
    longest = max((asset.life_years.value + asset.lead_years.value for asset in assets), default=1.0)
    years = plan.tail.years or math.ceil(longest)
    return Tail("continue", years, min(plan.tail.points, years))


def _check_whole(context: Context, plan: Plan, scenario: Scenario, columns: Columns) -> None:
    """Checks that make sense only where every part is right."""
    for section in ("factors", "elasticity_sets", "assets"):
        if not getattr(plan, section):
            context.report((section,), "the list is empty", "add at least one")
    check_names(context, scenario)
    check_service(context, scenario.demand, scenario.assets, scenario.mixes, scenario.machines)
    if scenario.sources:
        matrix = context.inputs.relative(context.inputs.path(plan.distances.table))
        check_sources(context, scenario.sources, columns, [matrix])
    supplied = {factor for asset in scenario.assets for factor in asset.supplies}
    supplied |= {held.feeds for held in scenario.demand}
    for factor in scenario.factors:
        if factor.series is None and factor.id not in supplied:
            message = "nothing supplies this factor: no asset, no demand class, no series"
            context.report(("factors", factor.id), message, "add it to the supplies of an asset, or give it a series")
    check_objective(context, scenario)
    if sum(region.innovation for region in scenario.regions) <= 0:
        context.report(("regions", "innovation"), "innovation is 0 in every region", "choose a column with values")
