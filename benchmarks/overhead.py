"""What the harness costs per case: a whole worker process less its timed rounds, warm.

    python benchmarks/overhead.py [--kernel NAME ...] [--rounds N]

Prints the fastest and the median of N processes, as wall time and as CPU time: process start, imports, inputs, loading
the machine code, verification and the answer. Machine code is in the cache from a first process that does not count.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from statistics import median

from bench.result import Case
from bench.spawn import spawn
from bench.worker import Request
from kernels import find

LIMIT_S = 600.0


@dataclass(frozen=True)
class Overhead:
    """Seconds of one process that were not spent in timed rounds, by the clock and on the processor."""

    wall_s: float
    cpu_s: float


def overhead(kernel: str) -> Overhead:
    """One worker for the quick size of a kernel on one thread.

    Raises:
        RuntimeError: the worker failed.
    """
    request = Request(kernel, "quick", find(kernel).sizes["quick"], 1, 0.5, 3, 0.0, 0.05, False, 7)
    cpu_before, started = _children_cpu_s(), time.perf_counter()
    case = spawn(request, LIMIT_S)
    wall_s, cpu_s = time.perf_counter() - started, _children_cpu_s() - cpu_before
    if not isinstance(case, Case) or not case.samples_s:
        raise RuntimeError(f"{kernel}: {case if isinstance(case, str) else case.remedy}")
    timed_s = sum(case.samples_s) * case.calls_per_sample
    return Overhead(wall_s - timed_s, max(cpu_s - timed_s, 0.0))


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kernel", action="append", help="only this kernel (repeatable)")
    parser.add_argument("--rounds", type=int, default=10, help="processes per kernel")
    options = parser.parse_args()
    for kernel in options.kernel or ("stream_copy", "gemm_fp32"):
        overhead(kernel)
        found = [overhead(kernel) for _ in range(options.rounds)]
        walls, cpus = [entry.wall_s for entry in found], [entry.cpu_s for entry in found]
        print(
            f"{kernel:<16} wall {min(walls):.2f} s at best, {median(walls):.2f} s at the median; "
            f"CPU {min(cpus):.2f} s at best, {median(cpus):.2f} s at the median"
        )


if __name__ == "__main__":
    main()
