"""Peer of the Fourier transforms: SciPy's pocketfft, into the kernel's own output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.scipy_library import version
from bench.peers.spec import Peer, Unavailable


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """What scipy.fft.fftn calls, without the allocation of its result; plans are cached. Raises Unavailable."""
    try:
        from scipy.fft._pocketfft.pypocketfft import c2c
    except ImportError:
        raise Unavailable("this scipy keeps its pocketfft elsewhere") from None
    x, y = arrays["x"], arrays["y"]
    axes = tuple(range(x.ndim))

    def call() -> None:
        c2c(x, axes, True, 0, y, threads)

    return call


PEER = Peer("scipy pocketfft", ("fft", "fft3d"), version, bind)
