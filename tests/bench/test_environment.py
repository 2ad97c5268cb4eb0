"""Is it quiet: looks at recorded machines, shares by hand, verdicts and remedies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cpulist import cpus_in
from bench.environment import (
    QUESTIONS,
    Finding,
    during,
    environment,
    findings,
    happening,
    look,
    ordered,
    remedies,
    standing,
    worst,
)
from bench.environment.activity import flush_to_zero, waited_share
from bench.environment.words import available_layer, in_words
from bench.machine import Sources, this_machine
from bench.result import known
from tests.bench.toys import sources

QUIET: dict[str, Any] = {
    "load_1min": 0.05,
    "allowed_cpus": 4,
    "online_cpus": 4,
    "governor": "performance",
    "capped_share": 1.0,
    "boost": False,
    "temperature_c": 45.0,
    "on_battery": False,
    "virtual": "none",
    "container": "docker",
    "numa_nodes": 2,
    "numa_balancing": False,
    "huge_pages": "madvise",
    "free_memory_share": 0.8,
    "clock_source": "tsc",
    "flush_to_zero": False,
    "sibling_cpus": [],
    "quota_cores": {"value": None, "reason": "there is no limit"},
    "cpu_times_s": {"busy": 100.0, "steal": 1.0, "total": 1000.0},
    "busy_by_cpu_s": {"0": 25.0, "1": 25.0, "2": 25.0, "3": 25.0},
    "throttled_s": 0.0,
    "overheated_times": 3,
    "swapped_pages": 100,
}


def told(seen: dict[str, Any]) -> str:
    return "\n".join(remedies(standing(seen)))


def test_a_recorded_virtual_machine(tmp_path: Path) -> None:
    seen = look(sources("epyc_vm", tmp_path))
    assert set(seen) == set(QUESTIONS)
    assert (seen["virtual"], seen["container"]) == ("unnamed", "docker")
    assert seen["allowed_cpus"] == 2
    assert seen["cpu_times_s"]["busy"] == pytest.approx((82020 + 18479 + 14547 + 185) / 100)
    assert seen["cpu_times_s"]["steal"] == pytest.approx(7.35)
    assert seen["busy_by_cpu_s"]["1"] == pytest.approx((52056 + 7155 + 8024 + 159) / 100)
    assert seen["governor"]["reason"] == "this system shows no cpufreq"
    assert seen["quota_cores"]["reason"] == "there is no limit"
    assert seen["throttled_s"] == 0
    assert "this is a virtual machine: neighbours" in told(seen)


def test_a_laptop_on_battery_gets_every_remedy(tmp_path: Path) -> None:
    seen = look(sources("laptop", tmp_path))
    assert (seen["allowed_cpus"], seen["online_cpus"], seen["quota_cores"], seen["throttled_s"]) == (5, 8, 1.5, 0.25)
    assert (seen["governor"], seen["boost"], seen["overheated_times"]) == ("powersave", True, 7)
    assert (seen["smt"], seen["sibling_cpus"]) == (True, [4, 5, 7])
    assert (seen["temperature_c"], seen["swapped_pages"], seen["virtual"]) == (91.0, 42, "none")
    assert (seen["free_memory_share"], seen["capped_share"]) == (0.05, pytest.approx(28 / 47))
    for remedy in (
        "it runs on battery: plug it in",
        "3.10 on 8 CPUs: close other programs",
        "powersave: an administrator can run cpupower",
        "capped at 60%",
        "91 °C: let it rest",
        "1.5 of 5 CPUs: run with --threads 1",
        "only 5% of the memory is free",
        "clock boost is on",
        "CPUs 4, 5, 7 share cores with ours",
        "5 of 8 CPUs",
        "sysctl kernel.numa_balancing=0",
    ):
        assert remedy in told(seen)
    assert worst(standing(seen)) == "noisy"


def test_threads_tied_to_cores_of_their_own_count_together(tmp_path: Path) -> None:
    """Thread 9 runs on the sibling of thread 7's core, so that sibling is ours."""
    tied = {f"proc__self__task__{thread}__status": f"Cpus_allowed_list:\t{cpu}\n" for thread, cpu in ((7, 0), (9, 4))}
    seen = look(
        sources("two_socket", tmp_path, sys__devices__system__cpu__cpu4__topology__thread_siblings_list="0,4", **tied)
    )
    assert (seen["allowed_cpus"], seen["sibling_cpus"]) == (2, [])


def test_the_battery_of_a_mouse_is_not_the_machines(tmp_path: Path) -> None:
    seen = look(sources("laptop", tmp_path, sys__class__power_supply__BAT0__status="Charging"))
    assert seen["on_battery"] is False


def test_a_pod_is_held_to_the_tightest_group_around_it(tmp_path: Path) -> None:
    seen = look(sources("container_quota", tmp_path))
    assert (seen["quota_cores"], seen["throttled_s"]) == (2.5, 3.5)
    assert (seen["virtual"], seen["container"]) == ("Amazon EC2", "kubernetes")
    assert "2.5 of 64 CPUs: run with --threads 2" in told(seen)
    assert "a virtual machine (Amazon EC2)" in told(seen)
    assert "load" in told(seen)


