"""pytest-benchmark: the kernel is warm before the fixture sees it, and the rates stand beside the time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.pytest_plugin import benchmark_kernel, rates
from bench.spawn import HOME
from tests.bench.toys import TOY


class Fixture:
    """Stands for the `benchmark` fixture; remembers how often the kernel had run when it was called."""

    def __init__(self, calls: list[int], median_s: float | None) -> None:
        self.calls, self.extra_info, self.runs_before = calls, {}, -1
        self.stats = None if median_s is None else SimpleNamespace(stats=SimpleNamespace(median=median_s))

    def __call__(self, function: Any, *arguments: Any) -> None:
        self.runs_before = len(self.calls)
        function(*arguments)


def counted(calls: list[int]) -> Any:
    def cpu(x: Any, y: Any, factor: float) -> None:
        calls.append(1)
        TOY.cpu(x, y, factor)

    return replace(TOY, cpu=cpu)


def test_the_kernel_has_run_once_before_the_fixture_starts() -> None:
    calls: list[int] = []
    fixture = Fixture(calls, 1e-3)
    benchmark_kernel(fixture, counted(calls))
    assert fixture.runs_before == 1
    assert fixture.extra_info["gflop_per_s"] == pytest.approx(1000 / 1e-3 / 1e9)
    assert fixture.extra_info["gb_per_s"] == pytest.approx(16000 / 1e-3 / 1e9)
    assert fixture.extra_info["n"] == 1000


def test_without_a_time_there_are_no_rates() -> None:
    assert set(rates(TOY, "quick", None)) == {"size", "n", "work"}


def test_pytest_collects_every_kernel() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "bench/",
        "--collect-only",
        "-o",
        "addopts=",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HOME)
    for name in ("stream_triad", "gemm_fp32", "attention", "adamw"):
        assert f"test_speed[{name}]" in done.stdout
