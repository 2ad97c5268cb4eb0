"""Which hosts of a fleet are slower than the others by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from statistics import fmean, median
from typing import Any

from bench.result import Case, Result

TOLERANCE = 0.05


@dataclass(frozen=True)
class HostSpeed:
    """How fast a host is against its fleet.

    speed      geometric mean over its cases of (median time of the fleet / its own time); 1 is typical
    low, high  the same at the ends of the intervals of its times, as if all were off in the same direction
    cases      how many cases could be compared
    straggler  whether it falls behind the fleet's median by more than the intervals and TOLERANCE
    """

    host: str
    speed: float
    low: float
    high: float
    cases: int
    straggler: bool


def host_speeds(results: Mapping[str, Result]) -> tuple[HostSpeed, ...]:
    """Speed of every host that shares at least one proven case with another host, the slowest first.

    Args:
        results: host -> its result. "All threads" of one host are compared with those of another, however many.
    """
    times = {host: _times(result) for host, result in results.items()}
    typical = _typical(times)
    found = [
        _speed(host, {key: entry for key, entry in own.items() if key in typical}, typical)
        for host, own in times.items()
        if own.keys() & typical.keys()
    ]
    if not found:
        return ()
    middle, middle_low = median(entry.speed for entry in found), median(entry.low for entry in found)
    return tuple(sorted((_judged(entry, middle, middle_low) for entry in found), key=lambda entry: entry.speed))


Key = tuple[Any, ...]


def _times(result: Result) -> dict[Key, tuple[float, float, float]]:
    most = max((case.threads for case in result.cases), default=0)
    return {
        _key(case, most): (case.median_s, case.low_s, case.high_s)
        for case in result.cases
        if case.verdict in ("ok", "noisy") and case.median_s and case.low_s and case.high_s
    }


def _key(case: Case, most: int) -> Key:
    threads = "all" if case.threads == most else case.threads
    return case.kernel, tuple(sorted(case.params.items())), threads


def _typical(times: Mapping[str, Mapping[Key, tuple[float, float, float]]]) -> dict[Key, float]:
    """Median time in s of every case that at least two hosts have."""
    rows: dict[Key, list[float]] = {}
    for own in times.values():
        for key, (middle, _, _) in own.items():
            rows.setdefault(key, []).append(middle)
    return {key: median(row) for key, row in rows.items() if len(row) > 1}


def _speed(host: str, own: Mapping[Key, tuple[float, float, float]], typical: Mapping[Key, float]) -> HostSpeed:
    middle, fast, slow = (exp(fmean(log(typical[key] / entry[end]) for key, entry in own.items())) for end in range(3))
    return HostSpeed(host, middle, slow, fast, len(own), straggler=False)


def _judged(entry: HostSpeed, middle: float, middle_low: float) -> HostSpeed:
    behind = entry.speed < (1 - TOLERANCE) * middle and entry.high < middle_low
    return HostSpeed(entry.host, entry.speed, entry.low, entry.high, entry.cases, behind)
