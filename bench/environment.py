"""Is the machine quiet: looks before, during and after a run, a graded verdict and remedies in plain words.

Everything is read as an ordinary user from /proc and /sys; what cannot be read counts as unknown, not as good.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bench.machine import Sources, Unknown
from bench.result import Environment, known

Level = Literal["quiet", "usable", "noisy"]
LEVELS: tuple[Level, ...] = ("quiet", "usable", "noisy")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

USABLE_SHARE = 0.02
NOISY_SHARE = 0.10


@dataclass(frozen=True)
class Finding:
    """One thing that stands in the way of a clean measurement, and what would help."""

    level: Level
    remedy: str


def look(sources: Sources) -> dict[str, Any]:
    """One look at the machine: each fact a value, or {"value": null, "reason": why}."""
    return {name: _asked(question, sources) for name, question in QUESTIONS.items()}


def during(before: Mapping[str, Any], after: Mapping[str, Any], own_cpu_s: float) -> dict[str, float | None]:
    """What happened between two looks, as shares of all core time in between.

    Args:
        before: first look.
        after: second look.
        own_cpu_s: CPU time in s that this run itself used in between, children included.
    """
    first, last = known(before, "cpu_times_s"), known(after, "cpu_times_s")
    shares: dict[str, float | None] = {"others_share": None, "steal_share": None}
    if first and last and last["total"] > first["total"]:
        total = last["total"] - first["total"]
        others = last["busy"] - first["busy"] - own_cpu_s
        shares["others_share"] = min(max(others / total, 0.0), 1.0)
        shares["steal_share"] = max((last["steal"] - first["steal"]) / total, 0.0)
    for name in ("throttled_s", "overheated_times"):
        pair = known(before, name), known(after, name)
        shares[name] = None if None in pair else float(pair[1] - pair[0])
    return shares


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
        meanwhile: shares as `during` gives them.
        after: look after the run; its load is the run's own and does not count.
        waited_share: share of time that the kernels' threads stood in a run queue.
        threading_layer: Numba's, as the kernels used it.
    """
    happened = {**meanwhile, "waited_share": waited_share}
    without_our_load = {**after, "load_1min": before.get("load_1min")}
    findings = [*standing(before), *standing(without_our_load), *happening(happened)]
    if threading_layer == "workqueue":
        findings.append(Finding("usable", WORKQUEUE))
    return Environment(before, happened, after, worst(findings), remedies(findings))


def standing(seen: Mapping[str, Any]) -> list[Finding]:
    """Findings of one look."""
    return [finding for check in CHECKS if (finding := check(seen)) is not None]


def happening(shares: Mapping[str, float | None]) -> list[Finding]:
    """Findings of what happened during a run."""
    found = [_graded_share(shares.get(name), text) for name, text in SHARE_REMEDIES.items()]
    for name, text in COUNT_REMEDIES.items():
        if shares.get(name):
            found.append(Finding("noisy", text))
    return [finding for finding in found if finding is not None]


def worst(findings: Iterable[Finding]) -> Level:
    """Level of the most serious finding; quiet where there is none."""
    return LEVELS[max((LEVELS.index(finding.level) for finding in findings), default=0)]


