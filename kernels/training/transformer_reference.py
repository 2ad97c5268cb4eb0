"""The transformer block in NumPy and double precision: loss and gradients, formula by formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.elementary import GELU_CUBE

HEAD_DIM = 64
EPSILON = 1e-5
# name, first axis and second axis in widths; a second axis of 0 marks a vector
LAYOUT = (
    ("w_qkv", 1, 3),
    ("w_out", 1, 1),
    ("w_up", 1, 4),
    ("w_down", 4, 1),
    ("b_qkv", 3, 0),
    ("b_out", 1, 0),
    ("b_up", 4, 0),
    ("b_down", 1, 0),
    ("gain_1", 1, 0),
    ("shift_1", 1, 0),
    ("gain_2", 1, 0),
    ("shift_2", 1, 0),
)


def parameter_count(width: int) -> int:
    """Numbers in a block: 12 width^2 + 13 width."""
    return 12 * width**2 + 13 * width


def split(flat: Any, width: int) -> dict[str, Any]:
    """Views of the weights (in, out), biases, gains and shifts inside one flat array."""
    found, at = {}, 0
    for name, rows, columns in LAYOUT:
        shape = (rows * width, columns * width) if columns else (rows * width,)
        size = int(np.prod(shape))
        found[name] = flat[at : at + size].reshape(shape)
        at += size
    return found


def normalised(x: Any) -> tuple[Any, Any]:
    """(z, 1 / root) of every row: z = (x - mean) / sqrt(variance + epsilon)."""
    inverse = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + EPSILON)
    return (x - x.mean(axis=-1, keepdims=True)) * inverse, inverse


def normalised_back(z: Any, inverse: Any, g: Any) -> Any:
    """Gradient by x from the gradient g by z."""
    return (g - g.mean(axis=-1, keepdims=True) - z * (g * z).mean(axis=-1, keepdims=True)) * inverse


def gelu(u: Any) -> tuple[Any, Any]:
    """GELU in its tanh form, and its derivative."""
    root = np.sqrt(2 / np.pi)
    bent = np.tanh(root * (u + GELU_CUBE * u**3))
    slope = (1 + bent) / 2 + u * (1 - bent**2) * root * (1 + 3 * GELU_CUBE * u**2) / 2
    return u * (1 + bent) / 2, slope


def heads_of(x: Any) -> Any:
    """(batch, tokens, width) as (batch, heads, tokens, 64)."""
    batch, tokens, width = x.shape
    return x.reshape(batch, tokens, width // HEAD_DIM, HEAD_DIM).transpose(0, 2, 1, 3)


def joined(x: Any) -> Any:
    """The inverse of `heads_of`."""
    batch, heads, tokens, _ = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch, tokens, heads * HEAD_DIM)


def loss_and_gradients(x: Any, target: Any, parameter: Any) -> tuple[float, Any, Any]:
    """(mean squared error, gradient by the parameters, gradient by x) of y = block(x) against the target.

    x, target (batch, tokens, width) and parameter (12 width^2 + 13 width) in float64.
    """
    width = x.shape[2]
    p = split(parameter, width)
    z_1, inverse_1 = normalised(x)
    h_1 = z_1 * p["gain_1"] + p["shift_1"]
    q, k, v = (heads_of(part) for part in np.split(h_1 @ p["w_qkv"] + p["b_qkv"], 3, axis=2))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(HEAD_DIM)
    scores[..., np.triu(np.ones(scores.shape[2:], bool), 1)] = -np.inf
    weights = np.exp(scores - scores.max(axis=3, keepdims=True))
    weights /= weights.sum(axis=3, keepdims=True)
    attended = joined(weights @ v)
    middle = x + attended @ p["w_out"] + p["b_out"]
    z_2, inverse_2 = normalised(middle)
    h_2 = z_2 * p["gain_2"] + p["shift_2"]
    hidden, slope = gelu(h_2 @ p["w_up"] + p["b_up"])
    y = middle + hidden @ p["w_down"] + p["b_down"]
    loss = float(np.mean((y - target) ** 2))

    gradient = np.empty(parameter.size)
    d = split(gradient, width)
    d_y = 2 * (y - target) / y.size
    d["w_down"][...], d["b_down"][...] = product(hidden, d_y), d_y.sum((0, 1))
    d_u = (d_y @ p["w_down"].T) * slope
    d["w_up"][...], d["b_up"][...] = product(h_2, d_u), d_u.sum((0, 1))
    d_h = d_u @ p["w_up"].T
    d["gain_2"][...], d["shift_2"][...] = (d_h * z_2).sum((0, 1)), d_h.sum((0, 1))
    d_middle = d_y + normalised_back(z_2, inverse_2, d_h * p["gain_2"])
    d["w_out"][...], d["b_out"][...] = product(attended, d_middle), d_middle.sum((0, 1))
    d_qkv = attention_back(q, k, v, weights, heads_of(d_middle @ p["w_out"].T))
    d["w_qkv"][...], d["b_qkv"][...] = product(h_1, d_qkv), d_qkv.sum((0, 1))
    d_h = d_qkv @ p["w_qkv"].T
    d["gain_1"][...], d["shift_1"][...] = (d_h * z_1).sum((0, 1)), d_h.sum((0, 1))
    return loss, gradient, d_middle + normalised_back(z_1, inverse_1, d_h * p["gain_1"])


def product(left: Any, right: Any) -> Any:
    """Sum over all tokens of the outer products of their rows."""
    return left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2])


def attention_back(q: Any, k: Any, v: Any, weights: Any, d_out: Any) -> Any:
    """Gradient by queries, keys and values, side by side, from the gradient by the output of every head."""
    slopes = d_out @ v.swapaxes(2, 3)
    slopes = weights * (slopes - (weights * slopes).sum(axis=3, keepdims=True)) / np.sqrt(HEAD_DIM)
    parts = (slopes @ k, slopes.swapaxes(2, 3) @ q, weights.swapaxes(2, 3) @ d_out)
    return np.concatenate([joined(part) for part in parts], axis=2)
