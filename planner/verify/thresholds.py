"""Levels of a factor that earn a region a bonus: whether they are reached, and what innovation is multiplied by.

needed[r,k] = at_least * national level of the base year * share of the region in the population
innovation is multiplied by the product over k of (1 + bonus[k]) ^ (reached[r,k,m] - reached[r,k,base year])
"""

from __future__ import annotations

import numpy as np

from planner.verify.given import Given
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_least, at_most, equal

ROUNDING = 1e-9
"""Two ways of adding up the same amounts differ by less, relative to the amount."""


def needed(now: Given, base: Floats) -> Floats:
    """Level that each threshold takes in each region, (R, K), from the levels of the base year (R, F)."""
    people = now.population / now.population.sum()
    asked = [one.at_least.value * base[:, now.factors.index(one.factor)].sum() for one in now.scenario.thresholds]
    return np.outer(people, np.array(asked, float))


def counted(now: Given, level: Floats, base: Floats) -> Floats:
    """1 where levels (R, F, M) reach each threshold, else 0, (R, K, M)."""
    return np.asarray(_own(now, level) >= needed(now, base)[:, :, None] * (1.0 - ROUNDING), float)


def multiplier(now: Given, there: Floats) -> Floats:
    """What innovation is multiplied by against the base year, (R, M), where thresholds are reached (R, K, M)."""
    steps = 1.0 + np.array([one.bonus.value for one in now.scenario.thresholds], float)
    return np.asarray((steps[:, None] ** (there - there[:, :, :1])).prod(axis=1))


def _own(now: Given, level: Floats) -> Floats:
    """Levels of the factor of each threshold, (R, K, M)."""
    return level[:, [now.factors.index(one.factor) for one in now.scenario.thresholds]]


def _per_head(told: Told) -> Floats:
    """Own level per head over the national level per head of the base year, (R, K, M)."""
    now = told.now
    level = _own(now, told.array("factors", "level"))
    people = now.population / now.population.sum()
    return np.asarray(level / level[:, :, :1].sum(axis=0) / people[:, None, None])


def _limits(told: Told) -> Floats:
    asked = np.array([one.at_least.value for one in told.now.scenario.thresholds], float)
    return np.broadcast_to(asked[:, None], told.array("thresholds", "reached").shape)


def thresholds_are_those_of_the_config(told: Told) -> Check:
    """What has to be reached is what the config says."""
    found, cells = told.array("thresholds", "at_least_ratio"), _cells(told, "at_least_ratio")
    return equal("thresholds are those of the config", cells, found, _limits(told), "the config", tolerance=COUNTED)


def threshold_levels_are_per_head(told: Told) -> Check:
    """Levels against the national level per head of the base year."""
    found, cells = told.array("thresholds", "level_per_head_ratio"), _cells(told, "level_per_head_ratio")
    return equal(
        "threshold levels are per head", cells, found, _per_head(told), "from levels and people", tolerance=COUNTED
    )


def what_counts_is_reached(told: Told) -> Check:
    """Where a threshold counts, its level is there."""
    there, found = told.array("thresholds", "reached"), _per_head(told)
    limit = np.where(there > 0, _limits(told), -np.inf)
    cells, reason = _cells(told, "level_per_head_ratio"), "the threshold, as it counts as reached"
    return at_least("what counts is reached", cells, found, limit, reason, tolerance=SOLVED, unit=_unit(told))


def what_is_reached_counts(told: Told) -> Check:
    """Where the level is there, the threshold counts."""
    there, found = told.array("thresholds", "reached"), _per_head(told)
    limit = np.where(there > 0, np.inf, _limits(told))
    cells, reason = _cells(told, "level_per_head_ratio"), "the threshold, as it does not count as reached"
    return at_most("what is reached counts", cells, found, limit, reason, tolerance=SOLVED, unit=_unit(told))


def bonus_is_that_of_the_thresholds(told: Told) -> Check:
    """What innovation is multiplied by, each threshold against the base year."""
    there = told.array("thresholds", "reached")
    steps = 1.0 + np.array([one.bonus.value for one in told.now.scenario.thresholds], float)
    expected = steps[:, None] ** (there - there[:, :, :1])
    found, cells = told.array("thresholds", "innovation_factor_ratio"), _cells(told, "innovation_factor_ratio")
    return equal("bonus is that of the thresholds", cells, found, expected, "from what is reached", tolerance=COUNTED)


def _unit(told: Told) -> Floats:
    """One percent of a national level, in which the solver keeps its rows, per head of a region: (R, 1, 1)."""
    people = told.now.population / told.now.population.sum()
    return np.asarray(0.01 / people[:, None, None])


def _cells(told: Told, quantity: str) -> Cells:
    names = [one.id for one in told.now.scenario.thresholds]
    return Cells("thresholds.csv", quantity, (told.now.regions, names, told.now.moments))


CHECKS = (
    thresholds_are_those_of_the_config,
    threshold_levels_are_per_head,
    what_counts_is_reached,
    what_is_reached_counts,
    bonus_is_that_of_the_thresholds,
)
