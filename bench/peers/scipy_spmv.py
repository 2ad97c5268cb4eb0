"""Peer of spmv: SciPy's compressed-row product, which always runs on one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer, Unavailable


def version() -> str:
    """SciPy's version. Raises Unavailable."""
    try:
        import scipy
    except ImportError:
        raise Unavailable("scipy is not installed") from None
    return f"scipy {scipy.__version__}, one thread"


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """SciPy's own routine without the allocation around it; it adds to y, so y is cleared first."""
    try:
        from scipy.sparse._sparsetools import csr_matvec
    except ImportError:
        raise Unavailable("this scipy keeps its csr_matvec elsewhere") from None
    x, y, value = arrays["x"], arrays["y"], arrays["value"]
    row_start, column = arrays["row_start"].view(np.int32), arrays["column"].view(np.int32)

    def call() -> None:
        y.fill(0.0)
        csr_matvec(y.size, x.size, row_start, column, value, x, y)

    return call


PEER = Peer("scipy csr, 1 thread", ("spmv",), version, bind)
