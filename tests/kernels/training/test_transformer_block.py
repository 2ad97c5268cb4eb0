"""Laws of the training step of a transformer block: gradients, causality, learning."""

import numpy as np
import pytest

from kernels.training.flash_backward import BLOCK_QUERIES as BLOCK
from kernels.training.transformer_block import TRANSFORMER_BLOCK_TRAINING_STEP as KERNEL
from kernels.training.transformer_reference import (
    HEAD_DIM,
    LAYOUT,
    gelu,
    heads_of,
    joined,
    loss_and_gradients,
    normalised,
    parameter_count,
    split,
)
from tests.kernels.checks import error

TIGHT = 4e-6


def double(seed, batch=2, tokens=3, heads=1):
    """(x, target, parameter) in double precision, and the width."""
    arrays = KERNEL.inputs(seed, batch=batch, tokens=tokens, heads=heads)
    shape = (batch, tokens, heads * HEAD_DIM)
    x, target = (arrays[name].astype(np.float64).reshape(shape) for name in ("x", "target"))
    return x, target, arrays["parameter"].astype(np.float64), shape[2]


def slope(function, values, place, step=1e-5):
    """Central difference of `function` by one element of `values`."""
    ends = []
    for sign in (1, -1):
        moved = values.copy()
        moved[place] += sign * step
        ends.append(function(moved))
    return (ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("name", [name for name, _, _ in LAYOUT])
def test_gradients_by_every_parameter_are_finite_differences(name):
    x, target, parameter, width = double(1)
    gradient = loss_and_gradients(x, target, parameter)[1]
    marked = np.zeros(parameter.size)
    split(marked, width)[name][...] = 1
    places = np.flatnonzero(marked)
    scale = np.abs(gradient[places]).max()
    for place in np.random.default_rng(2).choice(places, 6, replace=False):
        found = slope(lambda moved: loss_and_gradients(x, target, moved)[0], parameter, place)
        assert found == pytest.approx(gradient[place], rel=1e-6, abs=1e-6 * scale)


def test_the_gradient_by_the_input_is_a_finite_difference():
    x, target, parameter, _ = double(3)
    d_x = loss_and_gradients(x, target, parameter)[2]
    for place in ((0, 0, 5), (1, 2, 63), (0, 1, 30)):
        found = slope(lambda moved: loss_and_gradients(moved, target, parameter)[0], x, place)
        assert found == pytest.approx(d_x[place], rel=1e-6, abs=1e-9)


def test_the_derivative_of_gelu_is_a_finite_difference():
    u = np.linspace(-6, 6, 101)
    assert gelu(u)[1] == pytest.approx((gelu(u + 1e-6)[0] - gelu(u - 1e-6)[0]) / 2e-6, abs=1e-8)
    assert gelu(np.array([0.0, 30.0, -30.0]))[0].tolist() == [0, 30, 0]


def test_normalised_rows_have_no_mean_and_unit_variance():
    z, inverse = normalised(np.random.default_rng(4).normal(3, 2, (5, 640)))
    assert np.allclose(z.mean(axis=1), 0)
    assert np.allclose(z.var(axis=1), 1, rtol=1e-4)
    assert np.allclose(inverse, 0.5, rtol=0.2)


def test_heads_are_taken_apart_and_joined():
    x = np.random.default_rng(5).random((2, 3, 4 * HEAD_DIM))
    assert np.array_equal(joined(heads_of(x)), x)
    assert np.array_equal(heads_of(x)[1, 2, 0], x[1, 0, 2 * HEAD_DIM : 3 * HEAD_DIM])


def test_the_layout_uses_every_number_once():
    width = 2 * HEAD_DIM
    counted = np.zeros(parameter_count(width))
    for part in split(counted, width).values():
        part += 1
    assert (counted == 1).all()
    assert list(split(counted, width)) == [name for name, _, _ in LAYOUT]


@pytest.mark.parametrize(
    ("batch", "tokens", "heads"), [(1, 1, 1), (3, 2, 1), (1, BLOCK - 1, 1), (2, BLOCK + 1, 2), (1, 2 * BLOCK + 7, 1)]
)
def test_lengths_around_the_blocks_agree_closely(batch, tokens, heads):
    arrays = KERNEL.inputs(6, batch=batch, tokens=tokens, heads=heads)
    expected = KERNEL.reference(**arrays)
    KERNEL.cpu(*arrays.values())
    for name in KERNEL.outputs:
        assert error(arrays[name], expected[name]) <= TIGHT, name


def step_of(arrays):
    """The outputs of one step on copies."""
    copies = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arrays.items()}
    KERNEL.cpu(*copies.values())
    return copies


def test_a_later_token_changes_nothing_before_it():
    arrays = KERNEL.inputs(7, batch=1, tokens=40, heads=1)
    changed = {**arrays, "x": arrays["x"].copy()}
    changed["x"][30:] += 1
    before, after = step_of(arrays), step_of(changed)
    assert np.allclose(before["middle"][:30], after["middle"][:30], atol=1e-6)
    assert not np.allclose(before["middle"][30:], after["middle"][30:], atol=1e-2)


def test_sequences_of_a_batch_do_not_see_each_other():
    arrays = KERNEL.inputs(8, batch=2, tokens=20, heads=1)
    changed = {**arrays, "x": arrays["x"].copy()}
    changed["x"][20:] *= -1
    assert np.array_equal(step_of(arrays)["d_x"][:20], step_of(changed)["d_x"][:20])


def test_the_loss_falls_when_steps_are_repeated():
    arrays = KERNEL.inputs(9, batch=2, tokens=16, heads=1)
    arrays["first"][:], arrays["second"][:] = 0, 0
    losses = []
    for step in range(1, 31):
        arrays["step"] = step
        KERNEL.cpu(*arrays.values())
        losses.append(float(arrays["loss"][0]))
    assert losses[-1] < 0.7 * losses[0]
    assert losses[1] < losses[0]


def test_a_met_target_has_no_loss_and_no_gradient():
    arrays = KERNEL.inputs(10, batch=1, tokens=9, heads=1)
    width = HEAD_DIM
    weights = split(arrays["parameter"], width)
    for name in ("w_out", "b_out", "w_down", "b_down"):
        weights[name][...] = 0
    arrays["target"][:] = arrays["x"]
    found = step_of(arrays)
    assert found["loss"][0] == 0
    assert not found["gradient"].any()
    assert not found["d_x"].any()


def test_flops_counted_by_loops():
    batch, tokens, heads = 2, 3, 1
    rows, width = batch * tokens, heads * HEAD_DIM
    products = [(width, 3 * width), (width, width), (width, 4 * width), (4 * width, width)]
    linear = sum(3 * 2 * rows * inner * outer for inner, outer in products)
    attention = 0
    for _sequence in range(batch):
        for _head in range(heads):
            for query in range(tokens):
                for _key in range(query + 1):
                    attention += (2 + 4) * 2 * HEAD_DIM
    assert KERNEL.work(batch=batch, tokens=tokens, heads=heads).flops == linear + attention


def test_sizes_that_do_not_fit_are_refused():
    arrays = KERNEL.inputs(11, batch=1, tokens=4, heads=1)
    with pytest.raises(ValueError, match="parameter, width or tokens do not fit"):
        KERNEL.cpu(*{**arrays, "tokens": 3}.values())
    for name in ("parameter", "first", "second", "gradient"):
        arrays[name] = np.zeros(arrays[name].size + 1, np.float32)
    with pytest.raises(ValueError, match="parameter, width or tokens do not fit"):
        KERNEL.cpu(*arrays.values())
