"""Philox4x32-10: four random 32-bit words from a counter of four words and a key of two, by ten rounds of products.

Any word can be computed at once from its counter, so numbers do not depend on threads, vectors or order.
Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.compile import part

ROUNDS = 10
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox_words(c0: Any, c1: Any, c2: Any, c3: Any, key: Any) -> Any:
    """Four vectors, numbers or NumPy arrays of 64 bits whose low halves are the words.

    Only the low halves of the counters count; `key` is an array of two uint32. `philox` is the same inside kernels.
    """
    k0 = key[0]
    k1 = key[1]
    for _ in range(ROUNDS):
        p0 = (c0 & LOW) * M0
        p1 = (c2 & LOW) * M1
        c0 = (p1 >> HALF) ^ c1 ^ np.uint64(k0)
        c1 = p1
        c2 = (p0 >> HALF) ^ c3 ^ np.uint64(k1)
        c3 = p0
        k0 = np.uint32(k0 + W0)
        k1 = np.uint32(k1 + W1)
    return c0, c1, c2, c3


philox = part(philox_words)
