"""Caches and free memory, replayed from folders that look like /sys and /proc."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.caches import Cache, caches, free_memory_bytes, last_level_bytes, level_of, reading_bytes, room
from bench.cpulist import cpus_in

MIB = 2**20


def machine(root: Path, cpus: int, per_l3: int) -> Path:
    """A machine of cores with 32 KiB L1, 1 MiB L2, and 16 MiB L3 for each group of `per_l3` cores."""
    for cpu in range(cpus):
        first = cpu // per_l3 * per_l3
        group = f"{first}-{first + per_l3 - 1}"
        own = [("1", "Data", "32K"), ("1", "Instruction", "32K"), ("2", "Unified", "1024K")]
        levels = [*((*kind, str(cpu)) for kind in own), ("3", "Unified", "16384K", group)]
        for number, values in enumerate(levels):
            folder = root / f"sys/devices/system/cpu/cpu{cpu}/cache/index{number}"
            folder.mkdir(parents=True)
            for name, value in zip(("level", "type", "size", "shared_cpu_list"), values, strict=True):
                (folder / name).write_text(value + "\n")
    return root


def test_every_level_is_shared_by_the_cpus_in_use_only(tmp_path: Path) -> None:
    root = machine(tmp_path, 8, 4)
    assert caches({0, 1, 2}, root / "sys") == {
        "l1": Cache("l1", 32 * 1024, 1),
        "l2": Cache("l2", MIB, 1),
        "l3": Cache("l3", 16 * MIB, 3),
    }
    assert caches({5}, root / "sys")["l3"] == Cache("l3", 16 * MIB, 1)
    assert caches({0, 4}, root / "sys")["l3"].share_bytes == 16 * MIB


def test_the_last_level_caches_add_up_over_their_instances(tmp_path: Path) -> None:
    root = machine(tmp_path, 8, 4)
    assert last_level_bytes({0, 1}, root / "sys") == 16 * MIB
    assert last_level_bytes(range(8), root / "sys") == 32 * MIB


def test_a_system_that_says_nothing_has_no_caches(tmp_path: Path) -> None:
    assert caches({0}, tmp_path) == {}
    assert caches(set(), tmp_path) == {}
    assert last_level_bytes({0}, tmp_path) is None
    assert room({0}, tmp_path).free_bytes is None


def test_rubbish_is_left_out(tmp_path: Path) -> None:
    root = machine(tmp_path, 1, 1)
    (root / "sys/devices/system/cpu/cpu0/cache/index2/size").write_text("")
    (root / "sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list").write_text("a-b")
    assert list(caches({0}, root / "sys")) == ["l1"]


@pytest.mark.parametrize(("text", "found"), [("0", {0}), ("0-2,8", {0, 1, 2, 8}), ("", set()), ("3,5-5\n", {3, 5})])
def test_lists_of_cpus(text: str, found: set[int]) -> None:
    assert cpus_in(text) == found


def test_half_of_a_level_is_read_but_twice_the_level_before() -> None:
    found = {"l1": Cache("l1", 32768, 1), "l2": Cache("l2", MIB, 1), "l3": Cache("l3", 32 * MIB, 8)}
    assert reading_bytes(found) == {"l1": 16384, "l2": MIB // 2, "l3": 2 * MIB}


def test_a_level_that_is_not_larger_than_the_one_before_is_left_out() -> None:
    crowded = {"l1": Cache("l1", 32768, 1), "l2": Cache("l2", MIB, 1), "l3": Cache("l3", 16 * MIB, 16)}
    assert list(reading_bytes(crowded)) == ["l1", "l2"]
    assert list(reading_bytes({"l1": Cache("l1", 32768, 1), "l3": Cache("l3", 8 * MIB, 1)})) == ["l1", "l3"]


@given(st.lists(st.integers(2**10, 2**28), min_size=3, max_size=3), st.integers(1, 64))
def test_what_is_read_always_lies_in_its_level_and_not_in_the_one_before(sizes: list[int], sharers: int) -> None:
    l1, l2, l3 = sorted(sizes)
    found = {"l1": Cache("l1", l1, 1), "l2": Cache("l2", l2, 1), "l3": Cache("l3", l3, sharers)}
    chosen = reading_bytes(found)
    shares = {level: cache.share_bytes for level, cache in found.items()}
    for level, size in chosen.items():
        assert size < shares[level]
    if "l2" in chosen:
        assert chosen["l2"] >= 2 * shares["l1"]
    if "l3" in chosen:
        assert chosen["l3"] >= 2 * shares["l2"]


def test_data_of_all_threads_lie_in_the_caches_of_all_threads() -> None:
    found = {"l1": Cache("l1", 32768, 1), "l2": Cache("l2", MIB, 1), "l3": Cache("l3", 16 * MIB, 4)}
    assert level_of(32768, found, 1) == "l1"
    assert level_of(32768 * 4, found, 4) == "l1"
    assert level_of(32768 * 4 + 1, found, 4) == "l2"
    assert level_of(16 * MIB, found, 4) == "l3"
    assert level_of(16 * MIB + 1, found, 4) == "memory"
    assert level_of(32 * MIB, found, 8) == "l3"
    assert level_of(1, {}, 1) == "memory"


def test_the_tighter_limit_of_machine_and_container_counts(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 5000 kB\n")
    assert free_memory_bytes(tmp_path) == 5000 * 1024
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (group / "memory.current").write_text("1000000\n")
    (group / "memory.max").write_text("max\n")
    assert free_memory_bytes(tmp_path) == 5000 * 1024
    (group / "memory.max").write_text("3000000\n")
    assert free_memory_bytes(tmp_path) == 2_000_000
