"""Convolution of images with 3x3 filters, stride 1, padded by one pixel of zeros: the work of vision networks.

Formula  y[n, k, i, j] = sum over c, p, q of w[k, c, p, q] x[n, c, i + p - 1, j + q - 1], with x outside of the image
         zero; x (images, inputs, height, width), w (outputs, inputs, 3, 3), y (images, outputs, height, width).
Work     What Winograd's algorithm does with T = images ceil(height / 4) ceil(width / 4) pieces: 72 T inputs outputs
         flops in products, T (240 inputs + 130 outputs) around them, 117 inputs outputs for the filters. A direct
         convolution does 18 images height width inputs outputs, up to four times as many: counted that way the
         speed would be above the multiply-add ceiling. x and w read once, y written once.
Method   Pixels get their channels side by side, so that every step works on a vector of channels. Pieces of 6x6
         pixels and the filters are transformed; then 36 products of matrices (pieces by channels), each a tile of
         registers at a time; then 4x4 pixels each are transformed back. A block of pieces stays in the cache.
         NaN or infinity at a pixel reaches all 4x4 pixels of the pieces that see it, infinity as NaN.
Source   A. Lavin, S. Gray, Fast algorithms for convolutional neural networks, CVPR 2016.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import carray, prange  # type: ignore[attr-defined]

from kernels import tile
from kernels.arrays import poisoned, uniform
from kernels.compile import compiled, inlined_part, part
from kernels.shared import shared
from kernels.spec import Kernel, Work
from kernels.tile import ROWS, VECTORS
from kernels.training.winograd import (
    LANES,
    OUTPUTS,
    PATCH,
    POINTS,
    transform_filters,
    transform_patch,
    transform_products,
    transpose,
)

WIDTH = VECTORS * LANES
STRIPS = 8
SPARE_PIXELS = 64
LAST_STAGE = 3


class Layer(NamedTuple):
    """Lengths of a layer: images, channels of the input and the output, pixels of an image."""

    images: int
    inputs: int
    outputs: int
    height: int
    width: int


def reference(x: Any, w: Any, y: Any, pixels: Any, filters: Any, results: Any) -> dict[str, Any]:
    """The formula in double precision, one product of matrices per filter tap."""
    images, inputs, height, width = x.shape
    padded = np.zeros((images, inputs, height + 2, width + 2))
    padded[:, :, 1:-1, 1:-1] = x
    result = np.zeros(y.shape)
    for p, q in np.ndindex(3, 3):
        seen = padded[:, :, p : p + height, q : q + width].reshape(images, inputs, height * width)
        result += (w[:, :, p, q].astype(np.float64) @ seen).reshape(y.shape)
    return {"y": result}


@part
def to_lanes(channels: int) -> int:
    """The smallest multiple of `LANES` that is not less than a number of channels."""
    return (channels + LANES - 1) // LANES * LANES


@part
def to_width(channels: int) -> int:
    """The smallest multiple of `WIDTH` that is not less than a number of channels."""
    return (channels + WIDTH - 1) // WIDTH * WIDTH


@part
def filter_step(layer: Layer) -> int:
    """Elements between two points of the transformed filters; a line more than a power of two, for the cache's sake."""
    step: int = to_width(layer.outputs) * layer.inputs + LANES
    return step


@part
def prepare_filters(k0: int, layer: Layer, filters: Any, spare: Any) -> None:
    """Transform the filters of output channels k0 to k0 + LANES, whose taps follow all points."""
    taps_at = POINTS * filter_step(layer) + k0 * layer.inputs * 9
    to = k0 // WIDTH * WIDTH * layer.inputs + k0 % WIDTH
    for c in range(layer.inputs):
        transform_filters(filters, taps_at + c * 9 * LANES, spare, filters, to + c * WIDTH, filter_step(layer))


@part
def rearrange(
    stage: int, task: int, layer: Layer, x: Any, w: Any, y: Any, pixels: Any, filters: Any, results: Any, spare: Any
) -> None:
    """Put `LANES` channels of the filters or of one image side by side, or in the last stage apart again."""
    area = layer.height * layer.width
    in_row, out_row = to_lanes(layer.inputs), to_lanes(layer.outputs)
    row = out_row if stage == LAST_STAGE else in_row
    image, channel = task * LANES // row, task * LANES % row
    if stage == LAST_STAGE:
        rows, columns = area, min(LANES, layer.outputs - channel)
        source, at, stride = results, image * area * row + channel, row
        result, to, step = y, (image * layer.outputs + channel) * area, area
    elif image < layer.images:
        rows, columns = min(LANES, layer.inputs - channel), area
        source, at, stride = x, (image * layer.inputs + channel) * area, area
        result, to, step = pixels, image * area * row + channel, row
    else:
        channel = task * LANES - layer.images * in_row
        rows, columns = min(LANES, layer.outputs - channel), layer.inputs * 9
        source, at, stride = w, channel * columns, columns
        result, to, step = filters, POINTS * filter_step(layer) + channel * columns, 1 * LANES
    transpose(source, at, stride, rows, columns, result, to, step, spare)


