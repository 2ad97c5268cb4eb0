"""Peer of bfs: SciPy's breadth-first order, which always runs on one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer, Unavailable


def version() -> str:
    """SciPy's version. Raises Unavailable."""
    try:
        import scipy
    except ImportError:
        raise Unavailable("scipy is not installed") from None
    return f"scipy {scipy.__version__}, one thread"


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Order and predecessors by SciPy, on the graph in the form that it takes without a copy. Raises Unavailable.

    The first call derives the levels from them, for the check; the others do not, so that it costs the peer no time.
    """
    try:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import breadth_first_order
    except ImportError:
        raise Unavailable("scipy is not installed") from None
    row_start, column = (arrays[name].view(np.int32) for name in ("row_start", "column"))
    size = arrays["level"].size
    graph = csr_array((np.ones(column.size), column, row_start), shape=(size, size))
    source, unchecked = arrays["source"], [arrays["level"]]

    def call() -> None:
        order, before = breadth_first_order(graph, source, directed=True, return_predecessors=True)
        if unchecked:
            _derive(order, before, unchecked.pop())

    return call


def _derive(order: Any, before: Any, level: Any) -> None:
    """Levels of the vertices in the order in which they were found; -1 for the others."""
    level.fill(-1)
    level[order[0]] = 0
    steps = [0] * level.size
    for vertex in order[1:].tolist():
        steps[vertex] = steps[before[vertex]] + 1
    level[order] = np.array(steps, np.int32)[order]


PEER = Peer("scipy breadth-first", ("bfs",), version, bind)
