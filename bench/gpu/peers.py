"""What torch does for the same work on the same buffers: the measure of a GPU version, where torch is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Call = Callable[[], Any]
Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class PeerTime:
    """A peer beside ours; ratio = median over rounds of peer time / our time, above one where ours is faster."""

    peer: str
    ratio: float | None = None
    median_ms: float | None = None
    refused: str = ""


TORCH: Mapping[str, Callable[[Any, Tensors], Call]] = {
    "stream_copy": lambda torch, t: lambda: t["c"].copy_(t["a"]),
    "stream_scale": lambda torch, t: lambda: torch.mul(t["c"], t["scalar"], out=t["b"]),
    "stream_add": lambda torch, t: lambda: torch.add(t["a"], t["b"], out=t["c"]),
    "stream_triad": lambda torch, t: lambda: torch.add(t["b"], t["c"], alpha=t["scalar"], out=t["a"]),
    "dot": lambda torch, t: lambda: torch.dot(t["x"], t["y"]),
    "sum": lambda torch, t: lambda: torch.sum(t["x"]),
    "scan": lambda torch, t: lambda: torch.cumsum(t["values"], 0, out=t["sums"]),
    "transpose": lambda torch, t: lambda: t["b"].copy_(t["a"].t()),
    "gemm_fp32": lambda torch, t: lambda: torch.matmul(t["a"], t["b"], out=t["c"]),
    "gemm_fp64": lambda torch, t: lambda: torch.matmul(t["a"], t["b"], out=t["c"]),
    "batched_gemm": lambda torch, t: lambda: torch.bmm(t["a"], t["b"], out=t["c"]),
    "conv2d": lambda torch, t: lambda: torch.nn.functional.conv2d(t["x"], t["w"], padding=1),
    "attention": lambda torch, t: (
        lambda: torch.nn.functional.scaled_dot_product_attention(t["q"][None], t["k"][None], t["v"][None])
    ),
    "softmax": lambda torch, t: lambda: torch.softmax(t["x"], 1, out=t["y"]),
    "layernorm": lambda torch, t: (
        lambda: torch.nn.functional.layer_norm(t["x"], (t["x"].shape[1],), t["weight"], t["bias"])
    ),
    "rmsnorm": lambda torch, t: lambda: torch.nn.functional.rms_norm(t["x"], (t["x"].shape[1],), t["weight"]),
}


def torch_call(kernel: str, arguments: Mapping[str, Any], load: Callable[[str], Any] = import_module) -> Call | str:
    """What torch does for a kernel on these device arrays, in full fp32; or why not. Nothing is copied."""
    if kernel not in TORCH:
        return "torch has no such function"
    try:
        torch = load("torch")
    except ImportError:
        return "torch is not installed"
    if not torch.cuda.is_available():
        return "this torch has no CUDA"
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    shared = {
        name: torch.as_tensor(value, device="cuda") if hasattr(value, "__cuda_array_interface__") else value
        for name, value in arguments.items()
    }
    return TORCH[kernel](torch, shared)
