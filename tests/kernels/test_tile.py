"""Tiles against NumPy, value by value."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels import simd, tile
from kernels.arrays import poisoned
from kernels.bfloat16 import PER_WORD, encode

PRECISIONS = (np.float32, np.float64)
SHAPES = ((1, 1), (1, 3), (5, 1), (6, 4))


def lanes(dtype):
    """Elements of one vector."""
    return simd.BITS // 8 // np.dtype(dtype).itemsize


def function_for(rows, vectors):
    """A function that adds to a block of c the product of a and b, by way of every tile operation."""

    @njit
    def multiply(a, b, c, at, stride, factor, shift):
        block = tile.zeros(c, rows, vectors)
        tile.prefetch(block, c, at, stride)
        for k in range(b.shape[0]):
            block = tile.add_outer(block, a, k, a.shape[1], b, k * b.shape[1])
        block = tile.affine(block, simd.broadcast(factor), simd.broadcast(shift))
        block = tile.add(block, c, at, stride)
        tile.store(block, c, at, stride)

    return multiply


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize(("rows", "vectors"), SHAPES)
def test_block_of_a_product(dtype, rows, vectors):
    random = np.random.default_rng(rows)
    columns, depth = vectors * lanes(dtype), 7
    a = random.integers(-9, 10, (rows, depth)).astype(dtype)
    b = random.integers(-9, 10, (depth, columns)).astype(dtype)
    c = random.integers(-9, 10, (rows + 2, columns + 3)).astype(dtype)
    expected = c.copy()
    expected[1 : 1 + rows, 2 : 2 + columns] += 2 * (a @ b) + 3
    function_for(rows, vectors)(a, b, c, columns + 3 + 2, columns + 3, dtype(2), dtype(3))
    assert np.array_equal(c, expected)


def test_precisions_do_not_mix():
    a, b, c = np.ones((1, 2), np.float32), np.ones((2, 16), np.float32), np.ones((3, 19))
    with pytest.raises(TypingError, match="does not match the precision"):
        function_for(1, 1)(a, b, c, 0, 19, 1.0, 0.0)


@njit
def multiply_cut(a, b, c, at, columns):
    block = tile.zeros(c, 2, 2)
    mask = simd.steps(c) < c.dtype.type(columns - simd.lanes(c))
    for k in range(b.shape[0]):
        block = tile.add_outer_part(block, a, k, a.shape[1], b, k * columns, mask)
    tile.store_part(block, c, at, c.shape[1], mask)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("extra", [0, 1, "all"])
def test_a_cut_block_reads_and_writes_the_lanes_that_exist(dtype, extra):
    random = np.random.default_rng(3)
    columns = lanes(dtype) + (lanes(dtype) if extra == "all" else extra)
    a = random.integers(-9, 10, (2, 5)).astype(dtype)
    b = random.integers(-9, 10, (5, columns)).astype(dtype)
    c = np.full((2, columns + 3), 99, dtype)
    multiply_cut(a, b, c, 1, columns)
    expected = np.full_like(c, 99)
    expected[:, 1 : 1 + columns] = a @ b
    assert np.array_equal(c, expected)


@njit
def cut_with(block_array, mask_array, out):
    tile.store_part(tile.zeros(block_array, 1, 1), out, 0, 1, simd.steps(mask_array) < 1)


def test_a_mask_has_one_lane_per_element():
    with pytest.raises(TypingError, match=r"needs a mask of \d+ lanes"):
        cut_with(np.zeros(64, np.float32), np.zeros(64), np.zeros(64, np.float32))


@njit
def multiply_words(a, b, c):
    block = tile.zeros(c, 2, 2)
    for k in range(b.shape[0]):
        block = tile.add_outer_bf16(block, a, k, a.shape[1], b, k * b.shape[1])
    block = tile.add_products_bf16(block, simd.load(b, 0), simd.load(b, 0))
    tile.store(block, c, 0, c.shape[1])


def words_of(numbers):
    """Words that hold each number once, and zero beside it where words are pairs."""
    encoded = encode(numbers.astype(np.float32)).astype(np.uint32)
    return encoded if PER_WORD == 2 else encoded << np.uint32(16)


def test_block_of_a_product_of_bfloat16_words():
    random = np.random.default_rng(4)
    width = 2 * lanes(np.float32)
    a, b = random.integers(-9, 10, (2, 7)), random.integers(-9, 10, (7, width))
    c = np.empty((2, width), np.float32)
    multiply_words(words_of(a), words_of(b), c)
    assert np.array_equal(c, a @ b + np.tile(b[0, : lanes(np.float32)] ** 2, 2))


def test_words_need_a_float32_tile():
    words = np.zeros((7, 64), np.uint32)
    with pytest.raises(TypingError, match="need vectors of uint32 words and a float32 sum"):
        multiply_words(words, words, np.zeros((2, 64)))


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_a_square_turned_and_streamed(dtype):
    count = lanes(dtype)

    @njit
    def turn(a, b):
        tile.stream(tile.transposed(tile.load_square(a, 0, count, count, count)), b, 0, count)

    a = np.arange(count * count, dtype=dtype).reshape(count, count)
    b = poisoned((count, count), dtype)
    turn(a, b)
    assert np.array_equal(b, a.T)


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_transpose_of_a_square(dtype):
    side = lanes(dtype)

    @njit
    def transposed(a, out):
        block = tile.add(tile.zeros(a, side, 1), a, 0, side)
        tile.store(tile.transpose(block), out, 0, side)

    a = np.arange(side * side).reshape(side, side).astype(dtype)
    out = np.zeros_like(a)
    transposed(a, out)
    assert np.array_equal(out, a.T)


@njit
def transpose_a_rectangle(a):
    tile.store(tile.transpose(tile.zeros(a, 3, 1)), a, 0, 1)


def test_only_squares_are_transposed():
    with pytest.raises(TypingError, match=r"transpose needs \d+ rows of one vector"):
        transpose_a_rectangle(np.zeros(100, np.float32))
