"""Is it quiet: looks at recorded machines, shares by hand, verdicts and remedies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.environment import QUESTIONS, during, environment, happening, look, remedies, standing, worst
from bench.machine import this_machine
from bench.result import known
from tests.bench.toys import sources

QUIET: dict[str, Any] = {
    "load_1min": 0.05,
    "allowed_cpus": 4,
    "governor": "performance",
    "boost": False,
    "on_battery": False,
    "virtual": False,
    "numa_balancing": False,
    "quota_cores": {"value": None, "reason": "there is no limit"},
    "cpu_times_s": {"busy": 100.0, "steal": 1.0, "total": 1000.0},
    "throttled_s": 0.0,
    "overheated_times": 3,
}


def test_a_recorded_virtual_machine(tmp_path: Path) -> None:
    seen = look(sources("epyc_vm", tmp_path))
    assert set(seen) == set(QUESTIONS)
    assert seen["virtual"] is True
    assert seen["allowed_cpus"] == 2
    assert seen["cpu_times_s"]["busy"] == pytest.approx((82020 + 18479 + 14547 + 185) / 100)
    assert seen["cpu_times_s"]["steal"] == pytest.approx(7.35)
    assert seen["governor"]["reason"] == "this system shows no cpufreq"
    assert seen["quota_cores"]["reason"] == "there is no limit"
    assert seen["throttled_s"] == 0
    assert any("virtual machine" in finding.remedy for finding in standing(seen))


def test_a_laptop_on_battery_gets_every_remedy(tmp_path: Path) -> None:
    seen = look(sources("laptop", tmp_path))
    assert (seen["allowed_cpus"], seen["quota_cores"], seen["throttled_s"]) == (5, 1.5, 0.25)
    assert (seen["governor"], seen["boost"], seen["overheated_times"]) == ("powersave", True, 7)
    findings = standing(seen)
    text = "; ".join(remedies(findings))
    for remedy in ("plug it in", "close other programs", "cpupower", "boost is on", "--threads 1", "numa_balancing=0"):
        assert remedy in text
    assert worst(findings) == "noisy"


def test_a_machine_that_tells_nothing_is_unknown_but_no_failure(tmp_path: Path) -> None:
    from bench.machine import Sources

    seen = look(Sources(tmp_path, lambda _: "", lambda _: "", {}))
    assert known(seen, "load_1min") is None
    assert seen["load_1min"]["reason"]
    assert standing(seen) == []


@pytest.mark.parametrize("text", ["garbage", "cpu x y z\n", "\n"])
def test_a_strange_format_is_unknown(tmp_path: Path, text: str) -> None:
    seen = look(sources("epyc_vm", tmp_path, proc__stat=text))
    assert known(seen, "cpu_times_s") is None


def test_shares_of_core_time_by_hand() -> None:
    after = {**QUIET, "cpu_times_s": {"busy": 106.0, "steal": 1.5, "total": 1020.0}}
    found = during(QUIET, after, own_cpu_s=4.0)
    assert found["others_share"] == pytest.approx(2 / 20)
    assert found["steal_share"] == pytest.approx(0.5 / 20)
    assert (found["throttled_s"], found["overheated_times"]) == (0, 0)


def test_our_own_time_is_never_charged_to_others() -> None:
    after = {**QUIET, "cpu_times_s": {"busy": 104.0, "steal": 1.0, "total": 1020.0}}
    assert during(QUIET, after, own_cpu_s=4.3)["others_share"] == 0


def test_shares_are_unknown_without_two_looks_that_differ() -> None:
    hidden = {
        **QUIET,
        "cpu_times_s": {"value": None, "reason": "hidden"},
        "throttled_s": {"value": None, "reason": "x"},
    }
    assert during(QUIET, QUIET, 0.0)["others_share"] is None
    assert during(hidden, QUIET, 0.0)["steal_share"] is None
    assert during(hidden, QUIET, 0.0)["throttled_s"] is None


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, "quiet"),
        ({"boost": True}, "quiet"),
        ({"load_1min": 0.39}, "quiet"),
        ({"load_1min": 0.6}, "usable"),
        ({"load_1min": 2.5}, "noisy"),
        ({"governor": "powersave"}, "usable"),
        ({"on_battery": True}, "noisy"),
        ({"virtual": True}, "usable"),
        ({"quota_cores": 2.0}, "usable"),
        ({"quota_cores": 4.0}, "quiet"),
        ({"numa_balancing": True}, "usable"),
    ],
)
def test_levels_of_a_look(change: dict[str, Any], level: str) -> None:
    assert worst(standing({**QUIET, **change})) == level


@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ({}, "quiet"),
        ({"others_share": 0.02}, "quiet"),
        ({"others_share": 0.05}, "usable"),
        ({"steal_share": 0.11}, "noisy"),
        ({"waited_share": 0.5}, "noisy"),
        ({"throttled_s": 0.1}, "noisy"),
        ({"overheated_times": 2}, "noisy"),
        ({"others_share": None, "throttled_s": None}, "quiet"),
    ],
)
def test_levels_of_what_happened(shares: dict[str, float | None], level: str) -> None:
    assert worst(happening(shares)) == level


def test_the_load_that_the_run_itself_made_is_not_held_against_it() -> None:
    found = environment(QUIET, {"others_share": 0.0}, {**QUIET, "load_1min": 4.0})
    assert (found.verdict, found.remedies) == ("quiet", ())


def test_the_fallback_threading_layer_gets_a_remedy() -> None:
    assert environment(QUIET, {}, QUIET, threading_layer="omp").verdict == "quiet"
    found = environment(QUIET, {}, QUIET, threading_layer="workqueue")
    assert found.verdict == "usable"
    assert "install an OpenMP runtime" in found.remedies[0]


def test_a_change_for_the_worse_during_the_run_counts() -> None:
    found = environment(QUIET, {"others_share": 0.0}, {**QUIET, "on_battery": True}, waited_share=0.05)
    assert found.verdict == "noisy"
    assert found.remedies[0] == "it runs on battery: plug it in"
    assert found.during == {"others_share": 0.0, "waited_share": 0.05}


def test_each_remedy_is_given_once_and_the_most_serious_first(tmp_path: Path) -> None:
    seen = look(sources("laptop", tmp_path))
    found = environment(seen, {"others_share": 0.5}, seen)
    assert len(set(found.remedies)) == len(found.remedies)
    assert "boost" in found.remedies[-1]


def test_this_machine_can_be_looked_at() -> None:
    assert set(look(this_machine())) == set(QUESTIONS)
