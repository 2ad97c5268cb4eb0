"""Laws of the training step of a multilayer perceptron: gradients are slopes, and steps lower the loss."""

import numpy as np
import pytest

from kernels import find
from kernels.training.adamw import BETA1, DECAY
from kernels.training.mlp_training_step import (
    COLUMNS,
    gelu_and_slope,
    loss_and_gradients,
    parameter_count,
    split,
)
from tests.kernels.checks import error

KERNEL = find("mlp_training_step")


def doubles(batch, width):
    """x, target and parameters in double precision."""
    arrays = KERNEL.inputs(1, batch=batch, width=width)
    return tuple(arrays[name].astype(np.float64) for name in ("x", "target", "parameter"))


def slope(function, values, index):
    """Finite difference of a function by one number, in double precision."""
    step, ends = 1e-5, []
    for sign in (1, -1):
        moved = values.copy()
        moved.flat[index] += sign * step
        ends.append(function(moved))
    return (ends[0] - ends[1]) / (2 * step)


def test_gradients_of_the_reference_are_slopes_of_its_loss():
    x, target, parameter = doubles(batch=5, width=3)
    _, gradient, d_x = loss_and_gradients(x, target, parameter)
    for index in range(parameter.size):
        found = slope(lambda moved: loss_and_gradients(x, target, moved)[0], parameter, index)
        assert gradient[index] == pytest.approx(found, rel=1e-6, abs=1e-9)
    for index in range(x.size):
        found = slope(lambda moved: loss_and_gradients(moved, target, parameter)[0], x, index)
        assert d_x.flat[index] == pytest.approx(found, rel=1e-6, abs=1e-9)


def test_slope_of_gelu():
    u = np.linspace(-6, 6, 41)
    found, slopes = gelu_and_slope(u)
    assert found == pytest.approx(u * (1 + np.tanh(np.sqrt(2 / np.pi) * (u + 0.044715 * u**3))) / 2)
    step = 1e-6
    assert slopes == pytest.approx((gelu_and_slope(u + step)[0] - gelu_and_slope(u - step)[0]) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("width", [COLUMNS // 4 - 1, COLUMNS // 4 + 1, COLUMNS - 1, COLUMNS, COLUMNS + 1])
def test_widths_around_the_blocks_of_columns(width):
    arrays = KERNEL.inputs(2, batch=7, width=width)
    expected = KERNEL.reference(**arrays)
    KERNEL.cpu(*arrays.values())
    for name in KERNEL.outputs:
        assert error(arrays[name], expected[name]) <= KERNEL.rtol, name


def test_two_steps_follow_the_reference():
    arrays = KERNEL.inputs(3, batch=20, width=24)
    state = {name: arrays[name].copy() for name in KERNEL.updates}
    for step in (1, 2):
        arrays["step"] = step
        expected = KERNEL.reference(**{**arrays, **state})
        KERNEL.cpu(*arrays.values())
        state = {name: expected[name] for name in KERNEL.updates}
        for name in KERNEL.outputs:
            assert error(arrays[name], expected[name]) <= 2 * KERNEL.rtol, name


def test_steps_lower_the_loss():
    arrays = KERNEL.inputs(4, batch=32, width=16)
    arrays["first"][:] = arrays["second"][:] = 0
    losses = []
    for step in range(1, 41):
        arrays["step"] = step
        KERNEL.cpu(*arrays.values())
        losses.append(float(arrays["loss"][0]))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.8 * losses[0]


def test_at_the_target_only_moments_and_decay_act():
    arrays = KERNEL.inputs(5, batch=4, width=8)
    for name in ("parameter", "first", "second"):
        arrays[name][:] = 0
    last = split(arrays["parameter"], 8)
    last["b_2"][:] = arrays["target"][:] = np.arange(8, dtype=np.float32)
    arrays["first"][0] = 1
    before = arrays["parameter"].copy()
    KERNEL.cpu(*arrays.values())
    assert arrays["loss"][0] == 0
    assert (arrays["gradient"] == 0).all()
    assert arrays["first"][0] == np.float32(BETA1)
    assert np.allclose(arrays["parameter"][1:], before[1:] * (1 - arrays["rate"] * DECAY), rtol=1e-6)


def test_rows_of_gradients_do_not_mix_and_nan_stays_in_its_row():
    arrays = KERNEL.inputs(6, batch=9, width=10)
    arrays["x"][4, 2] = np.nan
    KERNEL.cpu(*arrays.values())
    assert np.isnan(arrays["d_x"][4]).all()
    assert np.isfinite(np.delete(arrays["d_x"], 4, axis=0)).all()
    assert np.isnan(arrays["loss"][0])


def test_parameters_and_workspace_of_another_width_are_refused():
    arrays = KERNEL.inputs(7, batch=2, width=3)
    for name in ("parameter", "first", "second", "gradient"):
        arrays[name] = np.zeros(parameter_count(4), np.float32)
    with pytest.raises(ValueError, match="do not fit the rows of x"):
        KERNEL.cpu(*arrays.values())


def test_parameters_in_one_array():
    views = split(np.arange(parameter_count(3)), 3)
    assert {name: view.shape for name, view in views.items()} == {
        "w_1": (3, 12),
        "b_1": (12,),
        "w_2": (12, 3),
        "b_2": (3,),
    }
    assert np.array_equal(np.concatenate([view.ravel() for view in views.values()]), np.arange(parameter_count(3)))


def test_flops_are_six_per_weight_and_row():
    batch, width = 5, 3
    products = [(batch, 12, width), (batch, width, 12)]
    backward = [(12, width, batch), (batch, 12, width), (width, 12, batch), (batch, width, 12)]
    flops = sum(2 * m * n * k for m, n, k in products + backward)
    assert KERNEL.work(batch=batch, width=width).flops == flops == 6 * (2 * width * 12) * batch
