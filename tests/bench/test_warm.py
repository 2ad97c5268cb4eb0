"""Compiling ahead: real kernels in real processes, and processes that die."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.warm import Compiled, compile_all, smallest_size, understood
from tests.bench.toys import TOY


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


def test_a_kernel_that_fails_is_left_out_and_the_next_one_gets_a_new_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    told: list[tuple[int, str]] = []
    found = compile_all(["no_such_kernel", "stream_copy"], 1, lambda done, name: told.append((done, name)))
    assert list(found) == ["stream_copy"]
    assert told == [(1, "no_such_kernel"), (2, "stream_copy")]


def test_a_whole_line_counts_and_half_a_line_does_not() -> None:
    good = '{"kernel": "a", "compile_s": 1.5, "cache": "miss"}'
    assert understood(good + "\n") == Compiled("a", 1.5, "miss")
    for line in ("", "[1]", good[:-9]):
        assert understood(line) is None


def test_the_smallest_size_is_one_of_everything_or_the_kernels_own() -> None:
    assert smallest_size(TOY) == {"n": 1}
    assert smallest_size(replace(TOY, small_sizes=({"n": 8}, {"n": 16}))) == {"n": 8}
