"""Fourier transforms of `LINES` lines at once, in a buffer that stays in cache.

Formula  X[k] = sum over j of exp(-2 pi i j k / n) x[j], n a power of two.
Method   Decimation in frequency: a first pass of radix 2, 4 or 8, then passes of radix 8. All but the last one
         work in place and leave the digits of the frequencies reversed; the last one is left to the caller, who
         stores its results where they belong. After the first pass the rest happens in pieces, piece by piece.
         The first pass is done on `LINES` rows of each piece as soon as they have been gathered.
Source   C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import aligned
from kernels.compile import part
from kernels.simulation import butterfly
from kernels.simulation.butterfly import LANES, LINES, ROW

SHORTEST = 8
STREAM_FROM_BYTES = 16 * 2**20
GAP = 8  # rows between the pieces: pieces a power of two apart would share the same few sets of a cache


def roots(n: int, powers: Any) -> NDArray[np.complex128]:
    """exp(-2 pi i powers / n), each correct to rounding."""
    result: NDArray[np.complex128] = np.exp(-2j * np.pi / n * (powers % n))
    return result


@register_jitable
def first_radix(n: int) -> int:
    """Radix of the first pass: what a power of 8 leaves of n, but 8 where it leaves nothing; 1 for n = 8."""
    while n > 8 * SHORTEST:
        n //= 8
    return n // SHORTEST


def line_twiddles(n: int) -> NDArray[np.float64]:
    """4 n elements: what the passes multiply with, pass by pass, row by row, and zeros; n >= 8."""
    radix, length = first_radix(n), n
    passes = []
    while length > 8:
        passes.append(roots(length, np.outer(np.arange(length // radix), np.arange(radix))).ravel())
        length //= radix
        radix = 8
    found: NDArray[np.float64] = aligned(4 * n, np.float64)
    found[:] = 0
    for start, twiddles in zip(np.cumsum([0, *map(len, passes)]), passes, strict=False):
        found.view(np.complex128)[start : start + twiddles.size] = twiddles
    return found


def pass_of(radix: int) -> Callable[..., None]:
    """The pass of one radix over `LINES` rows, each combined with those `stride` elements apart."""

    @part
    def run(buffer: Any, at: int, stride: int, twiddles: Any, t: int) -> None:
        for row in range(LINES):
            for lane in range(0, LINES, LANES):
                place = at + row * ROW + lane
                points = butterfly.transform(butterfly.load(buffer, radix, place, stride))
                butterfly.store(butterfly.twist(points, twiddles, t + 2 * radix * row), buffer, place, stride)

    return run


pass_of_2, pass_of_4, pass_of_8 = (pass_of(radix) for radix in (2, 4, 8))


@part
def first_pass(buffer: Any, row: int, radix: int, piece: int, twiddles: Any) -> None:
    """The first pass over `LINES` rows of each piece, from `row` on."""
    at, stride, t = row * ROW, (piece + GAP) * ROW, 2 * radix * row
    if radix == 8:
        pass_of_8(buffer, at, stride, twiddles, t)
    elif radix == 4:
        pass_of_4(buffer, at, stride, twiddles, t)
    elif radix == 2:
        pass_of_2(buffer, at, stride, twiddles, t)


@part
def middle_passes(buffer: Any, at: int, piece: int, twiddles: Any, t: int) -> None:
    """The passes between first and last over the piece that starts at `at`."""
    length = piece
    while length > 8:
        apart = length // 8
        for start in range(0, piece, length):
            for row in range(0, apart, LINES):
                pass_of_8(buffer, at + (start + row) * ROW, apart * ROW, twiddles, t + 16 * row)
        t += 2 * length
        length = apart


@part
def reversed_digits(number: int, piece: int) -> int:
    """The octal digits of number < piece / 8, last one first."""
    found = 0
    while piece > 8:
        found = 8 * found + number % 8
        number //= 8
        piece //= 8
    return found


class Place(NamedTuple):
    """Where lines lie in an array: point i of the first line of block b is at start + b * block + i * point.

    line  elements from one line of a block to the next, where `take` asks for it
    """

    start: int
    block: int
    point: int
    line: int


def transform_of_lines(take: Callable[..., None], put: Callable[..., None]) -> Callable[..., None]:
    """The transform of blocks of `LINES` lines of n points, given how to gather lines and to store the result.

    take(source, at, point, line, buffer, to) gathers `LINES` rows from `at`, `at + point`, ...
    put(points, target, to, apart, lane, factors, block, k) stores the vectors of the frequencies k, k + n / 8, ...
    at `to`, `to + apart`, ...; `factors` is for those that need any.
    """

    @part
    def run(
        source: Any, origin: Place, target: Any, goal: Place, n: int, blocks: Any, twiddles: Any, factors: Any
    ) -> None:
        radix = first_radix(n)
        piece = n // radix
        buffer = np.empty((n + SHORTEST * GAP) * ROW)
        for block in range(blocks[0], blocks[1]):
            start, to = origin.start + block * origin.block, goal.start + block * goal.block
            for row in range(0, piece, LINES):
                for q in range(radix):
                    at = start + (q * piece + row) * origin.point
                    take(source, at, origin.point, origin.line, buffer, (q * (piece + GAP) + row) * ROW)
                first_pass(buffer, row, radix, piece, twiddles)
            for q in range(radix):
                at = q * (piece + GAP) * ROW
                middle_passes(buffer, at, piece, twiddles, 2 * n)
                for i in range(piece // 8):
                    k = q + radix * reversed_digits(i, piece)
                    for lane in range(0, LINES, LANES):
                        points = butterfly.transform(butterfly.load(buffer, 8, at + i * 8 * ROW + lane, ROW))
                        put(points, target, to + k * goal.point, n // 8 * goal.point, lane, factors, block, k)

    return run


@part
def take_complex(x: Any, at: int, point: int, _line: int, buffer: Any, to: int) -> None:
    """Lines of complex numbers that lie side by side; asks for the next rows."""
    for row in range(LINES):
        for ahead in range(0, ROW, 8):
            simd.prefetch(x, at + (LINES + row) * point + ahead)
        for lane in range(0, LINES, LANES):
            points = butterfly.load_complex(x, 1, at + row * point + 2 * lane, 0)
            butterfly.store(points, buffer, to + row * ROW + lane, 0)


@part
def take_complex_turned(x: Any, at: int, point: int, line: int, buffer: Any, to: int) -> None:
    """Lines of complex numbers whose points lie side by side."""
    for lane in range(0, LINES, LANES):
        for row in range(0, LINES, LANES):
            points = butterfly.load_complex(x, LANES, at + row * point + lane * line, line)
            butterfly.store(butterfly.transposed(points), buffer, to + row * ROW + lane, ROW)


@part
def take_rows(work: Any, at: int, point: int, _line: int, buffer: Any, to: int) -> None:
    """Rows as they are; asks for the next ones."""
    for row in range(LINES):
        for ahead in range(0, ROW, 8):
            simd.prefetch(work, at + (LINES + row) * point + ahead)
        for lane in range(0, LINES, LANES):
            points = butterfly.load(work, 1, at + row * point + lane, 0)
            butterfly.store(points, buffer, to + row * ROW + lane, 0)


@part
def take_turned(work: Any, at: int, point: int, _line: int, buffer: Any, to: int) -> None:
    """Rows in which lines and points are exchanged, `LINES` at a time; asks for the next ones."""
    for ahead in range(0, LINES * ROW, 8):
        simd.prefetch(work, at + LINES * point + ahead)
    for row in range(0, LINES, LANES):
        for lane in range(0, LINES, LANES):
            points = butterfly.load(work, LANES, at + lane * ROW + row, ROW)
            butterfly.store(butterfly.transposed(points), buffer, to + row * ROW + lane, ROW)


@part
def put_rows(points: Any, work: Any, to: int, apart: int, lane: int, _factors: Any, _block: int, _k: int) -> None:
    """Rows as they are."""
    butterfly.store(points, work, to + lane, apart)


@part
def put_complex(points: Any, y: Any, to: int, apart: int, lane: int, _factors: Any, _block: int, _k: int) -> None:
    """Complex numbers side by side; past the caches if the array does not fit there."""
    if y.size * 8 >= STREAM_FROM_BYTES and simd.address(y) % (8 * LANES) == 0:
        butterfly.stream_complex(points, y, to + 2 * lane, apart)
    else:
        butterfly.store_complex(points, y, to + 2 * lane, apart)


@part
def transform_plainly(x: Any, y: Any, spare: Any) -> None:
    """Transform of x, which has any power of two as length, into y by passes of radix 2 from y to spare and back."""
    source, target = y, spare
    for j in range(x.size):
        source[j] = x[j]
    length, stride = x.size, 1
    while length > 1:
        half = length // 2
        for j in range(half):
            angle = 2 * math.pi * j / length
            twiddle = complex(math.cos(angle), -math.sin(angle))
            for k in range(stride):
                a, b = source[j * stride + k], source[(j + half) * stride + k]
                target[2 * j * stride + k] = a + b
                target[(2 * j + 1) * stride + k] = (a - b) * twiddle
        source, target = target, source
        length, stride = half, 2 * stride
    for k in range(x.size):
        y[k] = source[k]
