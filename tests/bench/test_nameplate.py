"""Nameplate peaks from what a passport tells."""

from __future__ import annotations

from typing import Any

import pytest

from bench.nameplate import Nameplate, NoNameplate, derived, of_threads
from bench.record import Span


def passport(isa: list[str] | dict[str, Any], mhz: Any = 2000, cores: int = 32) -> dict[str, Any]:
    return {"cores": cores, "max_mhz": mhz, "isa": isa}


@pytest.mark.parametrize(
    ("isa", "fp32", "fp64"),
    [
        (["avx512f", "avx2", "sse2"], (2.048, 4.096), (1.024, 2.048)),
        (["avx2", "fma", "avx", "sse2"], (1.024, 2.048), (0.512, 1.024)),
        (["avx", "sse2"], (1.024, 1.024), (0.512, 0.512)),
        (["sse2"], (0.512, 0.512), (0.256, 0.256)),
        (["asimd"], (0.512, 2.048), (0.256, 1.024)),
        (["asimd", "sve"], (0.512, 4.096), (0.256, 2.048)),
    ],
)
def test_cores_times_clock_times_lanes_times_two_times_units(
    isa: list[str], fp32: tuple[float, float], fp64: tuple[float, float]
) -> None:
    found = derived(passport(isa))
    for precision, (low, high) in (("fp32", fp32), ("fp64", fp64)):
        peak = found.peak_tflops[precision]
        assert (peak.low, peak.value, peak.high) == pytest.approx((low, high, high))


def test_what_was_assumed_is_said() -> None:
    source = derived(passport(["avx2"])).source
    assert source == "32 cores x 2000 MHz x 256-bit avx2 x 2 x 1 to 2 units (units assumed)"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"max_mhz": {"value": None, "reason": "lscpu is silent"}}, "does not tell its clock"),
        ({"isa": {"value": None, "reason": "lscpu is silent"}}, "does not tell its instruction set"),
        ({"isa": ["vsx"]}, "does not tell its vector width"),
        ({"cores": {"value": None, "reason": "x"}, "max_mhz": {"value": None, "reason": "x"}}, "its cores and clock"),
    ],
)
def test_a_silent_machine_has_no_nameplate(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NoNameplate, match=reason):
        derived({**passport(["avx2"]), **changes})


def test_a_part_of_the_cores_has_a_part_of_the_peak_and_all_of_the_bandwidth() -> None:
    whole = Nameplate("a brochure", {"fp32": Span(8.0, 6.0, 10.0)}, Span(200.0, 200.0, 200.0))
    part = of_threads(whole, 8, 32)
    assert (part.peak_tflops["fp32"], part.memory_gb_per_s) == (Span(2.0, 1.5, 2.5), whole.memory_gb_per_s)
    assert part.source == "a brochure, 8 of 32 cores"
    assert of_threads(whole, 64, 32) == of_threads(whole, 1, None) == whole
