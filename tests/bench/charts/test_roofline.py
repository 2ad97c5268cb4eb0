"""The specification of the chart: frame, lines, points, names."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.charts.places import Place, Roof
from bench.charts.roofline import Frame, bars, roofline

FRAME = Frame(800, 400, 0.1, 1000.0, 1.0, 100.0)
ROOFS = [Roof("dram_gb_per_s", "bandwidth", 40.0, "memory 40 GB/s"), Roof("p", "peak", 100.0, "fp64 100 GFLOP/s")]


def place(name: str = "toy", **changes: Any) -> Place:
    base: dict[str, Any] = {
        "kernel": name,
        "limit": "memory",
        "verdict": "ok",
        "time": "1 ms",
        "gflops": 10.0,
        "gb_per_s": 20.0,
        "intensity": 0.5,
        "measured_intensity": None,
        "ceiling": "dram_gb_per_s",
        "ceiling_gb_per_s": 40.0,
        "of_ceiling": "50%",
        "remedy": "",
    }
    return Place(**{**base, **changes})


def values(spec: dict[str, Any], mark: str) -> list[list[dict[str, Any]]]:
    return [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == mark]


@given(st.floats(0.1, 1000), st.floats(1, 100))
def test_pixels_and_figures_are_each_others_inverse(intensity: float, gflops: float) -> None:
    assert FRAME.intensity(FRAME.x(intensity)) == pytest.approx(intensity)
    assert FRAME.gflops(FRAME.y(gflops)) == pytest.approx(gflops)


def test_a_bandwidth_rises_by_the_slope_of_the_frame() -> None:
    low, high = (FRAME.x(1.0), FRAME.y(2.0)), (FRAME.x(10.0), FRAME.y(20.0))
    assert math.degrees(math.atan2(low[1] - high[1], high[0] - low[0])) == pytest.approx(FRAME.slope_degrees)


def test_the_lines_meet_at_the_ridge() -> None:
    (rows,) = values(roofline([place()], ROOFS, 800, 400), "line")
    slope = [(row["intensity"], row["gflops"]) for row in rows if row["roof"].startswith("memory")]
    flat = [(row["intensity"], row["gflops"]) for row in rows if row["roof"].startswith("fp64")]
    assert all(gflops == pytest.approx(40 * intensity) for intensity, gflops in slope)
    assert slope[1] == flat[0] == (2.5, 100.0)
    assert flat[1][1] == 100.0


def test_every_kernel_with_flop_is_a_point_and_has_a_name_where_there_is_room() -> None:
    spec = roofline(
        [place(), place("far", intensity=50.0, gflops=80.0), place("bytes", intensity=None)], ROOFS, 800, 400
    )
    assert [[row["kernel"] for row in rows] for rows in values(spec, "point")] == [["toy", "far"]]
    texts = {row["text"] for rows in values(spec, "text") for row in rows}
    assert texts == {"toy", "far", "memory 40 GB/s", "fp64 100 GFLOP/s"}


def test_counted_bytes_are_a_hollow_point_tied_to_the_model() -> None:
    spec = roofline([place(measured_intensity=0.25)], ROOFS, 800, 400)
    hollow = [layer for layer in spec["layer"] if layer["mark"].get("filled") is False]
    assert [layer["encoding"]["x"]["field"] for layer in hollow] == ["measured_intensity"]
    assert len(values(spec, "rule")) == 1
    assert values(roofline([place()], ROOFS, 800, 400), "rule") == []


@pytest.mark.parametrize("roofs", [[], ROOFS[:1], ROOFS[1:]])
def test_missing_ceilings_leave_a_chart(roofs: list[Roof]) -> None:
    spec = roofline([place()], roofs, 268, 380)
    domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert 0 < domain[0] < 0.5 < domain[1]
    assert len(values(spec, "point")) == 1


def test_kernels_without_flop_are_bars_with_the_fastest_first() -> None:
    found = [place("a", intensity=None, gb_per_s=5.0), place("b", intensity=None, gb_per_s=9.0), place("c")]
    spec = bars(found, 300)
    assert spec["encoding"]["y"]["sort"] == ["b", "a"]
    assert {row["kernel"] for row in spec["data"]["values"]} == {"a", "b"}


@pytest.mark.parametrize(("faster", "below"), [(44.0, True), (400.0, False)])
def test_the_name_of_a_bandwidth_evades_a_close_faster_one(faster: float, below: bool) -> None:
    roofs = [Roof("l3_gb_per_s", "bandwidth", faster, "L3"), *ROOFS]
    spec = roofline([place()], roofs, 800, 400)
    frame = spec["layer"][0]["encoding"]
    (name,) = (row for rows in values(spec, "text") for row in rows if row["text"] == "memory 40 GB/s")
    assert frame["x"]["scale"]["domain"][0] <= name["intensity"]
    assert (name["gflops"] < 40 * name["intensity"]) is below
