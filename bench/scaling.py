"""How time grows with volume and with threads: two small models fitted to measured points, and whether they fit.

Transfer  T = a + V / b: latency a in s, bandwidth b in bytes/s, volume V (Hockney, Parallel Computing 20, 1994).
Threads   T = T1 / p x (1 + s (p - 1) + k p (p - 1)): serial share s (Amdahl 1967) and crosstalk k (Gunther's universal
          scalability law, 1993); T is the time per unit of work, so that it holds for fixed and for growing work.

Both are linear in non-negative unknowns and fitted by relative least squares, since times span decades.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
SEED = 20260101
CONFIDENCE = 95.0
Z = 1.959964
MISFIT = 0.10
CROSSTALK_POINTS = 4
ROUNDING = 1e-9

Values = NDArray[np.float64]
Kind = Literal["transfer", "strong", "weak"]
Derive = Callable[[Values], dict[str, Values]]


@dataclass(frozen=True)
class Point:
    """A measured time in s at volume or threads `x`; low and high are its 95 % interval."""

    x: float
    time_s: float
    low_s: float
    high_s: float


@dataclass(frozen=True)
class Parameter:
    """A fitted figure in the unit its name ends with, and its 95 % interval; None where it has no bound."""

    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Fitted:
    """What a model says of its points.

    residuals   of each point: measured over modelled time, minus 1
    fits        whether all residuals are within 10 %, or within three times what noise explains;
                None with as many points as unknowns, when the model passes through all of them
    note        what does not fit, or why that cannot be said
    """

    formula: str
    parameters: tuple[Parameter, ...]
    residuals: tuple[float, ...]
    fits: bool | None
    note: str


def transfer(points: Sequence[Point]) -> Fitted:
    """Latency and bandwidth from times at two or more volumes in bytes. Raises ValueError with fewer."""
    volumes = _distinct(points, "volumes")

    def derived(unknowns: Values) -> dict[str, Values]:
        latency, per_byte = unknowns.T
        with np.errstate(divide="ignore", invalid="ignore"):
            half = np.where(latency == 0, 0.0, latency / per_byte)
            return {"latency_s": latency, "bandwidth_gb_per_s": 1e-9 / per_byte, "half_speed_bytes": half}

    columns = np.stack([np.ones_like(volumes), volumes], axis=1)
    return _fitted("T = a + V / b", columns, points, derived, lambda x: f"{x:,.0f} bytes")


def threads(points: Sequence[Point]) -> Fitted:
    """Serial share, with four or more thread counts also crosstalk, from times per unit of work.

    Raises:
        ValueError: fewer than two thread counts.
    """
    p = _distinct(points, "thread counts")
    columns = [1 / p, (p - 1) / p]
    formula = "T = T1 (1 + s (p - 1)) / p"
    if len(np.unique(p)) >= CROSSTALK_POINTS:
        columns.append(p - 1)
        formula = "T = T1 (1 + s (p - 1) + k p (p - 1)) / p"
    most = float(p.max())
    return _fitted(
        formula,
        np.stack(columns, axis=1),
        points,
        lambda unknowns: _scalability(unknowns, most),
        lambda x: f"{x:g} threads",
    )


def _scalability(unknowns: Values, most: float) -> dict[str, Values]:
    """Shares, the speed-up at the largest thread count measured, and what more threads could still give."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one = unknowns[:, 0]
        serial = unknowns[:, 1] / one
        if unknowns.shape[1] < 3:
            return {
                "serial_share": serial,
                "speedup_measured": _speedup(most, serial, np.zeros_like(serial)),
                "speedup_limit": np.maximum(1 / serial, 1),
            }
        crosstalk = unknowns[:, 2] / one
        best = np.maximum(np.sqrt(np.maximum(1 - serial, 0) / crosstalk), 1)
        return {
            "serial_share": serial,
            "crosstalk": crosstalk,
            "speedup_measured": _speedup(most, serial, crosstalk),
            "speedup_limit": np.maximum(np.where(crosstalk > 0, _speedup(best, serial, crosstalk), 1 / serial), 1),
            "best_threads": best,
        }


def _speedup(p: float | Values, serial: Values, crosstalk: Values) -> Values:
    found: Values = p / (1 + serial * (p - 1) + crosstalk * p * (p - 1))
    return found


