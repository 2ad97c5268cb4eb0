"""Least squares with errors clustered by region, by QR; numpy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.calibrate.sample import Sample
from planner.calibrate.spec import Method

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEW_CLUSTERS = 40
WEAK, STRONG = 10.0, 30.0
SINGULAR = 1e8


class EstimateError(Exception):
    """A regression that cannot be had; the message says why and what helps."""


@dataclass(frozen=True)
class Fit:
    """Coefficients (K,) of the variables, their covariance (K, K), and what they rest on.

    condition  ratio of the largest to the smallest singular value of the variables, scaled to length 1, once the
               effects are taken out;  tangled  indices of the variables that the smallest one mixes
    """

    method: Method
    beta: Floats
    covariance: Floats
    rows: int
    clusters: int
    r2_within: float
    condition: float
    tangled: tuple[int, ...]

    @property
    def error(self) -> Floats:
        """Standard errors (K,)."""
        return np.sqrt(np.diag(self.covariance))


def fit(sample: Sample, method: Method, names: tuple[str, ...]) -> Fit:
    """One estimate of the coefficients of `names`.

    pooled           ln y = sum_k beta_k x_k + year effects
    two_way          the same + region effects
    long_difference  change of ln y from first to last year = constant + sum_k beta_k change of x_k
    between          mean of ln y over the years = constant + sum_k beta_k mean of x_k
    Raises EstimateError where rows are too few or variables cannot be told apart.
    """
    y, x, effects, cluster = _rows(sample, method)
    k, clusters = x.shape[1], len(np.unique(cluster))
    if clusters < 3 or len(y) <= k + effects.shape[1]:
        raise EstimateError(
            f"{method}: {len(y)} rows of {clusters} regions are too few for {k} variables and {effects.shape[1]} "
            "effects; take variables out, shorten lags or widen the years"
        )
    if np.linalg.matrix_rank(effects) < effects.shape[1]:
        raise EstimateError(f"{method}: the years and regions fall into parts that share nothing; widen the years")
    without = _within(np.column_stack([x, y]), effects)
    condition, tangled = collinearity(without[:, :k], x)
    if condition > SINGULAR:
        raise EstimateError(
            f"{method}: {' and '.join(names[i] for i in tangled)} cannot be told apart "
            f"(condition number {condition:.1g}); take one of them out"
        )
    design = np.column_stack([x, effects])
    beta, covariance = clustered(design, y, cluster)
    rest = without[:, k] - without[:, :k] @ beta[:k]
    spread = float(without[:, k] @ without[:, k])
    explained = 1 - float(rest @ rest) / spread if spread > 0 else math.nan
    return Fit(method, beta[:k], covariance[:k, :k], len(y), clusters, explained, condition, tangled)


def clustered(design: Floats, y: Floats, cluster: Ints) -> tuple[Floats, Floats]:
    """Coefficients and their covariance, robust to any dependence within a cluster.

    beta = R^-1 Q'y with X = QR ;  V = c (X'X)^-1 sum_g (X_g' u_g)(X_g' u_g)' (X'X)^-1
    c = G/(G-1) * (N-1)/(N-P), the correction of Stata and statsmodels. Source: Liang and Zeger 1986.
    """
    q, r = np.linalg.qr(design)
    beta = np.linalg.solve(r, q.T @ y)
    scores = design * (y - design @ beta)[:, None]
    labels, at = np.unique(cluster, return_inverse=True)
    sums = np.zeros((len(labels), design.shape[1]))
    np.add.at(sums, at, scores)
    n, p, g = *design.shape, len(labels)
    half = np.linalg.solve(r, np.linalg.solve(r.T, sums.T))
    return beta, half @ half.T * (g / (g - 1) * (n - 1) / (n - p))


def collinearity(without: Floats, x: Floats) -> tuple[float, tuple[int, ...]]:
    """Condition number of the variables once effects are taken out, and which ones its smallest direction mixes.

    A variable that the effects explain whole counts as tangled with them. Source: Belsley, Kuh and Welsch 1980, where
    10 is weak and 30 strong.
    """
    length = np.linalg.norm(without, axis=0)
    whole = np.linalg.norm(x - x.mean(axis=0), axis=0)
    flat = length <= 1e-10 * np.maximum(whole, 1e-300)
    if flat.any() or not len(length):
        return (math.inf, tuple(np.nonzero(flat)[0].tolist())) if flat.any() else (1.0, ())
    _, sizes, directions = np.linalg.svd(without / length, full_matrices=False)
    mixed = np.abs(directions[-1]) > 0.3
    condition = float(sizes[0] / sizes[-1]) if sizes[-1] > 0 else math.inf
    return condition, tuple(np.nonzero(mixed)[0].tolist())


def t_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t for a probability above one half.

    With x = sqrt(v) tan(a): P(T <= x) = 1/2 + int_0^a cos^(v-1) / (2 int_0^(pi/2) cos^(v-1)), by Gauss-Legendre.

    >>> round(t_quantile(0.975, 29), 4)
    2.0452
    """
    nodes, weights = np.polynomial.legendre.leggauss(200)

    def area(angle: float) -> float:
        return float(angle / 2 * (weights @ np.cos(angle / 2 * (nodes + 1)) ** (freedom - 1)))

    whole, low, high = area(math.pi / 2), 0.0, math.pi / 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if area(middle) < (2 * probability - 1) * whole else (low, middle)
    return math.sqrt(freedom) * math.tan((low + high) / 2)


def _rows(sample: Sample, method: Method) -> tuple[Floats, Floats, Floats, Ints]:
    """Outcome, variables, effects (dummies) and clusters of a method."""
    if method in ("pooled", "two_way"):
        effects = _dummies(sample.year)
        if method == "two_way":
            effects = np.column_stack([effects, _dummies(sample.region)[:, 1:]])
        return sample.y, sample.x, effects, sample.region
    held = np.column_stack([sample.y, sample.x])
    if method == "between":
        regions = np.arange(len(sample.regions))
        made = np.array([held[sample.region == r].mean(axis=0) for r in regions])
    else:
        last, regions = len(sample.years) - 1, _in_both_ends(sample)
        made = np.array([held[_at(sample, int(r), last)] - held[_at(sample, int(r), 0)] for r in regions])
    made = made.reshape(len(regions), held.shape[1])
    return made[:, 0], made[:, 1:], np.ones((len(made), 1)), regions.astype(np.int64)


def _in_both_ends(sample: Sample) -> Ints:
    ends = [set(sample.region[sample.year == t].tolist()) for t in (0, len(sample.years) - 1)]
    return np.array(sorted(ends[0] & ends[1]) if len(sample.years) > 1 else [], dtype=np.int64)


def _at(sample: Sample, region: int, year: int) -> int:
    return int(np.nonzero((sample.region == region) & (sample.year == year))[0][0])


def _dummies(index: Ints) -> Floats:
    return np.asarray(index[:, None] == np.unique(index), dtype=np.float64)


def _within(held: Floats, effects: Floats) -> Floats:
    """What effects do not explain of each column."""
    q, _ = np.linalg.qr(effects)
    return np.asarray(held - q @ (q.T @ held))
