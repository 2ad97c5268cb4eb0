"""Is the machine quiet: looks before, during and after a run, a graded verdict and remedies in plain words.

Everything is read as an ordinary user from /proc and /sys; what cannot be read counts as unknown, not as good.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.environment.checks import standing
from bench.environment.finding import Finding, Level, ordered, remedies, worst
from bench.environment.meanwhile import during, happening
from bench.environment.questions import QUESTIONS, look
from bench.result import Environment

__all__ = [
    "QUESTIONS", "Finding", "Level", "during", "environment", "findings", "happening", "look", "ordered", "remedies",
    "standing", "worst",
]  # fmt: skip

WORKQUEUE = Finding(
    "usable",
    "Numba falls back on its workqueue threads",
    "install an OpenMP runtime (libgomp) or tbb for steadier times",
)


def environment(
    before: Mapping[str, Any],
    meanwhile: Mapping[str, float | None],
    after: Mapping[str, Any],
    waited_share: float | None = None,
    threading_layer: str | None = None,
) -> Environment:
    """Verdict over a whole run: the worst finding, and every remedy once.

    Args:
        before: look before the run.
        meanwhile: what happened, as `during` gives it.
        after: look after the run; its load and temperature are the run's own and do not count.
        waited_share: share of time that the kernels' threads stood in a run queue.
        threading_layer: Numba's, as the kernels used it.
    """
    happened = {**meanwhile, "waited_share": waited_share}
    found = findings(before, happened, after, threading_layer)
    return Environment(before, happened, after, worst(found), remedies(found))


def findings(
    before: Mapping[str, Any],
    happened: Mapping[str, float | None],
    after: Mapping[str, Any],
    threading_layer: str | None = None,
) -> tuple[Finding, ...]:
    """Everything that stands in the way, the most serious first; arguments as for `environment`."""
    own = {name: before.get(name) for name in ("load_1min", "temperature_c", "free_memory_share")}
    found = [*standing(before), *standing({**after, **own}), *happening(happened)]
    return ordered([*found, WORKQUEUE] if threading_layer == "workqueue" else found)
