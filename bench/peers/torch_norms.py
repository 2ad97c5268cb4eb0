"""Peers of layernorm and rmsnorm: torch's own functions, and the fastest of its calls on slices of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.peers.spec import Peer
from bench.peers.torch_library import torch, version
from kernels.training.layernorm import EPSILON

KERNELS = ("layernorm", "rmsnorm")
SLICE_ELEMENTS = 512 * 1024


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The function of torch, which allocates its result. Raises Unavailable.

    The first call copies the result for the check, the others do not.
    """
    library = torch(threads)
    x, y, *affine = (library.from_numpy(arrays[name]) for name in ("x", "y", "weight", "bias") if name in arrays)
    normalize = library.nn.functional.layer_norm if kernel == "layernorm" else library.nn.functional.rms_norm
    unchecked = [y]

    def call() -> None:
        found = normalize(x, [x.shape[1]], *affine, eps=EPSILON)
        if unchecked:
            unchecked.pop().copy_(found)

    return call


def bind_slices(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Slices of 2 MiB for each thread, so that what torch allocates stays in a cache, into the kernel's own output.

    rmsnorm is put together from vector_norm and products, which is faster than torch's function.
    """
    library = torch(threads)
    x, y, *affine = (library.from_numpy(arrays[name]) for name in ("x", "y", "weight", "bias") if name in arrays)
    columns = x.shape[1]
    rows = max(1, threads * SLICE_ELEMENTS // columns)
    slices = list(zip(x.split(rows), y.split(rows), strict=True))

    def layernorm() -> None:
        for part, result in slices:
            mean, scale = statistics[0][: len(part)], statistics[1][: len(part)]
            library.ops.aten.native_layer_norm.out(
                part, [columns], *affine, EPSILON, out0=result, out1=mean, out2=scale
            )

    def rmsnorm() -> None:
        for part, result in slices:
            norm = library.linalg.vector_norm(part, dim=1, keepdim=True)
            library.mul(part, norm.square_().div_(columns).add_(EPSILON).rsqrt_(), out=result).mul_(affine[0])

    statistics = library.empty(2, rows, 1)
    return layernorm if kernel == "layernorm" else rmsnorm


FUNCTION = Peer("torch norm", KERNELS, version, bind)
SLICES = Peer("torch slices", KERNELS, version, bind_slices)
