"""How orders of two plans differ: what comes later, earlier, elsewhere, in addition, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """Units of one asset by region, (R,); every unit that changed is counted once.

    later, earlier  stay in their region
    gained, lost    go to another region: both sum to the same
    added, dropped  come from nowhere, or go nowhere
    """

    later: Floats
    earlier: Floats
    gained: Floats
    lost: Floats
    added: Floats
    dropped: Floats


def shift_of(planned: Floats, now: Floats) -> Shift:
    """Shifts from orders (R, V) of one plan to those of another; regions first, then the nation.

    Inside a region what is missing first makes up, in order of years, for what comes too much. What is left there is
    set against what is left in the others, in proportion; the rest of the nation is added or dropped.

    >>> found = shift_of(np.array([[4.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 2.0], [2.0, 1.0]]))
    >>> [x.tolist() for x in (found.later, found.lost, found.gained, found.added)]
    [[2.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    change = now - planned
    moved = np.array([_in_time(row) for row in change]).reshape(-1, 2)
    net = change.sum(axis=1)
    more, less = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    elsewhere = min(more.sum(), less.sum())
    gained = more * (elsewhere / more.sum() if more.sum() > 0 else 0.0)
    lost = less * (elsewhere / less.sum() if less.sum() > 0 else 0.0)
    return Shift(moved[:, 0], moved[:, 1], gained, lost, more - gained, less - lost)


def _in_time(change: Floats) -> tuple[float, float]:
    """Units that come later and earlier in one region: missing and additional units matched year by year."""
    later = earlier = owed = 0.0
    for amount in change.tolist():
        settled = min(abs(owed), abs(amount)) if owed * amount < 0 else 0.0
        later += settled if owed < 0 else 0.0
        earlier += settled if owed > 0 else 0.0
        owed += amount
    return later, earlier
