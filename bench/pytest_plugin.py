"""Kernels under pytest-benchmark: warmed by one call first, or its calibration would time the compiler."""

from __future__ import annotations

from typing import Any

from kernels.spec import Kernel


def benchmark_kernel(benchmark: Any, kernel: Kernel, size: str = "quick", seed: int = 1) -> None:
    """Time a kernel through the `benchmark` fixture of pytest-benchmark.

    Adds GFLOP/s, GB/s, the work formula and the parameters to `extra_info`.

    Args:
        benchmark: the fixture.
        kernel: what to time.
        size: name of its size preset.
        seed: of the inputs.
    """
    parameters = kernel.sizes[size]
    arguments = tuple(kernel.inputs(seed, **parameters).values())
    kernel.cpu(*arguments)
    benchmark(kernel.cpu, *arguments)
    benchmark.extra_info.update(rates(kernel, size, _median_s(benchmark)))


def rates(kernel: Kernel, size: str, median_s: float | None) -> dict[str, Any]:
    """What belongs beside a time: the size, the counts, and the rates, if there is a time."""
    work = kernel.work(**kernel.sizes[size])
    told: dict[str, Any] = {"size": size, **kernel.sizes[size], "work": work.formula}
    if median_s:
        told["gflop_per_s"] = work.flops / median_s / 1e9
        told["gb_per_s"] = work.bytes_moved / median_s / 1e9
    return told


def _median_s(benchmark: Any) -> float | None:
    """Median in s; None where benchmarks are switched off with --benchmark-disable."""
    return benchmark.stats.stats.median if benchmark.stats is not None else None
