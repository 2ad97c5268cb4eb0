"""What a peer is: somebody else's code for the same work on the same buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class Unavailable(RuntimeError):  # noqa: N818
    """A peer cannot run here; the text is the reason, shown to the user."""


@dataclass(frozen=True)
class Peer:
    """One optional competitor.

    name     library and routine, shown beside every ratio
    kernels  names of the kernels whose work it does
    version  () -> its version; raises Unavailable
    bind     (kernel name, arrays of the kernel, threads) -> a call without arguments that writes the kernel's
             output buffers; raises Unavailable
    """

    name: str
    kernels: tuple[str, ...]
    version: Callable[[], str]
    bind: Callable[[str, Mapping[str, Any], int], Callable[[], None]]
