"""The caches of a machine as one thread sees them, and the memory that is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.cpulist import cpus_in

LEVELS = ("l1", "l2", "l3")
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


@dataclass(frozen=True)
class Cache:
    """One level: bytes of one instance, and how many of the threads share it."""

    level: str
    size_bytes: int
    sharers: int

    @property
    def share_bytes(self) -> int:
        return self.size_bytes // max(self.sharers, 1)


@dataclass(frozen=True)
class Room:
    """Caches by level, sum of the last-level ones and free memory, both in bytes; None where unknown."""

    caches: Mapping[str, Cache]
    last_level_bytes: int | None
    free_bytes: int | None


def caches(cpus: Iterable[int], sys_root: Path = Path("/sys")) -> dict[str, Cache]:
    """Level -> data cache of the first of these logical CPUs, shared by those of them that see the same instance."""
    used = set(cpus)
    found: dict[str, Cache] = {}
    if not used:
        return found
    for folder in sorted((sys_root / f"devices/system/cpu/cpu{min(used)}/cache").glob("index*")):
        cache = _cache(folder, used)
        if cache is not None:
            found[cache.level] = cache
    return found


def last_level_bytes(cpus: Iterable[int], sys_root: Path = Path("/sys")) -> int | None:
    """Sum over all instances of the outermost cache that these logical CPUs see; None where the system is silent."""
    outermost: dict[str, int] = {}
    for cpu in set(cpus):
        folders = sorted((sys_root / f"devices/system/cpu/cpu{cpu}/cache").glob("index*"))
        cache = _cache(folders[-1], {cpu}) if folders else None
        if cache is not None:
            outermost[f"{cache.level} {(folders[-1] / 'shared_cpu_list').read_text()}"] = cache.size_bytes
    return sum(outermost.values()) or None


def room(cpus: Iterable[int], root: Path = Path("/")) -> Room:
    """What these logical CPUs have."""
    used = set(cpus)
    return Room(caches(used, root / "sys"), last_level_bytes(used, root / "sys"), free_memory_bytes(root))


def _cache(folder: Path, used: set[int]) -> Cache | None:
    try:
        level, kind, size, shared = (
            (folder / name).read_text().strip() for name in ("level", "type", "size", "shared_cpu_list")
        )
        if kind == "Instruction":
            return None
        number, unit = (size[:-1], size[-1]) if size[-1] in UNITS else (size, "")
        return Cache(f"l{level}", int(number) * UNITS.get(unit, 1), len(used & cpus_in(shared)))
    except (OSError, ValueError, IndexError):
        return None


def reading_bytes(found: dict[str, Cache]) -> dict[str, int]:
    """Level -> bytes that each thread reads to see that level's speed: half of its share.

    At least twice the level before, most of which would otherwise answer; a level whose share is not larger than
    that cannot be told apart and is left out.
    """
    chosen: dict[str, int] = {}
    before = 0
    for level in LEVELS:
        if level not in found:
            continue
        share = found[level].share_bytes
        size = max(share // 2, 2 * before)
        if size < share:
            chosen[level] = size
        before = share
    return chosen


def level_of(size_bytes: float, found: dict[str, Cache], threads: int) -> str:
    """The innermost level that holds the whole working set of all threads, or "memory"."""
    for level in LEVELS:
        cache = found.get(level)
        if cache is not None and size_bytes <= cache.size_bytes * max(threads // max(cache.sharers, 1), 1):
            return level
    return "memory"


def free_memory_bytes(root: Path = Path("/")) -> int | None:
    """Memory that programs may still take, also by the limit of the container; None where the system does not say."""
    free = [value for value in (_available(root), _cgroup_rest(root / "sys/fs/cgroup")) if value is not None]
    return min(free, default=None)


def _available(root: Path) -> int | None:
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def _cgroup_rest(folder: Path) -> int | None:
    try:
        limit, used = ((folder / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return int(limit) - int(used)
    except (OSError, ValueError):
        return None
