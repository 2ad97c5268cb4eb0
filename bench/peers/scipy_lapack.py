"""Peers of the factorizations: the LAPACK that SciPy carries, in place in the kernel's own output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.scipy_library import version
from bench.peers.spec import Peer


def bind_lu(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Copy A, then factor the copy, whose columns lie as LAPACK wants them; its threads come from the environment."""
    from scipy.linalg.lapack import dgetrf

    a, lu, pivots = arrays["a"], arrays["lu"], arrays["pivots"]

    def call() -> None:
        lu[:] = a
        pivots[:] = dgetrf(lu.T, overwrite_a=1)[1]

    return call


LU = Peer("scipy dgetrf", ("lu",), version, bind_lu)


def bind_cholesky(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Copy the lower triangle, laid out beforehand, and factor it: its rows are columns of an upper one for LAPACK."""
    from scipy.linalg.lapack import dpotrf

    triangle, lower = np.tril(arrays["a"]), arrays["l"]

    def call() -> None:
        lower[:] = triangle
        dpotrf(lower.T, lower=0, overwrite_a=1, clean=0)

    return call


CHOLESKY = Peer("scipy dpotrf", ("cholesky",), version, bind_cholesky)