def remedies(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Remedies in order of seriousness, each once."""
    ordered = sorted(findings, key=lambda finding: -LEVELS.index(finding.level))
    return tuple(dict.fromkeys(finding.remedy for finding in ordered))


SHARE_REMEDIES = {
    "others_share": "other programs used {share:.0%} of the core time: close them",
    "steal_share": "the host gave {share:.0%} of the core time to others: use a machine of its own",
    "waited_share": "the kernels' threads waited {share:.0%} of the time for a core: close other programs",
}
WORKQUEUE = "Numba falls back on its workqueue threads: install an OpenMP runtime (libgomp) or tbb for steadier times"
COUNT_REMEDIES = {
    "throttled_s": "the container ran into its CPU limit: raise the limit, or use fewer threads (--threads)",
    "overheated_times": "cores slowed down because they were hot: improve cooling, or let it rest first",
}


def _graded_share(share: float | None, text: str) -> Finding | None:
    if share is None or share <= USABLE_SHARE:
        return None
    return Finding("noisy" if share > NOISY_SHARE else "usable", text.format(share=share))


def _governor_is_performance(seen: Mapping[str, Any]) -> Finding | None:
    governor = known(seen, "governor")
    if governor is None or governor == "performance":
        return None
    return Finding(
        "usable",
        f"the CPU governor is {governor}: an administrator can run cpupower frequency-set -g performance",
    )


def _boost_is_off(seen: Mapping[str, Any]) -> Finding | None:
    if not known(seen, "boost"):
        return None
    return Finding("quiet", "clock boost is on: speeds vary with temperature; compare runs on the same machine only")


def _few_tasks_run(seen: Mapping[str, Any]) -> Finding | None:
    load, cpus = known(seen, "load_1min"), known(seen, "allowed_cpus") or 1
    if load is None or load <= 0.1 * cpus:
        return None
    level: Level = "noisy" if load > 0.5 * cpus else "usable"
    return Finding(level, f"the load is {load:.2f} on {cpus} cores: close other programs and wait a minute")


def _mains_power(seen: Mapping[str, Any]) -> Finding | None:
    return Finding("noisy", "it runs on battery: plug it in") if known(seen, "on_battery") else None


def _not_virtual(seen: Mapping[str, Any]) -> Finding | None:
    if not known(seen, "virtual"):
        return None
    return Finding("usable", "this is a virtual machine: neighbours may disturb it; repeat the run and compare")


def _whole_cores(seen: Mapping[str, Any]) -> Finding | None:
    quota, cpus = known(seen, "quota_cores"), known(seen, "allowed_cpus") or 1
    if quota is None or quota >= cpus:
        return None
    return Finding(
        "usable", f"the container may use {quota:g} of {cpus} cores: run with --threads {max(1, int(quota))}"
    )


def _pages_stay(seen: Mapping[str, Any]) -> Finding | None:
    if not known(seen, "numa_balancing"):
        return None
    return Finding(
        "usable",
        "NUMA balancing moves pages during the run: an administrator can set kernel.numa_balancing=0",
    )


CHECKS: tuple[Callable[[Mapping[str, Any]], Finding | None], ...] = (
    _mains_power,
    _few_tasks_run,
    _governor_is_performance,
    _boost_is_off,
    _not_virtual,
    _whole_cores,
    _pages_stay,
)


def _asked(question: Callable[[Sources], Any], sources: Sources) -> Any:
    try:
        return question(sources)
    except Unknown as error:
        return {"value": None, "reason": str(error)}
    except (ValueError, IndexError):
        return {"value": None, "reason": "the system answers in a form this program does not know"}


def _load(sources: Sources) -> float:
    return float(sources.read("proc/loadavg").split()[0])


def _cpu_times(sources: Sources) -> dict[str, float]:
    fields = [int(text) / TICKS_PER_S for text in sources.read("proc/stat").splitlines()[0].split()[1:9]]
    user, nice, system, idle, iowait, irq, softirq, steal = fields
    busy = user + nice + system + irq + softirq
    return {"busy": busy, "steal": steal, "total": busy + steal + idle + iowait}


def _allowed_cpus(sources: Sources) -> int:
    found = re.search(r"^Cpus_allowed_list:\s*(\S+)", sources.read("proc/self/status"), re.MULTILINE)
    if not found:
        raise Unknown("/proc/self/status has no Cpus_allowed_list")
    spans = [span.split("-") for span in found.group(1).split(",")]
    return sum(int(span[-1]) - int(span[0]) + 1 for span in spans)


def _governor(sources: Sources) -> str:
    folders = sorted((sources.root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq"))
    if not folders:
        raise Unknown("this system shows no cpufreq")
    paths = [folder.relative_to(sources.root) / "scaling_governor" for folder in folders]
    return ", ".join(sorted({sources.read(str(path)) for path in paths}))


def _boost(sources: Sources) -> bool:
    folder = "sys/devices/system/cpu/"
    try:
        return sources.read(folder + "cpufreq/boost") == "1"
    except Unknown:
        return sources.read(folder + "intel_pstate/no_turbo") == "0"


def _quota(sources: Sources) -> float | None:
    try:
        quota, period = sources.read("sys/fs/cgroup/cpu.max").split()
    except Unknown:
        quota = sources.read("sys/fs/cgroup/cpu/cpu.cfs_quota_us")
        period = sources.read("sys/fs/cgroup/cpu/cpu.cfs_period_us")
    if quota in ("max", "-1"):
        raise Unknown("there is no limit")
    return int(quota) / int(period)


def _throttled(sources: Sources) -> float:
    try:
        text, pattern, unit = sources.read("sys/fs/cgroup/cpu.stat"), r"throttled_usec (\d+)", 1e6
    except Unknown:
        text, pattern, unit = sources.read("sys/fs/cgroup/cpu/cpu.stat"), r"throttled_time (\d+)", 1e9
    found = re.search(pattern, text)
    if not found:
        raise Unknown("cpu.stat counts no throttling")
    return int(found.group(1)) / unit


def _on_battery(sources: Sources) -> bool:
    supplies = sorted((sources.root / "sys/class/power_supply").glob("*"))
    states = [
        sources.read(str((supply / "status").relative_to(sources.root)))
        for supply in supplies
        if (supply / "status").exists()
    ]
    return "Discharging" in states


def _overheated(sources: Sources) -> int:
    pattern = "sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/core_throttle_count"
    counts = [int(path.read_text()) for path in sources.root.glob(pattern)]
    if not counts:
        raise Unknown("this system counts no thermal throttling")
    return sum(counts)


def _virtual(sources: Sources) -> bool:
    return bool(re.search(r"^flags\s*:.*\bhypervisor\b", sources.read("proc/cpuinfo"), re.MULTILINE))


def _numa_balancing(sources: Sources) -> bool:
    return sources.read("proc/sys/kernel/numa_balancing") != "0"


QUESTIONS: Mapping[str, Callable[[Sources], Any]] = {
    "load_1min": _load,
    "cpu_times_s": _cpu_times,
    "allowed_cpus": _allowed_cpus,
    "governor": _governor,
    "boost": _boost,
    "quota_cores": _quota,
    "throttled_s": _throttled,
    "on_battery": _on_battery,
    "overheated_times": _overheated,
    "virtual": _virtual,
    "numa_balancing": _numa_balancing,
}
