"""torch, loaded only by the cases that compare with it, because its import takes seconds."""

from __future__ import annotations

from typing import Any

from bench.peers.spec import Unavailable


def torch(threads: int) -> Any:
    """The library, limited to `threads` threads. Raises Unavailable."""
    try:
        import torch as library
    except (ImportError, OSError) as error:
        raise Unavailable(f"torch is not installed or does not load: {str(error)[:80]}") from None
    library.set_num_threads(threads)
    return library


def version() -> str:
    """The version of torch and the instruction set it uses. Raises Unavailable."""
    try:
        import torch as library
    except (ImportError, OSError):
        raise Unavailable("torch is not installed") from None
    return f"torch {library.__version__}, {library.backends.cpu.get_cpu_capability()}"
