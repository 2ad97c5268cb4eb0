"""Candidate projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from planner.config.context import Context
from planner.config.models import Plan
from planner.config.policy_models import Project as ProjectText
from planner.config.scopes import Scopes
from planner.config.tree import Path
from planner.scenario import Project


def resolve_projects(context: Context, plan: Plan, scopes: Scopes) -> tuple[Project, ...]:
    """All candidate projects; without years they may start in any year of orders."""
    _check_apart(context, plan)
    return tuple(_project(context, held, scopes) for held in plan.projects)


def _project(context: Context, held: ProjectText, scopes: Scopes) -> Project:
    path: Path = ("projects", held.id)
    context.known((*path, "region"), held.region, "region", scopes.regions)
    for asset in held.units:
        context.known((*path, "units", asset), asset, "asset", context.ids("assets"))
    _check_others(context, path, held, "excludes")
    _check_others(context, path, held, "needs")
    return Project(
        id=held.id,
        name=held.name,
        region=held.region,
        units={name: amount for name, amount in held.units.items() if name in scopes.class_of},
        capex_million=held.capex,
        opex_million=held.opex,
        years=scopes.years_of(held.years, (*path, "years")) or scopes.years,
        lead_years=round(held.lead_time),
        excludes=held.excludes,
        needs=held.needs,
        must=held.must,
        source=held.source,
        place=context.label(path),
    )


def _check_others(context: Context, path: Path, held: ProjectText, key: Literal["excludes", "needs"]) -> None:
    for index, other in enumerate(getattr(held, key)):
        known = context.known((*path, key, index), other, "project", context.ids("projects"))
        if known and other == held.id:
            context.report((*path, key, index), f"project {other!r} {key} itself", "name another project")


def _check_apart(context: Context, plan: Plan) -> None:
    """Note every project that excludes what it needs, itself or by way of others."""
    needs = {held.id: held.needs for held in plan.projects}
    for held in plan.projects:
        for other in _all_needed(needs, held.id):
            if other in held.excludes:
                path: Path = ("projects", held.id, "excludes", held.excludes.index(other))
                context.report(path, f"project {held.id!r} needs {other!r} as well", "take one of them out")


def _all_needed(needs: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    found: list[str] = []
    ahead = list(needs[start])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.append(name)
            ahead += needs.get(name, ())
    return found
