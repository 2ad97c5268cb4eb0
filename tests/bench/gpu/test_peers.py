"""Torch beside a GPU version: on the same buffers, by turns, and why it is not there where it is not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bench.cli.gpu import line
from bench.gpu.measure import Stop, beside, measured
from bench.gpu.peers import TORCH, torch_call
from kernels import find
from kernels.gpu import VERSIONS, version_of
from tests.bench.gpu.made_up import Device, gpu_of

SHORT = Stop(min_samples=4, time_cap_s=0.2)


class Shared(np.ndarray):
    """An array that says that it lies on a device."""

    __cuda_array_interface__ = ""


def torch(available: bool = True):
    """What the calls need of torch, over NumPy."""
    settings = SimpleNamespace(allow_tf32=True)
    return SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: available),
        backends=SimpleNamespace(cuda=SimpleNamespace(matmul=settings), cudnn=settings),
        as_tensor=lambda value, device: np.asarray(value),
        matmul=lambda a, b, out: np.matmul(a, b, out=out),
        add=lambda a, b, out: np.add(a, b, out=out),
    )


def on_device(*shape: int):
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape).view(Shared)


def test_every_peer_belongs_to_a_version():
    assert set(TORCH) <= {version.kernel for version in VERSIONS}


def test_a_call_works_on_the_same_buffers_in_full_precision():
    library = torch()
    arrays = {"a": on_device(2, 3), "b": on_device(3, 2), "c": on_device(2, 2)}
    torch_call("gemm_fp64", arrays, lambda _: library)()
    assert arrays["c"].tolist() == (np.asarray(arrays["a"]) @ np.asarray(arrays["b"])).tolist()
    assert library.backends.cudnn.allow_tf32 is False


@pytest.mark.parametrize(
    ("kernel", "load", "said"),
    [
        ("gups", lambda _: torch(), "torch has no such function"),
        ("gemm_fp32", lambda _: torch(available=False), "this torch has no CUDA"),
        ("gemm_fp32", lambda _: (_ for _ in ()).throw(ImportError), "torch is not installed"),
    ],
)
def test_why_there_is_no_peer(kernel, load, said):
    assert torch_call(kernel, {}, load) == said


def test_ours_and_theirs_take_turns_after_a_flush_each():
    device, order = Device((1.0, 3.0) * 4), []
    found = beside(
        gpu_of(device),
        lambda: order.append("ours"),
        lambda: order.append("flush"),
        lambda: order.append("torch"),
        SHORT,
    )
    assert order == ["torch"] * 3 + ["flush", "ours", "flush", "torch"] * 4
    assert (found.ratio, found.median_ms, found.refused) == (3.0, 3.0, "")


def test_a_peer_that_fails_stops_nobody():
    def fails():
        raise RuntimeError("no such function on this device")

    found = beside(gpu_of(Device()), lambda: None, lambda: None, fails, SHORT)
    assert found.refused == "torch failed: no such function on this device"
    assert found.ratio is None


def test_a_case_names_its_peer_only_where_it_ran(monkeypatch):
    asked = (gpu_of(Device()), version_of("stream_copy"), find("stream_copy"), "quick", {"n": 100}, SHORT)
    assert "torch" not in line(measured(*asked))
    monkeypatch.setattr("bench.gpu.measure.torch_call", lambda *_: lambda: None)
    assert "torch / ours 1.00" in line(measured(*asked))
