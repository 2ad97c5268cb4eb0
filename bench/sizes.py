"""Sizes of kernels beyond their presets: along the line on which the presets grow, and only valid ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.caches import Cache, Room, reading_bytes
from kernels.spec import Kernel

BEYOND_CACHE = 4
FREE_SHARE = 0.25
TINY = {1: 4096, 2: 64}
TINIEST, HARDLY = 12, 1.02
FAR, WHOLE_STEPS = 40.0, 12
READ_ELEMENTS = 2**25
KEEPS = "keeps its size, which may fit in the caches"

Size = Mapping[str, int]


@dataclass(frozen=True)
class Grown:
    """A size to use in place of a preset: its label, its parameters, and a remark for people where one is due."""

    label: str
    size: Size
    remark: str = ""


def working_set(kernel: Kernel) -> Callable[[Size], float]:
    """Size -> bytes of its arrays, without making them: they grow with the bytes moved, from those of a tiny size.

    Parameters that no array depends on, such as a number of iterations, are left out of the bytes moved.
    """
    tiny = _tiny(kernel)
    idle = {name: tiny[name] for name in idle_parameters(kernel)}
    ratio = _array_bytes(kernel, tiny) / max(kernel.work(**tiny).bytes_moved, 1)
    return lambda size: float(kernel.work(**{**size, **idle}).bytes_moved) * ratio


def _array_bytes(kernel: Kernel, size: Size) -> int:
    return sum(getattr(value, "nbytes", 0) for value in kernel.inputs(0, **size).values())


def _tiny(kernel: Kernel) -> Size:
    if kernel.small_sizes:
        return max(kernel.small_sizes, key=lambda size: kernel.work(**size).bytes_moved)
    quick = kernel.sizes["quick"]
    return {name: min(value, TINY.get(len(quick), TINIEST)) for name, value in quick.items()}


def is_predictable(kernel: Kernel) -> bool:
    """Whether the arrays grow as the bytes moved do; those of random walks through memory do not."""
    if kernel.small_sizes:
        return True
    double = {name: 2 * value for name, value in _tiny(kernel).items()}
    return 0.7 < working_set(kernel)(double) / max(_array_bytes(kernel, double), 1) < 1.4


def idle_parameters(kernel: Kernel) -> frozenset[str]:
    """Parameters that hardly change the arrays; found by doubling each, so only where any value is valid."""
    tiny = _tiny(kernel)
    if kernel.small_sizes or len(tiny) == 1:
        return frozenset()
    most = _array_bytes(kernel, tiny) * HARDLY
    return frozenset(name for name, value in tiny.items() if _array_bytes(kernel, {**tiny, name: 2 * value}) <= most)


def along(kernel: Kernel, preset: str, steps: float, idle: frozenset[str] = frozenset()) -> dict[str, int]:
    """Parameters `steps` steps from a preset towards larger ones, where one step is the way to the next preset.

    Each parameter grows by a constant factor: p = p0 (p1 / p0)^steps. What does not grow between presets stays, and
    so do the `idle` ones, which only have the same data used more often.
    """
    names = list(kernel.sizes)
    here = min(names.index(preset), len(names) - 2)
    low, high, start = (kernel.sizes[name] for name in (names[here], names[here + 1], preset))
    return {
        name: value
        if name in idle and high[name] > low[name]
        else max(1, round(value * (high[name] / low[name]) ** steps))
        for name, value in start.items()
    }


def beyond_cache(kernel: Kernel, preset: str, cache_bytes: int | None, free_bytes: int | None) -> Grown:
    """The preset, or a larger size where its data would fit in 4 times the sum of the last-level caches.

    Args:
        kernel: its presets give the direction.
        preset: where to start.
        cache_bytes: sum of all last-level caches; None keeps the preset.
        free_bytes: free memory, a quarter of which may be used.
    """
    start = kernel.sizes[preset]
    if kernel.limit != "memory" or cache_bytes is None:
        return Grown(preset, start)
    wanted, bytes_of = BEYOND_CACHE * cache_bytes, working_set(kernel)
    most = FREE_SHARE * (free_bytes or 0)
    if bytes_of(start) >= wanted:
        return Grown(preset, start)
    if kernel.small_sizes:
        size = next((size for size in whole_steps(kernel, preset) if bytes_of(size) >= wanted), None)
    else:
        size = about(kernel, preset, min(wanted, most))
    if size is None:
        return Grown(preset, start, f"{kernel.name} {KEEPS}: no larger one is valid")
    return _chosen(kernel, preset, size, most, wanted)


def _chosen(kernel: Kernel, preset: str, size: Size, most: float, wanted: float) -> Grown:
    """The larger size where there is room for it; up to 5 % may be lost in rounding."""
    bytes_of = working_set(kernel)
    start, reached = bytes_of(kernel.sizes[preset]), bytes_of(size)
    if reached > 1.05 * most or reached <= start:
        return Grown(preset, kernel.sizes[preset], f"{kernel.name} {KEEPS}: there is no room for a larger one")
    short = f"{kernel.name} may still fit in the caches: there is no room for more"
    return Grown(f"{preset}-x{reached / start:.3g}", size, short if reached < 0.95 * wanted else "")


def about(kernel: Kernel, preset: str, wanted_bytes: float) -> dict[str, int]:
    """The size of about that many bytes, found by halving the way; for kernels whose parameters are all valid."""
    bytes_of, idle = working_set(kernel), idle_parameters(kernel)
    low, high = -FAR, FAR
    for _ in range(60):
        middle = (low + high) / 2
        if bytes_of(along(kernel, preset, middle, idle)) >= wanted_bytes:
            high = middle
        else:
            low = middle
    return along(kernel, preset, high, idle)


def whole_steps(kernel: Kernel, preset: str) -> list[dict[str, int]]:
    """Sizes after whole steps, each of which does again what made one preset of the other; for restricted kernels.

    None where a step does not multiply by whole numbers: what it leads to may not be valid.
    """
    names = list(kernel.sizes)
    here = min(names.index(preset), len(names) - 2)
    low, high = kernel.sizes[names[here]], kernel.sizes[names[here + 1]]
    if any(high[name] % low[name] for name in low):
        return []
    return [along(kernel, preset, steps) for steps in range(1, WHOLE_STEPS)]


def cache_sizes(found: Mapping[str, Cache]) -> dict[str, Size]:
    """Level -> parameters of cache_read that read it, for about 3 ms at each call."""
    elements = {level: size // 8 for level, size in reading_bytes(dict(found)).items()}
    return {level: {"n": n, "threads": 1, "repeats": max(READ_ELEMENTS // n, 4)} for level, n in elements.items()}


def ladder(kernel: Kernel, room: Room) -> dict[str, Size]:
    """Label -> size, doubling from half the innermost cache to a quarter of the free memory.

    Kernels with restricted sizes, and those that are not predictable, offer what they have. Nothing takes more than
    4 times the work of the largest preset.
    """
    bytes_of = working_set(kernel)
    most = FREE_SHARE * (room.free_bytes or 0)
    sizes: list[Size] = list(kernel.sizes.values())
    if kernel.small_sizes:
        sizes += [*kernel.small_sizes, *whole_steps(kernel, "full")]
    elif is_predictable(kernel):
        smallest = min((cache.share_bytes for cache in room.caches.values()), default=32 * 2**10) / 2
        sizes = [about(kernel, "quick", smallest * 2**step) for step in range(40) if smallest * 2**step <= most]
    hardest = 4 * _effort(kernel, kernel.sizes["full"])
    fitting = [size for size in sizes if bytes_of(size) <= most and _effort(kernel, size) <= hardest]
    return {label_of(size): size for size in sorted(fitting, key=lambda size: (bytes_of(size), label_of(size)))}


def _effort(kernel: Kernel, size: Size) -> float:
    work = kernel.work(**size)
    return work.flops + work.bytes_moved


def label_of(size: Size) -> str:
    """A size as text: n=1000, or m=10:n=20."""
    return ":".join(f"{name}={value}" for name, value in size.items())
