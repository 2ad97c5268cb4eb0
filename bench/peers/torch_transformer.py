"""Peer of transformer_block_training_step: torch's own layers, automatic gradients and fused AdamW."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable
from bench.peers.torch_library import torch, version
from kernels.training.adamw import BETA1, BETA2, DECAY, EPSILON
from kernels.training.transformer_reference import HEAD_DIM, split


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """One step on the kernel's own parameters and moments. Raises Unavailable.

    torch makes its own gradients. The first call copies them and the loss into the kernel's arrays, for the check.
    """
    library = torch(threads)
    fused = getattr(library, "_fused_adamw_", None)
    if fused is None:
        raise Unavailable("this torch has no fused AdamW")
    width = arrays["x"].shape[1]
    shape = (-1, arrays["tokens"], width)
    x = library.from_numpy(arrays["x"]).view(shape).requires_grad_()
    target = library.from_numpy(arrays["target"]).view(shape)
    state = {name: _tensors(library, arrays[name], width) for name in ("parameter", "first", "second")}
    p = {name: tensor.requires_grad_() for name, tensor in state["parameter"].items()}
    moments = [list(state[name].values()) for name in ("first", "second")]
    options = {"lr": arrays["rate"], "beta1": BETA1, "beta2": BETA2, "weight_decay": DECAY, "eps": EPSILON}
    steps = [library.tensor(float(arrays["step"])) for _ in p]
    unchecked = [True]

    def call() -> None:
        loss = _loss(library, x, target, p)
        slopes = library.autograd.grad(loss, [*p.values(), x])
        with library.no_grad():
            fused(list(p.values()), slopes[:-1], *moments, [], steps, amsgrad=False, maximize=False, **options)
            if unchecked:
                unchecked.clear()
                _copy(library, arrays, width, p, slopes, loss)

    return call


def _tensors(library: Any, flat: Any, width: int) -> dict[str, Any]:
    return {name: library.from_numpy(view) for name, view in split(flat, width).items()}


def _loss(library: Any, x: Any, target: Any, p: Mapping[str, Any]) -> Any:
    functional = library.nn.functional
    batch, tokens, width = x.shape
    h = functional.layer_norm(x, (width,), p["gain_1"], p["shift_1"])
    qkv = library.addmm(p["b_qkv"], h.view(-1, width), p["w_qkv"])
    q, k, v = qkv.view(batch, tokens, 3, width // HEAD_DIM, HEAD_DIM).permute(2, 0, 3, 1, 4)
    attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(-1, width)
    middle = x.view(-1, width) + library.addmm(p["b_out"], attended, p["w_out"])
    h = functional.layer_norm(middle, (width,), p["gain_2"], p["shift_2"])
    hidden = functional.gelu(library.addmm(p["b_up"], h, p["w_up"]), approximate="tanh")
    y = middle + library.addmm(p["b_down"], hidden, p["w_down"])
    return functional.mse_loss(y, target.view(-1, width))


def _copy(library: Any, arrays: Mapping[str, Any], width: int, p: Mapping[str, Any], slopes: Any, loss: Any) -> None:
    for view, slope in zip(_tensors(library, arrays["gradient"], width).values(), slopes, strict=False):
        view.copy_(slope)
    library.from_numpy(arrays["d_x"]).copy_(slopes[-1].view(-1, width))
    arrays["loss"][0] = float(loss)


PEER = Peer("torch autograd", ("transformer_block_training_step",), version, bind)
