"""What a run measures: the suite from the file, narrowed by the command line, and the order of its jobs."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bench.reading import InputError, Suite, known_name
from bench.roofline import is_ceiling
from bench.worker import physical_cores
from kernels.spec import Kernel


@dataclass(frozen=True)
class Job:
    """One case to run."""

    kernel: str
    threads: int

    def id(self, preset: str) -> str:
        return f"{self.kernel}/{preset}/t{self.threads}"


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a run measures.

    suite, preset   name of the suite and of the size preset
    kernels         names, in the order of the registry
    threads         thread counts; the largest one is "all threads"
    interval, min_samples, min_time_s, time_cap_s  when a case stops, as in `bench.measure.Stop`
    limit_s         a worker that takes longer is ended
    peers           whether native peers run beside the kernels
    """

    suite: str
    preset: str
    kernels: tuple[str, ...]
    threads: tuple[int, ...]
    interval: float
    min_samples: int
    min_time_s: float
    time_cap_s: float
    limit_s: float
    peers: bool


def settings(
    suite: Suite,
    kernels: Mapping[str, Kernel],
    allowed: set[int],
    names: Collection[str] = (),
    threads: int | None = None,
    peers: bool | None = None,
) -> Settings:
    """Settings of a suite on a machine.

    Args:
        suite: as read from its file.
        kernels: name -> kernel, all that exist.
        allowed: logical CPUs this process may use; "all" threads are one per physical core among them.
        names: only these kernels, if any are given.
        threads: this thread count instead of the suite's.
        peers: this answer instead of the suite's.

    Raises:
        InputError: an unknown kernel, a kernel without that size, more threads than CPUs.
    """
    for name in names:
        known_name(name, kernels, "--kernel")
    asked = names or (tuple(kernels) if suite.kernels == ("all",) else suite.kernels)
    for name in asked:
        if suite.preset not in kernels[name].sizes:
            raise InputError(f"kernel {name} has no size {suite.preset!r}, only {', '.join(kernels[name].sizes)}")
    return Settings(
        suite=suite.id,
        preset=suite.preset,
        kernels=tuple(name for name in kernels if name in asked),
        threads=_counts(suite, allowed, threads),
        interval=suite.interval,
        min_samples=suite.min_samples,
        min_time_s=suite.min_time_s,
        time_cap_s=suite.time_cap_s,
        limit_s=suite.limit_s,
        peers=suite.peers if peers is None else peers,
    )


def _counts(suite: Suite, allowed: set[int], threads: int | None) -> tuple[int, ...]:
    most = physical_cores(allowed)
    counts = {threads} if threads else {most if count == "all" else int(count) for count in suite.threads}
    if max(counts) > len(allowed):
        raise InputError(f"{max(counts)} threads asked for, but this process may use {len(allowed)} CPUs")
    return tuple(sorted(counts))


def order(found: Settings, seed: int) -> tuple[Job, ...]:
    """All jobs: ceilings first, because the others are judged by them, then the rest shuffled."""
    jobs = [Job(kernel, threads) for threads in found.threads for kernel in found.kernels]
    rest = [job for job in jobs if not is_ceiling(job.kernel)]
    random.Random(seed).shuffle(rest)
    return (*(job for job in jobs if is_ceiling(job.kernel)), *rest)
