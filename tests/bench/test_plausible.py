"""The plausibility gate: flags on both sides, the anchor named, and reasons where nothing can be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.nameplate import Nameplate
from bench.plausible import Anchor, Figure, checks, flagged, judge, read_figures
from bench.reading import InputError
from bench.record import CAPABILITY_SCHEMA, Capability, Check, KernelSpeed, Origin, Peak, Span
from tests.bench.toys import PASSPORT

SLOW = Anchor("cpu", "slow box", 0.5, "found", "a page", "2020")
FAST = Anchor("cpu", "fast box", 0.9, "found", "another page", "2021")
CARD = Anchor("gpu", "a card", 0.7, "found", "a third page", "2022")
FIGURE = Figure("f", "a figure", 0.4, 1.0, "it was busy", "it cannot be", (SLOW, FAST, CARD))
KNOWN = {**PASSPORT, "max_mhz": 3000, "isa": ["avx2", "fma"]}
NAMEPLATE = Nameplate("a brochure", {"fp32": Span(0.2, 0.2, 0.2)}, Span(50.0, 50.0, 50.0))


def speed(fraction: float, precision: str = "fp32", gflops: float = 100.0) -> KernelSpeed:
    return KernelSpeed(precision, fraction, fraction, fraction, gflops, gflops, gflops, 1.0, True, "w", "compute", "")


def record(kernels: dict[str, KernelSpeed] | None = None, **changes: Any) -> Capability:
    plain = Capability(
        schema=CAPABILITY_SCHEMA,
        created="now",
        machine=KNOWN,
        versions={},
        result=Origin("1", "ab", "now", "quiet"),
        peaks={"fp32": Peak(0.18, 0.17, 0.18), "fp64": Peak(0.09, 0.085, 0.09)},
        memory_gb_per_s=Span(40.0, 38.0, 40.0),
        kernels=kernels or {"gemm_fp32": speed(0.9)},
        mixes={},
    )
    return replace(plain, **changes)


def found(what: Capability, nameplate: Nameplate | None = None, threads: int = 2) -> dict[str, Check]:
    return {check.figure: check for check in checks(what, threads, nameplate)}


def point(value: float) -> Span:
    return Span(value, value, value)


@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        (point(0.8), "plausible", "nearest published: fast box, 0.9"),
        (point(0.45), "plausible", "nearest published: slow box, 0.5"),
        (point(1.2), "too good", "above 1: it cannot be; nearest published: fast box, 0.9 (another page)"),
        (point(0.1), "too bad", "below 0.4: it was busy; nearest published: slow box, 0.5 (a page)"),
        (Span(1.05, 0.9, 1.2), "plausible", "outside 0.4 to 1, but its wide interval reaches inside; nearest"),
        (Span(0.3, 0.2, 0.41), "plausible", "slow box"),
    ],
)
def test_a_value_is_flagged_with_its_anchor_if_its_whole_interval_is_outside(
    value: Span, verdict: str, words: str
) -> None:
    check = judge("name", value, FIGURE)
    assert (check.figure, check.value, check.verdict) == ("name", value.value, verdict)
    assert words in check.text


def test_anchors_of_the_same_class_come_first_and_others_only_alone() -> None:
    assert FIGURE.nearest(0.7, "cpu") in (SLOW, FAST)
    assert FIGURE.nearest(0.7, "gpu") == CARD
    assert FIGURE.nearest(0.7, "cluster") == CARD


@given(st.floats(1e-3, 10), st.floats(0, 0.5))
def test_no_value_is_both_and_none_inside_is_flagged(value: float, width: float) -> None:
    check = judge("n", Span(value, value * (1 - width), value * (1 + width)), FIGURE)
    inside = 0.4 <= value <= 1.0
    assert not (inside and check.verdict != "plausible")
    assert check.verdict != "too good" or value > 1.0
    assert check.verdict != "too bad" or value < 0.4


def test_peaks_against_the_nameplate_that_the_passport_gives() -> None:
    """2 cores x 3 GHz x 8 lanes x 2 x 2 units = 0.192 TFLOP/s, 0.096 with one unit."""
    check = found(record())["fp32 multiply-add peak over nameplate peak"]
    assert (check.value, check.verdict) == (pytest.approx(0.18 / 0.192), "plausible")
    assert "2 cores x 3000 MHz x 256-bit avx2 x 2 x 1 to 2 units (units assumed)" in check.text
    wild = record(peaks={"fp32": Peak(0.4, 0.4, 0.4)})
    assert found(wild)["fp32 multiply-add peak over nameplate peak"].verdict == "too good"
    weak = record(peaks={"fp32": Peak(0.02, 0.02, 0.02)})
    assert found(weak)["fp32 multiply-add peak over nameplate peak"].verdict == "too bad"


def test_one_thread_is_compared_with_the_peak_of_one_core() -> None:
    check = found(record(peaks={"fp32": Peak(0.09, 0.09, 0.09)}), threads=1)
    assert check["fp32 multiply-add peak over nameplate peak"].value == pytest.approx(0.09 / 0.096)


def test_a_machine_that_tells_no_clock_is_not_compared() -> None:
    check = found(record(machine=PASSPORT))["multiply-add peak over nameplate peak"]
    assert (check.value, check.verdict) == (None, "not compared")
    assert "name a machine file with --machine" in check.text


def test_a_machine_file_gives_peak_and_bandwidth() -> None:
    got = found(record(), NAMEPLATE)
    assert got["fp32 multiply-add peak over nameplate peak"].value == pytest.approx(0.9)
    assert "fp64 multiply-add peak over nameplate peak" not in got
    triad = got["STREAM triad over nameplate bandwidth"]
    assert (triad.value, triad.verdict) == (pytest.approx(0.8), "plausible")


@pytest.mark.parametrize(("gb_per_s", "verdict"), [(60.0, "too good"), (20.0, "too bad"), (45.0, "plausible")])
def test_bandwidth_beyond_the_channels_is_a_cache(gb_per_s: float, verdict: str) -> None:
    got = found(record(memory_gb_per_s=point(gb_per_s)), NAMEPLATE)
    assert got["STREAM triad over nameplate bandwidth"].verdict == verdict


def test_kernels_that_were_measured_are_judged_and_the_others_named() -> None:
    kernels = {
        "gemm_fp32": speed(0.3), "gemm_fp64": speed(0.95, "fp64", 80.0), "cg27": speed(0.05, "fp64", 4.0),
        "mlp_training_step": speed(0.97),
    }  # fmt: skip
    got = found(record(kernels))
    assert got["matrix product over peak, gemm_fp32"].verdict == "too bad"
    assert got["matrix product over peak, gemm_fp64"].verdict == "plausible"
    assert got["training step over peak (MFU), mlp_training_step"].verdict == "too good"
    cg = got["conjugate gradients over fp64 matrix product (HPCG over HPL)"]
    assert (cg.value, cg.verdict) == (pytest.approx(0.05), "plausible")
    bare = found(record())
    assert "run again with --kernel cg27" in bare["conjugate gradients over fp64 matrix product (HPCG over HPL)"].text
    assert "--kernel mlp_training_step" in bare["training step over peak (MFU)"].text


def test_only_flags_are_flagged() -> None:
    all_of = checks(record({"gemm_fp32": speed(0.3)}), 2)
    assert [check.verdict for check in flagged(all_of)] == ["too bad"]


def test_every_published_figure_has_a_source_and_lies_within_its_limits() -> None:
    for figure in read_figures().values():
        assert figure.low < figure.high
        for anchor in figure.anchors:
            assert figure.low <= anchor.value <= figure.high, (figure.id, anchor.name)
            assert anchor.source
            assert anchor.date[:2] == "20"
            assert anchor.kind in ("found", "derived", "recalled")
            assert anchor.machine in ("cpu", "gpu", "cluster")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("figure = [", "anchors.toml: "),
        ("figure = 3", "figure: expected a list"),
        ("[[figure]]\nid = 'a'", r"figure\[0\]: expected the keys"),
    ],
)
def test_a_broken_file_of_anchors_is_bad_input(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "anchors.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_figures(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_figures(tmp_path / "none.toml")
