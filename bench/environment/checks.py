"""What one look at the machine says about measuring on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.environment.finding import Finding, Level
from bench.result import known

Seen = Mapping[str, Any]

USABLE_LOAD_PER_CPU = 0.1
NOISY_LOAD_PER_CPU = 0.5
HOT_C = 85.0
LITTLE_MEMORY = 0.1
CAPPED_BELOW = 0.98
SLOW_CLOCKS = ("hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit")


def standing(seen: Seen) -> list[Finding]:
    """Findings of one look."""
    return [finding for check in CHECKS if (finding := check(seen)) is not None]


def _mains_power(seen: Seen) -> Finding | None:
    return Finding("noisy", "it runs on battery", "plug it in") if known(seen, "on_battery") else None


def _few_tasks_run(seen: Seen) -> Finding | None:
    load, cpus = known(seen, "load_1min"), known(seen, "online_cpus") or known(seen, "allowed_cpus") or 1
    if load is None or load <= USABLE_LOAD_PER_CPU * cpus:
        return None
    level: Level = "noisy" if load > NOISY_LOAD_PER_CPU * cpus else "usable"
    return Finding(
        level, f"the load of the last minute is {load:.2f} on {cpus} CPUs", "close other programs and wait a minute"
    )


def _it_tells_its_state(seen: Seen) -> Finding | None:
    if known(seen, "load_1min") is not None or known(seen, "cpu_times_s") is not None:
        return None
    return Finding(
        "usable", "this system tells neither its load nor its core time", "repeat the run and compare the results"
    )


def _governor_is_performance(seen: Seen) -> Finding | None:
    governor = known(seen, "governor")
    if governor is None or governor == "performance":
        return None
    return Finding(
        "usable",
        f"the CPU governor is {governor}",
        "an administrator can run cpupower frequency-set -g performance",
    )


def _clock_is_free(seen: Seen) -> Finding | None:
    share = known(seen, "capped_share")
    if share is None or share >= CAPPED_BELOW:
        return None
    return Finding(
        "usable",
        f"the clock is capped at {share:.0%} of what the cores can do",
        "choose another power profile, or an administrator can raise scaling_max_freq with cpupower frequency-set -u",
    )


def _boost_is_off(seen: Seen) -> Finding | None:
    if not known(seen, "boost"):
        return None
    return Finding(
        "quiet",
        "clock boost is on, so speeds follow temperature and the number of busy cores",
        "compare runs on the same machine only",
    )


def _cool(seen: Seen) -> Finding | None:
    temperature = known(seen, "temperature_c")
    if temperature is None or temperature < HOT_C:
        return None
    return Finding("usable", f"the processor has {temperature:.0f} °C", "let it rest, and keep its fans free")


def _not_virtual(seen: Seen) -> Finding | None:
    name = known(seen, "virtual")
    if name in (None, "none"):
        return None
    called = "" if name == "unnamed" else f" ({name})"
    return Finding(
        "usable", f"this is a virtual machine{called}", "neighbours may disturb it; repeat the run and compare"
    )


def _whole_cores(seen: Seen) -> Finding | None:
    quota, cpus = known(seen, "quota_cores"), known(seen, "allowed_cpus") or 1
    if quota is None or quota >= cpus:
        return None
    return Finding(
        "usable",
        f"the container or job may use {quota:g} of {cpus} CPUs",
        f"run with --threads {max(1, int(quota))}, or raise the limit",
    )


def _all_cores(seen: Seen) -> Finding | None:
    ours, online = known(seen, "allowed_cpus"), known(seen, "online_cpus")
    if ours is None or online is None or ours >= online:
        return None
    return Finding(
        "quiet",
        f"this process may run on {ours} of {online} CPUs (taskset, a cpuset or the job scheduler)",
        "as intended for a part of a machine; for all of it start without that limit",
    )


def _idle_siblings(seen: Seen) -> Finding | None:
    siblings = known(seen, "sibling_cpus")
    if not siblings:
        return None
    return Finding(
        "quiet",
        f"CPUs {_listed(siblings)} share cores with ours but are not ours",
        "keep other programs off them, or ask the scheduler for whole cores",
    )


def _listed(cpus: list[int]) -> str:
    return ", ".join(map(str, cpus[:4])) + (", ..." if len(cpus) > 4 else "")


def _pages_stay(seen: Seen) -> Finding | None:
    if not known(seen, "numa_balancing") or known(seen, "numa_nodes") == 1:
        return None
    return Finding(
        "usable",
        "NUMA balancing moves pages during the run",
        "an administrator can run sysctl kernel.numa_balancing=0",
    )


def _large_pages(seen: Seen) -> Finding | None:
    if known(seen, "huge_pages") != "never":
        return None
    return Finding(
        "quiet",
        "transparent huge pages are off, so large arrays are slower to reach",
        "an administrator can write madvise into /sys/kernel/mm/transparent_hugepage/enabled",
    )


def _memory_left(seen: Seen) -> Finding | None:
    share = known(seen, "free_memory_share")
    if share is None or share >= LITTLE_MEMORY:
        return None
    return Finding("usable", f"only {share:.0%} of the memory is free", "close programs that hold memory")


def _fast_clock(seen: Seen) -> Finding | None:
    source = known(seen, "clock_source")
    if source not in SLOW_CLOCKS:
        return None
    return Finding(
        "usable", f"the system reads the time from {source}, slowly", "an administrator can select tsc as clocksource"
    )


def _denormals_count(seen: Seen) -> Finding | None:
    if not known(seen, "flush_to_zero"):
        return None
    return Finding(
        "usable",
        "a loaded library makes this process replace denormal numbers by zero",
        "find it among what is preloaded (LD_PRELOAD); answers near zero differ and some kernels look faster",
    )


CHECKS: tuple[Callable[[Seen], Finding | None], ...] = (
    _mains_power,
    _few_tasks_run,
    _it_tells_its_state,
    _governor_is_performance,
    _clock_is_free,
    _cool,
    _not_virtual,
    _whole_cores,
    _pages_stay,
    _memory_left,
    _fast_clock,
    _denormals_count,
    _boost_is_off,
    _all_cores,
    _idle_siblings,
    _large_pages,
)
