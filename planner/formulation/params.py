"""Given numbers of the model, with their units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.budgets import Ledger
from planner.formulation.sets import FIRST_POINTS, capped_factors, halls, hosts, mix_of
from planner.instance import Instance
from planner.symbols import Param

Floats = NDArray[np.float64]

RAT = ("regions", "assets", "times")


def given(instance: Instance, book: Ledger) -> tuple[Param, ...]:
    """Parameters of supply, money and innovation."""
    return (
        *_supply(instance),
        *_flows(instance),
        *_money(instance, book),
        *_innovation(instance),
        *_objective(instance, book),
    )


def log_weights(instance: Instance) -> Floats:
    """Weights (R, F, T) of the proportional objective: population share * discount * beta."""
    people = instance.population / instance.population.sum()
    return np.asarray(np.einsum("r,f,t->rft", people, instance.innovation.beta, instance.timeline.weight))


def _supply(instance: Instance) -> tuple[Param, ...]:
    assets, module = instance.scenario.assets, instance.module
    at = {asset.id: a for a, asset in enumerate(assets)}
    space = [
        a.housing_per_unit * m / module[at[a.housed_in]] if a.housed_in else 0.0
        for a, m in zip(assets, module, strict=True)
    ]
    carried = np.array([asset.carries_traffic for asset in assets]) * module / instance.network.bandwidth_unit_gbps_km
    none = np.zeros((0, len(instance.timeline.year)))
    return (
        Param("base_stock", RAT, instance.base_stock, "modules", "what is left of the base stock"),
        Param("bandwidth", ("assets",), carried, "percent per module", "traffic that a carrier carries"),
        Param("space", ("assets",), np.array(space), "modules of the hall", "space a module needs"),
        Param("hall_asset", ("halls",), np.array(halls(instance), np.int64), "", "asset of a hall"),
        Param(
            "computing_gwh", ("regions", "assets"), instance.computing_gwh, "GWh per module", "electricity of computing"
        ),
        Param(
            "power_room_gwh",
            ("powered_regions", "times"),
            none if instance.power_room_gwh is None else instance.power_room_gwh,
            "GWh",
            "electricity that computing may use",
        ),
        Param("staff", ("assets",), instance.staff, "FTE per module", "people who run it"),
        Param(
            "staff_room",
            ("staffed_regions", "times"),
            none if instance.staff_room is None else instance.staff_room,
            "FTE",
            "digital-operations staff",
        ),
    )


def _flows(instance: Instance) -> tuple[Param, ...]:
    net = instance.network
    host_region, host_asset = hosts(instance)
    return (
        Param("demand", ("regions", "classes", "times"), instance.demand, "EFLOPS", "compute asked"),
        Param(
            "traffic",
            ("arcs",),
            net.gbps_km / instance.network.bandwidth_unit_gbps_km,
            "percent per EFLOPS",
            "bandwidth a flow needs",
        ),
        Param("capacity", ("posts",), net.capacity, "EFLOPS per module", "what a machine delivers for a class"),
        Param("host_region", ("hosts",), host_region, "", "region of a host"),
        Param("host_asset", ("hosts",), host_asset, "", "asset of a host"),
    )


def _money(instance: Instance, book: Ledger) -> tuple[Param, ...]:
    budgets, costs = instance.scenario.budgets, instance.costs
    growth = [1.0 + (budgets[g.budget].carry_over_interest or 0.0) for g in book.grants]
    return (
        Param(
            "capex_billion",
            ("regions", "assets", "years"),
            costs.capex / 1e3,
            "billion per module",
            "price of an order",
        ),
        Param("opex_billion", RAT, costs.opex / 1e3, "billion per module and year", "upkeep"),
        Param("energy_billion", RAT, costs.energy / 1e3, "billion per module and year", "electricity at a new site"),
        Param("base_energy_billion", RAT, costs.base_energy / 1e3, "billion per year", "what old sites use beyond it"),
        *(
            Param(
                f"pays_{kind}",
                ("budgets",),
                np.array([float(kind in b.kinds) for b in budgets]),
                "",
                f"1 where a budget pays {kind}",
            )
            for kind in ("capex", "opex", "energy")
        ),
        Param(
            "grant_budget", ("grants",), np.array([g.budget for g in book.grants], np.int64), "", "budget of a grant"
        ),
        Param("grant_year", ("grants",), np.array([g.year for g in book.grants], np.int64), "", "year of a grant"),
        Param(
            "grant_billion",
            ("grants",),
            np.array([g.limit_million / 1e3 for g in book.grants]),
            "billion",
            "money granted",
        ),
        Param("carry_growth", ("grants",), np.array(growth), "", "1 + interest on what is carried over"),
        *_totals(book),
    )


def _totals(book: Ledger) -> tuple[Param, ...]:
    return (
        Param(
            "total_budget", ("totals",), np.array([t.budget for t in book.totals], np.int64), "", "budget of a total"
        ),
        Param(
            "total_billion",
            ("totals",),
            np.array([t.limit_million / 1e3 for t in book.totals]),
            "billion",
            "money in all",
        ),
        Param(
            "upkeep_budget",
            ("upkeeps",),
            np.array([u.budget for u in book.upkeeps], np.int64),
            "",
            "budget of a tail row",
        ),
        Param(
            "upkeep_time", ("upkeeps",), np.array([u.time for u in book.upkeeps], np.int64), "", "point of a tail row"
        ),
        Param(
            "upkeep_billion",
            ("upkeeps",),
            np.array([u.limit_million / 1e3 for u in book.upkeeps]),
            "billion",
            "last grant",
        ),
        *_matches(book),
    )


def _matches(book: Ledger) -> tuple[Param, ...]:
    budget, of = (np.array([getattr(x, key) for x in book.matches], np.int64) for key in ("budget", "of"))
    ratio = np.array([x.ratio for x in book.matches], float)
    return (
        Param("match_budget", ("matches",), budget, "", "budget that is matched"),
        Param("match_of", ("matches",), of, "", "budget that matches it"),
        Param("match_ratio", ("matches",), ratio, "", "it spends at most so many times what the other spends"),
    )


def _innovation(instance: Instance) -> tuple[Param, ...]:
    inn, capped = instance.innovation, capped_factors(instance)
    return (
        Param("supply", ("factors", "assets"), inn.supply, "percent per module", "level that an asset gives"),
        Param("feed", ("factors", "classes"), inn.feed, "percent per EFLOPS", "level that served demand gives"),
        Param("capped_factor", ("capped_factors",), np.array(capped, np.int64), "", "factor of a talent limit"),
        Param(
            "usable",
            ("regions", "capped_factors", "times"),
            inn.usable[:, capped],
            "percent",
            "level that talent can use",
        ),
        Param("spillover", ("regions", "regions"), inn.spillover, "", "phi * w[r,j]"),
        Param("floor", ("regions", "factors"), inn.floor, "percent", "floor e[r,f]"),
        Param("base_total", ("regions", "factors"), inn.base_total, "percent", "S0[r,f] + e[r,f]"),
        Param("mix", ("factors", "factors"), mix_of(inn), "", "share of a factor in its composite, 1 in itself"),
        Param("point_log", ("tangents",), np.log(FIRST_POINTS), "", "ln of a tangent's point"),
        Param("point_inverse", ("tangents",), 1.0 / FIRST_POINTS, "", "1 / a tangent's point"),
    )


def _objective(instance: Instance, book: Ledger) -> tuple[Param, ...]:
    scenario, weight = instance.scenario, instance.timeline.weight
    national = np.maximum(instance.demand.sum(axis=0), 1e-12)
    unmet = np.array([d.unmet_price for d in scenario.demand])[:, None] * weight[None] / national
    budgets = scenario.budgets
    return (
        Param("log_weight", ("regions", "factors", "times"), log_weights(instance), "", "weight of a log ratio"),
        Param("unmet_price", ("classes", "times"), unmet, "per EFLOPS", "loss of the objective by unmet demand"),
        Param(
            "exceeded_price",
            ("grants",),
            np.array([1e3 * (budgets[g.budget].price or 0.0) for g in book.grants]),
            "per billion",
            "loss by overspending",
        ),
        Param(
            "exceeded_total_price",
            ("totals",),
            np.array([1e3 * (budgets[t.budget].price or 0.0) for t in book.totals]),
            "per billion",
            "loss by overspending in all",
        ),
        Param(
            "exceeded_upkeep_price",
            ("upkeeps",),
            np.array([1e3 * (budgets[u.budget].price or 0.0) for u in book.upkeeps]),
            "per billion",
            "loss by overspending in the tail",
        ),
        Param(
            "unmatched_price",
            ("matches",),
            np.array([1e3 * (x.price or 0.0) for x in book.matches]),
            "per billion",
            "loss by spending beyond what matches it",
        ),
    )
