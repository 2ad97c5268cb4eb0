"""What the kernel tests share: sizes to try and the error that `rtol` bounds."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kernels import Kernel

PRIMES = (31, 67, 41, 13)
SMALL_SIZES = ("ones", "twos", "primes", "primes reversed", "one long")


def small_size(kernel: Kernel, kind: str) -> dict[str, int]:
    """Ragged, odd and tiny values for every size parameter: any positive numbers must do, or the kernel's own."""
    if kernel.small_sizes:
        return dict(kernel.small_sizes[SMALL_SIZES.index(kind) % len(kernel.small_sizes)])
    names = list(kernel.sizes["quick"])
    values = {
        "ones": [1] * len(names),
        "twos": [2] * len(names),
        "primes": PRIMES[: len(names)],
        "primes reversed": PRIMES[: len(names)][::-1],
        "one long": [1009, *[3] * (len(names) - 1)],
    }[kind]
    return dict(zip(names, values, strict=True))


def error(found: Any, expected: Any) -> float:
    """As in `kernels.spec`: deviation over the largest value, share of wrong integers; infinite where NaN was left."""
    if np.asarray(found).dtype.kind not in "fc":
        return float(np.mean(found != np.asarray(expected)))
    precise = np.complex128 if np.asarray(found).dtype.kind == "c" else np.float64
    scale = float(np.max(np.abs(expected))) or 1.0
    worst = float(np.max(np.abs(np.asarray(found, precise) - expected))) / scale
    return worst if np.isfinite(worst) else float("inf")


def arrays_of(arguments: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """The array arguments."""
    return ((name, value) for name, value in arguments.items() if isinstance(value, np.ndarray))


def solve(kernel: Kernel, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run the kernel on copies of the arguments; its outputs."""
    copies = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arguments.items()}
    assert kernel.cpu(*copies.values()) is None
    return {name: copies[name] for name in kernel.outputs}
