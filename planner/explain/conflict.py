"""Which limits contradict each other, and what would have to change: the cheapest repair, and one limit at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.explain.limits import SHARE, Cell, Limit, Limits, limits_of
from planner.explain.repair import Repair, repairs_of
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.elastic import Elastic, Relaxed, elastic, feasible, irreducible, least

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Alternative:
    """One limit changed alone: what it would take; repair is None where it alone is not enough."""

    limit: Limit
    repair: Repair | None


@dataclass(frozen=True)
class Conflict:
    """Limits that contradict each other, while any one less of them does not; and the rows where they do.

    cells are empty where only limits as a whole were looked at.
    """

    limits: tuple[Limit, ...]
    cells: tuple[Cell, ...]
    alone: tuple[Alternative, ...]


@dataclass(frozen=True)
class Contradiction:
    """All conflicts of a config and the cheapest repair of all of them; whole where only whole modules contradict.

    feasible  a plan exists;  hopeless  no change of limits makes one possible;  parts  repairs take whole modules and
    projects apart, so that what they say may not be enough
    """

    feasible: bool
    hopeless: bool
    whole: bool
    repairs: tuple[Repair, ...]
    conflicts: tuple[Conflict, ...]
    unfinished: bool = False
    parts: bool = False


@dataclass(frozen=True)
class Case:
    """What the search for conflicts looks at."""

    instance: Instance
    program: LinearProgram
    limits: Limits
    soft: Elastic

    @property
    def all(self) -> range:
        return range(len(self.limits.limits))


def contradiction(instance: Instance, program: LinearProgram, *, time_limit_s: float = 120.0) -> Contradiction:
    """Why a program has no point: first over the relaxation, then, where that has one, over whole modules.

    Raises TimeoutError where not even the cheapest repair is known in time.
    """
    limits = limits_of(instance, program)
    for whole in (False, True):
        if whole and not program.integer.any():
            break
        soft = elastic(program, limits.rows, limits.group, limits.sizes, whole=whole, time_limit_s=time_limit_s)
        found = _contradiction(Case(instance, program, limits, soft))
        if not found.feasible:
            return found
    return Contradiction(True, False, False, (), ())


def _contradiction(case: Case) -> Contradiction:
    relaxed = least(case.soft, case.all)
    if relaxed is None:
        return Contradiction(False, True, case.soft.whole, (), ())
    if not relaxed.moved.any():
        return Contradiction(True, False, case.soft.whole, (), ())
    repairs = repairs_of(case.instance, case.program, case.limits, relaxed)
    conflicts, unfinished = _conflicts(case, relaxed)
    parts = bool(case.program.integer.any()) and not case.soft.whole
    return Contradiction(False, False, case.soft.whole, repairs, conflicts, unfinished, parts)


def _conflicts(case: Case, relaxed: Relaxed) -> tuple[tuple[Conflict, ...], bool]:
    """One conflict for each limit that the repair cannot do without; false if they are all, true if time was short."""
    mended = set(case.limits.group[relaxed.moved].tolist())
    conflicts: dict[tuple[Limit, ...], Conflict] = {}
    try:
        for members in _contradicting(case, mended):
            found = _conflict(case, members, mended - set(members))
            conflicts.setdefault(found.limits, found)
    except TimeoutError:
        return tuple(conflicts.values()), True
    return tuple(conflicts.values()), False


def _contradicting(case: Case, mended: set[int]) -> Iterator[tuple[int, ...]]:
    """Irreducible conflicts that each hold one limit of a repair that can do without none of its limits."""
    needed = set(mended)
    for group in sorted(mended):
        if feasible(case.soft, set(case.all) - (needed - {group})):
            needed.discard(group)
    for group in sorted(needed):
        yield irreducible(case.soft, _suspects(case, set(case.all) - (needed - {group})))


def _suspects(case: Case, left: set[int]) -> list[int]:
    """Limits without which the conflict is not known to last: those with a price at the least relaxation."""
    others = [g for g in case.all if g not in left]
    relaxed = least(case.soft, left, others)
    if relaxed is None or case.soft.whole:
        return _elastic_filter(case, left)
    suspects = sorted(set(case.limits.group[relaxed.needed].tolist()) & left)
    return sorted(left) if feasible(case.soft, suspects) else suspects


def _elastic_filter(case: Case, left: set[int]) -> list[int]:
    """Limits that give way, made hard one round after another until nothing can: they hold a conflict."""
    hard: set[int] = set()
    others = [g for g in case.all if g not in left]
    while left - hard:
        relaxed = least(case.soft, left - hard, others)
        if relaxed is None or not relaxed.moved.any():
            break
        hard |= set(case.limits.group[relaxed.moved].tolist()) & left
    return sorted(hard) if not feasible(case.soft, hard) else sorted(left)


def _conflict(case: Case, members: Sequence[int], others: set[int]) -> Conflict:
    limits = case.limits.limits
    alone = tuple(Alternative(limits[g], _alone(case, g, others)) for g in members)
    return Conflict(tuple(limits[g] for g in members), _cells(case, members), alone)


def _alone(case: Case, group: int, others: set[int]) -> Repair | None:
    """The least change of one limit, all others kept but those that another conflict moves.

    One change for all rows of the limit; a share is read off the point found, so a second point is tried for it.
    """
    found = _changed(case, group, others, common=True)
    if found is None or found.unit != SHARE:
        return found
    single = _changed(case, group, others, common=False)
    return min((r for r in (found, single) if r is not None), key=lambda repair: abs(repair.relative))


def _changed(case: Case, group: int, others: set[int], *, common: bool) -> Repair | None:
    relaxed = least(case.soft, [group], sorted(others), common=common)
    if relaxed is None or not relaxed.moved.any():
        return None
    limit = case.limits.limits[group]
    repairs = repairs_of(case.instance, case.program, case.limits, relaxed)
    return next((repair for repair in repairs if repair.limit == limit), None)


def _cells(case: Case, members: Sequence[int]) -> tuple[Cell, ...]:
    """Rows of the conflict that have a price at its least relaxation: together they contradict each other."""
    if case.soft.whole:
        return ()
    relaxed = least(case.soft, members, [g for g in case.all if g not in members])
    if relaxed is None:
        return ()
    inside = np.isin(case.limits.group, list(members)) & relaxed.needed
    return tuple(case.limits.cells[at] for at in np.flatnonzero(inside))
