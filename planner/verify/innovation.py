"""Levels, ratios, innovation with the plan and without it, and how unevenly it is spread: from the true function.

I[r,t] = I0[r] * PROD_f ( (S[r,f,t] + e[r,f]) / (S[r,f,t0] + e[r,f]) ) ^ beta[f]
S = level + phi * sum_j w[r,j] * level[j],  w ~ exp(-km / decay) within reach, rows sum to one or zero
e = floor share * national level of the base year * share of the region in the population
"""

from __future__ import annotations

import numpy as np

from planner.scenario import Factor
from planner.verify.given import Given, asked, survivors
from planner.verify.thresholds import counted, multiplier
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_most, equal
from planner.verify.whole import INDICATORS

TINY = 1e-300


def supplied(now: Given, units: Floats, served: Floats) -> Floats:
    """What assets (R, A, M) and served demand (R, D, M) give to each factor in its own unit, (R, F, M)."""
    by_asset = np.array([[a.supplies.get(f, 0.0) for a in now.scenario.assets] for f in now.factors])
    fed = np.array([[d.feeds == f for d in now.scenario.demand] for f in now.factors], float)
    built = np.einsum("fa,ram->rfm", by_asset.reshape(len(now.factors), len(now.assets)), units)
    received = np.einsum("fd,rdm->rfm", fed.reshape(len(now.factors), len(now.classes)), served)
    return np.asarray(built + received)


def usable(now: Given) -> Floats:
    """What talent can use of each factor, kappa * talent, (R, F, M); inf where there is no limit."""
    limit = np.full((len(now.regions), len(now.factors), len(now.moments)), np.inf)
    factors = {factor.id: factor for factor in now.scenario.factors}
    talent = factors.get("talent")
    for at, name in enumerate(now.factors):
        kappa = factors[name].usable_per_talent
        if kappa is not None and talent is not None and talent.series is not None:
            limit[:, at] = kappa.value * _series(now, talent)
    return limit


def without_orders(now: Given) -> Floats:
    """Levels (R, F, M) if nothing were ordered: base stocks die, and what they serve is shared alike over the nation.

    Of every class the share min(1, machines left / machines needed) of its first asset is served, in every region.
    """
    left, demand = survivors(now), asked(now)
    needed = np.zeros(left.shape[1:])
    home = [now.assets.index(found.served_by[0]) for found in now.scenario.demand]
    for d, a in enumerate(home):
        each = now.capability[now.assets[a], now.classes[d]].eflops_per_unit
        needed[a] += demand[:, d].sum(axis=0) / each
    machines = left.sum(axis=0)
    fill = np.where(needed > machines, machines / np.where(needed > 0, needed, 1.0), 1.0)
    return np.minimum(supplied(now, left, demand * fill[home][None]), usable(now))


def scales(now: Given) -> Floats:
    """One percent of the national level of each factor in the base year, in its own unit (F,)."""
    return np.asarray(without_orders(now)[:, :, 0].sum(axis=0) / 100.0)


def ratios(now: Given, level: Floats) -> Floats:
    """(S + e) / (S0 + e) of levels (R, F, M)."""
    base = without_orders(now)[:, :, 0]
    extra = _floors(now, base)
    before = np.einsum("rj,jf->rf", _reach(now), base) + extra
    return np.asarray((np.einsum("rj,jfm->rfm", _reach(now), level) + extra[:, :, None]) / before[:, :, None])


def index(now: Given, ratio: Floats, there: Floats) -> Floats:
    """Innovation over that of the base year, (R, M), from the ratios of the supplied factors (R, F, M).

    `there` (R, K, M) is 1 where a threshold is reached, else 0.
    """
    logs = np.zeros((len(now.regions), len(now.moments)))
    for at, name in enumerate(now.factors):
        logs += now.elasticities.beta.get(name, 0.0) * np.log(_composite(now, ratio, at))
    for factor in now.scenario.factors:
        if factor.series is not None:
            level = _series(now, factor)
            extra = _floors(now, level[:, :1])
            reached = _reach(now) @ level + extra
            logs += now.elasticities.beta.get(factor.id, 0.0) * np.log(reached / reached[:, :1])
    return np.asarray(np.exp(logs) * multiplier(now, there))