@inlined_part
def locate(piece: int, size: int, before: int, layer: Layer, channels: int, outside: int, places: Any) -> None:
    """Offsets of the size x size pixels that start `before` pixels up and left of a piece; all others are `outside`."""
    down, across = (layer.height + OUTPUTS - 1) // OUTPUTS, (layer.width + OUTPUTS - 1) // OUTPUTS
    image, rest = piece // (down * across), piece % (down * across)
    top, left = rest // across * OUTPUTS - before, rest % across * OUTPUTS - before
    for i in range(size):
        for j in range(size):
            inside = 0 <= top + i < layer.height and 0 <= left + j < layer.width
            pixel = (image * layer.height + top + i) * layer.width + left + j
            places[i * size + j] = (pixel if inside else outside) * channels


@part
def multiply_points(patches: Any, rows: int, a_row: int, layer: Layer, filters: Any, products: Any, c_row: int) -> None:
    """Point by point, patches (rows, inputs) times filters (inputs, outputs)."""
    a_step, c_step = rows * a_row + LANES, rows * c_row + LANES
    for point in range(POINTS):
        for column in range(0, c_row, WIDTH):
            b_at = point * filter_step(layer) + column * layer.inputs
            for row in range(0, rows, ROWS):
                a_at = point * a_step + row * a_row
                block = tile.zeros(products, ROWS, VECTORS)
                for c in range(layer.inputs):
                    block = tile.add_outer(block, patches, a_at + c, a_row, filters, b_at + c * WIDTH)
                tile.store(block, products, point * c_step + row * c_row + column, c_row)


@part
def convolve(
    first: int, last: int, outside: int, layer: Layer, pixels: Any, filters: Any, results: Any, spare: Any
) -> None:
    """The pieces [first, last) of all images: transform, multiply, transform back."""
    a_row, c_row, y_row = to_lanes(layer.inputs), to_width(layer.outputs), to_lanes(layer.outputs)
    rows = (last - first + ROWS - 1) // ROWS * ROWS
    a_step, c_step = rows * a_row + LANES, rows * c_row + LANES
    patches = np.empty(POINTS * a_step, np.float32)
    products = np.empty(POINTS * c_step, np.float32)
    places = np.empty(POINTS, np.int64)
    zero = layer.images * layer.height * layer.width
    for piece in range(first, last):
        locate(piece, PATCH, 1, layer, a_row, zero, places)
        for c in range(0, a_row, LANES):
            transform_patch(pixels, places, c, spare, patches, (piece - first) * a_row + c, a_step)
    multiply_points(patches, rows, a_row, layer, filters, products, c_row)
    for piece in range(first, last):
        locate(piece, OUTPUTS, 0, layer, y_row, outside, places)
        for k in range(0, y_row, LANES):
            transform_products(products, (piece - first) * c_row + k, c_step, spare, results, places, k)


@shared(
    {
        **dict.fromkeys(("stage", "task", "tasks", *Layer._fields), "int64"),
        **dict.fromkeys(("x", "w", "y", "pixels", "filters", "results"), "floats"),
    }
)
def conv2d_task(
    stage: int, task: int, tasks: int, images: int, inputs: int, outputs: int, height: int, width: int,
    x: Any, w: Any, y: Any, pixels: Any, filters: Any, results: Any,
) -> None:  # fmt: skip
    """One of the tasks of a stage."""
    layer = Layer(images, inputs, outputs, height, width)
    spare = np.empty(max(POINTS, LANES) * LANES, np.float32)
    side_by_side, points, apart = carray(pixels, 1), carray(filters, 1), carray(results, 1)
    if stage == 1:
        prepare_filters(task * LANES, layer, points, spare)
    elif stage == 2:
        pieces = pieces_of(layer)
        strips = (pieces + ROWS - 1) // ROWS
        first, last = task * strips // tasks * ROWS, min((task + 1) * strips // tasks * ROWS, pieces)
        outside = images * height * width + task % SPARE_PIXELS
        convolve(first, last, outside, layer, side_by_side, points, apart, spare)
    else:
        planes = carray(x, 1), carray(w, 1), carray(y, 1)
        rearrange(stage, task, layer, *planes, side_by_side, points, apart, spare)


@part
def pieces_of(layer: Layer) -> int:
    """Pieces of all images."""
    down, across = (layer.height + OUTPUTS - 1) // OUTPUTS, (layer.width + OUTPUTS - 1) // OUTPUTS
    return layer.images * down * across


@part
def tasks_of(layer: Layer, threads: int) -> Any:
    """Tasks of each stage."""
    blocks = (pieces_of(layer) + STRIPS * ROWS - 1) // (STRIPS * ROWS)
    filters = to_lanes(layer.outputs) // LANES
    return (
        layer.images * to_lanes(layer.inputs) // LANES + filters,
        to_width(layer.outputs) // LANES,
        (blocks + threads - 1) // threads * threads,
        layer.images * filters,
    )


