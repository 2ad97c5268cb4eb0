"""Verdicts: the first of failed, wrong, refused, noisy that applies."""

from __future__ import annotations

from typing import Any

import pytest

from bench.judge import disturbed, judged, relative_half_width
from bench.result import Verification
from tests.bench.toys import case

WRONG = Verification(False, 0.3, 1e-15, "one rounding", 7, "y is off by 0.3, allowed is 1e-15")


@pytest.mark.parametrize(
    ("changes", "verdict", "remedy"),
    [
        ({}, "ok", ""),
        ({"fraction_of_ceiling": 1.04}, "ok", ""),
        ({"fraction_of_ceiling": 1.2, "ceiling": "dram_gb_per_s"}, "refused", "120% of the ceiling dram_gb_per_s"),
        ({"verification": WRONG}, "wrong", "y is off by 0.3, allowed is 1e-15; it has no time"),
        ({"verification": WRONG, "fraction_of_ceiling": 1.2}, "wrong", "off by"),
        ({"median_s": None}, "failed", "run again"),
        ({"verdict": "failed", "remedy": "the worker died"}, "failed", "the worker died"),
        ({"conditions": {"others_share": 0.4}}, "noisy", "other programs used 40%"),
        ({"conditions": {"steal_share": 0.2, "others_share": 0.15}}, "noisy", "the host took 20%"),
        ({"conditions": {"waited_share": 0.5}}, "noisy", "waited 50% of the time for a core"),
        ({"conditions": {"others_share": None}}, "ok", ""),
        ({"conditions": None}, "ok", ""),
        ({"low_s": 0.008, "high_s": 0.012}, "noisy", "+-20%: allow more time"),
    ],
)
def test_the_verdict_follows_from_the_case(changes: dict[str, Any], verdict: str, remedy: str) -> None:
    found = judged(case(**changes))
    assert found.verdict == verdict
    assert remedy in found.remedy
    assert bool(found.remedy) == (verdict != "ok")


def test_judging_twice_changes_nothing() -> None:
    for changes in ({}, {"median_s": None}, {"verification": WRONG}, {"conditions": {"steal_share": 0.5}}):
        once = judged(case(**changes))
        assert judged(once) == once


def test_a_verdict_is_the_only_thing_that_changes() -> None:
    before = case(conditions={"steal_share": 0.5})
    after = judged(before)
    assert (after.samples_s, after.median_s, after.work) == (before.samples_s, before.median_s, before.work)


def test_small_disturbances_pass() -> None:
    assert disturbed({"others_share": 0.05, "steal_share": 0.02, "waited_share": 0.1}) == ""


def test_the_half_width_of_an_untimed_case_is_infinite() -> None:
    assert relative_half_width(case(median_s=None)) == float("inf")
    assert relative_half_width(case(low_s=0.009, high_s=0.012)) == pytest.approx(0.15)
