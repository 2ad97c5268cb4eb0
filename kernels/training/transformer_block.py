"""One training step of a transformer block: forward, backward and optimizer, the unit of language-model training.

Formula  m = x + attention(norm_1(x) W_qkv + b_qkv) W_out + b_out;  y = m + gelu(norm_2(m) W_up + b_up) W_down + b_down;
         causal attention of heads of 64; loss = mean (y - target)^2; gradients by all parameters and by x;
         then one AdamW step on the parameters. W = 64 heads wide, 4 W inside, N = batch tokens rows.
Work     72 N W^2 flops for the products (24 forward, 48 backward) and 6 N W (tokens + 1) for attention, of which
         the causal half is counted; the rest is not. So GFLOP/s over the peak is the model FLOP utilisation.
         Bytes are those of inputs, state and results; activations live in a workspace and are not counted.
Method   Parameters, gradients and moments are one array each. Biases and residuals are written into the result of
         a product before it is added; attention is computed anew in the backward pass (`kernels.training.flash`).
Source   A. Radford et al., Language models are unsupervised multitask learners, 2019; A. Vaswani et al., NeurIPS 2017;
         A. Chowdhery et al., PaLM, JMLR 24, 2023, appendix B (model FLOP utilisation).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import dense
from kernels.arrays import poisoned, uniform
from kernels.compile import FAST_MATH, compiled, fast_part, part, woven_part
from kernels.spec import Kernel, Work
from kernels.training import adamw, flash, flash_backward
from kernels.training.block_rows import (
    activate,
    add_columns,
    add_normalised,
    begin_backward,
    differentiate_normalised,
    normalise,
)
from kernels.training.flash import HEAD_DIM
from kernels.training.transformer_reference import loss_and_gradients, parameter_count, split

STATE = 1e-3
NARROW = ("h_1", "h_2", "middle", "attended", "d_attended", "y", "d_middle")
WIDE = {"qkv": 3, "d_qkv": 3, "u": 4, "g": 4, "d_g": 4}
WORKSPACE = (*NARROW, *WIDE, "lse", "kept")


def reference(
    x: Any, target: Any, parameter: Any, first: Any, second: Any, gradient: Any, d_x: Any, loss: Any,
    rate: float, step: int, tokens: int, **_workspace: Any,
) -> dict[str, Any]:  # fmt: skip
    """The formulas in double precision."""
    shape = (-1, tokens, x.shape[1])
    wide_x, wide_target = (array.astype(np.float64).reshape(shape) for array in (x, target))
    error, slopes, d_input = loss_and_gradients(wide_x, wide_target, parameter.astype(np.float64))
    state = adamw.reference(parameter.astype(np.float64), slopes, first, second, rate, step)
    return {**state, "gradient": slopes, "d_x": d_input.reshape(x.shape), "loss": np.array([error])}


@part
def matrix(flat: Any, start: int, columns: int) -> Any:
    """A weight matrix (in, out) as an operand."""
    return dense.Matrix(flat, start, columns, 1)


@part
def transposed(flat: Any, start: int, columns: int) -> Any:
    """Its transpose."""
    return dense.Matrix(flat, start, 1, columns)


@fast_part
def begin_attention(x: Any, row: int, parameter: Any, h: Any, qkv: Any, m: Any, kept: Any) -> None:
    """Normalise a row and write the biases where the two products of attention are added."""
    width = x.shape[1]
    vectors = 12 * width * width
    normalise(x, row, parameter, vectors + 9 * width, vectors + 10 * width, h, kept, 0)
    for j in range(3 * width):
        qkv[row, j] = parameter[vectors + j]
    for j in range(width):
        m[row, j] = x[row, j] + parameter[vectors + 3 * width + j]


@fast_part
def begin_hidden(m: Any, row: int, parameter: Any, h: Any, u: Any, y: Any, kept: Any) -> None:
    """The same before the two products of the hidden layer."""
    width = m.shape[1]
    vectors = 12 * width * width
    normalise(m, row, parameter, vectors + 11 * width, vectors + 12 * width, h, kept, 2)
    for j in range(4 * width):
        u[row, j] = parameter[vectors + 4 * width + j]
    for j in range(width):
        y[row, j] = m[row, j] + parameter[vectors + 8 * width + j]


@woven_part
def attention_forward(
    x: Any, parameter: Any, tokens: int, h: Any, qkv: Any, attended: Any, lse: Any, m: Any, kept: Any
) -> None:
    """First half: m = x + attention(norm(x) W_qkv + b_qkv) W_out + b_out."""
    n, w = x.shape
    for row in prange(n):
        begin_attention(x, row, parameter, h, qkv, m, kept)
    dense.multiply(n, 3 * w, w, 1.0, matrix(h, 0, w), matrix(parameter, 0, 3 * w), 1.0, qkv, 0, 3 * w)
    for start in range(0, n, tokens):
        q, k, v = start * 3 * w, (start * 3 + 1) * w, (start * 3 + 2) * w
        flash.attention_forward(
            w // HEAD_DIM, HEAD_DIM, tokens, 1, qkv, q, qkv, k, qkv, v, 3 * w,
            attended[start:], HEAD_DIM, w, lse[start:],
        )  # fmt: skip
    dense.multiply(n, w, w, 1.0, matrix(attended, 0, w), matrix(parameter, 3 * w * w, w), 1.0, m, 0, w)


@woven_part
def hidden_forward(m: Any, parameter: Any, h: Any, u: Any, g: Any, y: Any, kept: Any) -> None:
    """Second half: y = m + gelu(norm(m) W_up + b_up) W_down + b_down; u becomes the derivative of gelu."""
    n, w = m.shape
    for row in prange(n):
        begin_hidden(m, row, parameter, h, u, y, kept)
    dense.multiply(n, 4 * w, w, 1.0, matrix(h, 0, w), matrix(parameter, 4 * w * w, 4 * w), 1.0, u, 0, 4 * w)
    for row in prange(n):
        activate(u, row, g)
    dense.multiply(n, w, 4 * w, 1.0, matrix(g, 0, 4 * w), matrix(parameter, 8 * w * w, w), 1.0, y, 0, w)


@woven_part
def hidden_backward(d_y: Any, parameter: Any, gradient: Any, h: Any, u: Any, g: Any, d_g: Any) -> None:
    """Gradients of W_down and W_up; h becomes the gradient by the normalised rows, d_g that by the sums in front."""
    n, w = d_y.shape
    up, down = 4 * w * w, 8 * w * w
    dense.multiply(4 * w, w, n, 1.0, transposed(g, 0, 4 * w), matrix(d_y, 0, w), 0.0, gradient, down, w)
    dense.multiply(n, 4 * w, w, 1.0, matrix(d_y, 0, w), transposed(parameter, down, w), 0.0, d_g, 0, 4 * w)
    for row in prange(n):
        for j in range(4 * w):
            d_g[row, j] *= u[row, j]
    dense.multiply(w, 4 * w, n, 1.0, transposed(h, 0, w), matrix(d_g, 0, 4 * w), 0.0, gradient, up, 4 * w)
    dense.multiply(n, w, 4 * w, 1.0, matrix(d_g, 0, 4 * w), transposed(parameter, up, 4 * w), 0.0, h, 0, w)


@woven_part
def attention_backward(
    d_m: Any, parameter: Any, gradient: Any, tokens: int, h: Any, qkv: Any, attended: Any, lse: Any,
    d_attended: Any, d_qkv: Any,
) -> None:  # fmt: skip
    """Gradients of W_out and W_qkv, and by queries, keys and values; h becomes the gradient by the normalised rows."""
    n, w = d_m.shape
    out = 3 * w * w
    dense.multiply(w, w, n, 1.0, transposed(attended, 0, w), matrix(d_m, 0, w), 0.0, gradient, out, w)
    dense.multiply(n, w, w, 1.0, matrix(d_m, 0, w), transposed(parameter, out, w), 0.0, d_attended, 0, w)
    for start in range(0, n, tokens):
        q, k, v = start * 3 * w, (start * 3 + 1) * w, (start * 3 + 2) * w
        flash_backward.attention_backward(
            w // HEAD_DIM, HEAD_DIM, tokens, 1, qkv, q, qkv, k, qkv, v, 3 * w,
            attended[start:], d_attended[start:], HEAD_DIM, w, lse[start:], d_qkv, q, d_qkv, k, d_qkv, v,
        )  # fmt: skip
    dense.multiply(w, 3 * w, n, 1.0, transposed(h, 0, w), matrix(d_qkv, 0, 3 * w), 0.0, gradient, 0, 3 * w)
    dense.multiply(n, w, 3 * w, 1.0, matrix(d_qkv, 0, 3 * w), transposed(parameter, 0, 3 * w), 0.0, h, 0, w)


@fast_part
def sum_columns(column: int, w: int, d_qkv: Any, d_m: Any, d_g: Any, d_y: Any, gradient: Any, to: int) -> None:
    """Gradients of the biases, in one head's columns."""
    for third in range(3):
        add_columns(d_qkv, third * w + column, HEAD_DIM, gradient, to + third * w)
    add_columns(d_m, column, HEAD_DIM, gradient, to + 3 * w)
    for quarter in range(4):
        add_columns(d_g, quarter * w + column, HEAD_DIM, gradient, to + (4 + quarter) * w)
    add_columns(d_y, column, HEAD_DIM, gradient, to + 8 * w)


