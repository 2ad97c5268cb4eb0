"""Verdicts: the first of failed, wrong, refused, noisy that applies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.judge import disturbed, judged, relative_half_width, remarks
from bench.result import Spread, Verification
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
        ({"conditions": {"steal_share": 0.2, "others_share": 0.15}}, "noisy", "the host gave 20%"),
        ({"conditions": {"waited_share": 0.5}}, "noisy", "waited 50% of the time for a core"),
        ({"conditions": {"others_share": None}}, "ok", ""),
        ({"conditions": None}, "ok", ""),
        ({"low_s": 0.008, "high_s": 0.012}, "noisy", "+-20.0%, wider than the +-5.0% asked for: allow more"),
        ({"conditions": {"throttled_s": 0.01}}, "noisy", "ran into its CPU limit: raise the limit"),
        ({"conditions": {"sibling_share": 0.4}}, "noisy", "a sibling of our cores busy for 40%"),
        ({"conditions": {"swapped_pages": 30.0}}, "ok", ""),
        ({"spread": Spread(0.01, 0, 0.1, 0.12)}, "noisy", "became 12% slower from its first sample to its last"),
        ({"spread": Spread(0.01, 0, 0.1, -0.06)}, "noisy", "became 6% faster"),
        ({"spread": Spread(0.01, 0, 0.1, 0.04)}, "ok", ""),
        ({"spread": Spread(0.01, 0, 0.9, 0.0)}, "ok", ""),
    ],
)
def test_the_verdict_follows_from_the_case(changes: dict[str, Any], verdict: str, remedy: str) -> None:
    found = judged(replace(case(), **changes))
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


def test_an_interval_wider_than_asked_is_noisy_and_says_so() -> None:
    narrow = case(low_s=0.00981, high_s=0.01019)
    assert judged(narrow).verdict == judged(narrow, 0.02).verdict == "ok"
    found = judged(narrow, 0.01)
    assert found.verdict == "noisy"
    assert "its interval is +-1.9%, wider than the +-1.0% asked for: allow more time" in found.remedy


def test_processes_that_differ_are_named_as_the_cause() -> None:
    samples = (0.0095, 0.0095, 0.0105, 0.0105)
    found = judged(case(samples_s=samples, samples_per_process=(2, 2), low_s=0.0095, high_s=0.0105), 0.02)
    assert "its 2 processes differ by +-5.0%; measure in more processes" in found.remedy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spread": Spread(0.01, 0, 0.0, 0.03)}, "3% slower"),
        ({"spread": Spread(0.01, 0, 0.7, 0.0)}, "successive samples are alike (correlation 0.70)"),
        ({"spread": Spread(0.01, 3, 0.0, 0.0)}, "3 of 40 samples are far off"),
        ({"conditions": {"flush_to_zero": 1.0}}, "denormal"),
        ({"samples_s": (0.01,) * 3}, "only 3 samples"),
    ],
)
def test_remarks_in_plain_words(changes: dict[str, Any], words: str) -> None:
    steady = replace(case(samples_s=(0.01,) * 40), spread=Spread(0.01, 0, 0.0, 0.0))
    assert remarks(steady) == ()
    (found,) = remarks(replace(steady, **changes))
    assert words in found


def test_a_drift_that_makes_a_case_noisy_is_not_told_twice() -> None:
    drifted = replace(case(samples_s=(0.01,) * 40), spread=Spread(0.01, 0, 0.0, 0.2))
    assert judged(drifted).verdict == "noisy"
    assert remarks(drifted) == ()


def test_a_case_without_a_time_has_no_remarks() -> None:
    assert remarks(case(median_s=None, samples_s=())) == remarks(case()) == ()
