"""The innovation function in ratio form, as arrays: levels, spillovers, floors, drift, and the function itself.

I[r,t] = I0[r] * drift[r,t] * PROD_f ( (S[r,f,t] + e[r,f]) / (S0[r,f] + e[r,f]) ) ^ beta[f]
S[r,f,t] = level[r,f,t] + phi * sum_j w[r,j] * level[j,f,t]

times what thresholds add where they are reached (thresholds.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.geography import spillover_weights
from planner.nest import Blend, blend_of, log_blend
from planner.scenario import ElasticitySet, Factor, Scenario, base_modules
from planner.thresholds import Bonus, bonus_beta, bonus_of, log_bonus, reached
from planner.timeline import Timeline

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Innovation:
    """The function over the supplied factors F; exogenous ones and bonuses of the base year are folded into `drift`.

    Levels are percent of the national level of the base year; `scale` (F,) is percent per unit of the factor.

    beta (F,); supply (F, A) percent per module; feed (F, D) percent per EFLOPS; base_level and floor (R, F) percent;
    spillover (R, R) is phi * w; usable (R, F, T) is the limit of a level by talent, inf where none;
    drift (R, T); base (R,) innovation of the base year in its own unit; bonus the thresholds; blend the nest of
    factors, None without one.
    """

    factors: tuple[int, ...]
    beta: Floats
    scale: Floats
    supply: Floats
    feed: Floats
    base_level: Floats
    floor: Floats
    spillover: Floats
    usable: Floats
    drift: Floats
    base: Floats
    bonus: Bonus
    blend: Blend | None = None

    @property
    def base_total(self) -> Floats:
        """S0[r,f] + e[r,f], percent."""
        return self.base_level + self.spillover @ self.base_level + self.floor


def own_logs(ratio: Floats, blend: Blend | None) -> Floats:
    """What each factor contributes per unit of its beta, (R, F, T): ln ratio, or ln D for the factors of a nest."""
    logs = np.log(np.maximum(ratio, 1e-9))
    if blend is not None:
        logs[:, blend.members] = log_blend(blend, logs)[:, None]
    return logs


def index_of(beta: Floats, ratio: Floats, blend: Blend | None = None) -> Floats:
    """PROD_f ratio[r,f,t] ^ beta[f], shape (R, T), with D in place of the factors of a nest."""
    return np.asarray(np.exp(np.einsum("f,rft->rt", beta, own_logs(ratio, blend))))


def innovation_index(innovation: Innovation, ratio: Floats, there: Floats | None = None) -> Floats:
    """I[r,t] / I0[r], shape (R, T), from ratios (R, F, T) and the thresholds that are reached, 0 or 1 (R, K, T)."""
    plain = innovation.drift * index_of(innovation.beta, ratio, innovation.blend)
    return plain if there is None else np.asarray(plain * np.exp(log_bonus(innovation.bonus, there)))


def index_at(innovation: Innovation, level: Floats) -> Floats:
    """I[r,t] / I0[r], shape (R, T), at levels (R, F, T) in percent."""
    bonus = innovation.bonus
    there = reached(bonus.needed[:, :, None], level[:, bonus.factor])
    return innovation_index(innovation, ratios(innovation, level), there)


def ratios(innovation: Innovation, level: Floats) -> Floats:
    """Ratio to the base year (R, F, T) of levels (R, F, T) in percent."""
    near = np.einsum("rj,jft->rft", innovation.spillover, level)
    return np.asarray((level + near + innovation.floor[:, :, None]) / innovation.base_total[:, :, None])


def build_innovation(scenario: Scenario, elasticities: ElasticitySet, time: Timeline, served: Floats) -> Innovation:
    """The function of a scenario; `served` (R, D) is the demand served in the base year, EFLOPS."""
    supplied = tuple(f for f, factor in enumerate(scenario.factors) if factor.series is None)
    ids = [scenario.factors[f].id for f in supplied]
    supply = np.array([[a.supplies.get(f, 0.0) * a.module_units for a in scenario.assets] for f in ids])
    feed = np.array([[float(d.feeds == f) for d in scenario.demand] for f in ids]).reshape(len(ids), -1)
    base = base_modules(scenario)
    usable, usable_base = _usable(scenario, supplied, time)
    own = np.minimum(base @ supply.T + served @ feed.T, usable_base)
    scale = 100.0 / own.sum(axis=0)
    people = _people(scenario)
    beta = np.array([elasticities.beta.get(f, 0.0) for f in ids])
    spillover = elasticities.spillover * _spillover(scenario)
    own_beta = bonus_beta(scenario.objective, float(beta.sum()), len(scenario.thresholds))
    bonus = bonus_of(scenario.thresholds, ids, own * scale, people, own_beta)
    drift = _drift(scenario, elasticities, time, np.eye(len(people)) + spillover)
    return Innovation(
        factors=supplied,
        beta=beta,
        scale=scale,
        supply=supply * scale[:, None],
        feed=feed * scale[:, None],
        base_level=own * scale,
        floor=scenario.floor_share.value * 100.0 * people[:, None] * np.ones(len(ids)),
        spillover=spillover,
        usable=usable * scale[None, :, None],
        drift=drift * np.exp(-bonus.start @ bonus.log)[:, None],
        base=np.array([region.innovation for region in scenario.regions]),
        bonus=bonus,
        blend=blend_of(elasticities.nest, tuple(ids), beta),
    )


def _people(scenario: Scenario) -> Floats:
    people = np.array([region.population_10k for region in scenario.regions])
    return np.asarray(people / people.sum())


def _spillover(scenario: Scenario) -> Floats:
    geography = scenario.geography
    decay, reach = geography.spillover_decay_km.value, geography.spillover_reach_km.value
    return spillover_weights(geography.distance_km, decay, reach)


def _usable(scenario: Scenario, supplied: tuple[int, ...], time: Timeline) -> tuple[Floats, Floats]:
    """Limit kappa * talent of each supplied factor in its own unit, (R, F, T) and (R, F) in the base year."""
    shape = (len(scenario.regions), len(supplied))
    base, usable = np.full(shape, np.inf), np.full((*shape, len(time.year)), np.inf)
    talent = next((factor for factor in scenario.factors if factor.id == "talent"), None)
    for at, f in enumerate(supplied):
        cap = scenario.factors[f].usable_per_talent
        if cap is not None and talent is not None and talent.series is not None:
            base[:, at] = cap.value * talent.series
            usable[:, at] = base[:, at, None] * _grown(talent, time)
    return usable, base


def _grown(factor: Factor, time: Timeline) -> Floats:
    return (1.0 + (factor.growth.value if factor.growth else 0.0)) ** time.growth_years


def _drift(scenario: Scenario, elasticities: ElasticitySet, time: Timeline, weights: Floats) -> Floats:
    """Product over the exogenous factors of (ratio to the base year) ^ beta, shape (R, T)."""
    people = _people(scenario)
    drift = np.ones((len(people), len(time.year)))
    for factor in scenario.factors:
        if factor.series is not None:
            floor = scenario.floor_share.value * factor.series.sum() * people
            base = weights @ factor.series
            grown = base[:, None] * _grown(factor, time)
            drift *= ((grown + floor[:, None]) / (base + floor)[:, None]) ** elasticities.beta.get(factor.id, 0.0)
    return drift
