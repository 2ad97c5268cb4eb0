"""Upper bounds by duality: what the innovation function could earn at most at the prices of a linear program.

A program with tangents prices every ratio x[r,f,t] at mu[r,f,t]. At these prices its point x* is the best of all points
that satisfy the rows: linear(x) + mu x <= linear(x*) + mu x*. So every point has

    objective <= linear(x*) + mu x* + max over x of ( gain(x) - mu x )

The last term is the conjugate of the gain, known in closed form for every region and year, whatever the tangents were:

    proportional   gain = w sum_f beta[f] ln x[f]       most = sum_f  w beta[f] (ln(w beta[f] / mu[f]) - 1)
    total          gain = w PROD_f x[f] ^ beta[f]       most = (1 - B) w I,  B = sum_f beta[f],
                                                        I = PROD_f (w beta[f] / mu[f]) ^ (beta[f] / (1 - B))

It is reached where mu = w beta / x, or w beta I / x: the bound meets the plan where marginal returns meet prices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def most_log(weight: Floats, beta: Floats, price: Floats) -> float:
    """Most that weighted logarithms earn at prices (R, F, T); weight (R, T), beta (F,). Infinite at a price of zero."""
    worth = weight[:, None, :] * beta[None, :, None]
    paid = worth > 0
    return float((worth[paid] * (_log(worth[paid], price[paid]) - 1.0)).sum())


def most_product(weight: Floats, beta: Floats, price: Floats) -> float:
    """Most that weighted products earn at prices (R, F, T); infinite where beta sums to one or a price is zero."""
    total = float(beta.sum())
    if total >= 1.0 - 1e-9:
        return float("inf")
    used = beta > 0
    worth = weight[:, None, :] * beta[None, used, None]
    index = np.exp(np.einsum("f,rft->rt", beta[used], _log(worth, price[:, used])) / (1.0 - total))
    return float(((1.0 - total) * weight * index).sum())


def _log(worth: Floats, price: Floats) -> Floats:
    """ln(worth / price); infinite where the price is not positive, as it then bounds nothing."""
    known = price > 0
    return np.where(known, np.log(worth / np.where(known, price, 1.0)), np.inf)
