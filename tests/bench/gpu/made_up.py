"""A GPU of NumPy arrays that can copy streams, and an NVML that tells what a test gives it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from kernels.cuda import Gpu, OutOfMemoryError


class Device:
    """What happened on it; every call takes the next of `times_ms`, the last one for ever."""

    def __init__(self, times_ms: tuple[float, ...] = (2.0,), room_bytes: float = 1e9, wrong: bool = False) -> None:
        self.times, self.room, self.wrong = list(times_ms), room_bytes, wrong
        self.launched: list[str] = []

    def upload(self, array: Any) -> Any:
        if array.nbytes > self.room:
            raise OutOfMemoryError(f"{array.nbytes} bytes do not fit")
        return array.copy()

    def launch(self, function: Callable[..., None], blocks: Any, threads: Any, taken: Any, fastmath: bool) -> None:
        self.launched.append(function.__name__)
        if function.__name__ == "stream_copy":
            np.copyto(taken[1], taken[0] + self.wrong)

    def time_ms(self, call: Callable[[], None]) -> float:
        call()
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


def gpu_of(device: Device) -> Gpu:
    """The device behind the interface of the harness."""
    return Gpu(
        name="Made up",
        capability=(9, 0),
        multiprocessors=4,
        memory_bytes=2**20,
        l2_bytes=2**12,
        upload=device.upload,
        download=lambda source, target: np.copyto(target, source),
        copy=lambda source, target: np.copyto(target, source),
        launch=device.launch,
        time_ms=device.time_ms,
    )


class NvmlError(Exception):
    """What NVML raises."""


def nvml(**changed: Any) -> Any:
    """A library with one device; functions can be replaced."""

    def refuse(*_: Any) -> Any:
        raise NvmlError("Not Supported")

    functions: dict[str, Any] = {
        "nvmlInit": lambda: None,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetCount": lambda: 2,
        "nvmlDeviceGetName": lambda _: b"H200",
        "nvmlSystemGetDriverVersion": lambda: "580.10",
        "nvmlSystemGetCudaDriverVersion": lambda: 13020,
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=2**37),
        "nvmlDeviceGetEccMode": lambda _: (1, 1),
        "nvmlDeviceGetMigMode": refuse,
        "nvmlDeviceGetPowerManagementLimit": lambda _: 700_000,
        "nvmlDeviceGetMaxClockInfo": lambda _, kind: {0: 1980, 1: 3201}[kind],
        "nvmlDeviceGetClockInfo": lambda _, kind: {0: 1700, 1: 3201}[kind],
        "nvmlDeviceGetPowerUsage": lambda _: 512_300,
        "nvmlDeviceGetTemperature": lambda _, kind: 61,
        "nvmlDeviceGetCurrentClocksThrottleReasons": lambda _: 0b101,
        "nvmlDeviceGetTotalEnergyConsumption": lambda _: 5_000,
        "nvmlClocksThrottleReasonSwPowerCap": 0b100,
        "nvmlClocksThrottleReasonHwSlowdown": 0b1000,
        "NVML_CLOCK_SM": 0,
        "NVML_CLOCK_MEM": 1,
        "NVML_TEMPERATURE_GPU": 0,
        "NVMLError": NvmlError,
    }
    return SimpleNamespace(
        **(functions | {name: refuse if value is NvmlError else value for name, value in changed.items()})
    )
