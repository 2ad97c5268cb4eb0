"""Which machines may be compared: the facts that must agree. Clock readings, load and the like are not among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bench.load import ResultError
from bench.result import Passport, Result, known

MEMORY_SHARE = 0.02
NOT_OURS = ("innocap", "scipy", "torch")


class UnlikeError(ResultError):
    """The machines of two results differ in what decides speed."""


def differences(old: Passport, new: Passport, other: str = "NEW") -> tuple[str, ...]:
    """Facts that decide speed and differ, as "cores: 8 in OLD, 16 in NEW"; what a side does not know cannot differ."""
    found = []
    for name, view in FACTS.items():
        before, after = known(old, name), known(new, name)
        if before is None or after is None:
            continue
        found += [f"{fact}: {a} in OLD, {b} in {other}" for fact, a, b in _unequal(name, view(before), view(after))]
    return tuple(found)


def require_alike(old: Result, new: Result, *, unlike: bool, other: str = "NEW") -> tuple[str, ...]:
    """The differences; raises UnlikeError if there are any and nobody allowed them."""
    found = differences(old.machine.passport, new.machine.passport, other)
    if found and not unlike:
        raise UnlikeError(
            f"the machines differ in what decides speed: {'; '.join(found)}. "
            "Measure both on one machine, or compare them all the same with --unlike"
        )
    return found


def _unequal(name: str, before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = dict.fromkeys([*before, *after])
        pairs = [(f"{name} {key}", before.get(key), after.get(key)) for key in keys]
    else:
        pairs = [(name, before, after)]
    return [(fact, _told(a), _told(b)) for fact, a, b in pairs if a != b and not _almost(name, a, b)]


def _almost(name: str, before: Any, after: Any) -> bool:
    """The memory that a system reports changes a little with its kernel."""
    return name == "memory_bytes" and abs(before - after) <= MEMORY_SHARE * max(before, after)


def _told(value: Any) -> str:
    return "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _cpu_count(spans: str) -> int:
    """How many CPUs a list like "0-3,8" names.

    >>> _cpu_count("0-3,8")
    5
    """
    pairs = [span.split("-") for span in re.findall(r"\d+(?:-\d+)?", spans)]
    return sum(int(pair[-1]) - int(pair[0]) + 1 for pair in pairs)


def _our_libraries(versions: Mapping[str, str | None]) -> dict[str, str | None]:
    """Libraries that kernels run on; peers carry versions of their own, and innocap is what is compared."""
    return {name: version for name, version in versions.items() if name not in NOT_OURS}


FACTS: Mapping[str, Callable[[Any], Any]] = {
    "cpu_model": str,
    "architecture": str,
    "isa": sorted,
    "sockets": int,
    "cores": int,
    "logical_cpus": int,
    "allowed_cpus": _cpu_count,
    "caches_bytes": dict,
    "numa_nodes": int,
    "memory_bytes": int,
    "python": lambda version: ".".join(str(version).split(".")[:2]),
    "libraries": _our_libraries,
    "numba_flags": dict,
    "threading_layer": str,
}
