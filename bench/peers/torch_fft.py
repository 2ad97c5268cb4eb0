"""Peer of the Fourier transforms: torch (MKL where it was built with it), into the kernel's own output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Transform along all axes. Raises Unavailable."""
    library = torch(threads)
    x, y = (library.from_numpy(arrays[name]) for name in ("x", "y"))

    def call() -> None:
        library.fft.fftn(x, out=y)

    return call


PEER = Peer("torch fft", ("fft", "fft3d"), version, bind)
