"""Laws of the optimizer step."""

import numpy as np

from kernels import find
from kernels.training.adamw import BETA1, BETA2, DECAY, EPSILON

KERNEL = find("adamw")


def test_first_step_moves_by_the_rate_against_the_sign():
    gradient = np.array([3.0, -0.5, 1e-3, 0.0, 1e4], np.float32)
    parameter = np.array([1.0, 2.0, -1.0, 5.0, 0.0], np.float32)
    first, second = np.zeros_like(gradient), np.zeros_like(gradient)
    before, rate = parameter.astype(np.float64), 0.01
    KERNEL.cpu(parameter, gradient, first, second, rate, 1)
    expected = before * (1 - rate * DECAY) - rate * gradient / (np.abs(gradient) + EPSILON)
    assert np.allclose(parameter, expected, rtol=1e-6, atol=1e-7)
    assert np.allclose(first, (1 - BETA1) * gradient, rtol=1e-6)
    assert np.allclose(second, (1 - BETA2) * gradient.astype(np.float64) ** 2, rtol=1e-6)


def test_without_gradient_only_the_decay_acts():
    parameter = np.linspace(-1, 1, 101, dtype=np.float32)
    zero = np.zeros_like(parameter)
    before = parameter.copy()
    KERNEL.cpu(parameter, zero, zero.copy(), zero.copy(), 0.1, 7)
    assert np.allclose(parameter, before * (1 - 0.1 * DECAY), rtol=2e-7)


def test_finds_the_minimum_of_a_parabola():
    target = np.array([0.3, -0.2, 0.1], np.float32)
    parameter = np.zeros(3, np.float32)
    first, second = np.zeros_like(parameter), np.zeros_like(parameter)
    for step in range(1, 801):
        KERNEL.cpu(parameter, 2 * (parameter - target), first, second, 5e-3, step)
    assert np.allclose(parameter, target, atol=2e-3)


def test_repeated_steps_follow_the_reference():
    arrays = KERNEL.inputs(1, n=1001)
    exact = {name: value for name, value in arrays.items() if name not in KERNEL.outputs}
    state = {name: arrays[name].copy() for name in KERNEL.outputs}
    for step in range(1, 6):
        arrays["step"] = exact["step"] = step
        state = KERNEL.reference(**{name: {**exact, **state}[name] for name in arrays})
        KERNEL.cpu(*arrays.values())
    for name in KERNEL.outputs:
        assert np.allclose(arrays[name], state[name], rtol=1e-5, atol=1e-6)
