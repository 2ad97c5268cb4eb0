"""Laws of the loss and of its gradient, blocks and ragged ends, infinities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays_of

from kernels import find
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.training.cross_entropy import BLOCK
from tests.kernels.checks import error

LOSS = find("cross_entropy")
GRADIENT = find("cross_entropy_gradient")
LOGITS = arrays_of.arrays(
    np.float32,
    arrays_of.array_shapes(min_dims=2, max_dims=2, max_side=40),
    elements=some.floats(-80, 80, width=32),
)


def loss_of(logits, target):
    """The losses by the kernel for the loss alone; the other one must agree."""
    loss = np.full(len(logits), np.nan, np.float32)
    LOSS.cpu(logits, target, loss)
    assert np.allclose(loss, loss_and_gradient(logits, target)[0], rtol=1e-6, atol=1e-6, equal_nan=True)
    return loss


def loss_and_gradient(logits, target):
    """Both by the kernel for the gradient."""
    loss, gradient = np.full(len(logits), np.nan, np.float32), np.full_like(logits, np.nan)
    GRADIENT.cpu(logits, target, loss, gradient)
    return loss, gradient


def example(seed, rows, vocabulary):
    """Random logits and targets."""
    arrays = LOSS.inputs(seed, rows=rows, vocabulary=vocabulary)
    return arrays["logits"], arrays["target"]


@settings(max_examples=30, deadline=None)
@given(LOGITS)
def test_gradients_add_up_to_nothing_and_fall_below_zero_at_the_target_alone(logits):
    target = np.arange(len(logits), dtype=np.uint32) % logits.shape[1]
    loss, gradient = loss_and_gradient(logits, target)
    assert (loss > -1e-5).all()
    assert np.allclose(gradient.sum(axis=1, dtype=np.float64), 0, atol=2e-6)
    chosen = np.take_along_axis(gradient, target[:, None].astype(np.int64), axis=1)
    assert (chosen <= 2e-7).all()
    assert (gradient >= 0).sum() >= gradient.size - len(logits)
    assert np.allclose(loss, loss_of(logits, target), atol=1e-5)


@pytest.mark.parametrize("vocabulary", [1, 5, 16, 17, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 35])
def test_vocabularies_around_the_blocks(vocabulary):
    for kernel in (LOSS, GRADIENT):
        arrays = kernel.inputs(1, rows=3, vocabulary=vocabulary)
        expected = kernel.reference(**arrays)
        kernel.cpu(*arrays.values())
        for name in kernel.outputs:
            assert error(arrays[name], expected[name]) <= kernel.rtol, name


def test_ragged_gradient_past_the_caches():
    vocabulary = 5003
    arrays = GRADIENT.inputs(2, rows=STREAM_FROM_BYTES // (4 * vocabulary) + 1, vocabulary=vocabulary)
    GRADIENT.cpu(*arrays.values())
    expected = GRADIENT.reference(**arrays)
    assert error(arrays["gradient"], expected["gradient"]) <= GRADIENT.rtol


def test_the_gradient_is_the_slope_of_the_loss():
    logits, target = example(3, rows=1, vocabulary=30)
    direction = np.random.default_rng(1).standard_normal(logits.shape)
    nudged = {
        "logits": np.array(logits, np.float64),
        "target": target,
        "loss": np.empty(1),
    }
    ahead, behind = (
        LOSS.reference(**{**nudged, "logits": logits + step * direction})["loss"] for step in (1e-4, -1e-4)
    )
    slope = np.sum(loss_and_gradient(logits, target)[1] * direction)
    assert slope == pytest.approx((ahead - behind)[0] / 2e-4, abs=1e-5)


def test_equal_logits_cost_the_logarithm_of_their_number():
    for value in (0, -7, 300):
        loss = loss_of(np.full((2, 5000), value, np.float32), np.array([0, 4999], np.uint32))
        assert np.allclose(loss, np.log(5000), rtol=1e-6)


def test_where_the_largest_logit_lies_does_not_matter():
    base = np.full((3, 3 * BLOCK), -3, np.float32)
    for row, position in enumerate((0, BLOCK + 7, 3 * BLOCK - 1)):
        base[row, position] = 60
    target = np.full(3, 5, np.uint32)
    assert np.allclose(loss_of(base, target), 63, rtol=1e-6)


def test_rising_logits_rescale_every_block():
    logits = np.linspace(-300, 300, 4 * BLOCK, dtype=np.float32)[None]
    exact = np.log(np.sum(np.exp(logits.astype(np.float64) - 300))) + 300
    for flipped in (logits, logits[:, ::-1].copy()):
        loss = loss_of(flipped, np.zeros(1, np.uint32))
        assert loss[0] == pytest.approx(exact - flipped[0, 0], rel=1e-6, abs=1e-5)


def test_minus_infinity_adds_nothing():
    logits, _ = example(4, rows=4, vocabulary=3 * BLOCK)
    target = np.full(4, 2 * BLOCK, np.uint32)
    masked = logits.copy()
    masked[:, :BLOCK] = -np.inf
    assert np.allclose(loss_of(masked, target), loss_of(logits[:, BLOCK:].copy(), target - BLOCK), rtol=1e-6)
    assert (loss_and_gradient(masked, target)[1][:, :BLOCK] == 0).all()
    assert np.isposinf(loss_of(masked, np.zeros(4, np.uint32))).all()


@pytest.mark.parametrize("spoiler", [np.nan, np.inf])
@pytest.mark.parametrize("column", [0, 40, 98])
def test_what_is_not_a_number_spoils_its_row_alone(spoiler, column):
    logits, target = example(5, rows=3, vocabulary=99)
    expected = loss_and_gradient(logits, target)
    logits[1, column] = spoiler
    assert np.isnan(loss_of(logits, target)).tolist() == [False, True, False]
    for found, before in zip(loss_and_gradient(logits, target), expected, strict=True):
        assert np.isnan(found[1]).all()
        assert np.array_equal(found[::2], before[::2])


def test_nothing_but_minus_infinity_is_not_a_number():
    logits = np.full((1, 50), -np.inf, np.float32)
    assert np.isnan(loss_of(logits, np.zeros(1, np.uint32))).all()
    assert np.isnan(loss_and_gradient(logits, np.zeros(1, np.uint32))[1]).all()


def test_flops_counted_one_by_one():
    loss, gradient = 0, 0
    for _row in range(3):
        for _logit in range(7):
            loss += 2  # difference from the maximum, into the sum
            gradient += 3  # and times the inverse of the sum
        loss += 2  # maximum added to the logarithm, target's logit taken off
        gradient += 3  # and the sum off the target's weight
    assert LOSS.work(rows=3, vocabulary=7).flops == loss
    assert GRADIENT.work(rows=3, vocabulary=7).flops == gradient
