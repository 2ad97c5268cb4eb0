"""The innovation function in ratio form: levels, spillovers, and the logarithm held below its tangents."""

from __future__ import annotations

from typing import Any

from planner.symbols import over


@over("regions", "factors", "times")
def level_is_what_is_supplied(m: Any, r: int, f: int, t: int) -> Any:
    """A region's level of a factor comes from its assets and from the demand that is served to it, wherever made.

    level[r,f,t] <= sum( supply[f,a] * stock[r,a,t] ) + sum( feed[f,d] * (demand[r,d,t] - unmet[r,d,t]) )

    Unit: percent of the national level of the base year. So the east innovates with machines that the west hosts.
    """
    built = sum(m.supply[f, a] * m.stock[r, a, t] for a in m.suppliers[f])
    received = sum(m.feed[f, d] * (m.demand[r, d, t] - m.unmet[r, d, t]) for d in m.feeders[f])
    return m.level[r, f, t] <= built + received


@over("regions", "capped_factors", "times")
def level_is_usable_by_talent(m: Any, r: int, c: int, t: int) -> Any:
    """Only what the talent of a region can use counts; the rest stands idle.

    level[r,f,t] <= kappa[f] * talent[r,t]

    Unit: percent of the national level of the base year. Source: idle computing centers; kappa is an assumption.
    """
    return m.level[r, m.capped_factor[c], t] <= m.usable[r, c, t]


@over("regions", "factors", "times")
def ratio_follows_levels(m: Any, r: int, f: int, t: int) -> Any:
    """The ratio to the base year counts the own level, a little of the neighbours', and a floor per head.

    ratio[r,f,t] * (S0[r,f] + e[r,f]) = level[r,f,t] + phi * sum( w[r,j] * level[j,f,t] ) + e[r,f]

    Unit: 1 in the base year. w ~ exp(-distance / decay) within reach, rows sum to one.
    """
    near = sum(m.spillover[r, j] * m.level[j, f, t] for j in m.neighbours[r])
    return m.ratio[r, f, t] * m.base_total[r, f] == m.level[r, f, t] + near + m.floor[r, f]


@over("regions", "factors", "times", "tangents")
def log_is_below_its_tangents(m: Any, r: int, f: int, t: int, p: int) -> Any:
    """The logarithm of a ratio lies below each tangent; the solver adds the tangents that a plan needs.

    log_ratio[r,f,t] <= ln(point[p]) - 1 + sum( mix[f,j] * ratio[r,j,t] ) / point[p]

    Unit: log points. An outer approximation: every cut is valid, so the optimum is an upper bound. A factor is mixed of
    itself alone; the log_ratio of a factor in a nest is that of the composite, mixed of all factors of the nest.
    """
    mixed = sum(m.mix[f, j] * m.ratio[r, j, t] * m.point_inverse[p] for j in m.mixed[f])
    return m.log_ratio[r, f, t] <= m.point_log[p] - 1 + mixed


def weighted_innovation(m: Any) -> Any:
    """What a plan is for: weighted log innovation, less unmet demand and what soft limits cost.

    sum( weight[r,t] * beta[f] * log_ratio[r,f,t] ) + sum( weight[r,t] * beta[k] * bonus_log[r,k,t] )
    - sum( unmet_price[d,t] * unmet[r,d,t] ) - priced slacks

    weight is population share * discount for `proportional`; for `total` it is the innovation of the last round,
    so that each round's optimum climbs to the optimum of total innovation.
    """
    gained = sum(m.log_weight[r, f, t] * m.log_ratio[r, f, t] for r in m.regions for f in m.factors for t in m.times)
    bonus = sum(
        m.bonus_weight[r, k, t] * m.bonus_log[r, k, t] for r in m.regions for k in m.thresholds for t in m.times
    )
    missed = sum(m.unmet_price[d, t] * m.unmet[r, d, t] for r in m.regions for d in m.classes for t in m.times)
    slack = sum(m.exceeded_price[g] * m.exceeded[g] for g in m.grants)
    slack_total = sum(m.exceeded_total_price[b] * m.exceeded_total[b] for b in m.totals)
    slack_tail = sum(m.exceeded_upkeep_price[u] * m.exceeded_upkeep[u] for u in m.upkeeps)
    unmatched = sum(m.unmatched_price[k] * m.unmatched[k] for k in m.matches)
    short = sum(m.shortfall_price[q] * m.shortfall[q] for q in m.policies)
    above = sum(m.excess_price[x] * m.excess[x] for x in m.excesses)
    return gained + bonus - missed - slack - slack_total - slack_tail - unmatched - short - above


INNOVATION = (
    level_is_what_is_supplied,
    level_is_usable_by_talent,
    ratio_follows_levels,
    log_is_below_its_tangents,
)
