"""Peer of attention_backward: the gradient of torch's flash attention for CPUs, without autograd around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """All three gradients from the kernel's own forward results. Raises Unavailable.

    torch allocates its own output. The first call copies it into the kernel's, for the check.
    """
    library = torch(threads)
    differentiate = getattr(library.ops.aten, "_scaled_dot_product_flash_attention_for_cpu_backward", None)
    if differentiate is None:
        raise Unavailable("this torch has no flash attention for CPUs")
    inputs = [library.from_numpy(arrays[name]).unsqueeze(0) for name in ("do", "q", "k", "v", "o", "lse")]
    unchecked = [[library.from_numpy(arrays[name]) for name in ("dq", "dk", "dv")]]

    def call() -> None:
        found = differentiate(*inputs, 0.0, False)
        if unchecked:
            for mine, theirs in zip(unchecked.pop(), found, strict=True):
                mine.copy_(theirs[0])

    return call


PEER = Peer("torch flash backward", ("attention_backward",), version, bind)
