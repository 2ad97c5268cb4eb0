"""Sets, parameters and decisions of the thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.symbols import IndexSet, Param, Symbols, Variable

Floats = NDArray[np.float64]

EACH = ("regions", "thresholds", "times")

# What is added up in two ways may differ by this much of itself.
ROUNDING = 1e-7


def threshold_symbols(instance: Instance) -> Symbols:
    """All that rules about thresholds speak of."""
    thresholds = tuple(one.id for one in instance.scenario.thresholds)
    return Symbols(
        sets=(
            IndexSet("thresholds", "k", thresholds, "levels of a factor that earn a region a bonus"),
            IndexSet("ends", "e", ("without", "with"), "without the bonus and with it"),
        ),
        subsets=(),
        params=_params(instance),
        variables=(
            Variable("reached", EACH, 0.0, _within_reach(instance), True, "", "1 where a threshold is reached"),
            Variable("bonus_ratio", EACH, 0.0, float("inf"), False, "", "the bonus as a factor, without it = 1"),
            Variable("bonus_log", EACH, -float("inf"), float("inf"), False, "log points", "logarithm of bonus_ratio"),
        ),
    )


def least_levels(instance: Instance) -> Floats:
    """Levels (R, K, T) that what is left of the base stock supplies and talent can use; no plan has less, or need have.

    Zero where facts may say that less is left.
    """
    inn = instance.innovation
    if instance.scenario.actuals is not None:
        return np.zeros((*inn.bonus.needed.shape, len(instance.timeline.year)))
    left = np.minimum(np.einsum("fa,rat->rft", inn.supply, instance.base_stock), inn.usable)
    return np.asarray(left[:, inn.bonus.factor] * (1.0 - ROUNDING))


def bonus_weights(instance: Instance) -> Floats:
    """Weights (R, K, T) of the proportional objective: population share * discount * beta."""
    people = instance.population / instance.population.sum()
    return np.asarray(np.einsum("r,k,t->rkt", people, instance.innovation.bonus.beta, instance.timeline.weight))


def _within_reach(instance: Instance) -> Floats:
    """1 where talent can use what is needed, else 0."""
    bonus, usable = instance.innovation.bonus, instance.innovation.usable
    return (usable[:, bonus.factor] >= bonus.needed[:, :, None]).astype(float)


def _params(instance: Instance) -> tuple[Param, ...]:
    bonus, least = instance.innovation.bonus, least_levels(instance)
    missing = np.maximum(bonus.needed[:, :, None] - least, 0.0)
    ends = np.stack([np.ones_like(bonus.jump), 1.0 + bonus.jump], axis=1)
    over = ("thresholds", "ends")
    return (
        Param("threshold_factor", ("thresholds",), bonus.factor, "", "factor of a threshold"),
        Param("least_level", EACH, least, "percent", "level that old stocks leave"),
        Param("missing_level", EACH, missing, "percent", "what a threshold needs beyond it"),
        Param("jump", ("thresholds",), bonus.jump, "", "what a bonus adds to its factor"),
        Param("end_log", over, np.log(ends), "log points", "logarithm of the factor"),
        Param("end_inverse", over, 1.0 / ends, "", "one over the factor"),
        Param("bonus_weight", EACH, bonus_weights(instance), "", "what a log point of the bonus is worth"),
    )
