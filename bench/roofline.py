"""Measured ceilings and the roofline: no call beats its FLOP at the peak or its bytes at full bandwidth.

Attainable GFLOP/s = min(peak, intensity x bandwidth): Williams, Waterman, Patterson, CACM 52(4), 2009.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bench.result import Case, Ceiling, Passport, WorkCount, known

REFUSED_ABOVE = 1.05
COMPUTE = {f"fma_peak_{precision}": f"fma_{precision}_gflops" for precision in ("fp32", "fp64", "bf16")}
READING = ("dot", "sum")
MEMORY_NAME = "dram_gb_per_s"
CACHE_READ = "cache_read"
CACHES = {level: f"{level}_gb_per_s" for level in ("l1", "l2", "l3")}


@dataclass(frozen=True)
class Caches:
    """Bytes of all instances of each level, l1 to l3, and how many cores share them out."""

    totals: Mapping[str, int]
    cores: int

    def bytes_for(self, level: str, threads: int) -> int:
        """What so many threads, one a core, have of a level: their share, and all of the outermost."""
        total = self.totals[level]
        return total if level == max(self.totals) else total * min(threads, self.cores) // self.cores

    def holding(self, case: Case) -> str | None:
        """The innermost level that holds all the data of a case; None where none does, or the size is unknown."""
        size = case.working_set_bytes
        if size is None:
            return None
        return next((level for level in sorted(self.totals) if size <= self.bytes_for(level, case.threads)), None)


def caches_of(passport: Passport) -> Caches | None:
    """Data caches of a machine; None where its passport does not tell."""
    sizes, cores = known(passport, "caches_bytes"), known(passport, "cores")
    if not isinstance(sizes, Mapping) or not cores:
        return None
    totals = {name.removesuffix("d"): int(size) for name, size in sizes.items() if size}
    return Caches(totals, int(cores)) if totals else None


def is_ceiling(kernel: str) -> bool:
    """Whether a kernel measures the machine rather than a workload."""
    return kernel in (*COMPUTE, *READING, CACHE_READ) or kernel.startswith("stream_")


def key(name: str, threads: int, all_threads: int) -> str:
    """Ceilings of all threads carry the plain name, the others the thread count: fma_fp32_gflops@1."""
    return name if threads == all_threads else f"{name}@{threads}"


def ceilings(cases: Iterable[Case], all_threads: int, cache_bytes: int | None = None) -> dict[str, Ceiling]:
    """The best verified case of each kind and thread count, in the unit of the name.

    A ceiling is a maximum: its value is the rate of the fastest sample, as STREAM reports it, and its interval
    reaches down to the low end of the median. Where there are cases of several sizes, the bandwidth of memory is that
    of those whose data do not fit in the last-level caches, of `cache_bytes`.
    """
    measured = [(case, name) for case in cases if (name := ceiling_of(case, all_threads)) and case.samples_s]
    large = {name for case, name in measured if not _fits(case, cache_bytes)}
    best: dict[str, Ceiling] = {}
    for case, name in measured:
        if name in large and MEMORY_NAME in name and _fits(case, cache_bytes):
            continue
        found = _ceiling(case)
        if name not in best or found.value > best[name].value:
            best[name] = found
    return best


def _fits(case: Case, cache_bytes: int | None) -> bool:
    return cache_bytes is not None and (case.working_set_bytes or 0) <= cache_bytes


def ceiling_of(case: Case, all_threads: int) -> str | None:
    """Name of the ceiling that a case measures; None for a workload, and for a cache read at no level's size."""
    if not is_ceiling(case.kernel):
        return None
    name = CACHES.get(case.size) if case.kernel == CACHE_READ else COMPUTE.get(case.kernel, MEMORY_NAME)
    return key(name, case.threads, all_threads) if name else None


def _ceiling(case: Case) -> Ceiling:
    amount = case.work.flops if case.kernel in COMPUTE else case.work.bytes_moved
    best = amount / min(case.samples_s) / 1e9
    low = rates_per_s(case, amount / 1e9)[1]
    return Ceiling(best, low, best, case.threads, case.kernel)


def rates_per_s(case: Case, amount: float) -> tuple[float, float, float]:
    """An amount per call as a rate per second: at the median time, and at the ends of its interval, low first.

    Raises:
        ValueError: the case has no time.
    """
    if not (case.median_s and case.low_s and case.high_s):
        raise ValueError(f"{case.id} has no time")
    return amount / case.median_s, amount / case.high_s, amount / case.low_s


def bound_gflops(intensity_flop_per_byte: float, peak_gflops: float, dram_gb_per_s: float) -> float:
    """Attainable GFLOP/s at an arithmetic intensity.

    >>> bound_gflops(0.5, peak_gflops=100.0, dram_gb_per_s=20.0)
    10.0
    >>> bound_gflops(50.0, peak_gflops=100.0, dram_gb_per_s=20.0)
    100.0
    """
    return min(peak_gflops, intensity_flop_per_byte * dram_gb_per_s)


def shortest_s(work: WorkCount, peak_gflops: float | None, dram_gb_per_s: float | None) -> tuple[float, str] | None:
    """Shortest possible time of one call in s and what sets it, "compute" or "memory"; None if unknown."""
    times = []
    if peak_gflops and work.flops:
        times.append((work.flops / peak_gflops / 1e9, "compute"))
    if dram_gb_per_s and work.bytes_moved:
        times.append((work.bytes_moved / dram_gb_per_s / 1e9, "memory"))
    return max(times) if times else None


def placed(
    case: Case,
    found: Mapping[str, Ceiling],
    all_threads: int,
    cache_bytes: int | None = None,
    caches: Caches | None = None,
) -> Case:
    """The case with its ceiling's name and the fraction of it that was reached.

    The bandwidth of memory is no limit for data that fit in the last-level cache, of `cache_bytes`. The bandwidth of
    the cache that holds them is one where it was measured; it is that of reading, and a cache takes what is written at
    the same time, so only the larger of both counts there.
    """
    compute = key(f"fma_{case.precision}_gflops", case.threads, all_threads)
    level = caches.holding(case) if caches else None
    memory = key(CACHES.get(level or "", MEMORY_NAME), case.threads, all_threads)
    in_cache = level is None and _fits(case, cache_bytes)
    peak, bandwidth = found.get(compute), None if in_cache else found.get(memory)
    work = _larger_way(case.work) if level else case.work
    bound = shortest_s(work, peak.value if peak else None, bandwidth.value if bandwidth else None)
    if bound is None or not case.median_s:
        return replace(case, ceiling=None, fraction_of_ceiling=None)
    name = compute if bound[1] == "compute" else memory
    return replace(case, ceiling=name, fraction_of_ceiling=bound[0] / case.median_s)


def _larger_way(work: WorkCount) -> WorkCount:
    """The counts with only the larger of bytes read and written."""
    reads = work.bytes_read >= work.bytes_written
    return replace(work, bytes_written=0.0) if reads else replace(work, bytes_read=0.0)


def too_fast(case: Case) -> bool:
    """A result above 105 % of a measured ceiling is a mistake in the counts, the ceiling or the clock."""
    return case.fraction_of_ceiling is not None and case.fraction_of_ceiling > REFUSED_ABOVE
