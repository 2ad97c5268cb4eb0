"""The answers of a look in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from bench.environment.cores import NO_LIMIT
from bench.result import known

WORDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "load_1min": ("load of the last minute", "{:.2f}".format),
    "allowed_cpus": ("CPUs this process may use", str),
    "online_cpus": ("CPUs switched on", str),
    "smt": ("several threads per core", lambda on: "yes" if on else "no"),
    "sibling_cpus": ("siblings of our cores that are not ours", lambda cpus: ", ".join(map(str, cpus)) or "none"),
    "quota_cores": ("limit of the container or job", "{:g} cores".format),
    "virtual": ("virtual machine", lambda name: "yes, without a name" if name == "unnamed" else name),
    "container": ("container", str),
    "governor": ("CPU governor", str),
    "capped_share": ("highest clock allowed", "{:.0%} of what the cores can do".format),
    "boost": ("clock boost", lambda on: "on" if on else "off"),
    "temperature_c": ("temperature of the processor", "{:.0f} °C".format),
    "on_battery": ("power", lambda on: "battery" if on else "mains, or no battery is shown"),
    "numa_balancing": ("NUMA balancing", lambda on: "on" if on else "off"),
    "huge_pages": ("transparent huge pages", str),
    "free_memory_share": ("free memory", "{:.0%}".format),
    "swapped_pages": ("pages swapped since the start", str),
    "flush_to_zero": ("denormal numbers", lambda lost: "replaced by zero" if lost else "kept"),
    "clock_source": ("clock", str),
}


def in_words(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Words for a fact -> its value in words, or {"value": null, "reason": why it is unknown}; raw counters left out.

    Args:
        seen: what `look` gave.
    """
    return {words: _value(seen, name, told) for name, (words, told) in WORDS.items() if name in seen}


def _value(seen: Mapping[str, Any], name: str, told: Callable[[Any], str]) -> Any:
    value = known(seen, name)
    if value is not None:
        return told(value)
    return "none" if seen[name]["reason"] == NO_LIMIT else seen[name]


def available_layer(load: Callable[[str], Any] = import_module) -> str:
    """The best of Numba's threading layers whose library is installed: tbb, omp, or its own workqueue."""
    for module, name in (("tbbpool", "tbb"), ("omppool", "omp")):
        try:
            load(f"numba.np.ufunc.{module}")
        except ImportError:
            continue
        return name
    return "workqueue"
