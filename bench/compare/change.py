"""One case on both sides: how much its time changed, how surely, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from bench.compare.moderate import Scatter
from bench.compare.ranks import mann_whitney
from bench.compare.student import quantile, two_sided_p
from bench.judge import disturbed
from bench.result import Case, PeerTime
from bench.stats import RESAMPLES, SEED, autocorrelation, split

Verdict = Literal["SAME", "FASTER", "SLOWER", "UNCLEAR"]
Unit = Literal["runs", "processes", "samples"]
LEVEL = 0.05
MOST_CORRELATED = 0.9


@dataclass(frozen=True)
class Change:
    """How the time of a case changed from OLD to NEW.

    old_s, new_s  medians
    ratio         new_s / old_s with its 95 % interval [low, high]: above 1 is slower
    p             chance of so clear a difference by luck, over all cases compared (Holm)
    unit          what counts as one independent observation: whole runs where a side has several, else processes,
                  else samples; old_units and new_units say how many
    least         smallest effect that counts, as a share: 0.03 means slower from ratio 1.03, faster from 1 / 1.03
    alike         largest effect that is the same; below `least` where the noise of the machine raises that
    peers_ratio   geometric mean of the same ratio over the peers that ran on both sides, None without any
    """

    id: str
    kernel: str
    old_s: float
    new_s: float
    ratio: float
    low: float
    high: float
    p: float
    unit: Unit
    old_units: int
    new_units: int
    least: float
    alike: float
    peers_ratio: float | None
    disturbance: str
    verdict: Verdict = "UNCLEAR"
    note: str = ""

    @property
    def change(self) -> float:
        """New over old time, minus 1."""
        return self.ratio - 1


def change(
    old: Sequence[Case],
    new: Sequence[Case],
    least: float,
    prior: Scatter | None = None,
    alike: float | None = None,
) -> Change:
    """The measured change, its p-value not yet adjusted and no verdict yet.

    Args:
        old: the same case in one or more runs, each with times.
        new: likewise.
        least: smallest effect that counts.
        prior: how units of other cases of this comparison scatter.
        alike: largest effect that is the same; `least` where not given.
    """
    unit, units = _units(old, new)
    old_s, new_s = (_median([case.samples_s for case in side]) for side in (old, new))
    half, p = _uncertainty(old, new, prior)
    ratio = new_s / old_s
    return Change(
        id=old[0].id,
        kernel=old[0].kernel,
        old_s=old_s,
        new_s=new_s,
        ratio=ratio,
        low=ratio * math.exp(-half),
        high=ratio * math.exp(half),
        p=p,
        unit=unit,
        old_units=len(units[0]),
        new_units=len(units[1]),
        least=least,
        alike=least if alike is None else alike,
        peers_ratio=_peers_ratio(old, new),
        disturbance=next(filter(None, (disturbed(case.conditions or {}) for case in (*old, *new))), ""),
    )


def scatter(old: Sequence[Case], new: Sequence[Case]) -> Scatter | None:
    """How the units of a case scatter within their side; None where they are samples of one process a side.

    Pooled over both sides, because without a change they scatter alike, and so that a side with a single unit borrows
    the scatter of the other.
    """
    unit, units = _units(old, new)
    if unit == "samples":
        return None
    squares = sum((value - float(np.mean(side))) ** 2 for side in units for value in side)
    freedom = sum(map(len, units)) - 2
    return Scatter(squares / freedom, freedom)


def decided(found: Change, p: float) -> Change:
    """The change with its adjusted p-value, verdict and, where that needs one, the reason."""
    verdict, note = _verdict(replace(found, p=p))
    return replace(found, p=p, verdict=verdict, note=note)


def _verdict(found: Change) -> tuple[Verdict, str]:
    bound, alike = math.log1p(found.least), math.log1p(found.alike)
    size, low, high = math.log(found.ratio), math.log(found.low), math.log(found.high)
    if size == low == high == 0 or (-alike < low and high < alike):
        return "SAME", ""
    if abs(size) < alike:
        return "UNCLEAR", f"its interval is wider than {found.alike:.1%}: measure longer, or in more processes"
    if abs(size) < bound:
        return "UNCLEAR", f"below {found.least:.1%}, which this machine differs by from itself: use a quieter one"
    if found.p >= LEVEL or low <= 0 <= high:
        return "UNCLEAR", "it may be chance: measure in more processes, or repeat the run"
    if found.disturbance:
        return "UNCLEAR", found.disturbance
    if found.peers_ratio and abs(size - math.log(found.peers_ratio)) < bound:
        return "UNCLEAR", f"its peers changed alike ({found.peers_ratio - 1:+.1%}): the machine changed, not the kernel"
    return ("SLOWER", "") if size > 0 else ("FASTER", "")


def _units(old: Sequence[Case], new: Sequence[Case]) -> tuple[Unit, tuple[list[float], list[float]]]:
    """Logs of the medians of the coarsest parts of which a side has several."""
    if max(len(old), len(new)) > 1:
        return "runs", (_log_medians([case.samples_s for case in old]), _log_medians([case.samples_s for case in new]))
    processes = (_processes(old[0]), _processes(new[0]))
    if max(map(len, processes)) > 1:
        return "processes", (_log_medians(processes[0]), _log_medians(processes[1]))
    return "samples", (list(map(math.log, old[0].samples_s)), list(map(math.log, new[0].samples_s)))


def _uncertainty(old: Sequence[Case], new: Sequence[Case], prior: Scatter | None) -> tuple[float, float]:
    """Half width of the 95 % interval of the log ratio, and the p-value.

    Both the rank test on the samples and, where there are several units, Student's t on the logs of their medians must
    be sure, so the larger p-value counts. Ranks of units alone never could: of 3 against 3 the smallest is 0.1.
    """
    if [case.samples_s for case in old] == [case.samples_s for case in new]:
        return 0.0, 1.0
    found = scatter(old, new)
    if found is None:
        inflation = _inflation(old, new)
        return _by_samples(old[0], new[0], inflation), mann_whitney(_samples(old), _samples(new), inflation)
    half, p = _by_units(_units(old, new)[1], found.moderated(prior))
    return half, max(p, mann_whitney(_samples(old), _samples(new)))


def _by_units(units: tuple[Sequence[float], Sequence[float]], found: Scatter) -> tuple[float, float]:
    error = math.sqrt(found.variance * sum(1 / len(side) for side in units))
    difference = float(np.mean(units[1]) - np.mean(units[0]))
    if not error:
        return 0.0, float(not difference)
    freedom = int(found.freedom)
    return quantile(1 - LEVEL, freedom) * error, two_sided_p(difference / error, freedom)


def _by_samples(old: Case, new: Case, inflation: float) -> float:
    """Half width of the interval from the bootstrap of both medians."""
    freedom = max(len(old.samples_s) + len(new.samples_s) - 2, 1)
    error = math.hypot(_median_error(old.samples_s), _median_error(new.samples_s))
    return quantile(1 - LEVEL, freedom) * error * math.sqrt(inflation)


def _median_error(samples: Sequence[float]) -> float:
    """Standard error of the log of the median, by the bootstrap."""
    values = np.log(np.asarray(samples, dtype=np.float64))
    draws = np.random.default_rng(SEED).integers(0, values.size, size=(RESAMPLES, values.size))
    return float(np.std(np.median(values[draws], axis=1)))


def _inflation(old: Sequence[Case], new: Sequence[Case]) -> float:
    """Factor on the variance where successive samples resemble each other: (1 + r) / (1 - r) of the larger r > 0."""
    parts = [[np.asarray(part) for part in _processes(case)] for case in (*old, *new)]
    r = min(max(0.0, *(autocorrelation(part) for part in parts)), MOST_CORRELATED)
    return (1 + r) / (1 - r)


def _processes(case: Case) -> list[Sequence[float]]:
    return split(case.samples_s, case.samples_per_process)


def _samples(cases: Sequence[Case]) -> list[float]:
    return [sample for case in cases for sample in case.samples_s]


def _median(rows: Sequence[Sequence[float]]) -> float:
    return float(np.median(np.concatenate([np.asarray(row, dtype=np.float64) for row in rows])))


def _log_medians(parts: Sequence[Sequence[float]]) -> list[float]:
    return [math.log(float(np.median(part))) for part in parts]


def _peers_ratio(old: Sequence[Case], new: Sequence[Case]) -> float | None:
    before, after = _peer_medians(old), _peer_medians(new)
    logs = [math.log(after[name] / before[name]) for name in before if name in after]
    return math.exp(sum(logs) / len(logs)) if logs else None


def _peer_medians(cases: Sequence[Case]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], list[Sequence[float]]] = {}
    for case in cases:
        for peer in (*case.peers, case.plain):
            if isinstance(peer, PeerTime):
                found.setdefault((peer.name, peer.version), []).append(peer.samples_s)
    return {name: _median(rows) for name, rows in found.items()}
