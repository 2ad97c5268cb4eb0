"""Peers of cross_entropy and its gradient: torch's own function, and the fastest of its calls put together by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version

KERNELS = ("cross_entropy", "cross_entropy_gradient")


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The loss by torch's function, its gradient by autograd. Raises Unavailable.

    torch allocates what it returns. The first call copies that for the check, the others do not.
    """
    library = torch(threads)
    target = library.from_numpy(arrays["target"].astype(np.int64))
    logits, loss = (library.from_numpy(arrays[name]) for name in ("logits", "loss"))
    logits.requires_grad_(kernel == "cross_entropy_gradient")
    unchecked = [True]

    def call() -> None:
        logits.grad = None
        found = library.nn.functional.cross_entropy(logits, target, reduction="none")
        if logits.requires_grad:
            found.sum().backward()
        if unchecked:
            unchecked.pop()
            loss.copy_(found.detach())
            if logits.requires_grad:
                library.from_numpy(arrays["gradient"]).copy_(logits.grad)

    return call


def bind_by_hand(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The same without large allocations: the log-softmax in a buffer, or the softmax in place of the gradient.

    The loss as the logarithm of the target's share, beside the gradient, is infinite when that share underflows.
    """
    library = torch(threads)
    target = library.from_numpy(arrays["target"].astype(np.int64))[:, None]
    logits, loss = (library.from_numpy(arrays[name]) for name in ("logits", "loss"))

    def loss_alone() -> None:
        library.ops.aten._log_softmax.out(logits, 1, False, out=buffer)
        library.neg(buffer.gather(1, target)[:, 0], out=loss)

    def with_gradient() -> None:
        library.softmax(logits, 1, out=buffer)
        library.log(buffer.gather(1, target)[:, 0], out=loss).neg_()
        buffer.scatter_add_(1, target, minus_one)

    if kernel == "cross_entropy":
        buffer = library.empty_like(logits)
        return loss_alone
    buffer = library.from_numpy(arrays["gradient"])
    minus_one = library.full(target.shape, -1.0)
    return with_gradient


FUNCTION = Peer("torch cross_entropy", KERNELS, version, bind)
BY_HAND = Peer("torch losses by hand", KERNELS, version, bind_by_hand)
