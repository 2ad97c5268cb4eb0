"""What a run measures: the suite from the file, narrowed by the command line, and the order of its jobs."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bench.caches import Room
from bench.reading import InputError, Suite, known_name
from bench.roofline import CACHE_READ, is_ceiling
from bench.sizes import beyond_cache as larger_than_caches
from bench.sizes import cache_sizes
from bench.worker import physical_cores
from kernels.spec import Kernel


@dataclass(frozen=True)
class Job:
    """One process to start. Kernel, size and threads make the case; `process` numbers its processes from 0."""

    kernel: str
    size: str
    threads: int
    process: int = 0

    @property
    def case(self) -> str:
        return f"{self.kernel}/{self.size}/t{self.threads}"

    @property
    def id(self) -> str:
        return f"{self.case}#{self.process}"


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a run measures.

    suite, preset   name of the suite and of the size preset
    kernels         names, in the order of the registry
    threads         thread counts; the largest one is "all threads"
    processes       how many processes measure each case
    interval, min_samples, min_time_s, time_cap_s  when a case stops, as in `bench.measure.Stop`
    limit_s         a worker that takes longer is ended
    peers           whether native peers run beside the kernels
    sizes           kernel -> label -> parameters, measured instead of the preset: what a sweep asks for, sizes beyond
                    the caches, and those of the caches themselves
    spare           labels of sizes that are measured only if the rate still changes before them
    fitted          whether the sizes were chosen for this machine, and not by hand
    remarks         what people should know about the sizes
    noise_floor     whether the machine is timed against itself first
    energy          whether the energy of a call is measured, where a counter can be read
    """

    suite: str
    preset: str
    kernels: tuple[str, ...]
    threads: tuple[int, ...]
    processes: int
    interval: float
    min_samples: int
    min_time_s: float
    time_cap_s: float
    limit_s: float
    peers: bool
    sizes: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    spare: tuple[str, ...] = ()
    fitted: bool = False
    remarks: tuple[str, ...] = ()
    noise_floor: bool = False
    energy: bool = False

    def parameters(self, kernel: Kernel, size: str, threads: int) -> dict[str, int]:
        """Parameters of a size by its label; one that is called threads is the number of threads."""
        found = self.sizes.get(kernel.name, kernel.sizes)[size]
        return {name: threads if name == "threads" else value for name, value in found.items()}

    def labels(self, kernel: str) -> tuple[str, ...]:
        """Labels of the sizes of a kernel that are always measured."""
        return tuple(label for label in self.sizes.get(kernel, (self.preset,)) if label not in self.spare)


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
        processes=suite.processes,
        interval=suite.interval,
        min_samples=suite.min_samples,
        min_time_s=suite.min_time_s,
        time_cap_s=suite.time_cap_s,
        limit_s=suite.limit_s,
        peers=suite.peers if peers is None else peers,
        noise_floor=suite.noise_floor,
        energy=suite.energy,
    )


def fitted(found: Settings, kernels: Mapping[str, Kernel], room: Room, *, beyond_cache: bool) -> Settings:
    """Settings with the sizes of the caches for cache_read, and larger ones for what would fit in the caches.

    Args:
        found: settings of a suite.
        kernels: name -> kernel, at least those of the settings.
        room: caches and free memory.
        beyond_cache: whether memory-bound kernels are enlarged until their data do not fit in the caches.
    """
    sizes: dict[str, Mapping[str, Mapping[str, int]]] = {}
    remarks = []
    for name in found.kernels:
        if name == CACHE_READ:
            levels = cache_sizes(room.caches)
            sizes |= {name: levels} if levels else {}
        elif beyond_cache:
            grown = larger_than_caches(kernels[name], found.preset, room.last_level_bytes, room.free_bytes)
            sizes |= {name: {grown.label: grown.size}} if grown.label != found.preset else {}
            remarks += [grown.remark] if grown.remark else []
    return replace(found, sizes=sizes, fitted=True, remarks=tuple(remarks))


def _counts(suite: Suite, allowed: set[int], threads: int | None) -> tuple[int, ...]:
    most = physical_cores(allowed)
    counts = {threads} if threads else {most if count == "all" else int(count) for count in suite.threads}
    if max(counts) > len(allowed):
        raise InputError(f"{max(counts)} threads asked for, but this process may use {len(allowed)} CPUs")
    return tuple(sorted(counts))


def order(found: Settings, seed: int) -> tuple[Job, ...]:
    """All jobs: each ceiling once first, because the others are judged by them, then the rest shuffled.

    So the processes of a case lie anywhere in the run, and a slow change of the machine touches all cases alike.
    """
    points = [
        (kernel, size, threads)
        for threads in found.threads
        for kernel in found.kernels
        for size in found.labels(kernel)
    ]
    jobs = [Job(*point, process) for process in range(found.processes) for point in points]
    alone = len(found.kernels) == 1
    first = [job for job in jobs if is_ceiling(job.kernel) and not job.process and not alone]
    rest = [job for job in jobs if job not in first]
    random.Random(seed).shuffle(rest)
    return (*first, *rest)
