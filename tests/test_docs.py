"""The examples of the documentation run as they stand."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from bench import verify
from kernels.spec import Kernel
from tests.kernels import test_kernels
from tests.kernels.checks import SMALL_SIZES

PAGE = Path(__file__).parent.parent / "docs" / "add-a-kernel.md"


def code_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def module(folder: Path, name: str, code: str) -> ModuleType:
    """The code as a module with a file of its own, as if it stood in its room."""
    path = folder / f"{name}.py"
    path.write_text(code)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    found = module(tmp_path_factory.mktemp("kernels"), "axpy", code_blocks()[0]).AXPY
    assert isinstance(found, Kernel)
    return found


GENERIC = [
    function
    for name, function in vars(test_kernels).items()
    if name.startswith("test_") and "kernel" in inspect.signature(function).parameters
]


@pytest.mark.parametrize("promise", GENERIC, ids=lambda function: function.__name__)
def test_the_kernel_of_the_page_keeps_every_promise(kernel: Kernel, promise: Callable[..., None]) -> None:
    if "simple" in promise.__name__:
        pytest.skip("the example has no simple version")
    for kind in SMALL_SIZES if "kind" in inspect.signature(promise).parameters else (None,):
        promise(kernel, **({} if kind is None else {"kind": kind}))


def test_enough_promises_were_found() -> None:
    assert len(GENERIC) >= 14


def test_the_peer_of_the_page_gives_the_answer(kernel: Kernel, tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="scipy is not installed")
    peer = module(tmp_path, "scipy_axpy", code_blocks()[2]).PEER
    trial = verify.prepare(kernel, {"n": 1001}, seed=5)
    assert peer.version().startswith("scipy")
    peer.bind("axpy", trial.arrays, 1)()
    assert verify.check(kernel, trial).passed


def test_a_wrong_kernel_would_be_seen(kernel: Kernel) -> None:
    arguments: dict[str, Any] = kernel.inputs(1, n=100)
    expected = kernel.reference(**arguments)["y"]
    kernel.cpu(*arguments.values())
    assert np.array_equal(arguments["y"], expected) or np.max(np.abs(arguments["y"] - expected)) < 1e-15
    arguments["y"][50] += 1e-12
    assert np.max(np.abs(arguments["y"] - expected)) / np.max(np.abs(expected)) > kernel.rtol
