"""How fast a kernel is over the size of its data and over threads: what to measure, and where the curve bends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bench.caches import Room, level_of
from bench.reading import InputError
from bench.result import Case
from bench.roofline import CACHE_READ
from bench.settings import Job, Settings
from bench.sizes import cache_sizes, label_of, ladder, working_set
from kernels.spec import Kernel

FLAT = 0.03
BEND = 0.15
TIMES_CACHE = 8
BASE = Settings("sweep", "standard", (), (), 1, 0.03, 7, 0.1, 1.0, 600.0, False, fitted=True)


@dataclass(frozen=True)
class Point:
    """One measured size at one thread count.

    level   the innermost cache that holds its data, or "memory"
    rate    in `unit`; None where it was not timed
    change  rate over that of the point before it, less 1; None for the first
    """

    case: Case
    level: str
    rate: float | None
    unit: str
    change: float | None


def over_caches(
    kernel: Kernel, room: Room, preset: str = "quick"
) -> tuple[dict[str, Mapping[str, int]], tuple[str, ...]]:
    """Sizes from inside the first cache to beyond 8 times the sum of the last, and spare labels of larger ones.

    Raises:
        InputError: no size of the kernel fits in memory.
    """
    sizes = ladder(kernel, room)
    if not sizes:
        raise InputError(f"{kernel.name}: no size fits in a quarter of the free memory; close other programs")
    bytes_of = working_set(kernel)
    beyond = TIMES_CACHE * (room.last_level_bytes or bytes_of(kernel.sizes[preset]))
    large = [label for label, size in sizes.items() if bytes_of(size) >= beyond]
    return sizes, tuple(large[1:])


def asked_sizes(text: str, kernel: Kernel) -> dict[str, Mapping[str, int]]:
    """Sizes as a user writes them: 1000,2000 for one parameter, m=10:n=20,m=20:n=40 for several.

    Raises:
        InputError: not such a list, an unknown or missing parameter, a number below 1.
    """
    sizes = [_asked_size(entry.strip(), kernel) for entry in text.split(",")]
    return {label_of(size): size for size in sizes}


def _asked_size(entry: str, kernel: Kernel) -> dict[str, int]:
    names = list(kernel.sizes["quick"])
    pairs = [part.partition("=") for part in entry.split(":")]
    if len(names) == 1 and len(pairs) == 1 and not pairs[0][1]:
        pairs = [(names[0], "=", entry)]
    given = {name.strip(): value.strip() for name, _, value in pairs}
    if sorted(given) != sorted(names) or len(pairs) != len(names):
        expected = ":".join(f"{name}=NUMBER" for name in names)
        raise InputError(f"--sizes: found {entry!r}, expected {expected} for {kernel.name}, with commas between sizes")
    return {name: _number(given[name], f"--sizes: {name}") for name in names}


def _number(text: str, where: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"{where}: found {text!r}, expected a whole number from 1")
    return int(text)


def asked_threads(text: str | None, most: int, cpus: int) -> tuple[int, ...]:
    """Thread counts as a user writes them: 1,2,all, or powers for 1, 2, 4 and so on up to all.

    Args:
        text: what the user wrote; None is all.
        most: physical cores, what "all" stands for.
        cpus: logical CPUs, which no count may exceed.

    Raises:
        InputError: not such a list, or more threads than CPUs.
    """
    if text == "powers":
        return tuple(sorted({most, *(2**power for power in range(most.bit_length()))}))
    counts = {
        most if entry.strip() == "all" else _number(entry.strip(), "--threads")
        for entry in ("all" if text is None else text).split(",")
    }
    if max(counts) > cpus:
        raise InputError(f"--threads: {max(counts)} asked for, but this process may use {cpus} CPUs")
    return tuple(sorted(counts))


def size_sweep(kernel: Kernel, sizes: str | None, threads: tuple[int, ...], room: Room, *, peers: bool) -> Settings:
    """Settings that measure a kernel over sizes: those that a user wrote, or those that show the caches.

    Raises:
        InputError: see `asked_sizes` and `over_caches`.
    """
    chosen, spare = (asked_sizes(sizes, kernel), ()) if sizes else over_caches(kernel, room)
    return replace(
        BASE, kernels=(kernel.name,), threads=threads, peers=peers, sizes={kernel.name: chosen}, spare=spare,
        fitted=not sizes,
    )  # fmt: skip


def thread_sweep(kernel: Kernel, preset: str, threads: tuple[int, ...], *, peers: bool) -> Settings:
    """Settings that measure one size of a kernel over thread counts, each in a process of its own."""
    return replace(BASE, preset=preset, kernels=(kernel.name,), threads=threads, peers=peers)


def ceiling_sweep(threads: tuple[int, ...], room: Room) -> Settings:
    """Settings that measure how fast the caches are read.

    Raises:
        InputError: the system does not tell its caches.
    """
    sizes = cache_sizes(room.caches)
    if not sizes:
        raise InputError("--ceilings: this system does not tell its caches in /sys/devices/system/cpu/cpu0/cache")
    return replace(BASE, kernels=(CACHE_READ,), threads=threads, sizes={CACHE_READ: sizes})


def next_sizes(cases: Sequence[Case], settings: Settings) -> list[Job]:
    """Jobs for the next spare size, while the last two sizes still differ by more than 3 % on any number of threads."""
    jobs = []
    for kernel in settings.kernels if settings.spare else ():
        labels = list(settings.sizes.get(kernel, ()))
        measured = [label for label in labels if any(case.kernel == kernel and case.size == label for case in cases)]
        left = [label for label in labels if label not in measured]
        if left and measured and not _flat(cases, kernel, measured[-2:]):
            jobs += [Job(kernel, left[0], threads) for threads in settings.threads]
    return jobs


def _flat(cases: Sequence[Case], kernel: str, labels: Sequence[str]) -> bool:
    """Whether two sizes run at the same rate; one that failed ends the search."""
    for threads in {case.threads for case in cases}:
        pair = [case for case in cases if (case.kernel, case.threads) == (kernel, threads) and case.size in labels]
        rates = [rate_of(case)[0] for case in pair]
        if None in rates:
            return True
        known = [rate for rate in rates if rate]
        if len(known) < 2 or abs(known[0] / known[1] - 1) > FLAT:
            return False
    return True


def rate_of(case: Case) -> tuple[float | None, str]:
    """What a user looks at: GFLOP/s of a kernel bound by computing, GB/s of the others."""
    return (case.gflops, "GFLOP/s") if case.limit == "compute" else (case.gb_per_s, "GB/s")


def points(cases: Sequence[Case], room: Room) -> list[Point]:
    """Cases by threads and size, each compared with the one before it at the same number of threads."""
    ordered = sorted(cases, key=lambda case: (case.threads, case.working_set_bytes or 0))
    found: list[Point] = []
    for case in ordered:
        rate, unit = rate_of(case)
        before = found[-1] if found and found[-1].case.threads == case.threads else None
        change = rate / before.rate - 1 if rate and before and before.rate else None
        found.append(
            Point(case, level_of(case.working_set_bytes or 0, dict(room.caches), case.threads), rate, unit, change)
        )
    return found


def bends(found: Sequence[Point]) -> list[str]:
    """One sentence for every place where the rate falls by more than 15 % from one size to the next."""
    told = []
    for before, point in pairwise(found):
        if point.change is not None and point.change < -BEND:
            place = f"from {before.level} to {point.level}" if before.level != point.level else f"within {point.level}"
            told.append(
                f"{point.case.threads} threads: {-point.change:.0%} slower at {point.case.size}, {place} "
                f"({before.rate:.3g} to {point.rate:.3g} {point.unit})"
            )
    return told
