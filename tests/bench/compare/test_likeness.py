"""Machines are alike in what decides speed, not in what moves by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.compare.likeness import UnlikeError, differences, require_alike
from bench.result import Machine
from tests.bench.toys import PASSPORT, result

FULL = {
    **PASSPORT,
    "allowed_cpus": "0-1",
    "numba_flags": {"NUMBA_NUM_THREADS": "2"},
    "max_mhz": 3500,
    "kernel": "6.1",
    "git": {"commit": "a", "changed": False},
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cpu_model": "Other CPU"}, "cpu_model: Toy CPU in OLD, Other CPU in NEW"),
        ({"cores": 4}, "cores: 2 in OLD, 4 in NEW"),
        ({"memory_bytes": 4 * 2**30}, "memory_bytes: 8589934592 in OLD, 4294967296 in NEW"),
        ({"caches_bytes": {**PASSPORT["caches_bytes"], "l3": 1}}, "caches_bytes l3: 33554432 in OLD, 1 in NEW"),
        ({"libraries": {**PASSPORT["libraries"], "numba": "0.70"}}, "libraries numba: 0.68.1 in OLD, 0.70 in NEW"),
        ({"numba_flags": {}}, "numba_flags NUMBA_NUM_THREADS: 2 in OLD, none in NEW"),
        ({"allowed_cpus": "0-3,8"}, "allowed_cpus: 2 in OLD, 5 in NEW"),
        ({"python": "3.12.1"}, "python: 3.11 in OLD, 3.12 in NEW"),
    ],
)
def test_what_decides_speed_must_agree(changes: dict[str, Any], told: str) -> None:
    assert differences(FULL, {**FULL, **changes}) == (told,)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_mhz": 1200},
        {"kernel": "6.2"},
        {"git": {"commit": "b", "changed": True}},
        {"allowed_cpus": "4-5"},
        {"python": "3.11.12"},
        {"memory_bytes": int(8 * 2**30 * 0.99)},
        {"libraries": {**PASSPORT["libraries"], "torch": "2.9", "innocap": "9.9"}},
        {"cores": {"value": None, "reason": "lscpu is not installed"}},
    ],
)
def test_the_rest_may_differ(changes: dict[str, Any]) -> None:
    assert differences(FULL, {**FULL, **changes}) == ()


def test_unlike_machines_are_refused_unless_allowed() -> None:
    old, new = result(), replace(result(), machine=Machine({**PASSPORT, "cores": 64, "cpu_model": "Big"}))
    with pytest.raises(UnlikeError, match=r"Toy CPU in OLD, Big in NEW.*cores: 2 in OLD, 64.*--unlike"):
        require_alike(old, new, unlike=False)
    assert len(require_alike(old, new, unlike=True)) == 2


def test_the_other_result_is_named() -> None:
    assert differences({"cores": 2}, {"cores": 4}, "another OLD") == ("cores: 2 in OLD, 4 in another OLD",)