def test_half_of_a_two_socket_server(tmp_path: Path) -> None:
    seen = look(sources("two_socket", tmp_path))
    assert (seen["numa_nodes"], seen["numa_balancing"], seen["sibling_cpus"]) == (2, True, [4, 5])
    assert (seen["governor"], seen["boost"], seen["temperature_c"]) == ("performance, schedutil", False, 51.0)
    assert (seen["throttled_s"], seen["huge_pages"]) == (0.12, "never")
    assert seen["quota_cores"]["reason"] == "there is no limit"
    for remedy in ("NUMA balancing", "from hpet", "huge pages are off", "2 of 8 CPUs", "CPUs 4, 5 share"):
        assert remedy in told(seen)
    assert worst(standing(seen)) == "usable"


def test_an_arm_machine(tmp_path: Path) -> None:
    seen = look(sources("arm_linux", tmp_path))
    assert (seen["smt"], seen["boost"], seen["capped_share"], seen["temperature_c"]) == (False, False, 1.0, 41.5)
    assert (seen["on_battery"], seen["container"], seen["sibling_cpus"]) == (False, "none", [])
    assert seen["virtual"]["reason"] == "neither firmware nor processor say so"
    assert seen["numa_balancing"]["value"] is seen["swapped_pages"]["value"] is None
    assert told(seen).startswith("the CPU governor is schedutil")
    assert len(standing(seen)) == 1


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"sys__class__dmi__id__sys_vendor": "QEMU"}, "KVM"),
        ({"sys__class__dmi__id__product_name": "VMware7,1"}, "VMware"),
        ({"sys__hypervisor__type": "xen"}, "Xen"),
        ({"proc__sys__kernel__osrelease": "5.15.153.1-microsoft-standard-WSL2"}, "WSL"),
        ({"proc__device-tree__hypervisor__compatible": "linux,kvm"}, "KVM"),
    ],
)
def test_the_hypervisor_is_named_where_something_names_it(tmp_path: Path, files: dict[str, str], name: str) -> None:
    assert look(sources("arm_linux", tmp_path, **files))["virtual"] == name