@compiled(
    x="float32 images inputs height width",
    w="float32 outputs inputs 3 3",
    y="float32 images outputs height width",
    pixels="float32 pixels",
    filters="float32 filters",
    results="float32 results",
    threads="threads",
)
def conv2d(x: Any, w: Any, y: Any, pixels: Any, filters: Any, results: Any, threads: int) -> None:
    """Put channels side by side, transform the filters, convolve block by block, put channels apart.

    One parallel loop runs all stages, because the compiler's work grows with the number of such loops.
    """
    images, inputs, height, width = x.shape
    outputs = w.shape[0]
    layer = Layer(images, inputs, outputs, height, width)
    total = images * height * width
    if pixels.size < (total + 1) * to_lanes(inputs) or results.size < (total + SPARE_PIXELS) * to_lanes(outputs):
        raise ValueError("conv2d: pixels or results is too short; see workspace_lengths")
    if filters.size < POINTS * filter_step(layer) + 9 * inputs * to_width(outputs):
        raise ValueError("conv2d: filters is too short; see workspace_lengths")
    pixels[total * to_lanes(inputs) : (total + 1) * to_lanes(inputs)] = 0
    tasks = tasks_of(layer, threads)
    for stage in range(LAST_STAGE + 1):
        count = tasks[stage]
        for task in prange(count):
            conv2d_task(
                stage, task, count, images, inputs, outputs, height, width, x, w, y, pixels, filters, results
            )  # fmt: skip


def workspace_lengths(layer: Layer) -> tuple[int, int, int]:
    """Elements of `pixels`, `filters` and `results` for a layer."""
    in_row, out_row = -(-layer.inputs // LANES) * LANES, -(-layer.outputs // LANES) * LANES
    columns = -(-layer.outputs // WIDTH) * WIDTH
    total = layer.images * layer.height * layer.width
    filters = POINTS * (columns * layer.inputs + LANES) + 9 * layer.inputs * columns
    return (total + 1) * in_row, filters, (total + SPARE_PIXELS) * out_row


def inputs(seed: int, images: int, inputs: int, outputs: int, height: int, width: int) -> dict[str, Any]:
    """Random images and filters, and room for the stages."""
    random = np.random.default_rng(seed)
    pixels, filters, results = workspace_lengths(Layer(images, inputs, outputs, height, width))
    return {
        "x": uniform(random, (images, inputs, height, width), np.float32),
        "w": uniform(random, (outputs, inputs, 3, 3), np.float32),
        "y": poisoned((images, outputs, height, width), np.float32),
        "pixels": poisoned(pixels, np.float32),
        "filters": poisoned(filters, np.float32),
        "results": poisoned(results, np.float32),
    }


def work(images: int, inputs: int, outputs: int, height: int, width: int) -> Work:
    """Counts for one call."""
    pieces = images * -(-height // OUTPUTS) * -(-width // OUTPUTS)
    return Work(
        flops=72 * pieces * inputs * outputs + pieces * (240 * inputs + 130 * outputs) + 117 * inputs * outputs,
        bytes_read=4 * (images * inputs * height * width + 9 * inputs * outputs),
        bytes_written=4 * images * outputs * height * width,
        formula="flops = 72 T inputs outputs + T (240 inputs + 130 outputs) + 117 inputs outputs, "
        "T = images ceil(height / 4) ceil(width / 4); bytes = 4 images inputs height width + 36 inputs outputs read "
        "+ 4 images outputs height width written",
    )


CONV2D = Kernel(
    name="conv2d",
    story="Vision networks: a layer of 3x3 filters over all channels of a batch of images.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"images": 4, "inputs": 64, "outputs": 64, "height": 56, "width": 56},
        "standard": {"images": 16, "inputs": 128, "outputs": 128, "height": 28, "width": 28},
        "full": {"images": 64, "inputs": 256, "outputs": 256, "height": 14, "width": 14},
    },
    inputs=inputs,
    outputs=("y",),
    workspace=("pixels", "filters", "results"),
    reference=reference,
    cpu=conv2d,
    work=work,
    rtol=5e-5,
    tolerance="the transforms make rounding errors 31 times larger (root of mean square, worst of 16 pixels); "
    "sums of up to 512 channels err by about 0.4 sqrt(512) unit roundoffs: 3e-5, times 1.5",
    source="Lavin and Gray, CVPR 2016",
    goals={"torch": 0.95},
    small_sizes=tuple(
        dict(zip(Layer._fields, lengths, strict=True))
        for lengths in ((1, 1, 1, 1, 1), (2, 2, 2, 2, 2), (3, 17, 67, 13, 11), (2, 31, 5, 7, 19), (101, 3, 3, 3, 3))
    ),
)
