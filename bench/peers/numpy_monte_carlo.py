"""Peer of monte_carlo: the same random numbers in NumPy, some thousand paths at a time in place, one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.peers.spec import Peer

TOGETHER = 4096
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)

Words = NDArray[np.uint64]
Numbers = NDArray[np.float64]


def philox(counter: list[Words], product: Words, key: Any) -> None:
    """Ten rounds of Philox4x32 in place; `product` is room for one more word of each path."""
    k0, k1 = int(key[0]), int(key[1])
    c0, c1, c2, c3 = counter
    for _ in range(10):
        for word, neighbour, multiplier, k in ((c2, c1, M1, k0), (c0, c3, M0, k1)):
            np.multiply(word, multiplier, out=product)
            np.bitwise_xor(neighbour, np.uint64(k), out=neighbour)
            np.bitwise_and(product, LOW, out=word)
            np.right_shift(product, HALF, out=product)
            np.bitwise_xor(neighbour, product, out=neighbour)
        # by exchange of names: c1 has become the new c0, c2 holds the low product, the new c1, and so on
        c0, c1, c2, c3 = c1, c2, c3, c0
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    counter[:] = [c0, c1, c2, c3]


def box_muller(first: Words, second: Words, radius: Numbers, angle: Numbers, cosine: Numbers) -> None:
    """Normal numbers into `cosine` and `angle`; `radius` is room."""
    np.add(first, 0.5, out=radius)
    np.multiply(radius, 2.0**-32, out=radius)
    np.log(radius, out=radius)
    np.multiply(radius, -2, out=radius)
    np.sqrt(radius, out=radius)
    np.add(second, 0.5, out=angle)
    np.multiply(angle, 2 * np.pi * 2.0**-32, out=angle)
    np.cos(angle, out=cosine)
    np.sin(angle, out=angle)
    np.multiply(cosine, radius, out=cosine)
    np.multiply(angle, radius, out=angle)


def walk(first: int, arrays: Mapping[str, Any]) -> None:
    """Last and mean prices of the paths from `first` on."""
    final, average = (arrays[name][first : first + TOGETHER] for name in ("final", "average"))
    steps, step_years = arrays["steps"], arrays["years"] / arrays["steps"]
    drift = (arrays["rate"] - arrays["volatility"] ** 2 / 2) * step_years
    scale = arrays["volatility"] * np.sqrt(step_years)
    path = np.arange(first, first + final.size, dtype=np.uint64)
    words, product = [np.empty_like(path) for _ in range(4)], np.empty_like(path)
    normals, radius, price = np.empty((4, final.size)), np.empty(final.size), np.empty(final.size)
    final[:] = 0
    average[:] = 0
    for step in range(steps):
        if step % 4 == 0:
            for word, start in zip(words, (path & LOW, step // 4, path >> HALF, 0), strict=True):
                word[:] = start
            philox(words, product, arrays["key"])
            box_muller(words[0], words[1], radius, normals[1], normals[0])
            box_muller(words[2], words[3], radius, normals[3], normals[2])
        z = normals[step % 4]
        z *= scale
        z += drift
        final += z
        np.exp(final, out=price)
        average += price
    np.multiply(price, arrays["spot"], out=final)
    average *= arrays["spot"] / steps


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """All paths, then the options' values, into the kernel's outputs."""
    final, average, value = arrays["final"], arrays["average"], arrays["value"]
    discount = np.exp(-arrays["rate"] * arrays["years"])

    def call() -> None:
        for first in range(0, final.size, TOGETHER):
            walk(first, arrays)
        for k, (prices, sign) in enumerate((prices, sign) for prices in (final, average) for sign in (1, -1)):
            value[k] = discount * np.maximum(sign * (prices - arrays["strike"]), 0).mean()

    return call


PEER = Peer("numpy in place, 1 thread", ("monte_carlo",), lambda: np.__version__, bind)
