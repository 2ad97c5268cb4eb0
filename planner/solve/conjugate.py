"""Upper bounds by duality: what the innovation function could earn at most at the prices of a linear program.

A program with tangents prices every ratio x[r,f,t] at mu[r,f,t]. At these prices its point x* is the best of all points
that satisfy the rows: linear(x) + mu x <= linear(x*) + mu x*. So every point has

    objective <= linear(x*) + mu x* + max over x of ( gain(x) - mu x )

The last term is the conjugate of the gain, known for every region and year, whatever the tangents were. With

    L = sum_f beta[f] ln x[f],  B = sum_f beta[f],  gain(L) = sum_k w[k] exp(s[k] L) / s[k]      (w[k] L where s[k] = 0)

the best x has x[f] = q beta[f] / mu[f] with q = gain'(L), so L = B ln q + C, C = sum_f beta[f] ln(beta[f] / mu[f]), and

    q = sum_k w[k] exp(s[k] (B ln q + C))        one number per region and year;        most = gain(L) - B q

Factors of a nest are one good with the price of its composite (nest.py).
One term has it in closed form: ln q = (ln w + s C) / (1 - s B), most = q (1/s - B), or w (L - B) where s = 0.
It is reached where mu = q beta / x: the bound meets the plan where marginal returns meet prices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.nest import Blend, log_price

Floats = NDArray[np.float64]
Term = tuple[Floats, float]

STEPS = 60


def most(terms: Sequence[Term], beta: Floats, price: Floats, blend: Blend | None = None) -> float:
    """Most that gains earn at prices (R, F, T); terms are weights (R, T) >= 0 with their powers s <= 1; beta (F,).

    Infinite where nothing bounds it: a price of zero (powers of zero and more), or a power s with s * B = 1.
    """
    used, total = beta > 0, float(beta[beta > 0].sum())
    if blend is not None:
        used[list(blend.members)] = False
    free = np.einsum("f,rft->rt", beta[used], _log(beta[used][None, :, None], price[:, used]))
    if blend is not None:
        free += blend.beta * (np.log(blend.beta) - log_price(blend, price))
    return float(_most(tuple(terms), total, free).sum())


def _most(terms: tuple[Term, ...], total: float, free: Floats) -> Floats:
    """Most of every region and year (R, T); free is C."""
    if any(power * total >= 1.0 - 1e-9 for _, power in terms):
        return np.full_like(free, np.inf)
    paid = np.any([weight > 0 for weight, _ in terms], axis=0)
    open_end = np.isinf(free) & np.any([(weight > 0) & (power >= 0) for weight, power in terms], axis=0)
    bounded = paid & ~np.isinf(free)
    kept = tuple((weight[bounded], power) for weight, power in terms)
    found = np.where(open_end, np.inf, 0.0)
    grown = _log_slope(kept, total, free[bounded])
    at = total * grown + free[bounded]
    found[bounded] = sum(_gain(weight, power, at) for weight, power in kept) - total * np.exp(grown)
    return found


def _gain(weight: Floats, power: float, at: Floats) -> Floats:
    return weight * at if power == 0.0 else weight * np.exp(power * at) / power


def _log_slope(terms: tuple[Term, ...], total: float, free: Floats) -> Floats:
    """Values of ln q: closed form for one term; else Newton on  ln sum_k w exp(s (B ln q + C)) - ln q,  which falls."""
    with np.errstate(divide="ignore"):
        logs = [(np.log(weight), power) for weight, power in terms]
    if len(terms) == 1:
        return np.asarray((logs[0][0] + logs[0][1] * free) / (1.0 - logs[0][1] * total))
    powers = np.array([power for _, power in logs])[:, None]
    grown = np.max([(log + power * free) / (1.0 - power * total) for log, power in logs], axis=0)
    for _ in range(STEPS):
        parts = np.array([log for log, _ in logs]) + powers * (total * grown + free)
        top = parts.max(axis=0)
        weights = np.exp(parts - top)
        value = top + np.log(weights.sum(axis=0)) - grown
        slope = total * (weights * powers).sum(axis=0) / weights.sum(axis=0) - 1.0
        grown = grown - value / slope
        if np.abs(value).max(initial=0.0) < 1e-13:
            break
    return np.asarray(grown)


def _log(worth: Floats, price: Floats) -> Floats:
    """ln(worth / price); infinite where the price is not positive, as it then bounds nothing."""
    known = price > 0
    return np.where(known, np.log(worth / np.where(known, price, 1.0)), np.inf)
