"""One training step of a multilayer perceptron: forward, backward and optimizer; its GFLOP/s give the MFU.

Formula  u = x W1 + b1;  y = gelu(u) W2 + b2;  loss = mean (y - target)^2; gradients by all parameters and by x;
         then one AdamW step on the parameters. Rows are `width` wide, 4 `width` inside; GELU in its tanh form.
Work     48 batch width^2 flops: 6 per weight and row, 2 each forward, backward by weights and backward by rows. The
         rest is not counted, so that GFLOP/s over the peak is the model FLOP utilisation. Bytes are those of
         inputs, state and results; activations live in a workspace and are not counted.
Method   Parameters, gradients and moments are one array each: W1, b1, W2, b2. The slope of GELU takes the place of u
         while u is at hand, the gradient by the hidden rows that of the rows. NaN in a row spreads from it.
Source   D. Rumelhart, G. Hinton, R. Williams, Nature 323, 1986; A. Chowdhery et al., PaLM, JMLR 24, 2023, appendix B.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import dense
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, compiled, fast_part
from kernels.elementary import GELU_CUBE, gelu, gelu_derivative
from kernels.spec import Kernel, Work
from kernels.training import adamw

HIDDEN = 4
COLUMNS = 64
STATE = 1e-3


def split(flat: Any, width: int) -> dict[str, Any]:
    """Views of the four parameters in one array of `parameter_count(width)`."""
    hidden = HIDDEN * width
    shapes = {"w_1": (width, hidden), "b_1": (hidden,), "w_2": (hidden, width), "b_2": (width,)}
    views, start = {}, 0
    for name, shape in shapes.items():
        views[name] = flat[start : start + int(np.prod(shape))].reshape(shape)
        start += int(np.prod(shape))
    return views


def parameter_count(width: int) -> int:
    """Weights and biases of both layers."""
    return 2 * HIDDEN * width**2 + (HIDDEN + 1) * width


def gelu_and_slope(u: Any) -> tuple[Any, Any]:
    """GELU in its tanh form and its derivative, in double precision."""
    root = np.sqrt(2 / np.pi)
    inner = np.tanh(root * (u + GELU_CUBE * u**3))
    slope = (1 + inner + u * (1 - inner**2) * root * (1 + 3 * GELU_CUBE * u**2)) / 2
    return u * (1 + inner) / 2, slope


def loss_and_gradients(x: Any, target: Any, parameter: Any) -> tuple[float, Any, Any]:
    """Loss, its gradient by the parameters as one array, and by x."""
    p = split(parameter, x.shape[1])
    hidden, slope = gelu_and_slope(x @ p["w_1"] + p["b_1"])
    difference = hidden @ p["w_2"] + p["b_2"] - target
    d_y = 2 * difference / difference.size
    d_u = (d_y @ p["w_2"].T) * slope
    gradients = (x.T @ d_u, d_u.sum(axis=0), hidden.T @ d_y, d_y.sum(axis=0))
    return float(np.mean(difference**2)), np.concatenate([g.ravel() for g in gradients]), d_u @ p["w_1"].T


def reference(
    x: Any, target: Any, parameter: Any, first: Any, second: Any, gradient: Any, d_x: Any, loss: Any,
    rate: float, step: int, **_workspace: Any,
) -> dict[str, Any]:  # fmt: skip
    """The formulas in double precision."""
    error, slopes, d_input = loss_and_gradients(*(array.astype(np.float64) for array in (x, target, parameter)))
    state = adamw.reference(parameter.astype(np.float64), slopes, first, second, rate, step)
    return {**state, "gradient": slopes, "d_x": d_input, "loss": np.array([error])}


@fast_part
def activate_row(u: Any, g: Any, bias: Any) -> None:
    """G = gelu(u + bias), and u becomes the slope there."""
    for j in range(u.size):
        value = u[j] + bias[j]
        g[j] = gelu(value)
        u[j] = gelu_derivative(value)


@fast_part
def differ(y: Any, target: Any, bias: Any, scale: Any, d_bias: Any) -> Any:
    """Some columns: y becomes scale times the error of y + bias, d_bias its sum over rows; their squared errors."""
    squares = np.float32(0)
    d_bias[:] = 0
    for row in range(y.shape[0]):
        for j in range(bias.size):
            difference = y[row, j] + bias[j] - target[row, j]
            squares += difference * difference
            y[row, j] = scale * difference
            d_bias[j] += scale * difference
    return squares


@fast_part
def multiply_slopes(d_g: Any, slope: Any, d_bias: Any) -> None:
    """Some columns: d_g becomes the gradient by u, d_bias its sum over rows."""
    d_bias[:] = 0
    for row in range(d_g.shape[0]):
        for j in range(d_bias.size):
            value = d_g[row, j] * slope[row, j]
            d_g[row, j] = value
            d_bias[j] += value


@compiled(
    x="float32 batch width",
    target="float32 batch width",
    parameter="float32 parameters",
    first="float32 parameters",
    second="float32 parameters",
    gradient="float32 parameters",
    d_x="float32 batch width",
    loss="float32 1",
    rate="float64",
    step="int64",
    u="float32 batch hidden",
    g="float32 batch hidden",
    y="float32 batch width",
    fastmath=FAST_MATH,
)
def mlp_training_step(
    x: Any, target: Any, parameter: Any, first: Any, second: Any, gradient: Any, d_x: Any, loss: Any,
    rate: float, step: int, u: Any, g: Any, y: Any,
) -> None:  # fmt: skip
    """Rows, columns or parameters in parallel between products that use all threads themselves."""
    (n, w), h = x.shape, u.shape[1]
    b_1, w_2, b_2 = w * h, (w + 1) * h, (2 * w + 1) * h
    if h != HIDDEN * w or parameter.size != b_2 + w:
        raise ValueError("mlp_training_step: the parameters or the workspace do not fit the rows of x")
    dense.multiply(n, h, w, 1.0, dense.Matrix(x, 0, w, 1), dense.Matrix(parameter, 0, h, 1), 0.0, u, 0, h)
    for row in prange(n):
        activate_row(u[row], g[row], parameter[b_1:w_2])
    dense.multiply(n, w, h, 1.0, dense.Matrix(g, 0, h, 1), dense.Matrix(parameter, w_2, w, 1), 0.0, y, 0, w)
    squares, scale = np.float32(0), np.float32(2) / np.float32(x.size)
    for piece in prange((w + COLUMNS - 1) // COLUMNS):
        j0, j1 = piece * COLUMNS, min(w, (piece + 1) * COLUMNS)
        at, end = b_2 + j0, b_2 + j1
        squares += differ(y[:, j0:j1], target[:, j0:j1], parameter[at:end], scale, gradient[at:end])
    loss[0] = squares / np.float32(x.size)
    dense.multiply(h, w, n, 1.0, dense.Matrix(g, 0, 1, h), dense.Matrix(y, 0, w, 1), 0.0, gradient, w_2, w)
    dense.multiply(n, h, w, 1.0, dense.Matrix(y, 0, w, 1), dense.Matrix(parameter, w_2, 1, w), 0.0, g, 0, h)
    for piece in prange((h + COLUMNS - 1) // COLUMNS):
        j0, j1 = piece * COLUMNS, min(h, (piece + 1) * COLUMNS)
        multiply_slopes(g[:, j0:j1], u[:, j0:j1], gradient[b_1 + j0 : b_1 + j1])
    dense.multiply(w, h, n, 1.0, dense.Matrix(x, 0, 1, w), dense.Matrix(g, 0, h, 1), 0.0, gradient, 0, h)
    dense.multiply(n, w, h, 1.0, dense.Matrix(g, 0, h, 1), dense.Matrix(parameter, 0, 1, h), 0.0, d_x, 0, w)
    of_step = adamw.factors(rate, step)
    for i in prange(parameter.size):
        adamw.update(parameter, gradient, first, second, i, of_step)


def inputs(seed: int, batch: int, width: int) -> dict[str, Any]:
    """Small random weights in the middle of training, random rows and a random target."""
    random = np.random.default_rng(seed)
    arrays: dict[str, Any] = {name: uniform(random, (batch, width), np.float32) for name in ("x", "target")}
    for name in ("parameter", "first", "second"):
        arrays[name] = uniform(random, parameter_count(width), np.float32)
    arrays["parameter"] *= np.float32(1 / np.sqrt(width))
    arrays["first"] *= STATE
    arrays["second"][:] = STATE + arrays["second"] ** 2
    arrays["gradient"] = poisoned(parameter_count(width), np.float32)
    arrays["d_x"], arrays["loss"] = poisoned((batch, width), np.float32), poisoned(1, np.float32)
    arrays.update({"rate": 1e-3, "step": 10})
    for name in ("u", "g"):
        arrays[name] = poisoned((batch, HIDDEN * width), np.float32)
    return {**arrays, "y": poisoned((batch, width), np.float32)}


def work(batch: int, width: int) -> Work:
    """Counts for one step."""
    parameters = parameter_count(width)
    return Work(
        flops=48 * batch * width**2,
        bytes_read=8 * batch * width + 12 * parameters,
        bytes_written=4 * batch * width + 16 * parameters + 4,
        formula="P = 8 width^2 + 5 width; flops = 48 batch width^2, 6 per weight and row; "
        "bytes = 8 batch width + 12 P read + 4 batch width + 16 P + 4 written",
    )


MLP_TRAINING_STEP = Kernel(
    name="mlp_training_step",
    story="Training of neural networks: two dense layers, forward, backward and optimizer in one call.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"batch": 256, "width": 256},
        "standard": {"batch": 512, "width": 512},
        "full": {"batch": 1024, "width": 1024},
    },
    inputs=inputs,
    outputs=("parameter", "first", "second", "gradient", "d_x", "loss"),
    updates=("parameter", "first", "second"),
    workspace=("u", "g", "y"),
    reference=reference,
    cpu=mlp_training_step,
    work=work,
    rtol=1e-5,
    tolerance="three products in a row, each a sum of up to 4096 terms that errs like 64 unit roundoffs (6e-8)",
    source="Rumelhart, Hinton and Williams, Nature 323, 1986",
    goals={"best": 1.0},
)
