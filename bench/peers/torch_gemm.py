"""Peer of gemm: torch's matrix product, that is MKL or oneDNN, into the kernel's own C."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """C = A B. Raises Unavailable."""
    library = torch(threads)
    a, b, c = (library.from_numpy(arrays[name]) for name in ("a", "b", "c"))
    return partial(library.mm, a, b, out=c)


PEER = Peer("torch mm", ("gemm_fp32", "gemm_fp64"), version, bind)