@pytest.mark.parametrize(
    ("environ", "name"),
    [({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"), ({"APPTAINER_CONTAINER": "x.sif"}, "apptainer")],
)
def test_a_container_may_tell_by_its_variables(tmp_path: Path, environ: dict[str, str], name: str) -> None:
    assert look(replace(sources("arm_linux", tmp_path), environ=environ))["container"] == name


def test_a_machine_that_tells_nothing_is_unknown_not_quiet(tmp_path: Path) -> None:
    seen = look(Sources(tmp_path, lambda _: "", lambda _: "", {}))
    assert known(seen, "load_1min") is None
    unknown = {name for name in seen if known(seen, name) is None}
    assert unknown == set(QUESTIONS) - {"flush_to_zero", "on_battery"}
    assert all(seen[name]["reason"] for name in unknown)
    assert worst(standing(seen)) == "usable"
    assert told(seen).startswith("this system tells neither its load nor its core time: repeat the run")
    assert set(during(seen, seen, 0.0).values()) == {None, 0.0}


@pytest.mark.parametrize("text", ["garbage", "cpu x y z\n", "\n", "cpu 1 2 3\ncpu0 1 2 3\n"])
def test_a_strange_format_is_unknown(tmp_path: Path, text: str) -> None:
    seen = look(sources("epyc_vm", tmp_path, proc__stat=text))
    assert known(seen, "cpu_times_s") is None
    assert known(seen, "busy_by_cpu_s") is None


@given(st.sets(st.integers(0, 300), min_size=1))
def test_lists_of_cpus_are_read_as_linux_writes_them(cpus: set[int]) -> None:
    assert cpus_in(",".join(map(str, sorted(cpus)))) == cpus
    assert cpus_in(f"{min(cpus)}-{max(cpus)}") == set(range(min(cpus), max(cpus) + 1))


@pytest.mark.parametrize(("core_share", "waited"), [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0), (1.2, 0.0)])
def test_a_busy_loop_finds_out_what_it_does_not_get(core_share: float, waited: float) -> None:
    ticks = iter(range(100))
    wall_s = [0.0]

    def wall() -> float:
        wall_s[0] = next(ticks) / 10
        return wall_s[0]

    found = waited_share(1.0, wall, lambda: core_share * wall_s[0])
    assert found == pytest.approx(waited)


def test_denormal_numbers_are_kept_here() -> None:
    assert flush_to_zero(this_machine()) is False


def test_shares_of_core_time_by_hand() -> None:
    after = {**QUIET, "cpu_times_s": {"busy": 106.0, "steal": 1.5, "total": 1020.0}}
    found = during(QUIET, after, own_cpu_s=4.0)
    assert found["others_share"] == pytest.approx(2 / 20)
    assert found["steal_share"] == pytest.approx(0.5 / 20)
    assert (found["throttled_s"], found["overheated_times"]) == (0, 0)


def test_the_counters_count_from_the_first_look() -> None:
    after = {**QUIET, "throttled_s": 0.25, "overheated_times": 5, "swapped_pages": 103, "flush_to_zero": True}
    found = during({**QUIET, "throttled_s": 0.1}, after, 0.0)
    assert found["throttled_s"] == pytest.approx(0.15)
    assert (found["overheated_times"], found["swapped_pages"], found["flush_to_zero"]) == (2, 3, 1)
    assert during(after, QUIET, 0.0)["swapped_pages"] == 0


def test_a_busy_sibling_is_found() -> None:
    """Four CPUs, 5 s passed: the siblings 2 and 3 of our two were busy for 1 s and 3 s of it."""
    after = {
        **QUIET,
        "sibling_cpus": [2, 3],
        "cpu_times_s": {"busy": 114.0, "steal": 1.0, "total": 1020.0},
        "busy_by_cpu_s": {"0": 30.0, "1": 30.0, "2": 26.0, "3": 28.0},
    }
    found = during(QUIET, after, own_cpu_s=10.0)
    assert found["sibling_share"] == pytest.approx(3 / 5)
    assert "a sibling of our cores busy for 60%" in "; ".join(remedies(happening(found)))
    assert during(QUIET, {**after, "sibling_cpus": []}, 0.0)["sibling_share"] == 0
    assert during(QUIET, {**QUIET, "sibling_cpus": [2]}, 0.0)["sibling_share"] is None


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
        ({"virtual": "KVM"}, "usable"),
        ({"capped_share": 0.6}, "usable"),
        ({"temperature_c": 84.9}, "quiet"),
        ({"temperature_c": 85.0}, "usable"),
        ({"free_memory_share": 0.05}, "usable"),
        ({"clock_source": "acpi_pm"}, "usable"),
        ({"flush_to_zero": True}, "usable"),
        ({"huge_pages": "never"}, "quiet"),
        ({"sibling_cpus": [4, 5]}, "quiet"),
        ({"online_cpus": 8}, "quiet"),
        ({"numa_balancing": True, "numa_nodes": 1}, "quiet"),
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
        ({"sibling_share": 0.3}, "noisy"),
        ({"swapped_pages": 1.0}, "usable"),
        ({"swapped_pages": 5000.0}, "noisy"),
        ({"others_share": None, "throttled_s": None}, "quiet"),
    ],
)
def test_levels_of_what_happened(shares: dict[str, float | None], level: str) -> None:
    assert worst(happening(shares)) == level


def test_what_the_run_itself_made_is_not_held_against_it() -> None:
    after = {**QUIET, "load_1min": 4.0, "temperature_c": 95.0, "free_memory_share": 0.05}
    found = environment(QUIET, {"others_share": 0.0}, after)
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
    assert found.remedies == remedies(findings(seen, found.during, seen))
    levels = [finding.level for finding in findings(seen, found.during, seen)]
    assert levels == sorted(levels, key=["noisy", "usable", "quiet"].index)


def test_a_finding_reads_as_a_line_and_comes_once() -> None:
    light, heavy = Finding("quiet", "boost is on", "mind it"), Finding("noisy", "it burns", "put it out")
    assert ordered([light, heavy, light]) == (heavy, light)
    assert str(heavy) == "it burns: put it out"


def test_this_machine_can_be_looked_at() -> None:
    assert set(look(this_machine())) == set(QUESTIONS)


def test_a_look_in_words_leaves_raw_counters_out(tmp_path: Path) -> None:
    told = in_words(look(sources("laptop", tmp_path)))
    assert told["temperature of the processor"] == "91 °C"
    assert told["highest clock allowed"] == "60% of what the cores can do"
    assert told["siblings of our cores that are not ours"] == "4, 5, 7"
    assert (told["power"], told["clock boost"], told["denormal numbers"]) == ("battery", "on", "kept")
    assert not any("cpu_times" in words or "busy" in words for words in told)


def test_unknown_facts_keep_their_reason_in_words_and_no_limit_is_none(tmp_path: Path) -> None:
    told = in_words(look(sources("epyc_vm", tmp_path)))
    assert told["CPU governor"]["reason"] == "this system shows no cpufreq"
    assert told["limit of the container or job"] == "none"
    assert told["virtual machine"] == "yes, without a name"


@pytest.mark.parametrize(
    ("missing", "name"), [((), "tbb"), (("tbbpool",), "omp"), (("tbbpool", "omppool"), "workqueue")]
)
def test_the_best_threading_layer_that_is_installed(missing: tuple[str, ...], name: str) -> None:
    def load(module: str) -> None:
        if module.rsplit(".", 1)[-1] in missing:
            raise ImportError(module)

    assert available_layer(load) == name
