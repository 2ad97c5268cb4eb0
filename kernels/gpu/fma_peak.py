"""Multiply-add peak on a GPU: four independent chains per thread, enough threads to hide the latency of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import THREADS, cuda
from kernels.gpu.version import Launch, Version

CHAINS = 4


def chains_of(dtype: Any) -> Any:
    """The kernel for one precision."""

    def fma_peak(values: Any, result: Any, multiplier: float, addend: float, steps: int) -> None:
        m, d = dtype(multiplier), dtype(addend)
        stride = cuda.gridsize(1)
        i = cuda.grid(1)
        last = values.size - 1
        a = values[min(i, last)]
        b = values[min(i + stride, last)]
        c = values[min(i + 2 * stride, last)]
        e = values[min(i + 3 * stride, last)]
        for _ in range(steps):
            a = m * a + d
            b = m * b + d
            c = m * c + d
            e = m * e + d
        if i <= last:
            result[i] = a
        if i + stride <= last:
            result[i + stride] = b
        if i + 2 * stride <= last:
            result[i + 2 * stride] = c
        if i + 3 * stride <= last:
            result[i + 3 * stride] = e

    return fma_peak


def _version(name: str, dtype: Any, instruction: str) -> Version:
    function = chains_of(dtype)

    def launches(multiprocessors: int, elements: int, steps: int) -> tuple[Launch, ...]:
        arguments = ("values", "result", "multiplier", "addend", "steps")
        return (Launch(function, arguments, -(-elements // (CHAINS * THREADS)), THREADS),)

    return Version(name, launches, (instruction,), {"elements": 1500, "steps": 5})


VERSIONS = (
    _version("fma_peak_fp32", np.float32, "fma.rn.f32"),
    _version("fma_peak_fp64", np.float64, "fma.rn.f64"),
)
