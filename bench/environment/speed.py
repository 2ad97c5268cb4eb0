"""What sets the speed of cores and memory: governor, boost, caps, heat, mains, pages, clock."""

from __future__ import annotations

import re
from pathlib import Path

from bench.machine import Sources, Unknown

CPUS = "sys/devices/system/cpu"
CPU_SENSORS = {"coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal", "scpi_sensors"}
CPU_ZONE = re.compile(r"x86_pkg_temp|cpu|soc|cluster", re.IGNORECASE)


def governor(sources: Sources) -> str:
    """What decides the clock: performance, powersave, schedutil, ... Several names where cores differ."""
    found = {sources.read(_inside(sources, path)) for path in _policies(sources, "scaling_governor")}
    return ", ".join(sorted(found))


def capped_share(sources: Sources) -> float:
    """Highest clock that is allowed over the highest that the core can have, of the tightest core."""
    found = []
    for path in _policies(sources, "scaling_max_freq"):
        most = sources.read(_inside(sources, path.with_name("cpuinfo_max_freq")))
        found.append(int(sources.read(_inside(sources, path))) / int(most))
    return min(found)


def _policies(sources: Sources, name: str) -> list[Path]:
    found = sorted((sources.root / CPUS).glob(f"cpu[0-9]*/cpufreq/{name}"))
    if not found:
        raise Unknown("this system shows no cpufreq")
    return found


def _inside(sources: Sources, path: Path) -> str:
    return str(path.relative_to(sources.root))


def boost(sources: Sources) -> bool:
    """Whether cores may run above their nominal clock while they are cool."""
    for name, on in (("cpufreq/boost", "1"), ("intel_pstate/no_turbo", "0")):
        try:
            return sources.read(f"{CPUS}/{name}") == on
        except Unknown:
            continue
    raise Unknown("this system does not show whether clocks are boosted")


def temperature_c(sources: Sources) -> float:
    """Hottest reading of the processor in degrees Celsius."""
    found = [*_sensor_millidegrees(sources), *_zone_millidegrees(sources)]
    if not found:
        raise Unknown("this system shows no temperature of the processor")
    return max(found) / 1000


def _sensor_millidegrees(sources: Sources) -> list[int]:
    names = sorted((sources.root / "sys/class/hwmon").glob("hwmon*/name"))
    folders = [path.parent for path in names if sources.read(_inside(sources, path)) in CPU_SENSORS]
    inputs = [path for folder in folders for path in sorted(folder.glob("temp*_input"))]
    return [int(text) for path in inputs if (text := _or_nothing(sources, path))]


def _zone_millidegrees(sources: Sources) -> list[int]:
    kinds = sorted((sources.root / "sys/class/thermal").glob("thermal_zone*/type"))
    ours = [path for path in kinds if CPU_ZONE.search(_or_nothing(sources, path))]
    return [int(text) for path in ours if (text := _or_nothing(sources, path.with_name("temp")))]


def _or_nothing(sources: Sources, path: Path) -> str:
    """A sensor that sleeps answers with an error; the others still count."""
    try:
        return sources.read(_inside(sources, path))
    except Unknown:
        return ""


def overheated_times(sources: Sources) -> int:
    """How often cores slowed down because they were hot, since the start of the machine."""
    found = sorted((sources.root / CPUS).glob("cpu[0-9]*/thermal_throttle/core_throttle_count"))
    if not found:
        raise Unknown("this system counts no thermal throttling")
    return sum(int(sources.read(_inside(sources, path))) for path in found)


def on_battery(sources: Sources) -> bool:
    """Whether a battery of the machine, not of a mouse, is being emptied."""
    states = sorted((sources.root / "sys/class/power_supply").glob("*/status"))
    own = [path for path in states if _or_nothing(sources, path.with_name("scope")) != "Device"]
    return "Discharging" in [sources.read(_inside(sources, path)) for path in own]


def numa_nodes(sources: Sources) -> int:
    """Memories of their own that the machine has."""
    found = list((sources.root / "sys/devices/system/node").glob("node[0-9]*"))
    if not found:
        raise Unknown("this system shows no NUMA nodes")
    return len(found)


def numa_balancing(sources: Sources) -> bool:
    """Whether the system moves pages to the node that uses them, while they are used."""
    return sources.read("proc/sys/kernel/numa_balancing") != "0"


def huge_pages(sources: Sources) -> str:
    """Who gets large pages: always, madvise (who asks), never."""
    found = re.search(r"\[(\w+)\]", sources.read("sys/kernel/mm/transparent_hugepage/enabled"))
    if not found:
        raise Unknown("transparent_hugepage/enabled names no choice")
    return found.group(1)


def clock_source(sources: Sources) -> str:
    """Hardware that the system reads the time from."""
    return sources.read("sys/devices/system/clocksource/clocksource0/current_clocksource")
