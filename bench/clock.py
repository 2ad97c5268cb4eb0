"""The three clocks a measurement reads, as a value, so that tests can pass their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clock:
    """Clocks of this process, in seconds from an arbitrary start.

    wall_s    real time, monotonic
    cpu_s     time that all threads of the process spent on a core
    waited_s  time that its threads were ready but had no core; None where the kernel does not count it
    """

    wall_s: Callable[[], float]
    cpu_s: Callable[[], float]
    waited_s: Callable[[], float | None]


def run_queue_wait_s(proc: Path = Path("/proc")) -> float | None:
    """Sum over this process's threads of the time they stood in a run queue (second field of schedstat)."""
    fields = []
    for thread in sorted((proc / "self" / "task").glob("*")):
        try:
            fields.append((thread / "schedstat").read_text().split())
        except OSError:
            continue
    counted = [row for row in fields if len(row) >= 2 and int(row[0]) > 0]
    return sum(int(row[1]) for row in counted) / 1e9 if counted else None


SYSTEM = Clock(time.perf_counter, time.process_time, run_queue_wait_s)
