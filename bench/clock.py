"""The three clocks a measurement reads, as a value, so that tests can pass their own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Clock:
    """Clocks of this process, in seconds from an arbitrary start.

    wall_s    real time, monotonic
    cpu_s     time that all threads of the process and of its children spent on a core
    waited_s  time that its threads were ready but had no core; None where the kernel does not count it
    rest      sleeps for so many seconds
    """

    wall_s: Callable[[], float]
    cpu_s: Callable[[], float]
    waited_s: Callable[[], float | None]
    rest: Callable[[float], None] = lambda _seconds: None


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


def family_cpu_s() -> float:
    """CPU time of this process, of its living children and theirs, and of those that it has waited for."""
    ended = os.times()
    total = time.process_time() + ended.children_user + ended.children_system
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            times = child.cpu_times()
            total += times.user + times.system
    return total


SYSTEM = Clock(time.perf_counter, family_cpu_s, run_queue_wait_s, time.sleep)
