"""One look at the machine: every question, and its answer or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.environment import activity, cores, speed
from bench.machine import Sources, Unknown

QUESTIONS: Mapping[str, Callable[[Sources], Any]] = {
    question.__name__: question
    for question in (
        activity.load_1min,
        activity.cpu_times_s,
        activity.busy_by_cpu_s,
        activity.swapped_pages,
        activity.free_memory_share,
        activity.flush_to_zero,
        cores.allowed_cpus,
        cores.online_cpus,
        cores.smt,
        cores.sibling_cpus,
        cores.quota_cores,
        cores.throttled_s,
        cores.virtual,
        cores.container,
        speed.governor,
        speed.capped_share,
        speed.boost,
        speed.temperature_c,
        speed.overheated_times,
        speed.on_battery,
        speed.numa_nodes,
        speed.numa_balancing,
        speed.huge_pages,
        speed.clock_source,
    )
}


def look(sources: Sources) -> dict[str, Any]:
    """One look at the machine: each fact a value, or {"value": null, "reason": why}."""
    return {name: _asked(question, sources) for name, question in QUESTIONS.items()}


def _asked(question: Callable[[Sources], Any], sources: Sources) -> Any:
    try:
        return question(sources)
    except Unknown as error:
        return {"value": None, "reason": str(error)}
    except (ValueError, IndexError, ZeroDivisionError):
        return {"value": None, "reason": "the system answers in a form this program does not know"}
