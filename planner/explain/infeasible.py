"""Why a scenario has no plan, in words and as data: arithmetic, the cheapest repair, and what contradicts what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.explain.arithmetic import Finding, findings
from planner.explain.conflict import Alternative, Conflict, Contradiction, contradiction
from planner.explain.limits import Cell, Limit
from planner.explain.repair import Repair
from planner.instance import Instance, build_instance
from planner.linear import LinearProgram
from planner.scenario import Scenario

SHOWN = 12


@dataclass(frozen=True)
class Explanation:
    """What arithmetic found, and what the solver found; feasible means that a plan exists."""

    scenario: Scenario
    findings: tuple[Finding, ...]
    contradiction: Contradiction

    @property
    def feasible(self) -> bool:
        return self.contradiction.feasible


def explain(
    scenario: Scenario,
    program_of: Callable[[Instance], LinearProgram],
    *,
    time_limit_s: float = 120.0,
    progress: Callable[[str], None] = lambda _: None,
) -> Explanation:
    """Why a scenario has no plan, or that it has one. Raises TimeoutError where not even that is known in time."""
    instance = build_instance(scenario)
    found = findings(instance)
    progress(f"arithmetic finds {len(found)} contradictions")
    program = program_of(instance)
    progress(f"looking for what contradicts what among {program.shape[0]:,} rows")
    return Explanation(scenario, found, contradiction(instance, program, time_limit_s=time_limit_s))


def words(explained: Explanation) -> str:
    """The explanation as a text of short paragraphs."""
    found = explained.contradiction
    if found.feasible:
        return "a plan exists: all limits and rules can be kept together"
    parts = [_head(found), *_arithmetic(explained.findings), *_conflicts(explained), *_repairs(found)]
    return "\n".join(parts)


def _head(found: Contradiction) -> str:
    if found.hopeless:
        return "no plan exists, and no change of budgets, floors, caps or limits alone makes one possible"
    if found.whole:
        return (
            "no plan of whole modules and projects exists, though one of parts of them does; "
            "smaller modules (module:) or integer: false would help as well"
        )
    return "no plan exists"


def _arithmetic(found: tuple[Finding, ...]) -> list[str]:
    return ["", "What arithmetic shows:", *(f"  - {finding.sentence}" for finding in found)] if found else []


def _conflicts(explained: Explanation) -> list[str]:
    found, lines = explained.contradiction, []
    for at, conflict in enumerate(found.conflicts):
        which = f" {at + 1} of {len(found.conflicts)}" if len(found.conflicts) > 1 else ""
        lines += ["", f"Conflict{which}: " + _said(conflict), *_members(explained.scenario, conflict)]
    if found.unfinished:
        lines += ["", "The time was up before every conflict was found; --time-limit gives more."]
    return lines


def _said(conflict: Conflict) -> str:
    if len(conflict.limits) == 1:
        return "this cannot be kept, whatever gives way elsewhere"
    return "these cannot all be kept; without any one of them the rest can"


def _members(scenario: Scenario, conflict: Conflict) -> list[str]:
    lines = []
    for alternative in conflict.alone:
        where = _where(scenario, [cell for cell in conflict.cells if cell.limit == alternative.limit])
        lines += [f"  - {alternative.limit.words}{where}", f"      changed alone: {_alone(alternative)}"]
    return lines


def _alone(alternative: Alternative) -> str:
    repair = alternative.repair
    if repair is None:
        return "not enough, as other limits stand in the way"
    return repair.change + (", and every other year by the same share" if _yearly(repair) else "")


def _yearly(repair: Repair) -> bool:
    return repair.limit.kind == "budget" and repair.of > 1


def _where(scenario: Scenario, cells: list[Cell]) -> str:
    """Regions and years of some cells, shortened."""
    if not cells:
        return ""
    years = sorted({cell.year for cell in cells if cell.year})
    regions = list(dict.fromkeys(scenario.regions[c.region].name for c in cells if c.region is not None))
    span = "" if not years else f" in {years[0]}" if len(years) == 1 else f" in {years[0]}-{years[-1]}"
    named = ", ".join(regions[:4]) + (f" and {len(regions) - 4} more regions" if len(regions) > 4 else "")
    return span + (f": {named}" if named else "")


def _repairs(found: Contradiction) -> list[str]:
    if not found.repairs:
        return []
    lines = [f"  - {repair.words}" for repair in found.repairs[:SHOWN]]
    more = [f"  and {len(found.repairs) - SHOWN} limits more"] if len(found.repairs) > SHOWN else []
    together = " (together)" if len(found.repairs) > 1 else ""
    parts = ["Modules and projects are taken apart in these changes; whole ones may need a little more."]
    apart = parts if found.parts else []
    return ["", f"The cheapest repair{together}, smallest relative changes:", *lines, *more, *apart]


def as_json(explained: Explanation) -> dict[str, Any]:
    """The explanation as plain values."""
    found = explained.contradiction
    return {
        "feasible": found.feasible,
        "hopeless": found.hopeless,
        "whole_modules_only": found.whole,
        "finished": not found.unfinished,
        "arithmetic": [
            {"limits": [_limit(x) for x in f.limits], "sentence": f.sentence, "short": f.short, "unit": f.unit}
            for f in explained.findings
        ],
        "conflicts": [_conflict(explained.scenario, conflict) for conflict in found.conflicts],
        "repairs": [_repair(repair) for repair in found.repairs],
    }


def _limit(limit: Limit) -> dict[str, str]:
    return {"kind": limit.kind, "id": limit.id, "name": limit.name, "place": limit.place}


def _conflict(scenario: Scenario, conflict: Conflict) -> dict[str, Any]:
    return {
        "limits": [_limit(limit) for limit in conflict.limits],
        "rows": [
            {"id": c.limit.id, "region": "" if c.region is None else scenario.regions[c.region].id, "year": c.year}
            for c in conflict.cells
        ],
        "alone": [
            {"id": a.limit.id, "enough": a.repair is not None}
            | ({} if a.repair is None else {"repair": _repair(a.repair)})
            for a in conflict.alone
        ],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    finite = {"would_do": repair.would_do, "relative": repair.relative}
    return {
        "limit": _limit(repair.limit),
        "where": repair.where,
        "year": repair.year,
        "asked": repair.asked,
        **{key: value if abs(value) != float("inf") else None for key, value in finite.items()},
        "unit": repair.unit,
        "rows": repair.rows,
    }
