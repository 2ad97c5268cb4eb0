"""Compiling ahead: real kernels in real processes, and processes that die."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.warm import Compiled, compile_all, understood


def test_kernels_are_compiled_once_and_found_in_the_cache_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = compile_all(["stream_copy", "stream_scale"], 2)
    assert {name: found.cache for name, found in first.items()} == {"stream_copy": "miss", "stream_scale": "miss"}
    second = compile_all(["stream_copy"], 2)
    assert second["stream_copy"].cache == "hit"
    assert second["stream_copy"].compile_s < first["stream_copy"].compile_s


def test_nothing_to_compile_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "no-such-python")
    assert compile_all([], 4) == {}


def test_a_process_that_fails_leaves_its_kernels_out() -> None:
    assert compile_all(["no_such_kernel"], 1) == {}


def test_whole_lines_count_and_others_do_not() -> None:
    good = '{"kernel": "a", "compile_s": 1.5, "cache": "miss"}'
    assert understood(f'{good}\n[1]\n{{"kernel": "b", "comp') == [Compiled("a", 1.5, "miss")]
    assert understood("") == []
