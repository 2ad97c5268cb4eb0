"""Who a GPU is and how it feels: what NVML tells, or why it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

Told = dict[str, Any]

NO_LIBRARY = 'NVML needs a library: pip install "innocap[cuda]"'

THROTTLE = {
    "nvmlClocksThrottleReasonSwPowerCap": "power limit",
    "nvmlClocksThrottleReasonHwSlowdown": "hardware slowdown",
    "nvmlClocksThrottleReasonSwThermalSlowdown": "temperature (software)",
    "nvmlClocksThrottleReasonHwThermalSlowdown": "temperature (hardware)",
    "nvmlClocksThrottleReasonHwPowerBrakeSlowdown": "power brake",
    "nvmlClocksThrottleReasonSyncBoost": "sync boost",
    "nvmlClocksThrottleReasonApplicationsClocksSetting": "application clocks",
}


def nvml(load: Callable[[str], Any] = import_module) -> tuple[Any, Any] | str:
    """The library and the first device, or why there is none."""
    try:
        library = load("pynvml")
    except ImportError:
        return NO_LIBRARY
    try:
        library.nvmlInit()
        return library, library.nvmlDeviceGetHandleByIndex(0)
    except library.NVMLError as error:
        return f"NVML finds no device: {error}"


def passport(load: Callable[[str], Any] = import_module) -> Told:
    """Name, memory, ECC, clocks, power limit, driver, CUDA, MIG; {"unknown": reason} without NVML.

    A fact that the device does not tell is left out.
    """
    found = nvml(load)
    if isinstance(found, str):
        return {"unknown": found}
    library, handle = found
    return _told(
        library,
        {
            "name": lambda: _text(library.nvmlDeviceGetName(handle)),
            "driver": lambda: _text(library.nvmlSystemGetDriverVersion()),
            "cuda": lambda: _version(library.nvmlSystemGetCudaDriverVersion()),
            "memory_gib": lambda: library.nvmlDeviceGetMemoryInfo(handle).total / 2**30,
            "ecc": lambda: bool(library.nvmlDeviceGetEccMode(handle)[0]),
            "mig": lambda: bool(library.nvmlDeviceGetMigMode(handle)[0]),
            "power_limit_w": lambda: library.nvmlDeviceGetPowerManagementLimit(handle) / 1e3,
            "clock_sm_max_mhz": lambda: library.nvmlDeviceGetMaxClockInfo(handle, library.NVML_CLOCK_SM),
            "clock_memory_max_mhz": lambda: library.nvmlDeviceGetMaxClockInfo(handle, library.NVML_CLOCK_MEM),
            "devices": library.nvmlDeviceGetCount,
        },
    )


def state(load: Callable[[str], Any] = import_module) -> Told:
    """Clocks, power, temperature, why the clock is held back, and energy counted so far, at this moment."""
    found = nvml(load)
    if isinstance(found, str):
        return {"unknown": found}
    library, handle = found
    return _told(
        library,
        {
            "clock_sm_mhz": lambda: library.nvmlDeviceGetClockInfo(handle, library.NVML_CLOCK_SM),
            "clock_memory_mhz": lambda: library.nvmlDeviceGetClockInfo(handle, library.NVML_CLOCK_MEM),
            "power_w": lambda: library.nvmlDeviceGetPowerUsage(handle) / 1e3,
            "temperature_c": lambda: library.nvmlDeviceGetTemperature(handle, library.NVML_TEMPERATURE_GPU),
            "throttled_by": lambda: throttled_by(library, library.nvmlDeviceGetCurrentClocksThrottleReasons(handle)),
            "energy_j": lambda: library.nvmlDeviceGetTotalEnergyConsumption(handle) / 1e3,
        },
    )


def throttled_by(library: Any, bits: int) -> list[str]:
    """Reasons in words; an idle device is not held back."""
    return [words for name, words in THROTTLE.items() if bits & getattr(library, name, 0)]


def _told(library: Any, facts: Mapping[str, Callable[[], Any]]) -> Told:
    told: Told = {}
    for name, fact in facts.items():
        with suppress(library.NVMLError):
            told[name] = fact()
    return told


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
