"""Peers of mlp_training_step: torch's automatic gradients, and the same step written out call by call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable
from bench.peers.torch_library import torch, version
from kernels.training.adamw import BETA1, BETA2, DECAY, EPSILON
from kernels.training.mlp_training_step import split

Tensors = Mapping[str, Any]


def _optimizer(library: Any, arrays: Mapping[str, Any]) -> Callable[[list[Any]], None]:
    """Torch's fused AdamW on the kernel's own parameters and moments, for a list of gradients."""
    fused = getattr(library, "_fused_adamw_", None)
    if fused is None:
        raise Unavailable("this torch has no fused AdamW")
    state = [list(_tensors(library, arrays, name).values()) for name in ("parameter", "first", "second")]
    options = {"lr": arrays["rate"], "beta1": BETA1, "beta2": BETA2, "weight_decay": DECAY, "eps": EPSILON}
    steps = [library.tensor(float(arrays["step"])) for _ in state[0]]

    def update(gradients: list[Any]) -> None:
        fused(state[0], gradients, *state[1:], [], steps, amsgrad=False, maximize=False, **options)

    return update


def _tensors(library: Any, arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    width = arrays["x"].shape[1]
    return {key: library.from_numpy(view) for key, view in split(arrays[name], width).items()}


def bind_automatic(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """One step by autograd. Raises Unavailable.

    torch makes its own gradients. The first call copies them and the loss into the kernel's arrays, for the check.
    """
    library = torch(threads)
    functional = library.nn.functional
    update = _optimizer(library, arrays)
    p = {name: tensor.requires_grad_() for name, tensor in _tensors(library, arrays, "parameter").items()}
    x, target = library.from_numpy(arrays["x"]).requires_grad_(), library.from_numpy(arrays["target"])
    unchecked = [(*_tensors(library, arrays, "gradient").values(), library.from_numpy(arrays["d_x"]))]

    def call() -> None:
        hidden = functional.gelu(library.addmm(p["b_1"], x, p["w_1"]), approximate="tanh")
        loss = functional.mse_loss(library.addmm(p["b_2"], hidden, p["w_2"]), target)
        slopes = library.autograd.grad(loss, [*p.values(), x])
        with library.no_grad():
            update(list(slopes[:-1]))
        if unchecked:
            for mine, theirs in zip(unchecked.pop(), slopes, strict=True):
                mine.copy_(theirs)
            arrays["loss"][0] = loss.item()

    return call


def bind_by_hand(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """One step without autograd, into the kernel's own gradients and workspace. Raises Unavailable."""
    library = torch(threads)
    aten = library.ops.aten
    update = _optimizer(library, arrays)
    p, d = (_tensors(library, arrays, name) for name in ("parameter", "gradient"))
    names = ("x", "target", "d_x", "loss", "u", "g", "y")
    x, target, d_x, loss, u, g, y = (library.from_numpy(arrays[name]) for name in names)
    difference, d_g, d_u = (library.empty_like(tensor) for tensor in (y, g, u))

    def call() -> None:
        library.addmm(p["b_1"], x, p["w_1"], out=u)
        aten.gelu.out(u, approximate="tanh", out=g)
        library.addmm(p["b_2"], g, p["w_2"], out=y)
        library.sub(y, target, out=difference)
        library.dot(difference.view(-1), difference.view(-1), out=loss[0])
        loss.div_(y.numel())
        difference.mul_(2 / y.numel())
        library.mm(g.T, difference, out=d["w_2"])
        library.sum(difference, 0, out=d["b_2"])
        library.mm(difference, p["w_2"].T, out=d_g)
        aten.gelu_backward.grad_input(d_g, u, approximate="tanh", grad_input=d_u)
        library.mm(x.T, d_u, out=d["w_1"])
        library.sum(d_u, 0, out=d["b_1"])
        library.mm(d_u, p["w_1"].T, out=d_x)
        update(list(d.values()))

    return call


AUTOMATIC = Peer("torch autograd of the MLP", ("mlp_training_step",), version, bind_automatic)
BY_HAND = Peer("torch layers by hand", ("mlp_training_step",), version, bind_by_hand)
