"""Laws of the convolution, and the count of its operations."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.training import winograd
from kernels.training.conv2d import LANES, OUTPUTS, STRIPS, WIDTH, Layer, workspace_lengths
from kernels.training.winograd import filter_points, input_points, output_values
from tests.kernels.checks import error

CONV = find("conv2d")
AMPLIFIED = 2e-5


def convolution(x, w):
    """X convolved with w by the kernel."""
    images, inputs, height, width = x.shape
    layer = Layer(images, inputs, w.shape[0], height, width)
    y = np.full((images, w.shape[0], height, width), np.nan, np.float32)
    room = [np.full(length, np.nan, np.float32) for length in workspace_lengths(layer)]
    CONV.cpu(np.ascontiguousarray(x, np.float32), np.ascontiguousarray(w, np.float32), y, *room)
    return y


def expected(x, w):
    """The formula, pixel by pixel."""
    images, _, height, width = x.shape
    y = np.zeros((images, w.shape[0], height, width))
    for i, j, p, q in product(range(height), range(width), range(3), range(3)):
        if 0 <= i + p - 1 < height and 0 <= j + q - 1 < width:
            y[:, :, i, j] += x[:, :, i + p - 1, j + q - 1].astype(np.float64) @ w[:, :, p, q].T.astype(np.float64)
    return y


def layer_of(seed, images, inputs, outputs, height, width):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (images, inputs, height, width)), random.uniform(-1, 1, (outputs, inputs, 3, 3))


@settings(max_examples=40, deadline=None)
@given(
    images=st.integers(1, 3),
    inputs=st.integers(1, LANES + 2),
    outputs=st.integers(1, WIDTH + 2),
    height=st.integers(1, 10),
    width=st.integers(1, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_shape_follows_the_formula(images, inputs, outputs, height, width, seed):
    x, w = layer_of(seed, images, inputs, outputs, height, width)
    worst = np.max(np.abs(convolution(x, w) - expected(x, w)))
    assert worst <= AMPLIFIED * np.sqrt(9 * inputs)


def test_the_reference_follows_the_formula():
    x, w = layer_of(1, 2, 3, 4, 5, 6)
    assert np.allclose(CONV.reference(x, w, np.empty((2, 4, 5, 6)), None, None, None)["y"], expected(x, w), rtol=1e-13)


@pytest.mark.parametrize("pieces", [6 * STRIPS - 1, 6 * STRIPS, 6 * STRIPS + 1])
def test_pieces_around_a_block(pieces):
    arrays = CONV.inputs(2, images=pieces, inputs=3, outputs=2, height=OUTPUTS, width=OUTPUTS)
    found = convolution(arrays["x"], arrays["w"])
    assert error(found, CONV.reference(**arrays)["y"]) <= CONV.rtol


@pytest.mark.parametrize("inputs", [64, 512])
def test_many_channels_stay_within_the_tolerance(inputs):
    arrays = CONV.inputs(3, images=1, inputs=inputs, outputs=32, height=7, width=7)
    CONV.cpu(*arrays.values())
    assert error(arrays["y"], CONV.reference(**arrays)["y"]) <= CONV.rtol


def test_a_centre_of_one_leaves_the_image_and_a_shifted_one_moves_it():
    x = layer_of(4, 2, 1, 1, 9, 11)[0]
    for p, q in np.ndindex(3, 3):
        w = np.zeros((1, 1, 3, 3))
        w[0, 0, p, q] = 1
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        assert np.allclose(convolution(x, w), padded[:, :, p : p + 9, q : q + 11], rtol=0, atol=1e-5)


def test_it_is_linear_in_images_and_filters():
    x, w = layer_of(5, 1, 5, 7, 8, 9)
    other_x, other_w = layer_of(6, 1, 5, 7, 8, 9)
    together = convolution(x + other_x, w)
    assert error(together, convolution(x, w).astype(np.float64) + convolution(other_x, w)) <= CONV.rtol
    together = convolution(x, w + 2 * other_w)
    assert error(together, convolution(x, w) + 2.0 * convolution(x, other_w)) <= CONV.rtol


def test_images_do_not_see_each_other():
    x, w = layer_of(7, 5, 4, 3, 6, 5)
    together = convolution(x, w)
    for n in range(5):
        assert np.array_equal(together[n], convolution(x[n : n + 1], w)[0])


@pytest.mark.parametrize("special", [np.nan, np.inf])
def test_nan_and_infinity_stay_in_the_pieces_that_see_them(special):
    x, w = layer_of(8, 2, 2, 3, 16, 16)
    x[1, 0, 5, 6] = special
    bad = ~np.isfinite(convolution(x, w))
    assert bad[1, :, 4:8, 4:8].all()
    bad[1, :, 4:8, 4:8] = False
    assert not bad.any()
    x[1, 0, 5, 6], x[0, 1, 3, 4] = 0, special
    bad = ~np.isfinite(convolution(x, w))
    assert bad[0, :, 2:5, 3:6].all()
    assert not bad[0, :, 8:].any()
    assert not bad[1].any()


@pytest.mark.parametrize("which", range(3))
def test_a_workspace_that_is_too_short_is_refused(which):
    arrays = list(CONV.inputs(9, images=1, inputs=3, outputs=4, height=5, width=6).values())
    arrays[3 + which] = arrays[3 + which][:-1]
    with pytest.raises(ValueError, match="is too short; see workspace_lengths"):
        CONV.cpu(*arrays)


class Counted:
    """A number that counts the operations on it."""

    flops = 0

    def __add__(self, _other):
        Counted.flops += 1
        return self

    __sub__ = __mul__ = __rsub__ = __rmul__ = __add__


class CountingSimd:
    """Stands for `kernels.simd`, multiply-adds counted twice."""

    @staticmethod
    def broadcast(value):
        return value

    @staticmethod
    def fma(_a, _b, _c):
        Counted.flops += 2
        return Counted()


def flops_of(transform, arguments):
    Counted.flops = 0
    transform.py_func(*(Counted() for _ in range(arguments)))
    return Counted.flops


def test_flops_are_counted_from_the_code(monkeypatch):
    monkeypatch.setattr(winograd, "simd", CountingSimd)
    of_filter = (3 + 6) * flops_of(filter_points, 3)
    of_patch = (6 + 6) * flops_of(input_points, 6)
    of_result = (6 + 4) * flops_of(output_values, 6)
    pieces, inputs, outputs = 2 * 2 * 3, 5, 7
    products = sum(2 for _ in np.ndindex(36, pieces, inputs, outputs))
    total = products + pieces * (inputs * of_patch + outputs * of_result) + inputs * outputs * of_filter
    assert CONV.work(images=2, inputs=5, outputs=7, height=8, width=9).flops == total
