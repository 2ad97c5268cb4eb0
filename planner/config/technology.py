"""Factors, thresholds, elasticity sets and assets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planner.config import units
from planner.config.columns import Columns, frozen, numbers
from planner.config.context import Context
from planner.config.models import Asset as AssetText
from planner.config.models import BaseStock, Plan
from planner.config.models import ElasticitySet as ElasticitySetText
from planner.config.models import Factor as FactorText
from planner.config.models import Threshold as ThresholdText
from planner.config.tree import Path
from planner.nest import Nest
from planner.scenario import Asset, ElasticitySet, Factor, Floats, Kind, Machine, Parameter, Threshold
from planner.sources import ColumnSource


def resolve_factors(context: Context, plan: Plan, columns: Columns) -> tuple[Factor, ...]:
    """All factors with their exogenous levels."""
    return tuple(_factor(context, factor, columns) for factor in plan.factors)


def resolve_elasticities(context: Context, plan: Plan) -> tuple[ElasticitySet, ...]:
    """All sets, with 0 for a factor that a set does not name."""
    factors = context.ids("factors")
    context.known(("elasticities",), plan.elasticities, "elasticity set", context.ids("elasticity_sets"))
    sets = []
    for held in plan.elasticity_sets:
        path: Path = ("elasticity_sets", held.id)
        for factor in held.beta:
            context.known((*path, "beta", factor), factor, "factor", factors)
        beta = {factor: held.beta.get(factor, 0.0) for factor in factors}
        nest = _nest(context, plan, held, path)
        sets.append(ElasticitySet(held.id, held.name, beta, held.spillover, held.source, context.label(path), nest))
    return tuple(sets)


def _nest(context: Context, plan: Plan, held: ElasticitySetText, path: Path) -> Nest | None:
    """The nest of a set; its factors are of the kind that the plan supplies."""
    if held.nest is None:
        return None
    supplied = [factor.id for factor in plan.factors if factor.series is None]
    for index, factor in enumerate(held.nest.factors):
        context.known((*path, "nest", "factors", index), factor, "factor that the plan supplies", supplied)
    if len(set(held.nest.factors)) < 2:
        context.report((*path, "nest", "factors"), "a nest of one factor changes nothing", "name at least two")
    return Nest(held.nest.factors, held.nest.sigma)


def resolve_thresholds(context: Context, plan: Plan) -> tuple[Threshold, ...]:
    """All thresholds; their factors are of the kind that the plan supplies."""
    return tuple(_threshold(context, plan, held) for held in plan.thresholds)


def _threshold(context: Context, plan: Plan, held: ThresholdText) -> Threshold:
    path: Path = ("thresholds", held.id)
    supplied = [factor.id for factor in plan.factors if factor.series is None]
    context.known((*path, "factor"), held.factor, "factor that the plan supplies", supplied)
    at_least = context.parameter(held.at_least, (*path, "at_least"))
    bonus = context.parameter(held.bonus, (*path, "bonus"))
    if not bonus.value > 0:
        context.report((*path, "bonus"), "a bonus of 0 changes nothing", "write 5 %, or take the threshold out")
    return Threshold(held.id, held.name, held.factor, at_least, bonus, held.source, context.label(path))


def resolve_assets(
    context: Context,
    plan: Plan,
    columns: Columns,
    machines: Mapping[str, Machine] | None,
    sources: tuple[ColumnSource, ...],
) -> tuple[Asset, ...]:
    """All assets. `machines`: None where it is not known which there are."""
    return tuple(_asset(context, asset, columns, machines, sources) for asset in plan.assets)


def _factor(context: Context, held: FactorText, columns: Columns) -> Factor:
    path: Path = ("factors", held.id)
    series, growth, usable = None, None, None
    if held.series is not None:
        series = numbers(context, columns, held.series.column, units.COUNT, (*path, "series", "column"))
        growth = context.parameter(held.series.growth, (*path, "series", "growth"))
    if held.usable_per_talent is not None:
        usable = context.parameter(held.usable_per_talent, (*path, "usable_per_talent"))
        if "talent" not in context.ids("factors"):
            context.report((*path, "usable_per_talent"), "there is no factor 'talent'", "add it or take the cap out")
    return Factor(held.id, held.name, held.unit, series, growth, usable)


def _asset(
    context: Context,
    held: AssetText,
    columns: Columns,
    machines: Mapping[str, Machine] | None,
    sources: tuple[ColumnSource, ...],
) -> Asset:
    path: Path = ("assets", held.id)
    _check_references(context, held, path, machines)

    def parameter(key: str) -> Parameter:
        return context.parameter(getattr(held, key), (*path, key))

    stock, kind, source = _base_stock(context, held.base_stock, columns, sources, (*path, "base_stock"))
    return Asset(
        id=held.id,
        asset_class=held.asset_class,
        name=held.name,
        name_zh=held.name_zh or held.name,
        unit=held.unit,
        module_units=held.module,
        integer=held.integer,
        capex=parameter("capex"),
        price_decline=parameter("price_decline"),
        opex_share=parameter("opex_share"),
        power_kw=parameter("power_kw"),
        load_factor=parameter("load_factor"),
        has_pue=held.has_pue,
        life_years=_whole_years(context, parameter("life"), 1, (*path, "life")),
        lead_years=_whole_years(context, parameter("lead_time"), 0, (*path, "lead_time")),
        staff_fte=parameter("staff_fte"),
        supplies=dict(held.supplies),
        housed_in=None if held.housed_in is None else held.housed_in.asset,
        housing_per_unit=0.0 if held.housed_in is None else held.housed_in.units_per_unit,
        carries_traffic=held.carries_traffic,
        machine=held.machine,
        utilisation=parameter("utilisation"),
        base_stock=stock,
        base_stock_kind=kind,
        base_stock_source=source,
    )


def _check_references(context: Context, held: AssetText, path: Path, machines: Mapping[str, Machine] | None) -> None:
    for factor in held.supplies:
        context.known((*path, "supplies", factor), factor, "factor", context.ids("factors"))
    if held.housed_in is not None:
        others = [asset for asset in context.ids("assets") if asset != held.id]
        context.known((*path, "housed_in", "asset"), held.housed_in.asset, "asset to be housed in", others)
    if held.machine is not None and machines is not None:
        context.known((*path, "machine"), held.machine, "machine", machines)


def _whole_years(context: Context, held: Parameter, least: int, path: Path) -> Parameter:
    whole = round(held.value)
    if whole < least:
        context.report(path, f"value {held.value:g} rounds to {whole} years; expected at least {least}", "write 1 year")
    if whole == held.value:
        return held
    note = f"rounded from {held.value:g} years"
    return replace(held, value=float(whole), source="; ".join(filter(None, (held.source, note))))


def _base_stock(
    context: Context, held: BaseStock, columns: Columns, sources: tuple[ColumnSource, ...], path: Path
) -> tuple[Floats, Kind, str]:
    if held.column is None:
        return frozen([held.value] * len(columns.ids)), held.kind or "assumption", held.source
    stock = numbers(context, columns, held.column, units.COUNT, (*path, "column"))
    table = columns.table_of(held.column)
    named = [s for s in sources if table is not None and s.column == held.column and s.file == table.name]
    stated: Kind = next((kind for s in named for kind in KINDS if kind == s.kind), "assumption")
    return stock, held.kind or stated, held.source or next((s.source for s in named), "")


KINDS: tuple[Kind, ...] = ("found", "derived", "recalled", "assumption", "estimated", "published", "measured")
