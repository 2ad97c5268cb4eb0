"""Factors that complement or replace each other: a CES nest inside the innovation function.

The factors N of a nest act as one composite D in place of each alone,

    PROD_{f in N} x[f]^beta[f]  becomes  D^b,   D = ( sum_f share[f] x[f]^rho )^(1/rho),   b = sum_{f in N} beta[f],
    share[f] = beta[f] / b,   rho = (sigma - 1) / sigma

sigma is how easily one factor replaces another: 1 is the product itself, 0 the least of them, above 1 they replace each
other. D is concave for every sigma, and one in the base year. Source: Arrow, Chenery, Minhas and Solow 1961.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Nest:
    """Ids of the factors of a nest, and how easily one replaces another."""

    factors: tuple[str, ...]
    sigma: float


@dataclass(frozen=True)
class Blend:
    """A nest over the axis F of arrays: numbers of its factors, their shares (N,), sigma, and b."""

    members: tuple[int, ...]
    share: Floats
    sigma: float
    beta: float


def blend_of(nest: Nest | None, factors: tuple[str, ...], beta: Floats) -> Blend | None:
    """The nest over factors (F,) with beta (F,); None where it has no two factors that count."""
    found = [] if nest is None else [f for f, name in enumerate(factors) if name in nest.factors and beta[f] > 0]
    if nest is None or len(found) < 2:
        return None
    return Blend(tuple(found), beta[found] / beta[found].sum(), nest.sigma, float(beta[found].sum()))


def local_shares(blend: Blend, logs: Floats) -> Floats:
    """What one percent more of each factor adds to D in percent, (R, N, T), at logs of ratios (R, F, T)."""
    inside = logs[:, blend.members]
    if blend.sigma == 0.0:
        least = inside == inside.min(axis=1, keepdims=True)
        return np.asarray(least / least.sum(axis=1, keepdims=True))
    power = (blend.sigma - 1.0) / blend.sigma * inside
    parts = blend.share[:, None] * np.exp(power - power.max(axis=1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def log_blend(blend: Blend, logs: Floats) -> Floats:
    """Values of ln D (R, T) at logs of ratios (R, F, T)."""
    inside = logs[:, blend.members]
    if blend.sigma == 0.0:
        return np.asarray(inside.min(axis=1))
    if blend.sigma == 1.0:
        return np.asarray(np.einsum("n,rnt->rt", blend.share, inside))
    rho = (blend.sigma - 1.0) / blend.sigma
    top = (rho * inside).max(axis=1)
    return np.asarray((top + np.log(np.einsum("n,rnt->rt", blend.share, np.exp(rho * inside - top[:, None])))) / rho)


def log_price(blend: Blend, price: Floats) -> Floats:
    """Log (R, T) of what a unit of D costs at prices (R, F, T); minus infinity where D is free.

    ( sum share^sigma price^(1 - sigma) )^(1 / (1 - sigma))
    """
    rest = 1.0 - blend.sigma
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(price[:, blend.members], 0.0))
    if rest == 0.0:
        return np.asarray(np.einsum("n,rnt->rt", blend.share, logs - np.log(blend.share)[:, None]))
    parts = (blend.share**blend.sigma)[:, None] * np.exp(rest * logs)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(parts.sum(axis=1)) / rest)
