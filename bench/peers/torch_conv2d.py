"""Peers of conv2d: torch's convolution, which oneDNN computes, with its filters reordered in every call or before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The convolution, filters as they are. Raises Unavailable."""
    library = torch(threads)
    x, w, y = (library.from_numpy(arrays[name]) for name in ("x", "w", "y"))
    return _copied_once(lambda: library.nn.functional.conv2d(x, w, padding=1), y)


def bind_reordered(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The convolution, filters in oneDNN's own order beforehand: less work than the kernel's. Raises Unavailable."""
    library = torch(threads)
    x, w, y = (library.from_numpy(arrays[name]) for name in ("x", "w", "y"))
    ones = [1, 1]
    try:
        reorder = library.ops.mkldnn._reorder_convolution_weight
        convolve = library.ops.mkldnn._convolution_pointwise
        ready = reorder(w, ones, ones, ones, 1, list(x.shape))
    except (AttributeError, RuntimeError) as error:
        raise Unavailable(f"torch has no oneDNN here: {str(error)[:80]}") from None
    return _copied_once(lambda: convolve(x, ready, None, ones, ones, ones, 1, "none", [], ""), y)


def _copied_once(convolve: Callable[[], Any], y: Any) -> Callable[[], None]:
    """A call that copies the result, which torch allocates itself, the first time only: the check costs no time."""
    unchecked = [y]

    def call() -> None:
        found = convolve()
        if unchecked:
            unchecked.pop().copy_(found)

    return call


PLAIN = Peer("torch conv2d", ("conv2d",), version, bind)
REORDERED = Peer("torch conv2d, reordered filters", ("conv2d",), version, bind_reordered)
