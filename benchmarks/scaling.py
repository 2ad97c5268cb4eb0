"""Scenarios of any size in the style of the national one: provinces split, assets in kinds, years prolonged.

Every region is a piece of a province: people, stocks, demand and supplies are shared out with luck, so that national
totals, budgets and rules stay what they are; only rules on each province's share of the nation are left out. Spillovers
reach less far, as regions are smaller. Delay limits are set so that the flows make up the number of columns asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.instance import build_instance
from planner.scenario import Asset, Budget, DemandClass, Parameter, Rule, Scenario, Scope, Tail
from planner.solving import program_of

Floats = NDArray[np.float64]

GROWTH_AT_MOST = 0.12
KIND_SHARE = 0.1
BUDGET_GROWTH = 1.03

# Years at the end in which not everything can be ordered in time to serve.
LAST_LEAD = 2


@dataclass(frozen=True)
class Pieces:
    """For every region the province it is a piece of, and its share of it; where it lies, in km."""

    province: NDArray[np.int64]
    share: Floats
    distance_km: Floats


def scaled(base: Scenario, *, regions: int, assets: int, years: int, columns: int, seed: int = 1) -> Scenario:
    """The scenario `base` with so many regions, assets, years, and close to so many columns."""
    pieces = _pieces(base, regions, np.random.default_rng(seed))
    larger = _with_kinds(_with_years(_with_regions(base, pieces), years), assets)
    without = replace(larger, demand=tuple(replace(d, delay_limit_ms=1.0) for d in larger.demand))
    instance = build_instance(without)
    own = len(instance.network.host)
    arcs = own + (columns - len(program_of(instance).cost)) // years
    return replace(larger, demand=_with_limits(larger, pieces, arcs // len(larger.demand)))


def _pieces(base: Scenario, regions: int, luck: np.random.Generator) -> Pieces:
    provinces = len(base.regions)
    province = np.arange(regions) % provinces
    size = luck.lognormal(0.0, 0.5, regions) if regions > provinces else np.ones(regions)
    share = size / np.bincount(province, size, provinces)[province]
    at = _on_a_map(base.geography.distance_km)[province]
    if regions > provinces:
        at = at + luck.normal(0.0, 120.0, at.shape)
    distance = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=-1))
    return Pieces(province, share, distance)


def _on_a_map(distance_km: Floats) -> Floats:
    """Places in a plane whose distances are close to those given (classical scaling)."""
    squares = distance_km**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = np.linalg.eigh(-0.5 * centred)
    return np.asarray(vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0)))


def _with_regions(base: Scenario, pieces: Pieces) -> Scenario:
    def split(column: Floats) -> Floats:
        return np.asarray(column)[pieces.province] * pieces.share

    named = tuple(
        replace(
            base.regions[p], id=f"{base.regions[p].id}_{r}",
            population_10k=base.regions[p].population_10k * s, innovation=base.regions[p].innovation * s,
        )
        for r, (p, s) in enumerate(zip(pieces.province, pieces.share, strict=True))
    )  # fmt: skip
    ids: dict[str, list[str]] = {region.id: [] for region in base.regions}
    for region, p in zip(named, pieces.province, strict=True):
        ids[base.regions[p].id].append(region.id)

    reach, finer = base.geography.spillover_reach_km, (len(base.regions) / len(named)) ** 0.5

    def scope(old: Scope) -> Scope:
        return replace(old, regions=tuple(name for p in old.regions for name in ids[p]))

    supplies = {
        name: None if (old := getattr(base, name)) is None else replace(old, base=split(old.base))
        for name in ("electricity", "staff")
    }
    return replace(
        base,
        regions=named,
        groups=tuple(replace(g, members=tuple(n for p in g.members for n in ids[p])) for g in base.groups),
        geography=replace(
            base.geography, distance_km=pieces.distance_km, spillover_reach_km=replace(reach, value=reach.value * finer)
        ),
        factors=tuple(f if f.series is None else replace(f, series=split(f.series)) for f in base.factors),
        assets=tuple(replace(a, base_stock=split(a.base_stock)) for a in base.assets),
        demand=tuple(
            replace(d, drivers=tuple(replace(x, values=split(x.values)) for x in d.drivers)) for d in base.demand
        ),
        budgets=tuple(replace(b, scope=scope(b.scope)) for b in base.budgets),
        rules=tuple(
            replace(r, scope=scope(r.scope), share_of=None if r.share_of is None else scope(r.share_of))
            for r in base.rules
            if not (r.each == "region" and r.share_of is not None)
        ),
        **supplies,
    )


def _with_years(base: Scenario, years: int) -> Scenario:
    """The first `years` years from the first on, without a tail; budgets and demand grow on, more slowly."""
    span = tuple(range(base.years[0], base.years[0] + years))

    def budget(old: Budget) -> Budget:
        if old.period == "total":
            return replace(old, limits=(old.limits[0] * years / len(base.years),))
        more = [old.limits[-1] * BUDGET_GROWTH**k for k in range(1, years - len(old.limits) + 1)]
        return replace(old, limits=(*old.limits, *more)[:years])

    def demand(old: DemandClass) -> DemandClass:
        return replace(old, growth=replace(old.growth, value=min(old.growth.value, GROWTH_AT_MOST)))

    def rule(old: Rule) -> Rule:
        unlimited = old.quantity == "order" and not old.scope.years
        return replace(old, scope=replace(old.scope, years=span[:-LAST_LEAD])) if unlimited else old

    return replace(
        base,
        years=span,
        rules=tuple(map(rule, base.rules)),
        tail=Tail("salvage", 0, 0),
        budgets=tuple(map(budget, base.budgets)),
        demand=tuple(map(demand, base.demand)),
    )


def _with_kinds(base: Scenario, assets: int) -> Scenario:
    """More kinds of the assets that work or supply: dearer to buy, cheaper to keep; rules speak of both kinds."""
    first = [a for a in base.assets if a.machine is not None or a.supplies]
    twins: dict[str, list[Asset]] = {a.id: [] for a in base.assets}
    for k in range(assets - len(base.assets)):
        old = first[k % len(first)]
        twins[old.id].append(_kind(old, len(twins[old.id]) + 2))

    def both(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for i in ids for name in (i, *(twin.id for twin in twins[i])))

    def scope(old: Scope) -> Scope:
        return replace(old, assets=both(old.assets))

    kept = tuple(replace(a, base_stock=a.base_stock * (1.0 - KIND_SHARE * len(twins[a.id]))) for a in base.assets)
    return replace(
        base,
        assets=(*kept, *(twin for made in twins.values() for twin in made)),
        demand=tuple(replace(d, served_by=both(d.served_by)) for d in base.demand),
        budgets=tuple(replace(b, scope=scope(b.scope)) for b in base.budgets),
        rules=tuple(
            replace(r, scope=scope(r.scope), share_of=None if r.share_of is None else scope(r.share_of))
            for r in base.rules
        ),
        growth_limits=tuple(replace(g, assets=both(g.assets)) for g in base.growth_limits),
    )


def _kind(old: Asset, number: int) -> Asset:
    def times(given: Parameter, factor: float) -> Parameter:
        return replace(given, value=given.value * factor)

    changes: dict[str, Any] = {
        "capex": times(old.capex, 1.0 + 0.05 * number),
        "opex_share": times(old.opex_share, 1.0 - 0.1 * number),
        "power_kw": times(old.power_kw, 1.0 - 0.05 * number),
    }
    return replace(old, id=f"{old.id}_{number}", base_stock=old.base_stock * KIND_SHARE, **changes)


def _with_limits(base: Scenario, pieces: Pieces, arcs: int) -> tuple[DemandClass, ...]:
    """Delay limits within which so many pairs of regions lie."""
    near = np.sort(pieces.distance_km.ravel())[min(max(arcs, 1), pieces.distance_km.size) - 1]
    place = base.geography
    per_km = place.delay_ms_per_km.value * place.route_factor.value
    limit = float(near) * per_km + place.delay_offset_ms.value + 1e-9
    return tuple(replace(d, delay_limit_ms=limit) for d in base.demand)
