"""The passport from recorded machines: every field a value or a reason."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path

import pytest

from bench import machine
from bench.machine import QUESTIONS, Unknown, last_level_cache_bytes, passport, this_machine
from bench.result import known
from tests.bench.toys import MIB, sources


def test_a_recorded_virtual_machine(tmp_path: Path) -> None:
    found = passport(sources("epyc_vm", tmp_path))
    assert found["cpu_model"] == "AMD EPYC"
    assert found["cpu_vendor"] == "AuthenticAMD"
    assert (found["sockets"], found["cores"], found["logical_cpus"], found["numa_nodes"]) == (1, 2, 2, 1)
    assert found["caches_bytes"] == {"l1d": 65536, "l2": 2 * MIB, "l3": 32 * MIB}
    assert found["memory_bytes"] == 24684084 * 1024
    assert found["virtualization"] == "KVM, container"
    assert found["os"] == "Debian GNU/Linux 12 (bookworm)"
    assert found["allowed_cpus"] == "0-1"
    assert "avx512f" in found["isa"]
    assert found["compilers"]["cc"].startswith("cc (Debian")
    assert "clang" not in found["compilers"]
    assert found["libraries"]["numba"] == "0.68.1"
    assert found["libraries"]["torch"] is None
    assert found["kernel"].startswith("6.")
    assert last_level_cache_bytes(found) == 32 * MIB


def test_what_the_recorded_machine_hides_has_a_reason(tmp_path: Path) -> None:
    found = passport(sources("epyc_vm", tmp_path))
    assert found["max_mhz"] == {"value": None, "reason": "lscpu says nothing about 'CPU max MHz'"}
    assert found["threading_layer"]["reason"] == "known only after a parallel kernel has run"
    assert known(found, "git") is None


def test_an_older_lscpu_with_nested_rows_is_read(tmp_path: Path) -> None:
    found = passport(sources("laptop", tmp_path))
    assert (found["cpu_model"], found["max_mhz"], found["cores"]) == ("Example Laptop CPU", 4700, 4)
    assert found["caches_bytes"] == {"l1d": None, "l2": None, "l3": 8 * MIB}
    assert known(found, "numa_nodes") is None
    assert found["os"]["reason"].startswith("/etc/os-release: No such file")


def test_a_machine_that_tells_nothing_still_has_every_field(tmp_path: Path) -> None:
    def refuse(_: object) -> str:
        raise Unknown("not on this system")

    silent = machine.Sources(tmp_path, refuse, refuse, {})
    found = passport(silent)
    assert set(found) == set(QUESTIONS)
    told = {"architecture", "python", "libraries", "numba_flags"}
    for name in set(found) - told:
        assert found[name]["value"] is None
        assert found[name]["reason"]
    assert found["python"] == platform.python_version()
    assert last_level_cache_bytes(found) is None


@pytest.mark.parametrize("answer", ["", "not json", "{}", '{"lscpu": []}', '{"lscpu": [{"field": "CPU(s):"}]}'])
def test_a_broken_lscpu_costs_its_facts_alone(tmp_path: Path, answer: str) -> None:
    found = passport(replace(sources("epyc_vm", tmp_path), run=lambda _: answer))
    assert known(found, "cpu_model") is None
    assert found["memory_bytes"] == 24684084 * 1024


def test_paths_of_the_user_stay_out_of_the_flags(tmp_path: Path) -> None:
    found = passport(sources("epyc_vm", tmp_path))
    assert found["numba_flags"] == {"NUMBA_NUM_THREADS": "2"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64 KiB (2 instances)", 65536),
        ("32768K", 32 * MIB),
        ("1.5 MiB", 3 * MIB // 2),
        ("1 GiB (2 instances)", 1024 * MIB),
    ],
)
def test_cache_sizes_in_every_spelling(text: str, size: int) -> None:
    assert machine._bytes(text) == size


def test_the_level_two_cache_counts_where_there_is_no_third() -> None:
    assert last_level_cache_bytes({"caches_bytes": {"l2": MIB, "l3": None}}) == MIB
    assert last_level_cache_bytes({"caches_bytes": {"value": None, "reason": "hidden"}}) is None


def test_this_machine_answers_every_question_without_failing() -> None:
    found = passport(this_machine())
    assert set(found) == set(QUESTIONS)
    assert found["libraries"]["numpy"]


def test_commands_that_fail_give_a_reason() -> None:
    with pytest.raises(Unknown, match="no-such-program is not installed"):
        machine.run_command(["no-such-program"])
    with pytest.raises(Unknown, match="ended with 1"):
        machine.run_command(["false"])
    assert machine.run_command(["echo", "hello"]) == "hello"
