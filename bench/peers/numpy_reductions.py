"""Peer of dot and sum: NumPy, whose dot product is the one of its BLAS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """np.dot or np.sum into the kernel's own result; the BLAS takes its threads from the environment."""
    x, result = arrays["x"], arrays["result"]
    scalar = result.reshape(())
    if kernel == "dot":
        y = arrays["y"]
        return lambda: np.dot(x, y, out=scalar)
    return lambda: np.sum(x, out=scalar)


PEER = Peer("numpy reductions", ("dot", "sum"), lambda: np.__version__, bind)
