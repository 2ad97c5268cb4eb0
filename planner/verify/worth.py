"""What innovation is worth under the objective of a scenario, from the table of innovation alone."""

from __future__ import annotations

import numpy as np

from planner.verify.innovation import TINY, spread
from planner.verify.told import Floats, Told


def worth(told: Told) -> float:
    """Discounted welfare of innovation over regions and moments.

    alpha    Atkinson: disc * (mean of powers 1 - alpha over that of the base year - 1) / (1 - alpha)
    total    disc * innovation of the nation over that of the base year (of regions weighted as the objective says)
    max_min, leximin   the worst-off region's discounted mean of logs, less that of the base year
    sen      disc * mean * (1 - Gini) over the mean of the base year
    """
    asked, disc = told.now.scenario.objective, told.now.weight
    measured, weights = _measured(told), _weights(told)
    start = measured[:, 0]
    if asked.measure == "sen":
        each = [weights @ at * (1.0 - spread(at, weights)[0]) for at in measured.T]
        return float(np.array(each) @ disc / (weights @ start))
    if asked.measure in ("max_min", "leximin"):
        means = np.log(np.maximum(measured, TINY)) @ disc
        return float(means.min() - np.log(start.min()))
    return _atkinson(measured, weights, 1.0 - asked.alpha, disc)


def _atkinson(measured: Floats, weights: Floats, rest: float, disc: Floats) -> float:
    start = measured[:, :1]
    if rest == 0.0:
        return float(weights @ np.log(np.maximum(measured / start, TINY)) @ disc)
    if rest == 1.0:
        return float(weights @ measured @ disc / (weights @ start)[0])
    powers = weights @ measured**rest / (weights @ start**rest)
    return float((powers - 1.0) / rest @ disc)


def _measured(told: Told) -> Floats:
    """What the objective compares, (R, M): innovation per head, or the index."""
    if told.now.scenario.objective.of == "index":
        return told.array("innovation", "index")
    return told.array("innovation", "innovation") / told.now.population[:, None]


def _weights(told: Told) -> Floats:
    """Weights of regions, summing to one."""
    asked, now = told.now.scenario.objective, told.now
    values = np.array(asked.column) if asked.column else np.ones(len(now.regions))
    if asked.weights in ("population", "innovation") and not asked.column:
        values = now.population if asked.weights == "population" else now.region_amounts("innovation")
    return np.asarray(values / values.sum())
