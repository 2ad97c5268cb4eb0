"""Critical mass: a bonus where a factor has reached a level, written as one more factor of the innovation function."""

from __future__ import annotations

from typing import Any

from planner.symbols import over


@over("regions", "thresholds", "times")
def threshold_counts_where_it_is_reached(m: Any, r: int, k: int, t: int) -> Any:
    """A threshold counts where the level of its factor is there; the level that old stocks leave is there in any case.

    level[r,f,t] >= least[r,k,t] + missing[r,k,t] * reached[r,k,t]        reached is 0 or 1

    Unit: percent of the national level of the base year. missing = what is needed - least, the smallest that is valid.
    """
    least = m.least_level[r, k, t] + m.missing_level[r, k, t] * m.reached[r, k, t]
    return m.level[r, m.threshold_factor[k], t] >= least


@over("regions", "thresholds", "times")
def bonus_follows_what_is_reached(m: Any, r: int, k: int, t: int) -> Any:
    """The bonus acts as a factor of innovation: one, and more where the threshold is reached.

    bonus_ratio[r,k,t] = 1 + jump[k] * reached[r,k,t]        (1 + jump[k]) ^ beta[k] = 1 + bonus[k]

    Unit: 1 without the bonus.
    """
    return m.bonus_ratio[r, k, t] == 1 + m.jump[k] * m.reached[r, k, t]


@over("regions", "thresholds", "times", "ends")
def bonus_log_is_below_its_tangents(m: Any, r: int, k: int, t: int, e: int) -> Any:
    """The logarithm of the bonus lies below its tangents at both ends, which are exact at whole numbers.

    bonus_log[r,k,t] <= ln(end[k,e]) - 1 + bonus_ratio[r,k,t] / end[k,e]        ends are 1 and 1 + jump[k]

    Unit: log points.
    """
    return m.bonus_log[r, k, t] <= m.end_log[k, e] - 1 + m.bonus_ratio[r, k, t] * m.end_inverse[k, e]


THRESHOLDS = (
    threshold_counts_where_it_is_reached,
    bonus_follows_what_is_reached,
    bonus_log_is_below_its_tangents,
)