@compiled(
    x="float32 rows width",
    target="float32 rows width",
    parameter="float32 parameters",
    first="float32 parameters",
    second="float32 parameters",
    gradient="float32 parameters",
    d_x="float32 rows width",
    loss="float32 1",
    rate="float64",
    step="int64",
    tokens="int64",
    h_1="float32 rows width",
    h_2="float32 rows width",
    middle="float32 rows width",
    attended="float32 rows width",
    d_attended="float32 rows width",
    y="float32 rows width",
    d_middle="float32 rows width",
    qkv="float32 rows qkv_width",
    d_qkv="float32 rows qkv_width",
    u="float32 rows hidden",
    g="float32 rows hidden",
    d_g="float32 rows hidden",
    lse="float32 rows heads",
    kept="float32 5 rows",
    fastmath=FAST_MATH,
)
def transformer_block_training_step(
    x: Any, target: Any, parameter: Any, first: Any, second: Any, gradient: Any, d_x: Any, loss: Any,
    rate: float, step: int, tokens: int, h_1: Any, h_2: Any, middle: Any, attended: Any, d_attended: Any,
    y: Any, d_middle: Any, qkv: Any, d_qkv: Any, u: Any, g: Any, d_g: Any, lse: Any, kept: Any,
) -> None:  # fmt: skip
    """Rows and heads in parallel between products that use all threads themselves."""
    n, w = x.shape
    if parameter.size != 12 * w * w + 13 * w or w % HEAD_DIM != 0 or n % tokens != 0:
        raise ValueError("transformer_block_training_step: parameter, width or tokens do not fit the rows of x")
    if qkv.shape[1] != 3 * w or u.shape[1] != 4 * w or lse.shape[1] * HEAD_DIM != w:
        raise ValueError("transformer_block_training_step: the workspace does not fit the rows of x")
    attention_forward(x, parameter, tokens, h_1, qkv, attended, lse, middle, kept)
    hidden_forward(middle, parameter, h_2, u, g, y, kept)
    for row in prange(n):
        kept[4, row] = begin_backward(y, target, row)
    hidden_backward(y, parameter, gradient, h_2, u, g, d_g)
    for row in prange(n):
        differentiate_normalised(middle, row, parameter, (12 * w + 11) * w, kept, 2, h_2, y, d_middle)
    attention_backward(d_middle, parameter, gradient, tokens, h_1, qkv, attended, lse, d_attended, d_qkv)
    for row in prange(n):
        differentiate_normalised(x, row, parameter, (12 * w + 9) * w, kept, 0, h_1, d_middle, d_x)
    for head in prange(w // HEAD_DIM):
        column, to = head * HEAD_DIM, 12 * w * w + head * HEAD_DIM
        sum_columns(column, w, d_qkv, d_middle, d_g, y, gradient, to)
        add_normalised(x, kept, 0, h_1, column, HEAD_DIM, gradient, to + 9 * w)
        add_columns(h_1, column, HEAD_DIM, gradient, to + 10 * w)
        add_normalised(middle, kept, 2, h_2, column, HEAD_DIM, gradient, to + 11 * w)
        add_columns(h_2, column, HEAD_DIM, gradient, to + 12 * w)
    of_step = adamw.factors(rate, step)
    for i in prange(parameter.size):
        adamw.update(parameter, gradient, first, second, i, of_step)
    error = np.float32(0)
    for row in range(n):
        error += kept[4, row]
    loss[0] = error / np.float32(x.size)


def inputs(seed: int, batch: int, tokens: int, heads: int) -> dict[str, Any]:
    """A block with small random weights in the middle of training, random rows and a random target."""
    random = np.random.default_rng(seed)
    rows, width = batch * tokens, heads * HEAD_DIM
    arrays: dict[str, Any] = {name: uniform(random, (rows, width), np.float32) for name in ("x", "target")}
    for name in ("parameter", "first", "second"):
        arrays[name] = uniform(random, parameter_count(width), np.float32)
    arrays["parameter"] *= np.float32(1 / np.sqrt(width))
    for name in ("gain_1", "gain_2"):
        split(arrays["parameter"], width)[name][:] += 1
    arrays["first"] *= STATE
    arrays["second"][:] = STATE + arrays["second"] ** 2
    arrays["gradient"] = poisoned(parameter_count(width), np.float32)
    arrays["d_x"], arrays["loss"] = poisoned((rows, width), np.float32), poisoned(1, np.float32)
    arrays.update({"rate": 1e-3, "step": 10, "tokens": tokens})
    for name in NARROW:
        arrays[name] = poisoned((rows, width), np.float32)
    for name, widths in WIDE.items():
        arrays[name] = poisoned((rows, widths * width), np.float32)
    arrays["lse"] = poisoned((rows, heads), np.float32)
    return {**arrays, "kept": poisoned((5, rows), np.float32)}


def work(batch: int, tokens: int, heads: int) -> Work:
    """Counts for one step."""
    rows, width = batch * tokens, heads * HEAD_DIM
    parameters = parameter_count(width)
    return Work(
        flops=72 * rows * width**2 + 6 * rows * width * (tokens + 1),
        bytes_read=8 * rows * width + 12 * parameters,
        bytes_written=4 * rows * width + 16 * parameters + 4,
        formula="N = batch tokens, W = 64 heads, P = 12 W^2 + 13 W; flops = 72 N W^2 + 6 N W (tokens + 1); "
        "bytes = 8 N W + 12 P read + 4 N W + 16 P + 4 written",
    )


TRANSFORMER_BLOCK_TRAINING_STEP = Kernel(
    name="transformer_block_training_step",
    story="Training of large language models: one block, forward, backward and optimizer.",
    limit="compute",
    precision="fp32",
    sizes={
        "quick": {"batch": 2, "tokens": 256, "heads": 4},
        "standard": {"batch": 4, "tokens": 256, "heads": 8},
        "full": {"batch": 4, "tokens": 512, "heads": 16},
    },
    inputs=inputs,
    outputs=("parameter", "first", "second", "gradient", "d_x", "loss"),
    updates=("parameter", "first", "second"),
    workspace=WORKSPACE,
    reference=reference,
    cpu=transformer_block_training_step,
    work=work,
    rtol=1e-5,
    tolerance="a gradient passes ten products in a row; sums of up to 4096 terms err like 64 unit roundoffs (6e-8)",
    source="Radford et al., 2019; Vaswani et al., NeurIPS 2017",
    goals={"best": 1.0},
    small_sizes=(
        {"batch": 1, "tokens": 1, "heads": 1},
        {"batch": 2, "tokens": 2, "heads": 2},
        {"batch": 3, "tokens": 31, "heads": 1},
        {"batch": 1, "tokens": 101, "heads": 3},
        {"batch": 41, "tokens": 3, "heads": 1},
    ),
)
