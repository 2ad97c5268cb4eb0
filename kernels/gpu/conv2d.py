"""Convolution on a GPU: a square of pixels with its border in shared memory, eight filters per thread in registers."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.cuda import ALIGNMENT, THREADS, cuda, load4
from kernels.gpu.version import Launch, Version

SIDE = 16
BORDERED = SIDE + 2
FILTERS = 8
TAPS = 9
NOTHING = np.float32(0)


def conv2d(x: Any, w: Any, y: Any) -> None:
    """y[image, o] = sum over inputs and taps of w x, zeros beyond the border."""
    pixels = cuda.shared.array((BORDERED, BORDERED), np.float32)
    weights = cuda.shared.array((TAPS, FILTERS), np.float32, alignment=ALIGNMENT)
    sums = cuda.local.array(FILTERS, np.float32)
    for o in range(FILTERS):
        sums[o] = NOTHING
    _, inputs, height, width = x.shape
    outputs = w.shape[0]
    groups = (outputs + FILTERS - 1) // FILTERS
    image, first = cuda.blockIdx.z // groups, cuda.blockIdx.z % groups * FILTERS
    row_0, column_0 = cuda.blockIdx.y * SIDE, cuda.blockIdx.x * SIDE
    row, column = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    for channel in range(inputs):
        for i in range(cuda.threadIdx.x, BORDERED * BORDERED, THREADS):
            r, c = row_0 + i // BORDERED - 1, column_0 + i % BORDERED - 1
            inside = r >= 0 and r < height and c >= 0 and c < width
            pixels[i // BORDERED, i % BORDERED] = x[image, channel, r, c] if inside else NOTHING
        if cuda.threadIdx.x < TAPS * FILTERS:
            tap, o = cuda.threadIdx.x // FILTERS, cuda.threadIdx.x % FILTERS
            known = first + o < outputs
            weights[tap, o] = w[first + o, channel, tap // 3, tap % 3] if known else NOTHING
        cuda.syncthreads()
        for tap in range(TAPS):
            pixel = pixels[row + tap // 3, column + tap % 3]
            p = load4(weights, tap * FILTERS)
            q = load4(weights, tap * FILTERS + 4)
            sums[0] += p[0] * pixel
            sums[1] += p[1] * pixel
            sums[2] += p[2] * pixel
            sums[3] += p[3] * pixel
            sums[4] += q[0] * pixel
            sums[5] += q[1] * pixel
            sums[6] += q[2] * pixel
            sums[7] += q[3] * pixel
        cuda.syncthreads()
    if row_0 + row < height and column_0 + column < width:
        for o in range(FILTERS):
            if first + o < outputs:
                y[image, first + o, row_0 + row, column_0 + column] = sums[o]


def _launches(
    multiprocessors: int, images: int, inputs: int, outputs: int, height: int, width: int
) -> tuple[Launch, ...]:
    blocks = (-(-width // SIDE), -(-height // SIDE), images * -(-outputs // FILTERS))
    return (Launch(conv2d, ("x", "w", "y"), blocks, THREADS),)


VERSIONS = (
    Version(
        "conv2d",
        _launches,
        ("ld.shared.v4.f32", "fma.rn.f32"),
        {"images": 1, "inputs": 2, "outputs": 10, "height": 5, "width": 18},
    ),
)
