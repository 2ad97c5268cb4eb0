"""Peer of pointer_chase: the same chains of loads in C, compiled at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
void pointer_chase(const uint64_t *restrict table, uint64_t *restrict position, long steps, long chains, long words) {
    _Pragma("omp parallel for schedule(static)")
    for (long chain = 0; chain < chains; chain++) {
        const uint64_t *links = table + chain * words;
        uint64_t at = position[chain];
        for (long step = 0; step < steps; step++) at = links[at];
        position[chain] = at;
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(SOURCE).pointer_chase
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("table", "position")]
    counts = [ctypes.c_long(count) for count in (arrays["steps"], *arrays["table"].shape)]
    function.restype = None
    return lambda: function(*pointers, *counts)


PEER = Peer("C loads", ("pointer_chase",), c_compiler.version, bind)
