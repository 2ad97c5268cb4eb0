"""Counters of energy that an ordinary user may be allowed to read: RAPL of the processor, NVML of a GPU.

RAPL: Linux's powercap tree, `Documentation/power/powercap/powercap.rst`; the same folders for Intel and AMD.
NVML: nvmlDeviceGetTotalEnergyConsumption, from Volta on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ZONES = "sys/class/powercap"
COUNTED = re.compile(r"package-\d+(-die-\d+)?|dram")

NO_COUNTERS = (
    "this system shows no energy counters (/sys/class/powercap is missing or empty): virtual machines and containers "
    "hide them; measure on the bare machine"
)
FORBIDDEN = (
    "only the administrator may read the energy counters: "
    "an administrator can run chmod a+r /sys/class/powercap/*/energy_uj, which lasts until the next start"
)
NO_NVML = 'the energy counter of the GPU needs a library: pip install "innocap[nvml]"'

Read = Callable[[Path], str]


class NoMeter(LookupError):  # noqa: N818
    """Energy cannot be read here; the text is the reason and a remedy."""


@dataclass(frozen=True)
class Counter:
    """A counter of energy in J that only grows, but starts again from 0 after `range_joules` where that is known."""

    name: str
    read_joules: Callable[[], float]
    range_joules: float | None = None

    def spent(self, before: float, after: float) -> float:
        """Energy in J between two readings, at most one round of the counter apart."""
        if after < before and self.range_joules is not None:
            return after - before + self.range_joules
        return after - before


@dataclass(frozen=True)
class Meter:
    """Counters read together. method: what counts, and over which parts."""

    method: str
    counters: tuple[Counter, ...]

    def read(self) -> tuple[float, ...]:
        """All counters in J, in their order."""
        return tuple(counter.read_joules() for counter in self.counters)

    def spent(self, before: tuple[float, ...], after: tuple[float, ...]) -> float:
        """Energy in J of all counters between two readings."""
        triples = zip(self.counters, before, after, strict=True)
        return sum(counter.spent(old, new) for counter, old, new in triples)


def rapl(root: Path = Path("/"), read: Read = Path.read_text) -> Meter:
    """Processor packages, and memory where it has a counter of its own, each once.

    Raises:
        NoMeter: no counters, or none that may be read.
    """
    found: dict[str, Counter] = {}
    for zone in sorted((root / ZONES).glob("*:*"), key=lambda zone: ("mmio" in zone.name, zone.name)):
        name = _zone_name(zone, read)
        if name and name not in found:
            found[name] = _zone_counter(zone, name, read)
    if not any(name.startswith("package") for name in found):
        raise NoMeter(NO_COUNTERS)
    for counter in found.values():
        counter.read_joules()
    memory = " and memory" if any("dram" in name for name in found) else ""
    packages = sum("dram" not in name for name in found)
    return Meter(f"RAPL, {packages} package{'s' * (packages > 1)}{memory}", tuple(found.values()))


def _zone_name(zone: Path, read: Read) -> str:
    """Unique name of a zone that counts: "package-0", "package-0 dram"; empty for cores, graphics and platform.

    The counter of a package already holds its cores and graphics.
    """
    name = _text(zone / "name", read)
    if not COUNTED.fullmatch(name):
        return ""
    if name != "dram":
        return name
    parent = _text(zone.parent / zone.name.rpartition(":")[0] / "name", read)
    return f"{parent} dram"


def _zone_counter(zone: Path, name: str, read: Read) -> Counter:
    top = _text(zone / "max_energy_range_uj", read)
    return Counter(
        name, lambda: _microjoules(zone / "energy_uj", read) / 1e6, int(top) / 1e6 if top.isdigit() else None
    )


def _text(path: Path, read: Read) -> str:
    try:
        return read(path).strip()
    except OSError:
        return ""


def _microjoules(path: Path, read: Read) -> int:
    try:
        return int(read(path))
    except PermissionError:
        raise NoMeter(FORBIDDEN) from None
    except (OSError, ValueError) as error:
        raise NoMeter(f"the energy counter {path} cannot be read: {error}") from None


def nvml(load: Callable[[str], Any] = import_module) -> Meter:
    """All GPUs that the NVIDIA driver shows.

    Raises:
        NoMeter: no library, no driver, no GPU, or none with a counter.
    """
    try:
        library = load("pynvml")
    except ImportError:
        raise NoMeter(NO_NVML) from None
    try:
        library.nvmlInit()
        handles = [library.nvmlDeviceGetHandleByIndex(index) for index in range(library.nvmlDeviceGetCount())]
        counters = tuple(_gpu(library, index, handle) for index, handle in enumerate(handles))
        for counter in counters:
            counter.read_joules()
    except library.NVMLError as error:
        raise NoMeter(f"no NVIDIA driver that counts energy: {error}") from None
    if not counters:
        raise NoMeter("the NVIDIA driver shows no GPU")
    return Meter(f"NVML counter, {len(counters)} GPU{'s' * (len(counters) > 1)}", counters)


def _gpu(library: Any, index: int, handle: Any) -> Counter:
    return Counter(f"gpu {index}", lambda: library.nvmlDeviceGetTotalEnergyConsumption(handle) / 1e3)


def meter_for(version: str, root: Path = Path("/")) -> Meter:
    """The meter of what runs a kernel's version: "cpu" or "gpu". Raises NoMeter."""
    return rapl(root) if version == "cpu" else nvml()


def readable(root: Path = Path("/"), load: Callable[[str], Any] = import_module) -> dict[str, Any]:
    """For `bench doctor`: method of each meter, or {"value": None, "reason": why not and what to do}."""
    meters = {"energy_cpu": lambda: rapl(root), "energy_gpu": lambda: nvml(load)}
    return {name: _asked(meter) for name, meter in meters.items()}


def _asked(meter: Callable[[], Meter]) -> Any:
    try:
        return meter().method
    except NoMeter as reason:
        return {"value": None, "reason": str(reason)}
