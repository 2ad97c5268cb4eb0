"""`pytest bench/` times every kernel through pytest-benchmark."""

from __future__ import annotations

from typing import Any

import pytest

from bench.pytest_plugin import benchmark_kernel
from kernels import KERNELS, Kernel


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_speed(kernel: Kernel, benchmark: Any) -> None:
    benchmark_kernel(benchmark, kernel)
