"""Sets of the model and families of subsets that sums run over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.budgets import Ledger
from planner.innovation import Innovation
from planner.instance import Instance
from planner.symbols import IndexSet, Names, Subsets

FIRST_POINTS = np.geomspace(0.25, 6.0, 4)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def index_sets(instance: Instance, book: Ledger) -> tuple[IndexSet, ...]:
    """Index sets of supply and money, labelled with the ids of the config."""
    return (*_supply_sets(instance), *_money_sets(instance, book))


def subset_families(instance: Instance, book: Ledger) -> tuple[Subsets, ...]:
    """Families of subsets of supply and money."""
    return (*_supply_subsets(instance), *_flow_subsets(instance), *_money_subsets(book))


def region_ids(instance: Instance) -> tuple[str, ...]:
    return tuple(region.id for region in instance.scenario.regions)


def asset_ids(instance: Instance) -> tuple[str, ...]:
    return tuple(asset.id for asset in instance.scenario.assets)


def computing_assets(instance: Instance) -> Ints:
    """Assets that serve demand, ascending."""
    return np.unique(instance.network.post_asset)


def hosts(instance: Instance) -> tuple[Ints, Ints]:
    """Region and asset of every pair of a region and a computing asset, (H,) each."""
    computing, regions = computing_assets(instance), len(instance.scenario.regions)
    return np.repeat(np.arange(regions), len(computing)), np.tile(computing, regions)


def host_of_post(instance: Instance) -> Ints:
    """Number of the host that each post belongs to, (K,)."""
    net, computing = instance.network, computing_assets(instance)
    return net.post_region * len(computing) + np.searchsorted(computing, net.post_asset)


def halls(instance: Instance) -> list[int]:
    """Assets that house machines."""
    assets = instance.scenario.assets
    return [h for h, hall in enumerate(assets) if any(a.housed_in == hall.id for a in assets)]


def capped_factors(instance: Instance) -> list[int]:
    """Factors whose level talent limits."""
    usable = instance.innovation.usable
    return [f for f in range(usable.shape[1]) if np.isfinite(usable[:, f]).all()]


def mix_of(innovation: Innovation) -> Floats:
    """Shares (F, F) of factors in the composite that each factor stands for: itself, or all factors of its nest."""
    mix = np.eye(len(innovation.factors))
    if innovation.blend is not None:
        members = list(innovation.blend.members)
        mix[np.ix_(members, members)] = innovation.blend.share
    return mix


def growing_assets(instance: Instance) -> list[tuple[int, int]]:
    """Pairs of growth limit and asset."""
    known = asset_ids(instance)
    return [(g, known.index(a)) for g, limit in enumerate(instance.scenario.growth_limits) for a in limit.assets]


def _supply_sets(instance: Instance) -> tuple[IndexSet, ...]:
    scenario, net = instance.scenario, instance.network
    regions, assets = region_ids(instance), asset_ids(instance)
    classes = tuple(demand.id for demand in scenario.demand)
    times = tuple(str(year) for year in instance.timeline.year)
    factors = tuple(scenario.factors[f].id for f in instance.innovation.factors)
    powered = regions if instance.power_room_gwh is not None else ()
    staffed = regions if instance.staff_room is not None else ()
    return (
        IndexSet("regions", "r", regions, "regions"),
        IndexSet("assets", "a", assets, "assets that money can build"),
        IndexSet("times", "t", times, "years of orders, then representative years of the tail"),
        IndexSet("years", "v", times[: instance.timeline.orders], "years of orders"),
        IndexSet("factors", "f", factors, "factors of innovation that the plan supplies"),
        IndexSet("capped_factors", "c", tuple(factors[f] for f in capped_factors(instance)), "limited by talent"),
        IndexSet("classes", "d", classes, "demand classes"),
        IndexSet(
            "arcs",
            "n",
            Names("{}>{}:{}", (regions, regions, classes), (net.host, net.user, net.demand_class)),
            "host, user, class within the delay limit",
        ),
        IndexSet(
            "posts",
            "k",
            Names("{}:{}:{}", (regions, assets, classes), (net.post_region, net.post_asset, net.post_class)),
            "an asset in a region working for a class",
        ),
        IndexSet(
            "hosts",
            "h",
            Names("{}:{}", (regions, assets), hosts(instance)),
            "a region with a computing asset",
        ),
        IndexSet("halls", "h", tuple(assets[h] for h in halls(instance)), "assets that house machines"),
        IndexSet("powered_regions", "r", powered, "regions with a power limit"),
        IndexSet("staffed_regions", "r", staffed, "regions with a staff limit"),
        IndexSet("tangents", "p", tuple(f"{p:.3g}" for p in FIRST_POINTS), "points of the first tangents"),
    )


def _money_sets(instance: Instance, book: Ledger) -> tuple[IndexSet, ...]:
    budgets = tuple(budget.id for budget in instance.scenario.budgets)
    year = instance.timeline.year
    return (
        IndexSet("budgets", "b", budgets, "budgets"),
        IndexSet(
            "grants",
            "g",
            tuple(f"{budgets[g.budget]}:{year[g.year]}" for g in book.grants),
            "a yearly budget in a year of its scope",
        ),
        IndexSet("totals", "b", tuple(budgets[total.budget] for total in book.totals), "budgets over all their years"),
        IndexSet(
            "upkeeps",
            "u",
            tuple(f"{budgets[u.budget]}:{year[u.time]}" for u in book.upkeeps),
            "a yearly budget in the tail",
        ),
        IndexSet("matches", "m", tuple(match.label for match in book.matches), "matching funds, by year or in all"),
    )


def _supply_subsets(instance: Instance) -> tuple[Subsets, ...]:
    scenario, time, known = instance.scenario, instance.timeline, asset_ids(instance)
    innovation = instance.innovation
    carriers = np.tile([asset.carries_traffic for asset in scenario.assets], (len(scenario.regions), 1))
    housed = [[a for a, x in enumerate(scenario.assets) if x.housed_in == known[h]] for h in halls(instance)]
    alive = [_alive(instance, a, t) for a in range(len(known)) for t in range(len(time.year))]
    return (
        family("alive", ("assets", "times"), "years", alive, "years whose orders are in service"),
        family(
            "year_before", ("years",), "years", [[v - 1] if v else [] for v in range(time.orders)], "the year before"
        ),
        marked("carriers", ("regions",), "assets", carriers, "assets that carry traffic"),
        family("housed", ("halls",), "assets", housed, "assets that a hall houses"),
        marked("suppliers", ("factors",), "assets", innovation.supply, "assets that supply a factor"),
        marked("feeders", ("factors",), "classes", innovation.feed, "demand classes that feed a factor"),
        marked("mixed", ("factors",), "factors", mix_of(innovation), "factors that a composite is mixed of"),
        marked("neighbours", ("regions",), "regions", innovation.spillover, "regions whose levels spill over"),
    )


def _alive(instance: Instance, a: int, t: int) -> list[int]:
    lead, life, year = instance.lead[a], instance.life[a], instance.timeline.year
    return [v for v in range(instance.timeline.orders) if year[v] + lead <= year[t] < year[v] + lead + life]


def _flow_subsets(instance: Instance) -> tuple[Subsets, ...]:
    net, classes = instance.network, len(instance.scenario.demand)
    regions = len(instance.scenario.regions)
    away = np.where(net.gbps_km > 0, net.host, -1)
    cells = regions * classes
    return (
        grouped(
            "inflows",
            ("regions", "classes"),
            "arcs",
            net.user * classes + net.demand_class,
            cells,
            "arcs into a region",
        ),
        grouped(
            "outflows",
            ("regions", "classes"),
            "arcs",
            net.host * classes + net.demand_class,
            cells,
            "arcs out of a region",
        ),
        grouped("exports", ("regions",), "arcs", away, regions, "arcs that need interregional bandwidth"),
        grouped(
            "posts_for",
            ("regions", "classes"),
            "posts",
            net.post_region * classes + net.post_class,
            cells,
            "posts of a class",
        ),
        grouped("posts_at", ("hosts",), "posts", host_of_post(instance), len(hosts(instance)[0]), "posts of a host"),
    )


def _money_subsets(book: Ledger) -> tuple[Subsets, ...]:
    before = [[] if grant.before is None else [grant.before] for grant in book.grants]
    return (
        family("budget_regions", ("budgets",), "regions", book.regions, "regions that a budget pays for"),
        family("budget_assets", ("budgets",), "assets", book.assets, "assets that a budget pays for"),
        family("grant_before", ("grants",), "grants", before, "the grant whose rest carries over"),
        family("total_years", ("totals",), "years", [total.years for total in book.totals], "years of a total budget"),
        family("match_years", ("matches",), "years", [x.years for x in book.matches], "years of what is matched"),
        family("match_of_years", ("matches",), "years", [x.of_years for x in book.matches], "years of what matches it"),
    )


def family(name: str, sets: tuple[str, ...], of: str, cells: Iterable[Sequence[int] | Ints], doc: str) -> Subsets:
    """Subsets from lists of members, one per cell of the sets in row-major order."""
    lists = [np.asarray(cell, np.int64) for cell in cells]
    starts = np.concatenate([[0], np.cumsum([len(members) for members in lists], dtype=np.int64)])
    return Subsets(name, sets, of, starts.astype(np.int64), np.concatenate([np.zeros(0, np.int64), *lists]), doc)


def marked(name: str, sets: tuple[str, ...], of: str, marks: NDArray[Any], doc: str) -> Subsets:
    """Subsets from a matrix (cells, members): a cell holds the members whose entry is not zero."""
    cell, member = np.nonzero(marks)
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=len(marks)))])
    return Subsets(name, sets, of, starts.astype(np.int64), member.astype(np.int64), doc)


def grouped(name: str, sets: tuple[str, ...], of: str, cell_of: Ints, cells: int, doc: str) -> Subsets:
    """Subsets by the cell each member belongs to; members of negative cells belong nowhere."""
    order = np.argsort(cell_of, kind="stable")
    order = order[cell_of[order] >= 0]
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell_of[order], minlength=cells))])
    return Subsets(name, sets, of, starts.astype(np.int64), order.astype(np.int64), doc)