def _composite(now: Given, ratio: Floats, at: int) -> Floats:
    """The ratio of a factor (R, M), or the CES mean of its nest: each weighs as its beta."""
    nest, kept = now.elasticities.nest, np.maximum(ratio, 1e-9)
    beta = np.array([now.elasticities.beta.get(name, 0.0) for name in now.factors])
    inside = np.array([nest is not None and name in nest.factors for name in now.factors]) & (beta > 0)
    if nest is None or not inside[at] or nest.sigma == 1.0:
        return np.asarray(kept[:, at])
    if nest.sigma == 0.0:
        return np.asarray(kept[:, inside].min(axis=1))
    rho = 1.0 - 1.0 / nest.sigma
    mean = np.einsum("f,rfm->rm", beta[inside], kept[:, inside] ** rho) / beta[inside].sum()
    return np.asarray(mean ** (1.0 / rho))


def _series(now: Given, factor: Factor) -> Floats:
    """An exogenous factor, (R, M)."""
    assert factor.series is not None
    rate = 0.0 if factor.growth is None else factor.growth.value
    return np.outer(factor.series, (1.0 + rate) ** now.growth)


def _floors(now: Given, base: Floats) -> Floats:
    """Floor e of levels (R, n) of the base year."""
    share = now.population / now.population.sum()
    return now.scenario.floor_share.value * np.outer(share, base.sum(axis=0))


def _reach(now: Given) -> Floats:
    """1 on the diagonal, phi * w beside it, (R, R)."""
    geography, count = now.scenario.geography, len(now.regions)
    reach = np.eye(count)
    for r in range(count):
        km = geography.distance_km[r]
        near = [j for j in range(count) if j != r and km[j] <= geography.spillover_reach_km.value]
        weight = np.exp(-km[near] / geography.spillover_decay_km.value)
        reach[r, near] = now.elasticities.spillover * weight / (weight.sum() or 1.0)
    return reach


def levels_are_supplied(told: Told) -> Check:
    """No level is above what stocks and served demand supply; in the base year it is what there was."""
    now, found = told.now, told.array("factors", "level")
    limit = supplied(now, told.array("stocks", "units"), told.array("demand", "served_eflops"))
    limit[:, :, 0] = without_orders(now)[:, :, 0]
    unit, reason = scales(now)[:, None], "what stocks and served demand supply"
    return at_most("levels are supplied", _cells(told, "level"), found, limit, reason, tolerance=SOLVED, unit=unit)


def levels_start_at_the_base(told: Told) -> Check:
    """The levels of the base year are those of the base stock and of the demand it serves."""
    found, expected = told.array("factors", "level")[:, :, 0], without_orders(told.now)[:, :, 0]
    cells = Cells("factors.csv", "level", (told.now.regions, told.now.factors, told.now.moments[:1]))
    return equal("levels start at the base", cells, found, expected, "from base stock and demand", tolerance=COUNTED)


def ratios_follow_levels(told: Told) -> Check:
    """Ratios follow from levels with spillovers and floor."""
    level, base = told.array("factors", "level"), without_orders(told.now)[:, :, 0]
    expected, found = ratios(told.now, level), told.array("factors", "ratio")
    total = np.einsum("rj,jf->rf", _reach(told.now), base) + _floors(told.now, base)
    unit, reason = (scales(told.now) / total)[:, :, None], "from levels, spillovers and floor"
    return equal("ratios follow levels", _cells(told, "ratio"), found, expected, reason, tolerance=SOLVED, unit=unit)


def index_follows_ratios(told: Told) -> Check:
    """The index is the product of ratios to their elasticities."""
    there = told.array("thresholds", "reached")
    expected, found = index(told.now, told.array("factors", "ratio"), there), told.array("innovation", "index")
    reason = "from ratios and elasticities, with what thresholds add"
    return equal("index follows ratios", _places(told, "index"), found, expected, reason, tolerance=COUNTED)


