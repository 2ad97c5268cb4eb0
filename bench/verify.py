"""Verify before timing: fresh inputs, poisoned outputs, untouched inputs. A wrong answer has no time."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.result import Verification
from kernels.arrays import poison
from kernels.spec import Kernel


@dataclass(frozen=True)
class Trial:
    """Inputs made for one verification, and what must come out.

    arrays        arguments of the kernel; outputs and workspace are poisoned, unless the kernel updates them
    expected      output name -> reference result
    fingerprints  argument name -> checksum before the call; in-out arguments must change, inputs must not
    seed          of the inputs
    """

    arrays: dict[str, Any]
    expected: dict[str, Any]
    fingerprints: dict[str, int]
    seed: int


def prepare(kernel: Kernel, size: Mapping[str, int], seed: int) -> Trial:
    """Inputs, expected outputs and checksums for one call."""
    arrays = kernel.inputs(seed, **size)
    for name in {*kernel.outputs, *kernel.workspace} - {*kernel.updates}:
        poison(arrays[name])
    return Trial(arrays, kernel.reference(**arrays), fingerprints(arrays), seed)


def fingerprints(arrays: Mapping[str, Any]) -> dict[str, int]:
    """Checksum of every array argument."""
    found = {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}
    return {name: zlib.crc32(np.ascontiguousarray(value).view(np.uint8).data) for name, value in found.items()}


def check(kernel: Kernel, trial: Trial) -> Verification:
    """Judge the arguments after the call: right values, everything written, nothing else touched."""
    after = fingerprints(trial.arrays)
    kept = [name for name in after if name not in (*kernel.outputs, *kernel.workspace)]
    touched = [name for name in kept if after[name] != trial.fingerprints[name]]
    unwritten = [name for name in kernel.outputs if after[name] == trial.fingerprints[name]]
    if touched:
        return verdict(kernel, trial.seed, None, f"it changed its input {', '.join(touched)}")
    if unwritten:
        return verdict(kernel, trial.seed, None, f"it left {', '.join(unwritten)} unwritten")
    errors = {name: max_error(trial.arrays[name], trial.expected[name]) for name in kernel.outputs}
    name, worst = max(errors.items(), key=lambda entry: float("inf") if entry[1] is None else entry[1])
    if worst is None:
        return verdict(kernel, trial.seed, None, f"{name} has another shape, or NaN where a number belongs")
    reason = "" if worst <= kernel.rtol else f"{name} is off by {worst:.2g}, allowed is {kernel.rtol:.2g}"
    return verdict(kernel, trial.seed, worst, reason)


def verdict(kernel: Kernel, seed: int, error: float | None, reason: str) -> Verification:
    """Verification that passes exactly when there is no reason against it."""
    return Verification(not reason, error, kernel.rtol, kernel.tolerance, seed, reason)


def max_error(got: Any, expected: Any) -> float | None:
    """Largest |got - expected| over the largest |expected|; None if not comparable or not finite.

    Integers have no error that could be allowed: what counts is the share of elements that differ.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return None
    if got.dtype.kind not in "fc":
        return float(np.mean(got != expected)) if got.size else 0.0
    scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    precise = np.complex128 if got.dtype.kind == "c" else np.float64
    worst = 0.0
    for part, wanted in zip(_rows(got), _rows(expected), strict=True):
        error = float(np.max(np.abs(part.astype(precise) - wanted), initial=0.0))
        if not np.isfinite(error):
            return None
        worst = max(worst, error)
    return worst / scale


def _rows(array: Any, length: int = 1 << 20) -> list[Any]:
    flat = np.atleast_1d(array).reshape(-1)
    return [flat[start : start + length] for start in range(0, flat.size, length)]
