"""Simulated runs: cases of several processes that scatter around a known time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.result import Case, Result
from tests.bench.toys import case, result


def run(
    seed: int,
    kernels: int = 20,
    *,
    processes: int = 3,
    samples: int = 15,
    between: float = 0.005,
    within: float = 0.005,
    factors: Mapping[str, float] | None = None,
    **changes: Any,
) -> Result:
    """A run of cases k0, k1, ... whose times in `factors` are changed; scatter between and within processes in logs."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(kernels):
        name = f"k{number}"
        medians = 0.01 * (factors or {}).get(name, 1.0) * np.exp(between * rng.standard_normal(processes))
        times = medians[:, None] * np.exp(within * rng.standard_normal((processes, samples)))
        found.append(timed(name, times))
    return result(found, **{"run_id": f"run {seed}", **changes})


def timed(name: str, times: Any, **changes: Any) -> Case:
    """A case with these samples, one row per process."""
    rows = np.atleast_2d(times)
    median = float(np.median(rows))
    more: dict[str, Any] = {"median_s": median, "low_s": median, "high_s": median, **changes}
    samples = tuple(map(float, rows.ravel()))
    return case(name, samples_s=samples, samples_per_process=(rows.shape[1],) * rows.shape[0], **more)
