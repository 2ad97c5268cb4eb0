"""Where kernels and ceilings stand in a roofline chart, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.result import Case, Ceiling, Result
from bench.roofline import MEMORY_NAME, is_ceiling, key
from bench.tables import percent_text, rate_text, time_text

LEVEL_WORDS = {"l1": "L1", "l2": "L2", "l3": "L3", "dram": "memory"}


@dataclass(frozen=True)
class Roof:
    """A ceiling of one thread count; kind "bandwidth" in GB/s, "peak" in GFLOP/s."""

    name: str
    kind: str
    value: float
    words: str


@dataclass(frozen=True)
class Place:
    """A kernel in the chart.

    intensity          FLOP per byte by the model; None where it has no FLOP
    measured_intensity by the bytes that counters saw; None where none were read
    """

    kernel: str
    limit: str
    verdict: str
    time: str
    gflops: float | None
    gb_per_s: float | None
    intensity: float | None
    measured_intensity: float | None
    ceiling: str
    ceiling_gb_per_s: float | None
    of_ceiling: str
    remedy: str


def thread_counts(result: Result) -> list[int]:
    """Thread counts with a timed workload, the largest first."""
    found = {case.threads for case in result.cases if case.median_s and not is_ceiling(case.kernel)}
    return sorted(found, reverse=True)


def roofs(result: Result, threads: int) -> list[Roof]:
    """Ceilings measured with this many threads, bandwidths first, the fastest first."""
    found = [_roof(name, entry) for name, entry in result.ceilings.items() if entry.threads == threads]
    return sorted(found, key=lambda roof: (roof.kind, -roof.value))


def _roof(name: str, entry: Ceiling) -> Roof:
    plain = name.split("@")[0]
    if plain.endswith("_gb_per_s"):
        level = plain.removesuffix("_gb_per_s")
        return Roof(name, "bandwidth", entry.value, f"{LEVEL_WORDS.get(level, level)} {rate_text(entry.value)} GB/s")
    precision = plain.removeprefix("fma_").removesuffix("_gflops")
    return Roof(name, "peak", entry.value, f"{precision} {rate_text(entry.value)} GFLOP/s")


def places(result: Result, threads: int) -> list[Place]:
    """Every timed workload with this many threads, one per kernel and size, in the order of the names."""
    cases = [case for case in result.cases if case.threads == threads and case.median_s]
    found = [case for case in cases if not is_ceiling(case.kernel)]
    sizes = {case.kernel: sum(other.kernel == case.kernel for other in found) for case in found}
    ordered = sorted(found, key=lambda case: (case.kernel, case.working_set_bytes or 0))
    return [
        _place(case, result, f"{case.kernel} {case.size}" if sizes[case.kernel] > 1 else case.kernel)
        for case in ordered
    ]


def _place(case: Case, result: Result, name: str) -> Place:
    flops, moved = case.work.flops, case.work.bytes_moved
    counted = case.traffic.bytes_moved if case.traffic else 0.0
    bound = result.ceilings.get(case.ceiling or "") if "gb_per_s" in (case.ceiling or "") else None
    memory = bound or result.ceilings.get(key(MEMORY_NAME, case.threads, _all_threads(result)))
    return Place(
        kernel=name,
        limit=case.limit,
        verdict=case.verdict,
        time=time_text(case),
        gflops=case.gflops or None,
        gb_per_s=case.gb_per_s or None,
        intensity=flops / moved if flops and moved else None,
        measured_intensity=flops / counted if flops and counted else None,
        ceiling=case.ceiling or "none",
        ceiling_gb_per_s=memory.value if memory else None,
        of_ceiling=percent_text(case.fraction_of_ceiling) or "unknown",
        remedy=case.remedy,
    )


def _all_threads(result: Result) -> int:
    return max((entry.threads for name, entry in result.ceilings.items() if "@" not in name), default=0)


def limits(found: Sequence[Place]) -> list[str]:
    """What bounds these kernels, in a fixed order."""
    present = {place.limit for place in found}
    return [name for name in ("memory", "compute", "latency", "network") if name in present]
