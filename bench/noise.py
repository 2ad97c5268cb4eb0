"""The noise floor of a machine: how much the time of one piece of work differs from itself.

An A/A test. `python -m bench.noise` reads a request on stdin, times one kernel as if it were two runners, in rounds as
a kernel and its peer, and writes both medians on stdout. A difference that is not larger than that says nothing.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bench.decode import DecodeError, decode, dumps
from bench.load import ResultError
from bench.result import NoiseFloor
from bench.spawn import HOME
from bench.worker import Request, end_with_parent, settle

KERNEL, SIZE = "stream_triad", {"n": 4 * 2**20}
PROCESSES = 6
TIME_S = 0.3
LIMIT_S = 120.0


@dataclass(frozen=True)
class Twins:
    """What one process found: the median of the first runner in s, and that of second / first over the rounds."""

    median_s: float
    ratio: float


Told = Callable[[int, int], None]


def measured(
    threads: int,
    told: Told = lambda _done, _total: None,
    processes: int = PROCESSES,
    twins: Callable[[Request], Twins] | None = None,
) -> NoiseFloor:
    """Time the same work as two runners in several fresh processes; takes about 2 s for each.

    Args:
        threads: of the kernel.
        told: called with how many processes are done, and how many there are.
        processes: how many.
        twins: answers a request; a fresh process by default.

    Raises:
        ResultError: a process ended without an answer.
    """
    found = []
    for number in range(processes):
        told(number, processes)
        found.append((twins or _in_a_process)(_request(threads, number)))
    told(processes, processes)
    return noise_floor(found)


def noise_floor(found: Sequence[Twins]) -> NoiseFloor:
    """Differences within each process, and from each process to the next, as one value."""
    within = [abs(one.ratio - 1) for one in found]
    across = [abs(late.median_s / early.median_s - 1) for early, late in pairwise(found)]
    every = [*within, *across]
    return NoiseFloor(KERNEL, len(every), median(every), max(every), max(within))


def floor(found: NoiseFloor | None, *, same_process: bool) -> float:
    """Smallest share by which two times must differ here before they are called different; 0 where none is known.

    Args:
        found: of a result.
        same_process: whether both were timed in turns in one process, as a kernel and its peer are.
    """
    if found is None:
        return 0.0
    return found.paired if same_process and found.paired is not None else found.worst


def differs(ratio: float, found: NoiseFloor | None, *, same_process: bool) -> bool:
    """Whether a ratio of two times is further from 1 than the noise floor, in either direction."""
    return abs(math.log(ratio)) > math.log1p(floor(found, same_process=same_process))


def sentence(found: NoiseFloor) -> str:
    """The noise floor in plain words."""
    paired = "" if found.paired is None else f", {found.paired:.2%} within one process"
    return (
        f"noise floor: the same work ({found.kernel}) differed by {found.typical:.2%} as a rule "
        f"and by {found.worst:.2%} at most{paired}; smaller differences say nothing here"
    )


def _request(threads: int, seed: int) -> Request:
    return Request(KERNEL, "noise", SIZE, threads, 1e-4, 9, TIME_S, TIME_S, False, seed)


def _in_a_process(request: Request) -> Twins:
    command = [sys.executable, "-m", "bench.noise", str(os.getpid())]
    try:
        done = subprocess.run(command, input=dumps(request), capture_output=True, text=True, cwd=HOME, timeout=LIMIT_S)
        return decode(Twins, json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        raise ResultError(f"the noise floor: a process took longer than {LIMIT_S:g} s; run again") from None
    except (ValueError, DecodeError):
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise ResultError(f"the noise floor: a process ended with {done.returncode}: {last[0][:200]}") from None


def main() -> None:
    """Entry point of the process."""
    if len(sys.argv) > 1:
        end_with_parent(int(sys.argv[1]))
    request = decode(Request, json.load(sys.stdin))
    settle(request.threads)
    print(dumps(_timed(request)))


def _timed(request: Request) -> Twins:
    from bench import verify
    from bench.case import caller
    from bench.clock import SYSTEM
    from bench.measure import Stop, first_call, steady
    from kernels import KERNELS

    kernel = next(kernel for kernel in KERNELS if kernel.name == request.kernel)
    trial = verify.prepare(kernel, request.params, request.seed)
    call = caller(kernel, trial.arrays)
    first_call(call, SYSTEM)
    stop = Stop(request.interval, request.min_samples, request.min_time_s, request.time_cap_s)
    ours, same = steady([call, call], stop, SYSTEM, request.seed).samples_s
    return Twins(median(ours), median(late / early for early, late in zip(ours, same, strict=True)))


if __name__ == "__main__":
    main()
