"""Counters of energy: a made-up powercap tree, a made-up NVML, and the reasons where nothing can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.meters import FORBIDDEN, NO_COUNTERS, NO_NVML, Counter, Meter, NoMeter, meter_for, nvml, rapl, readable

ZONES = "sys/class/powercap"
RANGE_UJ = 262143328850


def zone(root: Path, place: str, name: str, microjoules: int = 0, top: str = str(RANGE_UJ)) -> Path:
    folder = root / ZONES / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "name").write_text(name + "\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    if top:
        (folder / "max_energy_range_uj").write_text(top)
    return folder / "energy_uj"


def two_sockets(root: Path) -> None:
    for socket in (0, 1):
        zone(root, f"intel-rapl:{socket}", f"package-{socket}", 1_000_000 * (socket + 1))
        zone(root, f"intel-rapl:{socket}:0", "core", 77_000_000)
        zone(root, f"intel-rapl:{socket}:1", "dram", 500_000)
    zone(root, "intel-rapl:2", "psys", 99_000_000)
    zone(root, "intel-rapl-mmio:0", "package-0", 1_000_000)
    (root / ZONES / "intel-rapl").mkdir()


def test_packages_and_their_memory_count_once_and_cores_and_platform_not(tmp_path: Path) -> None:
    two_sockets(tmp_path)
    meter = rapl(tmp_path)
    assert meter.method == "RAPL, 2 packages and memory"
    assert {counter.name for counter in meter.counters} == {
        "package-0", "package-1", "package-0 dram", "package-1 dram"
    }  # fmt: skip
    assert sorted(meter.read()) == [0.5, 0.5, 1.0, 2.0]


def test_one_package_without_memory(tmp_path: Path) -> None:
    path = zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    meter = rapl(tmp_path)
    before = meter.read()
    path.write_text("5250000\n")
    assert meter.method == "RAPL, 1 package"
    assert meter.spent(before, meter.read()) == pytest.approx(0.25)


def test_dies_of_one_package_have_counters_of_their_own(tmp_path: Path) -> None:
    for die in (0, 1):
        zone(tmp_path, f"intel-rapl:{die}", f"package-0-die-{die}", 1_000_000)
    assert rapl(tmp_path).read() == (1.0, 1.0)


def test_a_counter_that_starts_again_is_carried_over(tmp_path: Path) -> None:
    path = zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 1_000_000)
    other = zone(tmp_path, "intel-rapl:1", "package-1", 3_000_000)
    meter = rapl(tmp_path)
    before = meter.read()
    path.write_text("2000000")
    other.write_text("4000000")
    assert meter.spent(before, meter.read()) == pytest.approx(1.0 + 2.0 + 1.0)


def test_a_counter_of_unknown_range_is_never_carried_over() -> None:
    assert Counter("gpu 0", lambda: 0.0).spent(5.0, 3.0) == -2.0


def refused_by(path: Path) -> str:
    if path.name == "energy_uj":
        raise PermissionError(13, "Permission denied", str(path))
    return path.read_text()


def test_a_counter_for_the_administrator_alone_says_what_helps(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0")
    with pytest.raises(NoMeter) as caught:
        rapl(tmp_path, refused_by)
    assert str(caught.value) == FORBIDDEN
    assert "chmod a+r /sys/class/powercap/*/energy_uj" in FORBIDDEN


@pytest.mark.parametrize("zones", [[], ["psys"], ["core"], ["dram"]])
def test_no_package_no_meter(tmp_path: Path, zones: list[str]) -> None:
    for number, name in enumerate(zones):
        zone(tmp_path, f"intel-rapl:{number}", name)
    with pytest.raises(NoMeter) as caught:
        rapl(tmp_path)
    assert str(caught.value) == NO_COUNTERS


def test_a_counter_without_a_number_is_refused_with_its_place(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0").write_text("later")
    with pytest.raises(NoMeter, match=r"energy_uj cannot be read: .*'later'"):
        rapl(tmp_path)


class NVMLError(Exception):
    """What the library raises."""


def library(millijoules: list[int | None], start: Callable[[], None] = lambda: None) -> Callable[[str], Any]:
    def total(handle: int) -> int:
        found = millijoules[handle]
        if found is None:
            raise NVMLError("Not Supported")
        return found

    fake = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=start,
        nvmlDeviceGetCount=lambda: len(millijoules),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetTotalEnergyConsumption=total,
    )
    return lambda name: {"pynvml": fake}[name]


def missing(name: str) -> Any:
    raise ImportError(name)


def no_driver() -> None:
    raise NVMLError("Driver Not Loaded")


def test_all_gpus_count_in_joules() -> None:
    meter = nvml(library([1500, 2500]))
    assert (meter.method, meter.read()) == ("NVML counter, 2 GPUs", (1.5, 2.5))


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (missing, NO_NVML),
        (library([1], no_driver), "no NVIDIA driver that counts energy: Driver Not Loaded"),
        (library([1, None]), "no NVIDIA driver that counts energy: Not Supported"),
        (library([]), "the NVIDIA driver shows no GPU"),
    ],
)
def test_a_gpu_that_tells_nothing_has_a_reason(load: Callable[[str], Any], reason: str) -> None:
    with pytest.raises(NoMeter) as caught:
        nvml(load)
    assert str(caught.value) == reason


def test_the_meter_belongs_to_what_runs_the_kernel(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0")
    assert meter_for("cpu", tmp_path).method == "RAPL, 1 package"


def test_the_doctor_hears_methods_and_reasons(tmp_path: Path) -> None:
    assert readable(tmp_path, missing) == {
        "energy_cpu": {"value": None, "reason": NO_COUNTERS},
        "energy_gpu": {"value": None, "reason": NO_NVML},
    }
    zone(tmp_path, "intel-rapl:0", "package-0")
    assert readable(tmp_path, library([5])) == {"energy_cpu": "RAPL, 1 package", "energy_gpu": "NVML counter, 1 GPU"}


def test_a_meter_reads_its_counters_in_order() -> None:
    meter = Meter("two", (Counter("a", lambda: 1.0, 10.0), Counter("b", lambda: 2.0)))
    assert meter.read() == (1.0, 2.0)
    assert meter.spent((9.0, 2.0), (1.0, 5.0)) == pytest.approx(2.0 + 3.0)
