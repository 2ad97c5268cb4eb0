"""Peers of batched_gemm: the batched products of NumPy and of torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import numpy_gemm, torch_library
from bench.peers.spec import Peer


def bind_torch(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """C_q = A_q B_q into the kernel's own C. Raises Unavailable."""
    library = torch_library.torch(threads)
    a, b, c = (library.from_numpy(arrays[name]) for name in ("a", "b", "c"))

    def call() -> None:
        library.bmm(a, b, out=c)

    return call


NUMPY = Peer("numpy matmul, batched", ("batched_gemm",), numpy_gemm.version, numpy_gemm.bind)
TORCH = Peer("torch bmm", ("batched_gemm",), torch_library.version, bind_torch)
