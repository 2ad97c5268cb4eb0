"""Peer of gemm: NumPy's matrix product, that is the BLAS that NumPy was built with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer


def version() -> str:
    """NumPy's version with the name and version of its BLAS."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"numpy {np.__version__}, {blas['name']} {blas['version']}"


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """C = A B into the kernel's own C."""
    a, b, c = arrays["a"], arrays["b"], arrays["c"]

    def call() -> None:
        np.matmul(a, b, out=c)

    return call


PEER = Peer("numpy BLAS", ("gemm_fp32", "gemm_fp64"), version, bind)
