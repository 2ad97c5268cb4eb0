"""Critical mass: a region whose level of a factor reaches a threshold innovates more, as long as it stays there.

    I[r,t] is multiplied by (1 + bonus[k]) ^ (reached[r,k,t] - reached[r,k,t0])        reached is 0 or 1
    reached[r,k,t] = 1 where level[r,f,t] >= needed[r,k]

needed is `at_least` times the national level per head of the base year, times the people of the region; the level is
the region's own, without spillovers. A region that starts above a threshold has its bonus in the base year and can
lose it.

Planned with, the bonus is one more factor of the function: with beta[k] of its own

    (1 + bonus[k]) ^ reached = ( 1 + jump[k] * reached ) ^ beta[k],     jump[k] = (1 + bonus[k]) ^ (1 / beta[k]) - 1

at 0 and at 1, and concave between them together with all other factors where sum of beta <= 1 / power of the gain. So
the largest beta that leaves a little room makes the tightest relaxation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.objective import Objective
from planner.scenario import Threshold

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A level may miss its threshold by as much and still counts: two ways of adding up the same amounts differ in the end.
CLOSE = 1e-9

# Part of the room for elasticities that thresholds take, and beta where the gain leaves any room.
PART, FREE_BETA = 0.5, 1.0

# A bonus is steeper than this in no plan; beyond, its relaxation says nothing.
STEEPEST = 1e3

NO_ROOM = (
    "the elasticities leave no room for a bonus: with it the objective is not concave",
    "let them sum to less, take a smaller bonus, or ask for an objective such as proportional",
)


@dataclass(frozen=True)
class Bonus:
    """Thresholds K as arrays: factor (K,) counts the supplied factors; needed (R, K) percent of the national level.

    log (K,) is ln(1 + bonus); beta and jump (K,) as above; start (R, K) is reached in the base year, 0 or 1.
    """

    factor: Ints
    needed: Floats
    log: Floats
    beta: Floats
    jump: Floats
    start: Floats


def bonus_of(
    thresholds: Sequence[Threshold], factors: Sequence[str], base: Floats, people: Floats, beta: float
) -> Bonus:
    """Thresholds over supplied factors (F,), of elasticity `beta` each, with levels of the base year (R, F) in percent.

    people (R,) are shares, summing to one. Raises ValueError where beta leaves a bonus no room.
    """
    steep = next((one for one in thresholds if not fits(one.bonus.value, beta)), None)
    if steep is not None:
        raise ValueError(f"{steep.place or steep.id}: {NO_ROOM[0]}; {NO_ROOM[1]}")
    factor = np.array([factors.index(one.factor) for one in thresholds], np.int64)
    needed = people[:, None] * np.array([100.0 * one.at_least.value for one in thresholds])[None]
    log = np.log1p(np.array([one.bonus.value for one in thresholds], float))
    start = reached(needed[:, :, None], base[:, factor, None])[:, :, 0]
    return Bonus(factor, needed, log, np.full(len(log), beta), np.expm1(log / beta) if len(log) else log, start)


def bonus_beta(objective: Objective, beta: float, count: int) -> float:
    """Elasticity that each of `count` thresholds may have beside elasticities that sum to `beta`; 0 leaves no room."""
    power = 1.0 if objective.measure == "sen" else 1.0 - objective.alpha if objective.measure == "alpha" else 0.0
    return FREE_BETA if power <= 0 else max(PART * (1.0 / power - beta) / max(count, 1), 0.0)


def fits(bonus: float, beta: float) -> bool:
    """Whether a bonus with this elasticity is not too steep."""
    return beta > 0 and np.log1p(bonus) / beta <= np.log1p(STEEPEST)


def reached(needed: Floats, level: Floats) -> Floats:
    """1 where levels (R, K, T) reach what is needed, else 0."""
    return (level >= needed * (1.0 - CLOSE)).astype(float)


def log_bonus(bonus: Bonus, there: Floats) -> Floats:
    """What thresholds add to ln I (R, T) where they are reached (R, K, T)."""
    return np.asarray(np.einsum("k,rkt->rt", bonus.log, there))
