"""The cause of an impossible result follows from the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.judge import judged
from bench.refusal import explained
from bench.result import Case, Traffic, WorkCount
from bench.roofline import Caches
from tests.bench.toys import MIB, case

CACHES = Caches({"l1": MIB, "l2": 2 * MIB, "l3": 32 * MIB}, 2)
WORK = WorkCount(1e9, 2e9, 1e9, "flops = n")
TRIAD = judged(case("stream_triad"))
NOISY = judged(case("stream_triad", conditions={"steal_share": 0.5}))


def refused(**changes: Any) -> Case:
    base: dict[str, Any] = {"ceiling": "dram_gb_per_s", "fraction_of_ceiling": 1.3, "work": WORK, **changes}
    return judged(case("odd", **{"working_set_bytes": 500 * MIB, **base}))


@pytest.mark.parametrize(
    ("odd", "sources", "told"),
    [
        (refused(working_set_bytes=48 * MIB), [TRIAD], "only 1.5 times the L3 caches, which held a part"),
        (refused(working_set_bytes=48 * MIB), [NOISY], "only 1.5 times the L3 caches"),
        (refused(), [NOISY], "the ceiling itself was disturbed (stream_triad: the host"),
        (refused(), [NOISY, replace(TRIAD, kernel="stream_add")], "counts too many bytes"),
        (refused(), [TRIAD], "far larger than the caches and the ceiling was measured undisturbed"),
        (refused(traffic=Traffic("LLC misses", 1.5e9)), [TRIAD], "saw only 50% of the bytes"),
        (refused(traffic=Traffic("LLC misses", 3e9)), [TRIAD], "check its formula (flops = n)"),
        (refused(ceiling="fma_fp64_gflops"), [case("fma_peak_fp64", verdict="ok")], "counts too many FLOP"),
        (refused(ceiling="l3_gb_per_s", working_set_bytes=20 * MIB), [], "counts too many bytes"),
    ],
)
def test_the_cause_is_worked_out(odd: Case, sources: list[Case], told: str) -> None:
    found = explained(odd, [odd, *sources], 2, CACHES)
    assert found.remedy.startswith(f"130% of the ceiling {odd.ceiling} is above 105%: ")
    assert told in found.remedy
    assert replace(found, remedy=odd.remedy) == odd


def test_without_known_caches_none_is_blamed() -> None:
    small = refused(working_set_bytes=48 * MIB)
    assert "caches, which held" not in explained(small, [small, TRIAD], 2, None).remedy


@pytest.mark.parametrize("other", [TRIAD, NOISY, judged(case(median_s=None))])
def test_only_refused_cases_are_explained(other: Case) -> None:
    assert explained(other, [other], 2, CACHES) == other
