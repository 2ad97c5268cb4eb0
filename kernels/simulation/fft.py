"""Fast Fourier transform of one long series: spectral methods, signal processing, convolutions.

Formula  y[k] = sum over j of exp(-2 pi i j k / n) x[j], 0 <= k < n, n a power of two, natural order.
Work     5 n log2 n flops by convention, more than any fast algorithm spends; x and the twiddle factors read
         once, y written once. The twiddle factors are made beforehand, like the plan of any FFT library.
Method   n = n1 n2 as a matrix of n1 rows: transform the columns, multiply by exp(-2 pi i j k / n), transform
         the rows, eight at a time in a buffer that fits the cache. Two trips through memory in all. Below
         n = 64 passes of radix 2. A NaN or an infinity in x leaves no finite number in y.
Source   D. H. Bailey, FFTs in external or hierarchical memory, J. Supercomputing 4, 1990.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kernels.arrays import aligned, poisoned, uniform
from kernels.compile import compiled
from kernels.simulation.butterfly import LINES, ROW
from kernels.simulation.lines import (
    COMPLEX,
    GAP,
    ROWS_TURNED,
    ROWS_TWISTED,
    SHORTEST,
    Lines,
    line_twiddles,
    plain_transform,
    roots,
    transform_lines,
    way_to_store,
)
from kernels.spec import Kernel, Work

PLAIN_BELOW = SHORTEST * SHORTEST


def reference(x: Any, y: Any, columns: Any, rows: Any, between: Any, workspace: Any) -> dict[str, Any]:
    """NumPy's transform."""
    return {"y": np.fft.fft(x)}


@compiled(
    x="complex128 n",
    y="complex128 n",
    columns="float64 c",
    rows="float64 r",
    between="float64 blocks factors 16",
    workspace="float64 blocks points 16",
    threads="threads",
)
def fft(x: Any, y: Any, columns: Any, rows: Any, between: Any, workspace: Any, threads: int) -> None:
    """Columns, then rows, in blocks of `LINES`, each thread its share. ValueError when the lengths do not fit."""
    n, padded = x.size, workspace.shape[1]
    n1, n2 = padded - GAP, between.shape[0] * LINES
    if n & (n - 1) or n == 0:
        raise ValueError("fft: the length of x is not a power of two")
    if n < PLAIN_BELOW:
        plain_transform(n, 1, 1, x.view(np.float64), y.view(np.float64))
        return
    if n1 * n2 != n or between.shape[1] != SHORTEST + n1 // 8 or columns.size != 4 * n1 or rows.size != 4 * n2:
        raise ValueError("fft: the twiddle factors or the workspace belong to another length")
    source, target = x.view(np.float64), y.view(np.float64)
    for step in range(2):
        blocks = (n2 if step == 0 else n1) // LINES
        for thread in prange(threads):
            first, last = thread * blocks // threads, (thread + 1) * blocks // threads
            if step == 0:
                origin, goal = (
                    Lines(COMPLEX, source, 0, ROW, 2 * n2, 2),
                    Lines(ROWS_TWISTED, workspace, 0, padded * ROW, ROW, 2),
                )
                transform_lines(n1, columns, first, last, origin, goal, between, between.shape[1] * ROW)
            else:
                origin, goal = (
                    Lines(ROWS_TURNED, workspace, 0, LINES * ROW, 2 * padded, 2),
                    Lines(way_to_store(target), target, 0, ROW, 2 * n1, 2),
                )
                transform_lines(n2, rows, first, last, origin, goal, between, 0)


@compiled(
    x="complex128 n",
    y="complex128 n",
    columns="float64 c",
    rows="float64 r",
    between="float64 blocks factors 16",
    workspace="float64 blocks points 16",
    parallel=False,
)
def plain_fft(x: Any, y: Any, columns: Any, rows: Any, between: Any, workspace: Any) -> None:
    """log2 n passes of radix 2 over the whole series."""
    plain_transform(x.size, 1, 1, x.view(np.float64), y.view(np.float64))


def factors_of(n: int) -> tuple[int, int]:
    """n1 and n2 with n1 n2 = n, equal or n1 twice n2."""
    n1 = 1 << (n.bit_length() // 2)
    return n1, n // n1


def factors_between(n1: int, n2: int) -> NDArray[np.float64]:
    """For each block of columns rows of the factors exp(-2 pi i j k / n) of column j and frequency k of a column.

    k = k0 + (n1 / 8) r needs the product of the factor for r, one of the first eight rows, with that for k0.
    """
    steps = np.arange(SHORTEST) * (n1 // SHORTEST)
    frequencies = np.concatenate([steps, np.arange(n1 // SHORTEST)])
    between = roots(n1 * n2, np.arange(n2).reshape(-1, 1, LINES) * frequencies[:, None])
    table: NDArray[np.float64] = aligned((*between.shape[:2], ROW), np.float64)
    table[:, :, :LINES], table[:, :, LINES:] = between.real, between.imag
    return table


def inputs(seed: int, n: int) -> dict[str, Any]:
    """A random series, the twiddle factors (none below `PLAIN_BELOW`), workspace. ValueError unless n = 2^p."""
    if n < 1 or n & (n - 1):
        raise ValueError(f"n is {n}, expected a power of two")
    series = {
        "x": uniform(np.random.default_rng(seed), 2 * n, np.float64).view(np.complex128),
        "y": poisoned(n, np.complex128),
    }
    if n < PLAIN_BELOW:
        none, space = aligned(0, np.float64), poisoned((1, PLAIN_BELOW // LINES, ROW), np.float64)
        return {
            **series,
            "columns": none,
            "rows": none,
            "between": aligned((1, 0, ROW), np.float64),
            "workspace": space,
        }
    n1, n2 = factors_of(n)
    return {
        **series,
        "columns": line_twiddles(n1),
        "rows": line_twiddles(n2),
        "between": factors_between(n1, n2),
        "workspace": poisoned((n2 // LINES, n1 + GAP, ROW), np.float64),
    }


def work(n: int) -> Work:
    """Counts for one transform."""
    n1, n2 = factors_of(n)
    return Work(
        flops=5 * n * (n.bit_length() - 1),
        bytes_read=16 * n + (0 if n < PLAIN_BELOW else 2 * n + 32 * n1 + 160 * n2),
        bytes_written=16 * n,
        formula="flops = 5 n log2 n; bytes = 18 n + 32 n1 + 160 n2 read + 16 n written, "
        "n1 n2 = n, n1 = n2 or 2 n2; below n = 64 16 n read",
    )


FFT = Kernel(
    name="fft",
    story="Spectral solvers, signal processing, convolutions: the Fourier transform of one long series.",
    limit="memory",
    precision="fp64",
    sizes={"quick": {"n": 2**21}, "standard": {"n": 2**22}, "full": {"n": 2**24}},
    inputs=inputs,
    outputs=("y",),
    workspace=("workspace",),
    reference=reference,
    cpu=fft,
    simple=plain_fft,
    work=work,
    rtol=5e-15,
    tolerance="each of log2 n <= 24 levels adds at most two unit roundoffs of the largest value, random ones far fewer",
    source="Bailey, J. Supercomputing 4, 1990",
    goals={"best": 1.2},
    small_sizes=({"n": 1}, {"n": 64}, {"n": 2048}, {"n": 16}, {"n": 8192}),
)
