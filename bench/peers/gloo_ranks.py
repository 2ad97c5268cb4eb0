"""What every process of the gloo peers does: rank 0 imports this file, the others run it.

    python gloo_ranks.py '{"kernel": ..., "rank": 1, "ranks": 2, "port": 4711, "arrays": {name: [file, offset, shape]}}'

All of it on the loopback device. The other ranks repeat the exchange for ever, each time held up until rank 0 joins in,
and end with the first error, such as the loss of rank 0.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

HOST = "127.0.0.1"
START_S = 120.0
WAIT = timedelta(hours=6)


def meeting_point(torch: Any, port: int, ranks: int, *, master: bool) -> Any:
    """The store where ranks find each other; port 0 for the master: any that is free."""
    patience = timedelta(seconds=START_S)
    return torch.distributed.TCPStore(HOST, port, ranks, master, timeout=patience, wait_for_workers=False)


def process_group(torch: Any, store: Any, rank: int, ranks: int) -> Any:
    """The gloo process group, once all ranks have said that they are there. Raises RuntimeError."""
    gloo = torch.distributed.ProcessGroupGloo
    store.set(f"rank {rank}", "here")
    store.wait([f"rank {other}" for other in range(ranks)], timedelta(seconds=START_S))
    options = gloo._Options()
    options._timeout = WAIT
    options._devices = [gloo.create_device(hostname=HOST)]
    return gloo(store, rank, ranks, options)


def allreduce(torch: Any, group: Any, rank: int, arrays: Mapping[str, Any]) -> Callable[[], None]:
    """The sum over all ranks, in place.

    torch has no other all-reduce. The contribution is copied into the total for the first call, which is checked;
    the others add up what is there, so that the copy costs no time.
    """
    contribution, total = arrays["contribution"][rank], arrays["total"][rank]
    unchecked = [contribution]

    def call() -> None:
        first = bool(unchecked)
        if first:
            total.copy_(unchecked.pop())
        group.allreduce([total]).wait()
        if first:
            group.barrier().wait()

    return call


def halo_exchange(torch: Any, group: Any, rank: int, arrays: Mapping[str, Any]) -> Callable[[], None]:
    """Faces packed, sent, received and unpacked; a rank that is its own neighbour copies."""
    field, beside = arrays["field"][rank], arrays["neighbour"][rank].tolist()
    inside = [slice(1, -1)] * 3

    def layer(side: int, *, ghost: bool) -> Any:
        low, index = side % 2 == 0, list[Any](inside)
        index[side // 2] = (0 if ghost else 1) if low else (-1 if ghost else -2)
        return field[tuple(index)]

    sides = range(6)
    ghosts, faces = ([layer(side, ghost=ghost) for side in sides] for ghost in (True, False))
    sent, received = ([torch.empty(face.shape) for face in faces] for _ in range(2))
    far = [side for side in sides if beside[side] != rank]
    near = [side for side in sides if beside[side] == rank]
    unchecked = [True]

    def call() -> None:
        waiting = [group.recv([received[side]], beside[side], side) for side in far]
        for side in far:
            sent[side].copy_(faces[side])
            waiting.append(group.send([sent[side]], beside[side], side ^ 1))
        for side in near:
            ghosts[side].copy_(faces[side ^ 1])
        for work in waiting:
            work.wait()
        for side in far:
            ghosts[side].copy_(received[side])
        if unchecked:
            unchecked.pop()
            group.barrier().wait()

    return call


EXCHANGES = {"allreduce": allreduce, "halo_exchange": halo_exchange}
TYPES = {"contribution": "float32", "total": "float32", "field": "float32", "neighbour": "int64"}


def _mapped(torch: Any, name: str, file: int, offset: int, shape: list[int]) -> Any:
    memory = mmap.mmap(file, os.fstat(file).st_size)
    kind = getattr(torch, TYPES[name])
    count = 1
    for length in shape:
        count *= length
    return torch.frombuffer(memory, dtype=kind, count=count, offset=offset).reshape(shape)


def main(request: Mapping[str, Any]) -> None:
    """Another rank than 0: the exchange, again and again."""
    import torch

    torch.set_num_threads(1)
    arrays = {name: _mapped(torch, name, *place) for name, place in request["arrays"].items()}
    rank, ranks = request["rank"], request["ranks"]
    store = meeting_point(torch, request["port"], ranks, master=False)
    call = EXCHANGES[request["kernel"]](torch, process_group(torch, store, rank, ranks), rank, arrays)
    while True:
        call()


if __name__ == "__main__":
    with suppress(RuntimeError, KeyboardInterrupt):
        main(json.loads(sys.argv[1]))
