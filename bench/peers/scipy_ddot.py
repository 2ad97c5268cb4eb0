"""Peer of dot: the BLAS that SciPy carries, called directly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable


def version() -> str:
    """Version of SciPy. Raises Unavailable."""
    try:
        import scipy
    except ImportError:
        raise Unavailable("scipy is not installed: pip install scipy") from None
    return str(scipy.__version__)


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The routine, into the kernel's own result; the BLAS takes its threads from the environment."""
    from scipy.linalg.blas import ddot

    x, y, result = arrays["x"], arrays["y"], arrays["result"]

    def call() -> None:
        result[0] = ddot(x, y)

    return call


PEER = Peer("scipy ddot", ("dot",), version, bind)
