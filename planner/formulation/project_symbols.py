"""Sets, parameters and decisions of the candidate projects."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from planner.budgets import Ledger
from planner.formulation.sets import asset_ids, family, grouped, marked, region_ids
from planner.instance import Instance
from planner.projects import Portfolio
from planner.symbols import IndexSet, Param, Subsets, Symbols, Variable

Ints = NDArray[np.int64]
Pair = tuple[int, int]


def project_symbols(instance: Instance, book: Ledger, plans: Portfolio) -> Symbols:
    """All that rules about projects speak of."""
    build, time = plans.serving(instance)
    return Symbols(
        sets=_sets(instance, plans, build, time),
        subsets=(
            *_choices(instance, plans),
            *_built(instance, plans, build, time),
            *_paid(instance, book, plans, build, time),
        ),
        params=_params(instance, plans, build),
        variables=(Variable("start", ("starts",), 0.0, 1.0, True, "", "1 where a project starts in a year"),),
    )


def exclusions(instance: Instance) -> list[Pair]:
    """Pairs of projects that cannot both be taken, each once."""
    return list(dict.fromkeys((min(pair), max(pair)) for pair in _pairs(instance, "excludes")))


def needs(instance: Instance) -> list[Pair]:
    """Pairs of a project and one that must have started before or with it."""
    return _pairs(instance, "needs")


def must_take(instance: Instance) -> list[int]:
    """Projects that have to be taken, and have a year left for it beside those that are fact."""
    facts = instance.scenario.actuals
    past = () if facts is None else facts.years
    projects = enumerate(instance.scenario.projects)
    return [p for p, project in projects if project.must and not set(project.years) <= set(past)]


def _pairs(instance: Instance, key: str) -> list[Pair]:
    projects = instance.scenario.projects
    known = {project.id: p for p, project in enumerate(projects)}
    return [(p, known[other]) for p, project in enumerate(projects) for other in getattr(project, key)]


def _sets(instance: Instance, plans: Portfolio, build: Ints, time: Ints) -> tuple[IndexSet, ...]:
    names = [project.id for project in instance.scenario.projects]
    year, regions, assets = instance.timeline.year, region_ids(instance), asset_ids(instance)
    starts = [f"{names[p]}:{year[v]}" for p, v in plans.starts.tolist()]
    where = zip(plans.start.tolist(), plans.region.tolist(), plans.asset.tolist(), strict=True)
    builds = [f"{starts[k]}:{regions[r]}:{assets[a]}" for k, r, a in where]
    first, second = ([f"{names[p]}:{names[o]}" for p, o in found(instance)] for found in (exclusions, needs))
    served = zip(build.tolist(), year[time].tolist(), strict=True)
    return (
        IndexSet("projects", "j", tuple(names), "candidate projects"),
        IndexSet("must_projects", "j", tuple(names[p] for p in must_take(instance)), "projects that have to be taken"),
        IndexSet("starts", "k", tuple(starts), "a project and a year in which it may start"),
        IndexSet("builds", "e", tuple(builds), "what a start builds of an asset"),
        IndexSet("services", "e", tuple(f"{builds[e]}:{t}" for e, t in served), "a build in a year in which it serves"),
        IndexSet("exclusions", "x", tuple(first), "one or the other"),
        IndexSet("needs", "n", tuple(second), "one after the other"),
    )


def _choices(instance: Instance, plans: Portfolio) -> tuple[Subsets, ...]:
    projects, orders = instance.scenario.projects, instance.timeline.orders
    of, year = plans.starts[:, 0], plans.starts[:, 1]
    both = [np.flatnonzero(np.isin(of, pair)) for pair in exclusions(instance)]
    cells = list(product(needs(instance), range(orders)))
    own, other = ([np.flatnonzero((of == pair[k]) & (year <= v)) for pair, v in cells] for k in (0, 1))
    over = ("needs", "years")
    return (
        grouped("starts_of", ("projects",), "starts", of, len(projects), "years in which a project may start"),
        family("starts_of_both", ("exclusions",), "starts", both, "starts of two projects that exclude each other"),
        family("starts_until", over, "starts", own, "starts of a project up to a year"),
        family("needed_until", over, "starts", other, "starts up to a year of the project it needs"),
    )


def _built(instance: Instance, plans: Portfolio, build: Ints, time: Ints) -> tuple[Subsets, ...]:
    regions, assets, times = instance.base_stock.shape
    orders = instance.timeline.orders
    place = plans.region * assets + plans.asset
    ordered, serving = place * orders + plans.year, place[build] * times + time
    cells = regions * assets
    return (
        grouped("builds_at", ("regions", "assets", "years"), "builds", ordered, cells * orders, "builds ordered"),
        grouped("serving_at", ("regions", "assets", "times"), "services", serving, cells * times, "builds that serve"),
    )


def _paid(instance: Instance, book: Ledger, plans: Portfolio, build: Ints, time: Ints) -> tuple[Subsets, ...]:
    """By budget: what it pays of builds and of their own upkeep."""
    scopes = zip(book.regions, book.assets, strict=True)
    paid = [np.isin(plans.region, regions) & np.isin(plans.asset, assets) for regions, assets in scopes]
    years, times = np.arange(instance.timeline.orders), np.arange(len(instance.timeline.year))
    capex, opex = _when(paid, plans.year, years), _when([chosen[build] for chosen in paid], time, times)
    return (
        marked("budget_builds", ("budgets", "years"), "builds", capex, "builds that a budget pays for"),
        marked("budget_services", ("budgets", "times"), "services", opex, "builds whose own upkeep a budget pays for"),
    )


def _when(paid: list[NDArray[np.bool_]], at: Ints, times: Ints) -> NDArray[np.bool_]:
    """Whether a budget pays for a build at a time, (budgets * times, builds)."""
    chosen = np.array(paid, np.bool_).reshape(len(paid), 1, len(at))
    found: NDArray[np.bool_] = chosen & (at == times[:, None])
    return found.reshape(len(paid) * len(times), len(at))


def _params(instance: Instance, plans: Portfolio, build: Ints) -> tuple[Param, ...]:
    must = np.array(must_take(instance), np.int64)
    return (
        Param("must_project", ("must_projects",), must, "", "project that has to be taken"),
        Param("build_start", ("builds",), plans.start, "", "start of a build"),
        Param("build_modules", ("builds",), plans.modules, "modules", "what is built"),
        Param("build_billion", ("builds",), plans.capex_million / 1e3, "billion", "capex of a build"),
        Param("service_start", ("services",), plans.start[build], "", "start of a build that serves"),
        Param("service_modules", ("services",), plans.modules[build], "modules", "what serves"),
        Param("service_billion", ("services",), plans.opex_million[build] / 1e3, "billion per year", "own upkeep"),
    )
