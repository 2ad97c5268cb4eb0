"""Peer of adamw: torch's fused optimizer step, on the kernel's own arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer, Unavailable
from bench.peers.torch_library import torch, version
from kernels.training.adamw import BETA1, BETA2, DECAY, EPSILON


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The fused AdamW of torch, in place. Raises Unavailable."""
    library = torch(threads)
    step_function = getattr(library, "_fused_adamw_", None)
    if step_function is None:
        raise Unavailable("this torch has no fused AdamW")
    names = ("parameter", "gradient", "first", "second")
    tensors = [[library.from_numpy(arrays[name])] for name in names]
    steps = [library.tensor(float(arrays["step"]))]
    options = {"lr": arrays["rate"], "beta1": BETA1, "beta2": BETA2, "weight_decay": DECAY, "eps": EPSILON}

    def call() -> None:
        step_function(*tensors, [], steps, amsgrad=False, maximize=False, **options)

    return call


PEER = Peer("torch fused", ("adamw",), version, bind)
