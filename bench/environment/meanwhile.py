"""What happened on the machine between two looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.environment.finding import Finding
from bench.result import known

USABLE_SHARE = 0.02
NOISY_SHARE = 0.10
COUNTERS = ("throttled_s", "overheated_times", "swapped_pages")


def during(before: Mapping[str, Any], after: Mapping[str, Any], own_cpu_s: float) -> dict[str, float | None]:
    """What happened between two looks.

    others_share, steal_share          of all core time in between: other programs', the host's
    sibling_share                      of the busiest CPU that shares a core with ours, see `cores.sibling_cpus`
    throttled_s, overheated_times, swapped_pages  how much their counters grew
    flush_to_zero                      1 if this thread had lost denormal numbers at the end
    Each is None where the machine does not tell.

    Args:
        before: first look.
        after: second look.
        own_cpu_s: CPU time in s that this run itself used in between, children included.
    """
    found: dict[str, float | None] = {"others_share": None, "steal_share": None}
    first, last = known(before, "cpu_times_s"), known(after, "cpu_times_s")
    if first and last and last["total"] > first["total"]:
        total = last["total"] - first["total"]
        others = last["busy"] - first["busy"] - own_cpu_s
        found["others_share"] = min(max(others / total, 0.0), 1.0)
        found["steal_share"] = max((last["steal"] - first["steal"]) / total, 0.0)
    found["sibling_share"] = _sibling_share(before, after)
    for name in COUNTERS:
        pair = known(before, name), known(after, name)
        found[name] = None if None in pair else max(float(pair[1] - pair[0]), 0.0)
    flushed = known(after, "flush_to_zero")
    return {**found, "flush_to_zero": None if flushed is None else float(flushed)}


def _sibling_share(before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    siblings, times = known(after, "sibling_cpus"), (known(before, "cpu_times_s"), known(after, "cpu_times_s"))
    early, late = known(before, "busy_by_cpu_s"), known(after, "busy_by_cpu_s")
    if siblings is None or not early or not late or None in times or not late:
        return None
    passed_s = (times[1]["total"] - times[0]["total"]) / len(late)
    if passed_s <= 0:
        return None
    busy_s = [late[cpu] - early[cpu] for cpu in map(str, siblings) if cpu in early and cpu in late]
    return float(min(max(max(busy_s, default=0.0) / passed_s, 0.0), 1.0))


SHARES = {
    "others_share": ("other programs used {share:.0%} of the core time", "close them and run again"),
    "steal_share": (
        "the host gave {share:.0%} of the core time to others",
        "use a machine of its own, or another hour",
    ),
    "waited_share": (
        "threads that wanted to compute waited {share:.0%} of the time for a core",
        "close other programs, or run with fewer --threads",
    ),
    "sibling_share": (
        "a program kept a sibling of our cores busy for {share:.0%} of the time",
        "close it, or ask the scheduler for whole cores",
    ),
}
COUNTS = {
    "throttled_s": (
        "the container or job ran into its CPU limit",
        "raise the limit, or use fewer threads (--threads)",
    ),
    "overheated_times": ("cores slowed down because they were hot", "improve cooling, or let it rest first"),
    "swapped_pages": ("the machine swapped memory to disk", "close programs that hold memory, or use a smaller suite"),
}
SERIOUS_ABOVE = {"throttled_s": 0.0, "overheated_times": 0.0, "swapped_pages": 2560.0}


def happening(shares: Mapping[str, float | None]) -> list[Finding]:
    """Findings of what happened during a run or a case, the largest share first."""
    by_size = sorted(SHARES, key=lambda name: -(shares.get(name) or 0.0))
    found = [_graded_share(shares.get(name), *SHARES[name]) for name in by_size]
    found += [_graded_count(shares.get(name), SERIOUS_ABOVE[name], *COUNTS[name]) for name in COUNTS]
    return [finding for finding in found if finding is not None]


def _graded_count(count: float | None, serious_above: float, text: str, remedy: str) -> Finding | None:
    if not count:
        return None
    return Finding("noisy" if count > serious_above else "usable", text, remedy)


def _graded_share(share: float | None, text: str, remedy: str) -> Finding | None:
    if share is None or share <= USABLE_SHARE:
        return None
    return Finding("noisy" if share > NOISY_SHARE else "usable", text.format(share=share), remedy)
