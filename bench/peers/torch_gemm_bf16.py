"""Peer of gemm_bf16: torch's product of bfloat16 matrices, which oneDNN computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """C = A B, rounded to bfloat16. Raises Unavailable.

    torch writes bfloat16 into an output of its own. The first call copies it into the kernel's, for the check; the
    others do not, so that the copy costs the peer no time.
    """
    library = torch(threads)
    a, b = (library.from_numpy(arrays[name]).view(library.bfloat16) for name in ("a", "b"))
    found = library.empty(arrays["c"].shape, dtype=library.bfloat16)
    unchecked = [library.from_numpy(arrays["c"])]

    def call() -> None:
        library.mm(a, b, out=found)
        if unchecked:
            unchecked.pop().copy_(found)

    return call


PEER = Peer("torch bfloat16", ("gemm_bf16",), version, bind)