def innovation_follows_index(told: Told) -> Check:
    """Innovation is the index times that of the base year."""
    base = told.now.region_amounts("innovation")[:, None]
    expected, found = base * told.array("innovation", "index"), told.array("innovation", "innovation")
    reason = "from index and base year"
    return equal("innovation follows index", _places(told, "innovation"), found, expected, reason, tolerance=COUNTED)


def innovation_is_per_head(told: Told) -> Check:
    """Innovation per 10,000 people."""
    expected = told.array("innovation", "innovation") / told.now.population[:, None]
    found, cells = told.array("innovation", "per_10k_people"), _places(told, "per_10k_people")
    return equal("innovation is per head", cells, found, expected, "from innovation and people", tolerance=COUNTED)


def without_plan_nothing_is_ordered(told: Told) -> Check:
    """Innovation without the plan follows from base stocks that die."""
    expected = told.now.region_amounts("innovation")[:, None] * _idle(told.now)
    found, cells = told.array("innovation", "without_plan"), _places(told, "without_plan")
    reason = "from dying base stocks"
    return equal("without plan nothing is ordered", cells, found, expected, reason, tolerance=COUNTED)


def divide_is_measured(told: Told) -> Check:
    """Indicators of the divide with the plan."""
    return _divided(told, "divide is measured", "value", told.array("innovation", "innovation"))


def divide_without_plan_is_measured(told: Told) -> Check:
    """Indicators of the divide without it."""
    return _divided(told, "divide without plan is measured", "without_plan", told.array("innovation", "without_plan"))


def _divided(told: Told, name: str, column: str, innovation: Floats) -> Check:
    rows = told.records("divide")
    measured = {
        year: dict(zip(INDICATORS, spread(innovation[:, m] / told.now.population, told.now.population), strict=True))
        for m, year in enumerate(told.now.moments)
    }
    expected = np.array([measured[row["year"]][row["indicator"]] for row in rows])
    found = np.array([row[column] for row in rows], float)
    cells = Cells("divide.csv", column, ([f"{row['indicator']}, {row['year']}" for row in rows],))
    return equal(name, cells, found, expected, "from innovation.csv", tolerance=COUNTED, unit=1.0)


def spread(per_head: Floats, people: Floats) -> tuple[float, float, float, float]:
    """Gini, Theil, max over min, share of the worst-off fifth of people; from the Lorenz curve, people weighted.

    >>> [round(x, 3) for x in spread(np.array([3.0, 1.0]), np.array([1.0, 1.0]))]
    [0.25, 0.131, 3.0, 0.1]
    """
    order = np.argsort(per_head)
    poor, count = per_head[order], people[order] / people.sum()
    mean = float(count @ poor)
    heads = np.concatenate([[0.0], np.cumsum(count)])
    curve = np.concatenate([[0.0], np.cumsum(count * poor)]) / mean
    gini = 1.0 - float((np.diff(heads) * (curve[1:] + curve[:-1])).sum())
    theil = float((count * poor / mean * np.log(np.maximum(poor / mean, TINY))).sum())
    return gini, theil, float(poor[-1] / max(poor[0], TINY)), float(np.interp(0.2, heads, curve))


def _idle(now: Given) -> Floats:
    level = without_orders(now)
    return index(now, ratios(now, level), counted(now, level, level[:, :, 0]))


def _cells(told: Told, quantity: str) -> Cells:
    return Cells("factors.csv", quantity, (told.now.regions, told.now.factors, told.now.moments))


def _places(told: Told, quantity: str) -> Cells:
    return Cells("innovation.csv", quantity, (told.now.regions, told.now.moments))


CHECKS = (
    levels_are_supplied,
    levels_start_at_the_base,
    ratios_follow_levels,
    index_follows_ratios,
    innovation_follows_index,
    innovation_is_per_head,
    without_plan_nothing_is_ordered,
    divide_is_measured,
    divide_without_plan_is_measured,
)
