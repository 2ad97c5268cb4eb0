"""Stragglers: scale does not matter, chance is no reason, a slow host is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bench.cli import bench
from bench.decode import dumps
from bench.fleet.stragglers import host_speeds
from bench.result import Result
from tests.bench.toys import case, result

KERNELS = {"spmv": 0.01, "gemm_fp64": 0.2, "stencil7": 0.03}
FACTORS = st.floats(0.2, 5.0)


def host(factor: float = 1.0, spread: float = 0.01, threads: int = 2) -> Result:
    """A host that takes `factor` times as long as usual, give or take `spread`."""
    cases = [
        replace(
            case(name, threads=threads),
            median_s=factor * time_s,
            low_s=factor * time_s * (1 - spread),
            high_s=factor * time_s * (1 + spread),
        )
        for name, time_s in KERNELS.items()
    ]
    return result(cases)


def slow_ones(**hosts: Result) -> list[str]:
    return [entry.host for entry in host_speeds(hosts) if entry.straggler]


def test_a_slow_host_is_named_and_comes_first() -> None:
    found = host_speeds({"a": host(), "b": host(1.2), "c": host(), "d": host(0.99)})
    assert [entry.host for entry in found] == ["b", "a", "c", "d"]
    assert [entry.straggler for entry in found] == [True, False, False, False]
    assert found[0].speed == pytest.approx(1 / 1.2)
    assert (found[0].low, found[0].high) == pytest.approx((1 / 1.2 / 1.01, 1 / 1.2 / 0.99))
    assert found[0].cases == len(KERNELS)


@pytest.mark.parametrize(
    ("factor", "spread", "slow"), [(1.04, 0.001, False), (1.08, 0.001, True), (1.08, 0.1, False), (1.5, 0.1, True)]
)
def test_a_straggler_is_behind_by_its_interval_and_by_5_percent(factor: float, spread: float, slow: bool) -> None:
    fleet = {"a": host(spread=spread), "b": host(spread=spread), "c": host(factor, spread)}
    assert slow_ones(**fleet) == (["c"] if slow else [])


@given(factors=st.lists(FACTORS, min_size=2, max_size=6), scale=FACTORS)
def test_speeds_do_not_depend_on_the_speed_of_all(factors: list[float], scale: float) -> None:
    names = [f"h{number}" for number in range(len(factors))]
    once = host_speeds({name: host(factor) for name, factor in zip(names, factors, strict=True)})
    scaled = host_speeds({name: host(factor * scale) for name, factor in zip(names, factors, strict=True)})
    assert {e.host: e.speed for e in scaled} == pytest.approx({e.host: e.speed for e in once})


@given(factors=st.lists(FACTORS, min_size=2, max_size=6), spread=st.floats(0.001, 0.5))
def test_at_least_half_of_a_fleet_are_no_stragglers(factors: list[float], spread: float) -> None:
    found = host_speeds({f"h{number}": host(factor, spread) for number, factor in enumerate(factors)})
    assert sum(entry.straggler for entry in found) <= len(factors) / 2
    assert all(entry.low <= entry.speed <= entry.high for entry in found)


@given(number=st.integers(2, 8), factor=FACTORS)
def test_equal_hosts_have_no_stragglers(number: int, factor: float) -> None:
    found = host_speeds({f"h{each}": host(factor) for each in range(number)})
    assert [entry.speed for entry in found] == pytest.approx([1.0] * number)
    assert not any(entry.straggler for entry in found)


def test_all_threads_are_compared_with_all_threads() -> None:
    assert slow_ones(a=host(threads=8), b=host(threads=8), half=host(2.0, threads=4)) == ["half"]


def test_only_proven_cases_of_two_hosts_count() -> None:
    wrong = replace(host(9.0), cases=tuple(replace(entry, verdict="refused") for entry in host(9.0).cases))
    lonely = replace(host(), cases=(case("adamw"),))
    found = host_speeds({"a": host(), "b": host(), "wrong": wrong, "lonely": lonely})
    assert {entry.host for entry in found} == {"a", "b"}
    assert host_speeds({"a": host()}) == host_speeds({}) == ()


def stored(folder: Path, **hosts: Result) -> list[str]:
    for name, value in hosts.items():
        (folder / f"{name}.json").write_text(dumps(value))
    return [str(folder / f"{name}.json") for name in hosts]


def test_the_command_shows_hosts_and_names_stragglers(tmp_path: Path) -> None:
    files = stored(tmp_path, a=host(), b=host(), c=host(1.5))
    found = CliRunner().invoke(bench, ["stragglers", *files])
    assert found.exit_code == 0, found.stderr
    assert "c is a straggler: 66.7% of the typical speed over 3 cases" in found.stderr
    assert max(map(len, found.stderr.splitlines())) <= 120
    told = json.loads(CliRunner().invoke(bench, ["stragglers", *files, "--json"]).stdout)
    assert [entry["host"] for entry in told if entry["straggler"]] == ["c"]
    assert "no stragglers" in CliRunner().invoke(bench, ["stragglers", *files[:2]]).stderr


def test_the_command_says_when_nothing_can_be_compared(tmp_path: Path) -> None:
    found = CliRunner().invoke(bench, ["stragglers", *stored(tmp_path, a=host())])
    assert found.exit_code == 4
    assert "nothing to compare" in found.stderr
    missing = CliRunner().invoke(bench, ["stragglers", str(tmp_path / "none.json")])
    assert missing.exit_code == 2
    assert "none.json: cannot be read" in missing.stderr
