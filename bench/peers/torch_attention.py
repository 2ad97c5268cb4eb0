"""Peer of attention: torch's scaled dot-product attention, which picks its flash kernel on a CPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Attention over all heads. Raises Unavailable.

    torch allocates its own output. The first call copies it into the kernel's, for the check; the others do not,
    so that the copy costs the peer no time.
    """
    library = torch(threads)
    q, k, v = (library.from_numpy(arrays[name]).unsqueeze(0) for name in ("q", "k", "v"))
    attend = library.nn.functional.scaled_dot_product_attention
    unchecked = [library.from_numpy(arrays["o"])]

    def call() -> None:
        found = attend(q, k, v)
        if unchecked:
            unchecked.pop().copy_(found[0])

    return call


PEER = Peer("torch SDPA", ("attention",), version, bind)
