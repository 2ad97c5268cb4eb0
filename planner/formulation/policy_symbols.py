"""Sets, parameters and slacks of the policy rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.excesses import Excesses, excesses
from planner.formulation.sets import asset_ids, grouped, growing_assets, region_ids
from planner.instance import Instance
from planner.policies import Entries, Policies
from planner.scenario import base_modules
from planner.symbols import IndexSet, Names, Numbers, Param, Subsets, Symbols, Variable

Ints = NDArray[np.int64]
INF = float("inf")
LABEL = "{}:{}:{}"


def policy_symbols(instance: Instance, asked: Policies) -> Symbols:
    """All that rules of policy speak of beside stocks and orders."""
    soft = excesses(instance, growing_assets(instance))
    return Symbols(
        sets=_sets(instance, asked, soft),
        subsets=(*_entries_of(asked), *_excesses_of(instance, soft)),
        params=(*_params(asked), *_growth(instance), *_soft(asked, soft)),
        variables=_slacks(asked, soft),
    )


def _sets(instance: Instance, asked: Policies, soft: Excesses) -> tuple[IndexSet, ...]:
    regions, year = region_ids(instance), instance.timeline.year
    parts = (tuple(rule.id for rule in asked.rules), (*regions, "nation"), tuple(str(y) for y in year))
    at = (asked.rule, asked.region, asked.year)
    floors, caps = (tuple(index[rows] for index in at) for rows in (asked.of("floor"), asked.of("cap")))
    growing = [f"{instance.scenario.growth_limits[g].id}:{asset_ids(instance)[a]}" for g, a in growing_assets(instance)]
    return (
        IndexSet("policies", "q", Names(LABEL, parts, at), "rows of floors and caps"),
        IndexSet("floors", "q", Names(LABEL, parts, floors), "rows of floors"),
        IndexSet("caps", "q", Names(LABEL, parts, caps), "rows of caps"),
        IndexSet("stock_entries", "e", _numbers(asked.stocks.row), "a stock that a policy row weighs"),
        IndexSet("order_entries", "e", _numbers(asked.orders.row), "an order that a policy row weighs"),
        IndexSet("start_entries", "e", _numbers(asked.starts.row), "a start of a project that a policy row weighs"),
        IndexSet("growing", "g", tuple(growing), "assets whose orders grow at a limited rate"),
        IndexSet("excesses", "x", soft.labels(), "limits of growth, electricity and staff with a price"),
    )


def _numbers(members: Ints) -> Sequence[str]:
    return Numbers(len(members))


def _entries_of(asked: Policies) -> tuple[Subsets, ...]:
    rows = len(asked.rule)
    return (
        grouped("stocks_of", ("policies",), "stock_entries", asked.stocks.row, rows, "stocks that a row weighs"),
        grouped("orders_of", ("policies",), "order_entries", asked.orders.row, rows, "orders that a row weighs"),
        grouped("starts_in", ("policies",), "start_entries", asked.starts.row, rows, "starts that a row weighs"),
    )


def _excesses_of(instance: Instance, soft: Excesses) -> tuple[Subsets, ...]:
    return (
        _single("growth_excess", ("regions", "growing", "years"), soft.growth, "excess of a growth limit"),
        _single("power_excess", ("powered_regions", "times"), soft.power, "excess of a power limit"),
        _single("staff_excess", ("staffed_regions", "times"), soft.staff, "excess of a staff limit"),
    )


def _single(name: str, over: tuple[str, ...], number: Ints, doc: str) -> Subsets:
    """One member or none per cell."""
    starts = np.concatenate([[0], np.cumsum(number.ravel() >= 0)])
    return Subsets(name, over, "excesses", starts.astype(np.int64), number[number >= 0], doc)


def _params(asked: Policies) -> tuple[Param, ...]:
    return (
        *_weighed(asked, asked.stocks, "stock", "time"),
        *_weighed(asked, asked.orders, "order", "year"),
        Param("start_weight", ("start_entries",), asked.starts.weight, "share of the limit", "weight of a start"),
        Param("entry_start", ("start_entries",), asked.starts.start, "", "start of an entry"),
        Param("policy_limit", ("policies",), asked.limit, "share of the limit", "limit of a row"),
        Param("floor_row", ("floors",), asked.of("floor"), "", "policy row of a floor"),
        Param("cap_row", ("caps",), asked.of("cap"), "", "policy row of a cap"),
    )


def _weighed(asked: Policies, entries: Entries, name: str, when: str) -> tuple[Param, ...]:
    over = (f"{name}_entries",)
    return (
        Param(f"{name}_weight", over, entries.weight, "share of the limit per module", f"weight of a {name} in a row"),
        Param(f"{name}_region", over, entries.region, "", "region of an entry"),
        Param(f"{name}_asset", over, entries.asset, "", "asset of an entry"),
        Param(f"{name}_{when}", over, asked.year[entries.row], "", "year of an entry"),
    )


def _growth(instance: Instance) -> tuple[Param, ...]:
    limits, pairs = instance.scenario.growth_limits, growing_assets(instance)
    rate = np.array([limits[g].rate for g, _ in pairs])
    asset = np.array([a for _, a in pairs], np.int64)
    base = base_modules(instance.scenario)
    seed = np.array([limits[g].seed for g, _ in pairs]) * base.sum(axis=0)[asset]
    room = np.broadcast_to(seed[None, :, None], (len(base), len(pairs), instance.timeline.orders)).copy()
    room[:, :, 0] += rate * base[:, asset]
    return (
        Param("growth_rate", ("growing",), rate, "per year", "orders per stock of the year before"),
        Param("growing_asset", ("growing",), asset, "", "asset of a growth limit"),
        Param("growth_room", ("regions", "growing", "years"), room, "modules", "orders allowed beside the rate"),
    )


def _soft(asked: Policies, soft: Excesses) -> tuple[Param, ...]:
    prices = np.array([rule.price or 0.0 for rule in asked.rules])[asked.rule]
    return (
        Param("shortfall_price", ("policies",), prices, "per limit", "loss by missing a rule"),
        Param("excess_size", ("excesses",), soft.size, "of the row", "size of a limit"),
        Param("excess_price", ("excesses",), soft.price, "per limit", "loss by exceeding a limit"),
    )


def _slacks(asked: Policies, soft: Excesses) -> tuple[Variable, ...]:
    missed = np.array([0.0 if rule.price is None else INF for rule in asked.rules])[asked.rule]
    unit = "share of the limit"
    return (
        Variable("shortfall", ("policies",), 0.0, missed, False, unit, "by how much a rule is missed"),
        Variable("excess", ("excesses",), 0.0, INF, False, unit, "by how much a limit is exceeded"),
    )
