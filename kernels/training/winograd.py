"""Winograd's minimal filtering F(4x4, 3x3): four times fewer multiplications than a direct 3x3 convolution.

Formula  Y = A^T [(G g G^T) * (B^T d B)] A for a 6x6 piece d of the input and a 3x3 filter g gives 4x4 outputs Y,
         where * multiplies element by element; the matrices belong to the points 0, 1, -1, 2, -2, infinity.
         Here d, g and Y are vectors: one channel per lane.
Source   A. Lavin, S. Gray, Fast algorithms for convolutional neural networks, CVPR 2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels import simd, tile
from kernels.compile import part

OUTPUTS = 4
PATCH = 6
POINTS = PATCH * PATCH
LANES = simd.BITS // 32
_QUARTER, _SIXTH, _TWELFTH, _TWENTY_FOURTH = (np.float32(1 / n) for n in (4, 6, 12, 24))
_TWO, _FOUR, _FIVE, _EIGHT = (np.float32(n) for n in (2, 4, 5, 8))


@part
def transpose(
    source: Any, at: int, stride: int, rows: int, columns: int, result: Any, to: int, step: int, spare: Any
) -> None:
    """result[to + j * step + i] = source[at + i * stride + j] for i < rows and j < columns."""
    for i0 in range(0, rows, LANES):
        for j0 in range(0, columns, LANES):
            start, end = at + i0 * stride + j0, to + j0 * step + i0
            height, width = min(LANES, rows - i0), min(LANES, columns - j0)
            whole = height + width == 2 * LANES
            if not whole:
                for i in range(height):
                    simd.store(spare, i * LANES, simd.load_part(source, start + i * stride, width))
            from_array, from_at, from_step = (source, start, stride) if whole else (spare, 0, LANES)
            to_array, to_at, to_step = (result, end, step) if whole else (spare, 0, LANES)
            block = tile.add(tile.zeros(source, LANES, 1), from_array, from_at, from_step)
            tile.store(tile.transpose(block), to_array, to_at, to_step)
            if not whole:
                for j in range(width):
                    simd.store_part(result, end + j * step, simd.load(spare, j * LANES), height)


@part
def filter_points(g0: Any, g1: Any, g2: Any) -> Any:
    """G g of one column or row of a filter."""
    even = (g0 + g2) * _SIXTH
    odd = g1 * _SIXTH
    wide = simd.fma(g2, simd.broadcast(_SIXTH), g0 * _TWENTY_FOURTH)
    slope = g1 * _TWELFTH
    return g0 * _QUARTER, np.float32(0) - even - odd, odd - even, wide + slope, wide - slope, g2


@part
def input_points(d0: Any, d1: Any, d2: Any, d3: Any, d4: Any, d5: Any) -> Any:
    """B^T d of one column or row of the input."""
    four, minus_four, minus_five = simd.broadcast(_FOUR), simd.broadcast(-_FOUR), simd.broadcast(-_FIVE)
    far_even, far_odd = simd.fma(minus_four, d2, d4), simd.fma(minus_four, d1, d3)
    near_even, near_odd = d4 - d2, d3 - d1
    first = simd.fma(four, d0, simd.fma(minus_five, d2, d4))
    last = simd.fma(four, d1, simd.fma(minus_five, d3, d5))
    twice, minus_twice = simd.broadcast(_TWO), simd.broadcast(-_TWO)
    return (
        first,
        far_even + far_odd,
        far_even - far_odd,
        simd.fma(twice, near_odd, near_even),
        simd.fma(minus_twice, near_odd, near_even),
        last,
    )


@part
def output_values(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, m5: Any) -> Any:
    """A^T m of one column or row of products."""
    near_even, near_odd, far_even, far_odd = m1 + m2, m1 - m2, m3 + m4, m3 - m4
    return (
        m0 + near_even + far_even,
        simd.fma(simd.broadcast(_TWO), far_odd, near_odd),
        simd.fma(simd.broadcast(_FOUR), far_even, near_even),
        simd.fma(simd.broadcast(_EIGHT), far_odd, near_odd) + m5,
    )


@part
def load_six(array: Any, at: int, step: int) -> Any:
    """Six vectors, `step` elements apart."""
    return (
        simd.load(array, at),
        simd.load(array, at + step),
        simd.load(array, at + 2 * step),
        simd.load(array, at + 3 * step),
        simd.load(array, at + 4 * step),
        simd.load(array, at + 5 * step),
    )


@part
def store_six(array: Any, at: int, step: int, v: Any) -> None:
    """Six vectors, `step` elements apart."""
    simd.store(array, at, v[0])
    simd.store(array, at + step, v[1])
    simd.store(array, at + 2 * step, v[2])
    simd.store(array, at + 3 * step, v[3])
    simd.store(array, at + 4 * step, v[4])
    simd.store(array, at + 5 * step, v[5])


@part
def transform_filters(taps: Any, at: int, spare: Any, points: Any, to: int, step: int) -> None:
    """G g G^T of one filter per lane, its nine taps from taps[at] on: point p goes to points[to + p * step]."""
    row = PATCH * LANES
    for j in range(3):
        first = at + j * LANES
        g0 = simd.load(taps, first)
        g1 = simd.load(taps, first + 3 * LANES)
        g2 = simd.load(taps, first + 6 * LANES)
        store_six(spare, j * LANES, row, filter_points(g0, g1, g2))
    for i in range(PATCH):
        first = i * row
        g0, g1, g2 = simd.load(spare, first), simd.load(spare, first + LANES), simd.load(spare, first + 2 * LANES)
        store_six(points, to + i * PATCH * step, step, filter_points(g0, g1, g2))


@part
def transform_patch(pixels: Any, places: Any, c: int, spare: Any, points: Any, to: int, step: int) -> None:
    """B^T d B of channels c to c + LANES of the 36 pixels at `places`: point p goes to points[to + p * step]."""
    line = np.int64(LANES)
    row = PATCH * line
    for j in range(PATCH):
        d0, d1, d2 = (
            simd.load(pixels, places[j] + c),
            simd.load(pixels, places[j + 6] + c),
            simd.load(pixels, places[j + 12] + c),
        )
        d3, d4, d5 = (
            simd.load(pixels, places[j + 18] + c),
            simd.load(pixels, places[j + 24] + c),
            simd.load(pixels, places[j + 30] + c),
        )
        store_six(spare, j * LANES, row, input_points(d0, d1, d2, d3, d4, d5))
    for i in range(PATCH):
        d0, d1, d2, d3, d4, d5 = load_six(spare, i * row, line)
        store_six(points, to + i * PATCH * step, step, input_points(d0, d1, d2, d3, d4, d5))


@part
def transform_products(points: Any, at: int, step: int, spare: Any, pixels: Any, places: Any, c: int) -> None:
    """A^T m A of one channel per lane, point p from points[at + p * step], to channel c of 16 pixels at `places`."""
    line = np.int64(LANES)
    row = PATCH * line
    for j in range(PATCH):
        m0, m1, m2, m3, m4, m5 = load_six(points, at + j * step, PATCH * step)
        y0, y1, y2, y3 = output_values(m0, m1, m2, m3, m4, m5)
        simd.store(spare, j * LANES, y0)
        simd.store(spare, j * LANES + row, y1)
        simd.store(spare, j * LANES + 2 * row, y2)
        simd.store(spare, j * LANES + 3 * row, y3)
    for i in range(OUTPUTS):
        m0, m1, m2, m3, m4, m5 = load_six(spare, i * row, line)
        y0, y1, y2, y3 = output_values(m0, m1, m2, m3, m4, m5)
        simd.store(pixels, places[4 * i] + c, y0)
        simd.store(pixels, places[4 * i + 1] + c, y1)
        simd.store(pixels, places[4 * i + 2] + c, y2)
        simd.store(pixels, places[4 * i + 3] + c, y3)
