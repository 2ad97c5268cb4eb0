"""Peers of sort, scan and histogram: NumPy's routines, which run on one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer


def version() -> str:
    """NumPy's version."""
    return f"numpy {np.__version__}, one thread"


def bind_sort(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """A copy of the keys, sorted in place by the fastest of NumPy's methods for numbers."""
    keys, ordered = arrays["keys"], arrays["ordered"]

    def call() -> None:
        np.copyto(ordered, keys)
        ordered.sort()

    return call


def bind_scan(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The cumulative sum, into the kernel's own array."""
    values, sums = arrays["values"], arrays["sums"]

    def call() -> None:
        np.cumsum(values, out=sums)

    return call


def bind_histogram(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Counts of whole numbers. NumPy allocates its own result, which is short."""
    keys, counts = arrays["keys"], arrays["counts"]

    def call() -> None:
        np.copyto(counts, np.bincount(keys, minlength=counts.size))

    return call


SORT = Peer("numpy sort", ("sort",), version, bind_sort)
SCAN = Peer("numpy cumsum", ("scan",), version, bind_scan)
HISTOGRAM = Peer("numpy bincount", ("histogram",), version, bind_histogram)
