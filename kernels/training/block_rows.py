"""What a transformer block does to single rows between its products, and sums down its columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.compile import fast_part
from kernels.elementary import gelu, gelu_derivative

EPSILON = np.float32(1e-5)


@fast_part
def normalise(x: Any, row: int, parameter: Any, gain: int, shift: int, out: Any, kept: Any, at: int) -> None:
    """One row: out = gain (x - mean) / sqrt(variance + epsilon) + shift.

    Gain and shift start at these elements of `parameter`. Mean and inverse root are kept in rows `at` and `at` + 1.
    """
    width = x.shape[1]
    total = np.float32(0)
    for j in range(width):
        total += x[row, j]
    middle = total / np.float32(width)
    squares = np.float32(0)
    for j in range(width):
        squares += (x[row, j] - middle) * (x[row, j] - middle)
    scale = np.float32(1) / np.sqrt(squares / np.float32(width) + EPSILON)
    for j in range(width):
        out[row, j] = parameter[gain + j] * ((x[row, j] - middle) * scale) + parameter[shift + j]
    kept[at, row] = middle
    kept[at + 1, row] = scale


@fast_part
def differentiate_normalised(
    x: Any, row: int, parameter: Any, gain: int, kept: Any, at: int, d_out: Any, through: Any, d_x: Any
) -> None:
    """d_x = through + gradient by x of a normalised row, where z = (x - mean) / root and g = gain d_out.

    d_x = through + (g - mean(g) - z mean(g z)) / root
    """
    width = x.shape[1]
    middle, scale = kept[at, row], kept[at + 1, row]
    total = np.float32(0)
    along = np.float32(0)
    for j in range(width):
        g = parameter[gain + j] * d_out[row, j]
        total += g
        along += g * ((x[row, j] - middle) * scale)
    total /= np.float32(width)
    along /= np.float32(width)
    for j in range(width):
        z = (x[row, j] - middle) * scale
        d_x[row, j] = through[row, j] + (parameter[gain + j] * d_out[row, j] - total - z * along) * scale


@fast_part
def activate(u: Any, row: int, g: Any) -> None:
    """One row: g = gelu(u), and u becomes its derivative."""
    for j in range(u.shape[1]):
        value = u[row, j]
        g[row, j] = gelu(value)
        u[row, j] = gelu_derivative(value)


@fast_part
def begin_backward(y: Any, target: Any, row: int) -> Any:
    """Turn an output row into its gradient; the row's part of the loss."""
    scale = np.float32(2) / np.float32(y.size)
    error = np.float32(0)
    for j in range(y.shape[1]):
        difference = y[row, j] - target[row, j]
        error += difference * difference
        y[row, j] = scale * difference
    return error


@fast_part
def add_columns(a: Any, column: int, columns: int, total: Any, to: int) -> None:
    """total[to + j] = sum over all rows of a[row, column + j] for j < columns."""
    for j in range(columns):
        total[to + j] = 0
    for row in range(a.shape[0]):
        for j in range(columns):
            total[to + j] += a[row, column + j]


@fast_part
def add_normalised(x: Any, kept: Any, at: int, d_out: Any, column: int, columns: int, total: Any, to: int) -> None:
    """The same for the products of d_out and the normalised values of x: the gradient by the gains."""
    for j in range(columns):
        total[to + j] = 0
    for row in range(x.shape[0]):
        middle, scale = kept[at, row], kept[at + 1, row]
        for j in range(columns):
            total[to + j] += d_out[row, column + j] * ((x[row, column + j] - middle) * scale)
