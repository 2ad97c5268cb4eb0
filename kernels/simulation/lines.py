"""Fourier transforms of `LINES` lines at once, in a buffer that stays in cache.

Formula  X[k] = sum over j of exp(-2 pi i j k / n) x[j], n a power of two.
Method   Decimation in frequency: a first pass of radix 2, 4 or 8, then passes of radix 8. All but the last one
         work in place and leave the digits of the frequencies reversed; the last one stores its results where they
         belong. After the first pass the rest happens in pieces, piece by piece. The first pass is done on
         `LINES` rows of each piece as soon as they have been gathered. Compiled once for all kernels.
Source   C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import carray  # type: ignore[attr-defined]
from numba.extending import register_jitable
from numpy.typing import NDArray

from kernels import simd
from kernels.arrays import aligned
from kernels.compile import part
from kernels.shared import shared
from kernels.simulation import butterfly
from kernels.simulation.butterfly import LANES, LINES, ROW

SHORTEST = 8
COMPLEX, COMPLEX_TURNED, COMPLEX_PAST, ROWS, ROWS_TURNED, ROWS_TWISTED = range(6)
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


@part
def take_complex(x: Any, at: int, point: int, buffer: Any, to: int) -> None:
    """Lines of complex numbers that lie side by side; asks for the next rows."""
    for row in range(LINES):
        for ahead in range(0, ROW, 8):
            simd.prefetch(x, at + (LINES + row) * point + ahead)
        for lane in range(0, LINES, LANES):
            points = butterfly.load_complex(x, 1, at + row * point + 2 * lane, 0)
            butterfly.store(points, buffer, to + row * ROW + lane, 0)


@part
def take_rows(work: Any, at: int, point: int, buffer: Any, to: int) -> None:
    """Rows as they are; asks for the next ones."""
    for row in range(LINES):
        for ahead in range(0, ROW, 8):
            simd.prefetch(work, at + (LINES + row) * point + ahead)
        for lane in range(0, LINES, LANES):
            points = butterfly.load(work, 1, at + row * point + lane, 0)
            butterfly.store(points, buffer, to + row * ROW + lane, 0)


@part
def take_turned(work: Any, at: int, point: int, buffer: Any, to: int) -> None:
    """Rows in which lines and points are exchanged, `LINES` at a time; asks for the next ones."""
    for ahead in range(0, LINES * ROW, 8):
        simd.prefetch(work, at + LINES * point + ahead)
    for row in range(0, LINES, LANES):
        for lane in range(0, LINES, LANES):
            points = butterfly.load(work, LANES, at + lane * ROW + row, ROW)
            butterfly.store(butterfly.transposed(points), buffer, to + row * ROW + lane, ROW)


@part
def take_complex_turned(x: Any, at: int, line: int, buffer: Any, to: int) -> None:
    """Lines of complex numbers `line` elements apart whose points lie side by side."""
    for lane in range(0, LINES, LANES):
        for row in range(0, LINES, LANES):
            points = butterfly.load_complex(x, LANES, at + 2 * row + lane * line, line)
            butterfly.store(butterfly.transposed(points), buffer, to + row * ROW + lane, ROW)


@part
def gather(way: int, source: Any, at: int, point: int, line: int, n: int, twiddles: Any, buffer: Any) -> None:
    """Take all rows and do the first pass."""
    radix = first_radix(n)
    piece = n // radix
    for row in range(0, piece, LINES):
        for q in range(radix):
            start, to = at + (q * piece + row) * point, (q * (piece + GAP) + row) * ROW
            if way == COMPLEX:
                take_complex(source, start, point, buffer, to)
            elif way == ROWS:
                take_rows(source, start, point, buffer, to)
            elif way == ROWS_TURNED:
                take_turned(source, start, point, buffer, to)
            else:
                take_complex_turned(source, start, line, buffer, to)
        first_pass(buffer, row, radix, piece, twiddles)


@part
def put(way: int, points: Any, target: Any, to: int, apart: int, lane: int, factors: Any, base: int, step: int) -> None:
    """Store the vectors of one butterfly at `to`, `to + apart`, ..."""
    if way == COMPLEX_PAST:
        butterfly.stream_complex(points, target, to + 2 * lane, apart)
    elif way == COMPLEX:
        butterfly.store_complex(points, target, to + 2 * lane, apart)
    elif way == ROWS:
        butterfly.store(points, target, to + lane, apart)
    else:
        twisted = butterfly.twist_lanes(points, factors, base + lane, step + lane)
        butterfly.store(twisted, target, to + lane, apart)


@part
def finish(
    buffer: Any, n: int, twiddles: Any, way: int, target: Any, goal: int, point: int, factors: Any, table: int
) -> None:
    """All passes but the first, and the results to where they belong."""
    radix = first_radix(n)
    piece = n // radix
    for q in range(radix):
        at = q * (piece + GAP) * ROW
        middle_passes(buffer, at, piece, twiddles, 2 * n)
        for i in range(piece // 8):
            k = q + radix * reversed_digits(i, piece)
            for lane in range(0, LINES, LANES):
                points = butterfly.transform(butterfly.load(buffer, 8, at + i * 8 * ROW + lane, ROW))
                base = table + (SHORTEST + k) * ROW
                put(way, points, target, goal + k * point, n // 8 * point, lane, factors, base, table)


@shared(
    {
        **{"n": "int64", "twiddles": "floats", "first": "int64", "last": "int64"},
        **{"take": "int64", "source": "floats", "start": "int64", "block": "int64", "point": "int64", "line": "int64"},
        **{"put": "int64", "target": "floats", "goal": "int64", "goal_block": "int64", "goal_point": "int64"},
        **{"factors": "floats", "table": "int64"},
    }
)
def lines_transform(
    n: int, twiddles: Any, first: int, last: int,
    take: int, source: Any, start: int, block: int, point: int, line: int,
    put: int, target: Any, goal: int, goal_block: int, goal_point: int,
    factors: Any, table: int,
) -> None:  # fmt: skip
    """The blocks [first, last) one after the other."""
    numbers, found = carray(source, 1), carray(target, 1)
    line_factors, block_factors = carray(twiddles, 1), carray(factors, 1)
    buffer = np.empty((n + SHORTEST * GAP) * ROW)
    for b in range(first, last):
        gather(take, numbers, start + b * block, point, line, n, line_factors, buffer)
        finish(buffer, n, line_factors, put, found, goal + b * goal_block, goal_point, block_factors, b * table)


class Lines(NamedTuple):
    """Where lines lie in an array: point i of the first line of block b is at start + b * block + i * point.

    way    COMPLEX       complex numbers, lines side by side
           COMPLEX_TURNED  the same, points side by side and lines `line` elements apart (to read)
           COMPLEX_PAST  like COMPLEX, but past the caches; aligned to whole vectors (to write)
           ROWS          rows
           ROWS_TURNED   rows of as many points, by line (to read): i counts the points, not the rows
           ROWS_TWISTED  rows, each multiplied by two of the factors of its block (to write)
    """

    way: int
    array: Any
    start: int
    block: int
    point: int
    line: int


@part
def transform_lines(
    n: int, twiddles: Any, first: int, last: int, source: Lines, target: Lines, factors: Any, table: int
) -> None:
    """Transform the blocks [first, last) of `LINES` lines of n points; `table` is what a block has of `factors`."""
    lines_transform(
        n, twiddles, first, last,
        source.way, source.array, source.start, source.block, source.point, source.line,
        target.way, target.array, target.start, target.block, target.point,
        factors, table,
    )  # fmt: skip


@part
def way_to_store(y: Any) -> int:
    """Complex numbers, past the caches if the array does not fit there."""
    large = y.size * 8 >= STREAM_FROM_BYTES and simd.address(y) % (8 * LANES) == 0
    return COMPLEX_PAST if large else COMPLEX


@shared({"n": "int64", "stride": "int64", "count": "int64", "source": "floats", "target": "floats"})
def plain_transform(n: int, stride: int, count: int, source: Any, target: Any) -> None:
    """Lines of n complex numbers `stride` apart, one by one, by passes of radix 2 from one array to another."""
    x, y = carray(source, 1), carray(target, 1)
    a, b = np.empty(2 * n), np.empty(2 * n)
    for line in range(count):
        start = 2 * (line // stride * stride * n + line % stride)
        for j in range(n):
            a[2 * j], a[2 * j + 1] = x[start + 2 * j * stride], x[start + 2 * j * stride + 1]
        apart = 1
        while apart < n:
            half = n // (2 * apart)
            for j in range(half):
                angle = math.pi * j / half
                c, s = math.cos(angle), -math.sin(angle)
                for k in range(j * apart, (j + 1) * apart):
                    low, high, to = 2 * k, 2 * k + n, 2 * (k + j * apart)
                    real, imaginary = a[low] - a[high], a[low + 1] - a[high + 1]
                    b[to], b[to + 1] = a[low] + a[high], a[low + 1] + a[high + 1]
                    b[to + 2 * apart] = real * c - imaginary * s
                    b[to + 2 * apart + 1] = real * s + imaginary * c
            a, b = b, a
            apart *= 2
        for j in range(n):
            y[start + 2 * j * stride], y[start + 2 * j * stride + 1] = a[2 * j], a[2 * j + 1]
