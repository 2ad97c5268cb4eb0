"""A run over GPU versions: sizes that fit, ceilings of the device, what a launch costs, one self-describing file."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.gpu import passport
from bench.gpu.measure import GpuCase, Stop, measured, sampled
from bench.stats import median_interval
from bench.suite import now
from kernels import find
from kernels.cuda import Gpu, OutOfMemoryError
from kernels.gpu import VERSIONS, Version

SCHEMA = "innocap.gpu/1"
SMALLER = {"full": "standard", "standard": "quick"}
COPY_BYTES = 2**30
LIBRARIES = ("innocap", "numba-cuda", "numba-cuda-mlir", "numba", "numpy", "torch", "cupy")


@dataclass(frozen=True)
class GpuResult:
    """One run. `ceilings` are GB/s of the device's own copy, and microseconds of an empty launch."""

    schema: str
    created: str
    gpu: Mapping[str, Any]
    versions: Mapping[str, str]
    ceilings: Mapping[str, float]
    state_before: Mapping[str, Any]
    state_after: Mapping[str, Any]
    cases: tuple[GpuCase, ...]


def run(
    gpu: Gpu,
    versions: Sequence[Version] = VERSIONS,
    *,
    size: str = "standard",
    stop: Stop = Stop(),  # noqa: B008
    progress: Callable[[GpuCase], None] = lambda _: None,
) -> GpuResult:
    """Measure every version in turn; one that fails stops no other."""
    before = passport.state()
    ceilings = {"copy_gb_per_s": copy_gb_per_s(gpu, stop), "launch_us": launch_us(gpu, stop)}
    cases = []
    for version in versions:
        case = at_a_size_that_fits(gpu, version, size, stop)
        progress(case)
        cases.append(case)
    told = {
        "device": gpu.name,
        "compute_capability": f"{gpu.capability[0]}.{gpu.capability[1]}",
        "multiprocessors": gpu.multiprocessors,
        "memory_bytes": gpu.memory_bytes,
        "l2_bytes": gpu.l2_bytes,
        **passport.passport(),
    }
    return GpuResult(SCHEMA, now(), told, library_versions(), ceilings, before, passport.state(), tuple(cases))


def at_a_size_that_fits(gpu: Gpu, version: Version, size: str, stop: Stop) -> GpuCase:
    """The case at the size asked, or at the next smaller one for which the device has room."""
    kernel = find(version.kernel)
    try:
        return measured(gpu, version, kernel, size, kernel.sizes[size], stop)
    except OutOfMemoryError as error:
        if size in SMALLER:
            return at_a_size_that_fits(gpu, version, SMALLER[size], stop)
        return GpuCase(kernel.name, size, kernel.sizes[size], None, refused=f"no room on the device: {error}")


def copy_gb_per_s(gpu: Gpu, stop: Stop) -> float:
    """What the device's own copy moves, read and written: the ceiling of all streams."""
    size = min(COPY_BYTES, gpu.memory_bytes // 8)
    source, target = (gpu.upload(np.zeros(size // 8)) for _ in range(2))
    samples = sampled(lambda: gpu.time_ms(lambda: gpu.copy(source, target)), stop)
    return 2 * (size // 8 * 8) / median_interval(samples).median / 1e6


def nothing() -> None:
    """An empty kernel."""


def launch_us(gpu: Gpu, stop: Stop, count: int = 100) -> float:
    """Microseconds of an empty launch, one after the other."""

    def many() -> None:
        for _ in range(count):
            gpu.launch(nothing, 1, 32, [], False)

    many()
    return median_interval(sampled(lambda: gpu.time_ms(many), stop)).median * 1e3 / count


def library_versions() -> dict[str, str]:
    """Installed versions of what a result depends on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
