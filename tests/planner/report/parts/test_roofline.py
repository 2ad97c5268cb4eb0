"""The roofline of a result: what is drawn, where the roof lies, which names stand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("altair", reason="the report extra is not installed")

from planner.report.language import language
from planner.report.parts.roofline import ceiling, drawn, intensity, readable, rooflines


def case(kernel="spmv", flops=1e9, moved=1e9, **changes):
    work = {"flops": flops, "bytes_read": 0.75 * moved, "bytes_written": 0.25 * moved}
    base = {
        "kernel": kernel,
        "size": "quick",
        "threads": 2,
        "precision": "fp64",
        "work": work,
        "median_s": 0.1,
        "gflops": flops / 0.1 / 1e9,
        "fraction_of_ceiling": 0.5,
        "verification": {"passed": True},
    }
    return {**base, **changes}


def result(*cases, **ceilings):
    return {"ceilings": ceilings or {"fma_fp64_gflops": {"value": 100.0}, "dram_gb_per_s": 25.0}, "cases": list(cases)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_roof_is_the_lower_of_memory_and_arithmetic(lang):
    cases = [case("a", moved=8e9), case("b", moved=1e9), case("c", moved=1e7)]
    (chart,) = rooflines(language(lang), result(*cases))
    rows = [[cell.value for cell in row] for row in chart.data.rows]
    assert [row[0] for row in rows] == ["a", "b", "c"]
    assert [row[1] for row in rows] == pytest.approx([0.125, 1.0, 100.0])
    assert [row[3] for row in rows] == pytest.approx([3.125, 25.0, 100.0])
    assert chart.native == "dots"
    assert chart.id == "roofline_fp64"


def test_only_verified_kernels_with_arithmetic_at_the_most_threads_are_drawn():
    kept = case("kept")
    cases = [
        kept,
        case("one_thread", threads=1),
        case("copy", flops=0.0),
        case("wrong", verification={"passed": False}),
        case("failed", median_s=None),
        case("fp32", precision="fp32"),
        case("fma_peak_fp64"),
        case("stream_triad"),
    ]
    assert drawn(result(*cases), "fp64") == [kept]


def test_without_ceilings_or_kernels_there_is_no_chart():
    words = language("en")
    assert rooflines(words, result(case(), dram_gb_per_s=None, fma_fp64_gflops=100.0)) == []
    assert rooflines(words, result()) == []
    assert rooflines(words, {}) == []


def test_a_ceiling_is_a_number_or_has_a_value():
    assert ceiling(result(), "dram_gb_per_s") == 25.0
    assert ceiling(result(), "fma_fp64_gflops") == 100.0
    assert ceiling(result(), "unknown") is None
    assert ceiling({}, "unknown") is None


def test_intensity_is_flops_over_bytes():
    assert intensity(case(flops=4e9, moved=2e9)) == pytest.approx(2.0)
    assert math.isnan(intensity(case(flops=0.0)))
    assert math.isnan(intensity(case(moved=0.0)))


def dot(name, x, value):
    return {"name": name, "x": x, "value": value, "label": name}


ROOF = [dot("", 0.01, 0.5), dot("", 1000.0, 200.0)]


def test_a_name_that_would_lie_on_another_is_left_out():
    dots = [dot("first", 1.0, 10.0), dot("second", 1.02, 10.1), dot("far", 100.0, 100.0)]
    names = [found["name"] for found in readable(ROOF, dots, 860, 340)]
    assert names[2] == "far"
    assert sum(map(bool, names[:2])) == 1


def test_dots_and_tooltips_all_stay():
    dots = [dot(f"kernel_{at}", 1.0 + at / 100, 10.0) for at in range(9)]
    found = readable(ROOF, dots, 860, 340)
    assert [(f["x"], f["value"], f["label"]) for f in found] == [(d["x"], d["value"], d["label"]) for d in dots]


def pixels(found):
    """A dot in the drawing: 860 wide, 340 high, both axes logarithmic."""
    return 860 * math.log(found["x"] / 0.01) / math.log(1e5), 340 * math.log(found["value"] / 0.5) / math.log(400)


@given(st.lists(st.tuples(st.floats(0.02, 900), st.floats(0.6, 190)), min_size=1, max_size=25))
def test_dots_close_together_never_both_have_names_on_one_side(places):
    dots = [dot(f"kernel_{at}", x, value) for at, (x, value) in enumerate(places)]
    shown = [pixels(found) for found in readable(ROOF, dots, 860, 340) if found["name"]]
    reach = [pixels(found)[0] for found in dots]
    turn = min(reach) + 0.75 * (max(reach) - min(reach))
    right = [(x, y) for x, y in shown if x <= turn - 1e-6]
    for at, (x, y) in enumerate(right):
        for other_x, other_y in right[:at]:
            assert abs(y - other_y) >= 13 - 1e-6 or abs(x - other_x) >= 8 * 6.4 - 1e-6