def _distinct(points: Sequence[Point], what: str) -> Values:
    x = np.array([point.x for point in points], dtype=np.float64)
    if len(np.unique(x)) < 2:
        raise ValueError(f"a fit needs two different {what}")
    return x


def _fitted(
    formula: str, columns: Values, points: Sequence[Point], derived: Derive, told: Callable[[float], str]
) -> Fitted:
    times = np.array([point.time_s for point in points])
    spread = np.array([(point.high_s - point.low_s) / (2 * Z) for point in points]) / times
    unknowns = relative_least_squares(columns, times)
    residuals = times / (columns @ unknowns) - 1
    free = len(points) - columns.shape[1]
    draws = _draws(columns, times, spread * _inflation(residuals, spread, free))
    values, ends = derived(unknowns[None, :]), derived(draws)
    parameters = tuple(_parameter(name, values[name][0], ends[name]) for name in values)
    fits, note = _check(points, residuals, spread, free, told)
    return Fitted(formula, parameters, tuple(map(float, residuals)), fits, note)


def relative_least_squares(columns: Values, times: Values) -> Values:
    """Non-negative unknowns u that minimise sum(((columns @ u - times) / times)^2).

    With two or three unknowns the best solution over all subsets of positive unknowns is exact.

    Args:
        columns: one row per point, one column per unknown, non-negative.
        times: positive, one per point in the last axis; each leading index is a fit of its own.
    """
    rows = columns / times[..., None]
    scale = np.max(rows, axis=-2, keepdims=True)
    rows = rows / scale
    best = np.zeros((*times.shape[:-1], columns.shape[1]))
    least = np.full(times.shape[:-1], np.inf)
    for chosen in _subsets(columns.shape[1]):
        found = np.linalg.pinv(rows[..., chosen]).sum(axis=-1)
        error = np.sum((np.einsum("...ij,...j->...i", rows[..., chosen], found) - 1) ** 2, axis=-1)
        better = (found.min(axis=-1) >= 0) & (error < least)
        full = np.zeros_like(best)
        full[..., chosen] = found
        best = np.where(better[..., None], full, best)
        least = np.where(better, error, least)
    solved: Values = best / scale[..., 0, :]
    return solved


def _subsets(count: int) -> Iterator[list[int]]:
    """All choices of unknowns that may be positive, the fewest first."""
    return map(list, chain.from_iterable(combinations(range(count), size) for size in range(1, count + 1)))


def _inflation(residuals: Values, spread: Values, free: int) -> float:
    """How much more the points scatter about the model than their intervals say (Birge's ratio), at least 1."""
    if free < 1:
        return 1.0
    noise = np.maximum(spread, ROUNDING)
    return max(1.0, float(np.sqrt(np.sum((residuals / noise) ** 2) / free)))


def _draws(columns: Values, times: Values, spread: Values) -> Values:
    """Fits to redrawn times (parametric bootstrap), a row of unknowns each."""
    noise = np.random.default_rng(SEED).normal(size=(DRAWS, len(times)))
    redrawn = times * np.maximum(1 + spread * noise, 0.01)
    return relative_least_squares(columns, redrawn)


def _parameter(name: str, value: float, draws: Values) -> Parameter:
    tail = (100 - CONFIDENCE) / 2
    low, high = np.percentile(np.nan_to_num(draws, nan=np.inf, posinf=np.inf), [tail, 100 - tail], method="nearest")
    low, high = min(low, value), max(high, value)
    return Parameter(name, *(float(end) if np.isfinite(end) else None for end in (value, low, high)))


def _check(
    points: Sequence[Point], residuals: Values, spread: Values, free: int, told: Callable[[float], str]
) -> tuple[bool | None, str]:
    if free < 1:
        return None, "as many points as unknowns: measure more of them to see whether the model fits"
    beyond = np.abs(residuals) - np.maximum(MISFIT, 3 * spread)
    worst = int(np.argmax(beyond))
    if beyond[worst] <= 0:
        return True, ""
    way = "longer" if residuals[worst] > 0 else "less"
    share = abs(float(residuals[worst]))
    return False, f"the model does not fit: {told(points[worst].x)} took {share:.0%} {way} than it says"
