"""Peer of allreduce and halo exchange: torch's gloo, between as many processes, over the loopback device."""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import gloo_ranks, torch_library
from bench.peers.spec import Peer, Unavailable
from kernels.network.shared import segment_of


def version() -> str:
    """The version of torch. Raises Unavailable."""
    text = torch_library.version()
    _with_gloo(torch_library.torch(1))
    return f"{text}, gloo over loopback"


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Rank 0's part, on the kernel's own arrays; the other ranks run in processes that end with this call's last use.

    Raises Unavailable: also for one rank, which has nobody to talk to.
    """
    library = torch_library.torch(1)
    _with_gloo(library)
    ranks = len(next(iter(arrays.values())))
    if ranks == 1:
        raise Unavailable("one rank has nobody to talk to; run with two threads or more")
    store = gloo_ranks.meeting_point(library, 0, ranks, master=True)
    processes = [_started(kernel, arrays, rank, ranks, store.port) for rank in range(1, ranks)]
    try:
        group = gloo_ranks.process_group(library, store, 0, ranks)
    except RuntimeError as error:
        _end(processes)
        raise Unavailable(f"gloo does not connect: {str(error)[:80]}") from None
    tensors = {name: library.from_numpy(array) for name, array in arrays.items()}
    call = gloo_ranks.EXCHANGES[kernel](library, group, 0, tensors)
    weakref.finalize(call, _end, processes)
    return call


def _with_gloo(library: Any) -> None:
    if not library.distributed.is_available() or not library.distributed.is_gloo_available():
        raise Unavailable("this torch has no gloo")


def _started(kernel: str, arrays: Mapping[str, Any], rank: int, ranks: int, port: int) -> subprocess.Popen[bytes]:
    places, files = {}, []
    for name, array in arrays.items():
        segment = segment_of(array)
        if segment is None:
            raise Unavailable(f"{name} is not in shared memory")
        files.append(segment.file)
        places[name] = [segment.file, array.ctypes.data - segment.start, array.shape]
    request = {"kernel": kernel, "rank": rank, "ranks": ranks, "port": port, "arrays": places}
    return subprocess.Popen(
        [sys.executable, "-P", gloo_ranks.__file__, json.dumps(request)],
        pass_fds=files,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


PEER = Peer("torch gloo", ("allreduce", "halo_exchange"), version, bind)
