"""Candidate projects: taken once or left, with what they exclude and what they need."""

from __future__ import annotations

from typing import Any

from planner.symbols import over


@over("projects")
def project_starts_once(m: Any, j: int) -> Any:
    """A project is taken once, as a whole, or left.

    sum( start[k] for starts k of project j ) <= 1        start is 0 or 1

    Unit: projects. Source: the list of candidate projects.
    """
    return sum(m.start[k] for k in m.starts_of[j]) <= 1


@over("must_projects")
def project_must_start(m: Any, j: int) -> Any:
    """What has to be taken is taken.

    sum( start[k] for starts k of project j ) >= 1

    Unit: projects.
    """
    return sum(m.start[k] for k in m.starts_of[m.must_project[j]]) >= 1


@over("exclusions")
def project_excludes_another(m: Any, x: int) -> Any:
    """Of two projects that exclude each other at most one is taken.

    sum( start[k] for starts k of both projects ) <= 1

    Unit: projects. Source: two designs for one site, or one purpose.
    """
    return sum(m.start[k] for k in m.starts_of_both[x]) <= 1


@over("needs", "years")
def project_starts_after_what_it_needs(m: Any, n: int, v: int) -> Any:
    """A project starts no earlier than the one it needs.

    sum( starts of the project up to year v ) <= sum( starts of the one it needs up to year v )

    Unit: projects. Source: a center needs its backbone first.
    """
    return sum(m.start[k] for k in m.starts_until[n, v]) <= sum(m.start[k] for k in m.needed_until[n, v])


def built(m: Any, r: int, a: int, v: int) -> Any:
    """Modules that projects order: modules[e] * start[e]."""
    return sum(m.build_modules[e] * m.start[m.build_start[e]] for e in m.builds_at[r, a, v])


def serving(m: Any, r: int, a: int, t: int) -> Any:
    """Modules of projects in service: modules[e] * start[e]."""
    return sum(m.service_modules[e] * m.start[m.service_start[e]] for e in m.serving_at[r, a, t])


PROJECTS = (
    project_starts_once,
    project_must_start,
    project_excludes_another,
    project_starts_after_what_it_needs,
)
