"""Peer of embedding_scatter_add: NumPy's unbuffered addition at indices, which runs on one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer


def version() -> str:
    """NumPy's version."""
    return f"numpy {np.__version__}, one thread"


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """numpy.add.at on the kernel's table."""
    index, gradient, table = arrays["index"], arrays["gradient"], arrays["table"]
    return lambda: np.add.at(table, index, gradient)


PEER = Peer("numpy add.at", ("embedding_scatter_add",), version, bind)
