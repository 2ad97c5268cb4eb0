"""Peers of embedding_bag and embedding_scatter_add: torch, with the 64-bit indices that it is faster with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """embedding_bag, whose small result torch allocates, or index_add_ in place. Raises Unavailable.

    The first call copies the bags for the check, the others do not.
    """
    library = torch(threads)
    index, table = library.from_numpy(arrays["index"].astype(np.int64)), library.from_numpy(arrays["table"])
    if kernel == "embedding_scatter_add":
        gradient = library.from_numpy(arrays["gradient"])

        def scatter() -> None:
            table.index_add_(0, index, gradient)

        return scatter
    start = library.from_numpy(arrays["start"].astype(np.int64))
    gather = library.nn.functional.embedding_bag
    unchecked = [library.from_numpy(arrays["bag"])]

    def call() -> None:
        found = gather(index, table, start, mode="sum", include_last_offset=True)
        if unchecked:
            unchecked.pop().copy_(found)

    return call


PEER = Peer("torch embedding", ("embedding_bag", "embedding_scatter_add"), version, bind)
