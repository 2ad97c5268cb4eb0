"""STREAM on a GPU: neighbouring threads on neighbouring pairs, sixteen bytes per load, blocks that step on."""

from __future__ import annotations

from typing import Any

from kernels.cuda import THREADS, blocks_for, cuda, load2, store2
from kernels.gpu.version import Launch, Version


def stream_copy(a: Any, c: Any) -> None:
    """Copy: c = a, in pairs; the odd one at the end by the first thread."""
    for i in range(cuda.grid(1), a.size // 2, cuda.gridsize(1)):
        store2(c, 2 * i, load2(a, 2 * i))
    if cuda.grid(1) == 0 and a.size % 2:
        c[a.size - 1] = a[a.size - 1]


def stream_scale(c: Any, b: Any, scalar: float) -> None:
    """Scale: b = s c."""
    for i in range(cuda.grid(1), c.size // 2, cuda.gridsize(1)):
        x = load2(c, 2 * i)
        store2(b, 2 * i, (scalar * x[0], scalar * x[1]))
    if cuda.grid(1) == 0 and c.size % 2:
        b[c.size - 1] = scalar * c[c.size - 1]


def stream_add(a: Any, b: Any, c: Any) -> None:
    """Add: c = a + b."""
    for i in range(cuda.grid(1), a.size // 2, cuda.gridsize(1)):
        x = load2(a, 2 * i)
        y = load2(b, 2 * i)
        store2(c, 2 * i, (x[0] + y[0], x[1] + y[1]))
    if cuda.grid(1) == 0 and a.size % 2:
        c[a.size - 1] = a[a.size - 1] + b[a.size - 1]


def stream_triad(b: Any, c: Any, a: Any, scalar: float) -> None:
    """Triad: a = b + s c."""
    for i in range(cuda.grid(1), a.size // 2, cuda.gridsize(1)):
        x = load2(b, 2 * i)
        y = load2(c, 2 * i)
        store2(a, 2 * i, (x[0] + scalar * y[0], x[1] + scalar * y[1]))
    if cuda.grid(1) == 0 and a.size % 2:
        a[a.size - 1] = b[a.size - 1] + scalar * c[a.size - 1]


def _version(function: Any, arguments: tuple[str, ...], *instructions: str) -> Version:
    def launches(multiprocessors: int, n: int) -> tuple[Launch, ...]:
        blocks = blocks_for(n // 2, THREADS, multiprocessors)
        return (Launch(function, arguments, blocks, THREADS),)

    wide = ("ld.global.v2.f64", "st.global.v2.f64")
    return Version(function.__name__, launches, (*wide, *instructions), {"n": 1031})


VERSIONS = (
    _version(stream_copy, ("a", "c")),
    _version(stream_scale, ("c", "b", "scalar"), "mul.f64"),
    _version(stream_add, ("a", "b", "c"), "add.f64"),
    _version(stream_triad, ("b", "c", "a", "scalar"), "fma.rn.f64"),
)
