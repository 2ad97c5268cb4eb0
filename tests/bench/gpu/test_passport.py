"""What NVML tells of a device, and what is said where it tells nothing."""

from __future__ import annotations

from bench.gpu.passport import NO_LIBRARY, passport, state, throttled_by
from tests.bench.gpu.made_up import NvmlError, nvml


def test_a_passport_holds_what_decides_speed():
    told = passport(lambda _: nvml())
    assert told == {
        "name": "H200",
        "driver": "580.10",
        "cuda": "13.2",
        "memory_gib": 128.0,
        "ecc": True,
        "power_limit_w": 700.0,
        "clock_sm_max_mhz": 1980,
        "clock_memory_max_mhz": 3201,
        "devices": 2,
    }


def test_what_a_device_does_not_tell_is_left_out():
    assert "mig" not in passport(lambda _: nvml())
    assert passport(lambda _: nvml(nvmlDeviceGetMigMode=lambda _: (1, 0)))["mig"] is True
    assert "ecc" not in passport(lambda _: nvml(nvmlDeviceGetEccMode=NvmlError))


def test_the_state_names_what_holds_the_clock_back():
    told = state(lambda _: nvml())
    assert told["throttled_by"] == ["power limit"]
    assert (told["clock_sm_mhz"], told["power_w"], told["temperature_c"]) == (1700, 512.3, 61)
    assert told["energy_j"] == 5.0
    assert throttled_by(nvml(), 0b1) == []


def test_without_library_or_driver_the_reason_is_told():
    def no_library(_):
        raise ImportError

    assert passport(no_library) == {"unknown": NO_LIBRARY}
    assert "finds no device" in state(lambda _: nvml(nvmlInit=NvmlError))["unknown"]
