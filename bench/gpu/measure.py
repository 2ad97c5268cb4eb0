"""One GPU version: verified on fresh inputs, then timed by events, with warm and with flushed caches."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import numpy as np

from bench.gpu.peers import PeerTime, torch_call
from bench.result import Verification
from bench.stats import Estimate, median_interval
from bench.verify import check, prepare
from kernels.arrays import poison
from kernels.cuda import THREADS, Gpu, blocks_for, cuda
from kernels.gpu.version import Version
from kernels.spec import Kernel, Work

FLUSH_TIMES_L2 = 4
WARM_UP = 3


@dataclass(frozen=True)
class Stop:
    """When enough was measured: a relative half width of the median's interval, samples, and a limit in seconds."""

    interval: float = 0.01
    min_samples: int = 20
    time_cap_s: float = 5.0


@dataclass(frozen=True)
class GpuCase:
    """What was found of one kernel at one size; times in milliseconds, empty where it did not run or was wrong.

    cold    caches flushed before every sample;  warm  as the sample before left them
    refused why it was not timed: a size that does not fit, no room, a wrong answer
    peers   others that did the same with flushed caches, in turns with ours
    """

    kernel: str
    size: str
    params: Mapping[str, int]
    verification: Verification | None
    cold: Estimate | None = None
    warm: Estimate | None = None
    cold_ms: Sequence[float] = field(default_factory=tuple)
    warm_ms: Sequence[float] = field(default_factory=tuple)
    gflop_per_s: float | None = None
    gb_per_s: float | None = None
    refused: str = ""
    peers: tuple[PeerTime, ...] = ()


def sweep_out(buffer: Any) -> None:
    """Write a buffer larger than the second-level cache, so that it holds nothing else."""
    for i in range(cuda.grid(1), buffer.size, cuda.gridsize(1)):
        buffer[i] = np.float32(i)


def measured(
    gpu: Gpu, version: Version, kernel: Kernel, size: str, params: Mapping[str, int], stop: Stop, seed: int = 1
) -> GpuCase:
    """Verify and time. OutOfMemoryError where the device has no room."""
    if reason := version.fits(params):
        return GpuCase(kernel.name, size, params, None, refused=reason)
    trial = prepare(kernel, params, seed)
    arguments = on_device(gpu, version, params, trial.arrays)
    call = caller(gpu, version, params, arguments)
    call()
    for name in kernel.outputs:
        gpu.download(arguments[name], trial.arrays[name])
    verification = check(kernel, trial)
    if not verification.passed:
        return GpuCase(kernel.name, size, params, verification, refused=f"wrong: {verification.reason}")
    flush = flusher(gpu)
    for _ in range(WARM_UP):
        call()
    warm_ms = sampled(lambda: gpu.time_ms(call), stop)
    cold_ms = sampled(lambda: _after(flush, lambda: gpu.time_ms(call)), stop)
    case = _case(kernel, size, params, verification, cold_ms, warm_ms)
    return replace(case, peers=(beside(gpu, call, flush, torch_call(kernel.name, arguments), stop),))


def beside(
    gpu: Gpu, ours: Callable[[], None], flush: Callable[[], None], theirs: Callable[[], Any] | str, stop: Stop
) -> PeerTime:
    """Ours and torch's by turns, caches flushed before each; or why there is nothing to compare."""
    if isinstance(theirs, str):
        return PeerTime("torch", refused=theirs)
    try:
        for _ in range(WARM_UP):
            theirs()
        rounds = [
            tuple(_after(flush, lambda call=call: gpu.time_ms(call)) for call in (ours, theirs))  # type: ignore[misc]
            for _ in range(stop.min_samples)
        ]
    except RuntimeError as error:
        return PeerTime("torch", refused=f"torch failed: {error}")
    ratio = median(peer / own for own, peer in rounds)
    return PeerTime("torch", ratio, median(peer for _, peer in rounds))


def on_device(gpu: Gpu, version: Version, params: Mapping[str, int], arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the kernel and scratch of the version, arrays on the device."""
    needed = {name for launch in version.launches(gpu.multiprocessors, **params) for name in launch.arguments}
    found = {name: value for name, value in arrays.items() if name in needed}
    for name, (shape, dtype) in version.scratch(**params).items():
        found[name] = np.empty(shape, dtype)
        poison(found[name])
    return {name: gpu.upload(value) if isinstance(value, np.ndarray) else value for name, value in found.items()}


def caller(gpu: Gpu, version: Version, params: Mapping[str, int], arguments: Mapping[str, Any]) -> Callable[[], None]:
    """All launches of a version, ready to go."""
    launches = [
        (launch.function, launch.blocks, launch.threads, [arguments[name] for name in launch.arguments])
        for launch in version.launches(gpu.multiprocessors, **params)
    ]

    def call() -> None:
        for function, blocks, threads, taken in launches:
            gpu.launch(function, blocks, threads, taken, version.fastmath)

    return call


def flusher(gpu: Gpu) -> Callable[[], None]:
    """A call that leaves nothing of use in the second-level cache."""
    elements = max(FLUSH_TIMES_L2 * gpu.l2_bytes // 4, 1)
    buffer = gpu.upload(np.zeros(elements, np.float32))
    blocks = blocks_for(elements, THREADS, gpu.multiprocessors)
    return lambda: gpu.launch(sweep_out, blocks, THREADS, [buffer], False)


def _after(first: Callable[[], None], then: Callable[[], float]) -> float:
    first()
    return then()


def sampled(sample: Callable[[], float], stop: Stop) -> list[float]:
    """Samples in milliseconds until their median is known well enough, or the time is up."""
    found: list[float] = []
    deadline = clock.perf_counter() + stop.time_cap_s
    while len(found) < 2 or clock.perf_counter() < deadline:
        found.append(sample())
        if len(found) >= stop.min_samples and median_interval(found).relative_half_width <= stop.interval:
            break
    return found


def _case(
    kernel: Kernel,
    size: str,
    params: Mapping[str, int],
    verification: Verification,
    cold_ms: Sequence[float],
    warm_ms: Sequence[float],
) -> GpuCase:
    cold, warm, work = median_interval(cold_ms), median_interval(warm_ms), kernel.work(**params)
    gflop, gb = rates(work, cold.median)
    return GpuCase(kernel.name, size, params, verification, cold, warm, tuple(cold_ms), tuple(warm_ms), gflop, gb)


def rates(work: Work, time_ms: float) -> tuple[float, float]:
    """GFLOP/s and GB/s."""
    return work.flops / time_ms / 1e6, work.bytes_moved / time_ms / 1e6
