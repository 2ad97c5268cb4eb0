"""Peer of transpose: NumPy copies the transposed view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """np.copyto into the kernel's own result; NumPy copies on one thread."""
    source, target = arrays["a"].T, arrays["b"]
    return lambda: np.copyto(target, source)


PEER = Peer("numpy copyto", ("transpose",), lambda: np.__version__, bind)
