"""What runs on the machine: load, core time, swapping, memory left, the state of this process's arithmetic."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable

from bench.machine import Sources, Unknown

Clock = Callable[[], float]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def load_1min(sources: Sources) -> float:
    """Tasks that ran or wanted to, as a mean over the last minute."""
    return float(sources.read("proc/loadavg").split()[0])


def cpu_times_s(sources: Sources) -> dict[str, float]:
    """Core time in s since the start of the machine, over all cores."""
    user, nice, system, idle, iowait, irq, softirq, steal = _times(sources.read("proc/stat").splitlines()[0])
    busy = user + nice + system + irq + softirq
    return {"busy": busy, "steal": steal, "total": busy + steal + idle + iowait}


def busy_by_cpu_s(sources: Sources) -> dict[str, float]:
    """Busy time in s of every logical CPU since the start of the machine."""
    rows = re.findall(r"^cpu\d+ .*$", sources.read("proc/stat"), re.MULTILINE)
    if not rows:
        raise Unknown("/proc/stat has no line per CPU")
    times = {row.split()[0].removeprefix("cpu"): _times(row) for row in rows}
    return {cpu: sum(spent[:3]) + spent[5] + spent[6] for cpu, spent in times.items()}


def _times(row: str) -> list[float]:
    found = [int(text) / TICKS_PER_S for text in row.split()[1:9]]
    if len(found) < 8:
        raise ValueError(row)
    return found


def swapped_pages(sources: Sources) -> int:
    """Pages written to swap or read from it since the start of the machine."""
    text = sources.read("proc/vmstat")
    counts = [int(count) for count in re.findall(r"^pswp(?:in|out) (\d+)$", text, re.MULTILINE)]
    if not counts:
        raise Unknown("/proc/vmstat counts no swapping")
    return sum(counts)


def free_memory_share(sources: Sources) -> float:
    """Share of the memory that new programs could have."""
    text = sources.read("proc/meminfo")
    sizes = dict(re.findall(r"^(MemTotal|MemAvailable):\s*(\d+) kB", text, re.MULTILINE))
    if len(sizes) < 2:
        raise Unknown("/proc/meminfo does not tell how much is available")
    return int(sizes["MemAvailable"]) / int(sizes["MemTotal"])


def waited_share(spin_s: float = 0.3, wall_s: Clock = time.perf_counter, cpu_s: Clock = time.thread_time) -> float:
    """Share of the time that a busy loop of `spin_s` s did not get its core: wall against CPU time.

    This sees what containers hide from /proc/stat: other containers, limits, and the host.
    """
    begun_s, spent_s = wall_s(), cpu_s()
    while (passed_s := wall_s() - begun_s) < spin_s:
        pass
    return min(max(1 - (cpu_s() - spent_s) / passed_s, 0.0), 1.0)


def flush_to_zero(_: Sources) -> bool:
    """Whether this thread replaces denormal numbers by zero, as libraries built for fast math can make it do."""
    return sys.float_info.min / 2 == 0.0
