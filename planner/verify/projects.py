"""Candidate projects: what is taken, what it builds and costs, and that their lists are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.scenario import Project
from planner.verify.given import Given, prices, whole_years
from planner.verify.rows import excluded
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, Cells, Check, at_most, equal, stated

PROJECT = "project"


@dataclass(frozen=True)
class Built:
    """What projects order, cost, have in service, and pay for their own upkeep: (R, A, M), by their start and years."""

    units: Floats
    capex: Floats
    standing: Floats
    opex: Floats


def started(told: Told) -> dict[str, int]:
    """Year of the start of every project that is taken in one of its years."""
    years = {project.id: project.years for project in told.now.scenario.projects}
    found = {row["project"]: row["year"] for row in told.records("projects") if row["taken"]}
    return {name: year for name, year in found.items() if year in years[name]}


def built(told: Told) -> Built:
    """Recomputed from projects.csv, and from nothing but the starts there."""
    now, starts = told.now, started(told)
    found = Built(*(np.zeros((len(now.regions), len(now.assets), len(now.moments))) for _ in range(4)))
    for project in now.scenario.projects:
        if project.id in starts:
            _add(found, now, project, starts[project.id])
    return found


def _add(found: Built, now: Given, project: Project, year: int) -> None:
    r, m, serves = now.regions.index(project.region), now.moments.index(year), year + project.lead_years
    for name, units, capex, opex in parts(now, project, year):
        a = now.assets.index(name)
        life = whole_years(now.scenario.assets[a])[1]
        serving = np.array([0 <= moment - serves < life for moment in now.moments])
        found.units[r, a, m] += units
        found.capex[r, a, m] += capex
        found.standing[r, a] += units * serving
        found.opex[r, a] += opex * serving


def parts(now: Given, project: Project, year: int) -> list[tuple[str, float, float, float]]:
    """Asset, units, capex and own upkeep in million: both shared by list price, or alike where nothing has one."""
    r, m = now.regions.index(project.region), now.moments.index(year)
    own = [now.assets.index(name) for name in project.units]
    units = np.array(list(project.units.values()))
    listed = prices(now)[r, own, m] * units
    share = listed / listed.sum() if listed.sum() > 0 else np.full(len(own), 1.0 / len(own))
    capex = listed if project.capex_million is None else project.capex_million * share
    if now.scenario.tail.mode == "salvage":
        left = now.years[-1] + 1.0 - year - project.lead_years
        lives = np.array([now.scenario.assets[a].life_years.value for a in own])
        capex = capex * np.clip(left / lives, 0.0, 1.0)
    opex = project.opex_million * share
    return list(zip(project.units, units.tolist(), capex.tolist(), opex.tolist(), strict=True))


def demands(told: Told) -> Iterator[Side]:
    """Rows of rules.csv about projects: what must be taken, what excludes another, what needs another."""
    now, starts = told.now, started(told)
    for project in now.scenario.projects:
        if project.must:
            value = float(project.id in starts)
            yield Side(project.id, "must", project.region, "", 0, value, 1.0, PROJECT, 1.0, floor=True)
    for first, second in excluded(now):
        value = float((first in starts) + (second in starts))
        yield Side(f"{first} or {second}", "exclusion", "", "", 0, value, 1.0, PROJECT, 1.0)
    for project in now.scenario.projects:
        for other in project.needs:
            for year in now.years:
                value, limit = (float(name in starts and starts[name] <= year) for name in (project.id, other))
                name = f"{project.id} needs {other}"
                yield Side(name, "prerequisite", "", "", year, value, limit, PROJECT, 1.0)


def projects_are_taken_as_offered(told: Told) -> Check:
    """A project is taken in its region, in one of its years, or left; it serves after its lead time."""
    known = {project.id: project for project in told.now.scenario.projects}
    rows = told.records("projects")
    for row in rows:
        project = known[row["project"]]
        taken = row["taken"] == 1 and row["year"] in project.years
        serves = row["year"] + project.lead_years
        left = (row["taken"], row["year"], row["in_service_year"]) == (0, 0, 0)
        if row["region"] != project.region or not (left or (taken and row["in_service_year"] == serves)):
            fault = f"is not taken in {project.region} in one of {project.years} with a lead of {project.lead_years}"
            return stated("projects are taken as offered", len(rows), (f"projects.csv: {project.id}", fault))
    return stated("projects are taken as offered", len(rows), None)


def projects_cost_what_they_say(told: Told) -> Check:
    """Capex and own upkeep of a project are those of its parts; nothing where it is left."""
    known = {project.id: project for project in told.now.scenario.projects}
    rows, starts = told.records("projects"), started(told)
    names = [row["project"] for row in rows]
    taken = [parts(told.now, known[name], starts[name]) if name in starts else [] for name in names]
    sums = [(sum(capex for *_, capex, _ in found), sum(opex for *_, opex in found)) for found in taken]
    expected = np.array(sums, float).reshape(-1, 2)
    columns = ("capex_million", "opex_million_per_year")
    found = np.array([[row[column] for column in columns] for row in rows], float).reshape(-1, 2)
    cells = Cells("projects.csv", "cost", (names, columns))
    reason = "from its units, or its own cost"
    return equal("projects cost what they say", cells, found, expected, reason, tolerance=COUNTED)


def projects_order_what_they_build(told: Told) -> Check:
    """The rows of a project in orders.csv are its units and its capex."""
    starts, now = started(told), told.now
    wanted = {
        (p.id, p.region, name, starts[p.id], starts[p.id] + p.lead_years): (units, capex)
        for p in now.scenario.projects
        if p.id in starts
        for name, units, capex, _ in parts(now, p, starts[p.id])
    }
    rows = [row for row in told.records("orders") if row["project"]]
    columns = ("project", "region", "asset", "year", "in_service_year")
    shown = {tuple(row[c] for c in columns): (row["units"], row["capex_million"]) for row in rows}
    gone = next((key for key in [*wanted, *shown] if key not in shown or key not in wanted), None)
    if gone is not None or len(rows) != len(wanted):
        return stated("projects order what they build", len(rows), ("orders.csv", f"{gone}: rows and projects differ"))
    expected, found = (np.array([table[key] for key in wanted], float).reshape(-1, 2) for table in (wanted, shown))
    labels = [", ".join(map(str, key)) for key in wanted]
    cells = Cells("orders.csv", "units and capex", (labels, ("units", "capex_million")))
    return equal("projects order what they build", cells, found, expected, "from the project", tolerance=COUNTED)


def project_lists_are_kept(told: Told) -> Check:
    """What must be taken is, what excludes another is not taken beside it, what is needed has started."""
    found = together(demands(told))
    sign = np.where([side.floor for side in found.rows], -1.0, 1.0)
    cells = found.cells("value")
    reason = "what must, excludes and needs allow"
    value, limit = sign * found.value, sign * found.limit + found.shown(told, "shortfall")
    return at_most("project lists are kept", cells, value, limit, reason, tolerance=0.0, unit=1.0)


CHECKS = (
    projects_are_taken_as_offered,
    projects_cost_what_they_say,
    projects_order_what_they_build,
    project_lists_are_kept,
)
