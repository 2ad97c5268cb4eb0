"""Maps of the user: made-up squares, their matching, their projection, what is wrong with them."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.plan import Plan
from planner.report import ReportError, outline
from planner.report.context import context
from planner.report.language import language
from planner.report.panels import region_map

REGIONS = [
    {"id": "CN-BJ", "name": "Beijing", "name_zh": "北京"},
    {"id": "CN-NX", "name": "Ningxia", "name_zh": "宁夏"},
    {"id": "US-NC", "name": "North Carolina", "name_zh": "北卡罗来纳"},
]


def square(x: float, y: float, side: float = 4.0, *, clockwise: bool = False) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring[::-1] if clockwise else ring]}


def feature(at: int, /, id: str | None = None, **properties: Any) -> dict[str, Any]:
    whole = {"type": "Feature", "properties": properties, "geometry": square(10.0 * at, 30.0, clockwise=at % 2 == 1)}
    return whole if id is None else {**whole, "id": id}


def write(folder: Path, features: list[Any], **members: Any) -> Path:
    path = folder / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), "utf-8")
    return path


@pytest.mark.parametrize(
    "features",
    [
        [feature(0, id="CN-BJ"), feature(1, iso="CN-NX"), feature(2, code="NC")],
        [feature(0, name="beijing"), feature(1, NAME="Ningxia"), feature(2, name="North Carolina")],
        [feature(0, adcode=110000), feature(1, gb="156640000"), feature(2, postal="NC")],
        [feature(0, name="北京市"), feature(1, name="宁夏回族自治区"), feature(2, name_zh="北卡罗来纳")],
    ],
    ids=["codes", "names", "adcodes", "Chinese names"],
)
def test_features_are_known_by_code_or_name(tmp_path: Path, features: list[Any]) -> None:
    found = outline.read(write(tmp_path, features), REGIONS)
    assert list(found.shapes) == ["CN-BJ", "CN-NX", "US-NC"]
    lefts = [min(x for x, _ in shape["coordinates"][0][0]) for shape in found.shapes.values()]
    assert lefts == sorted(lefts)
    assert found.others == ()


def test_a_number_of_another_scheme_is_no_adcode(tmp_path: Path) -> None:
    """37 is North Carolina in one country and Shandong (SD) in another: two digits alone match nothing."""
    dakota = [{"id": "US-SD", "name": "South Dakota"}]
    with pytest.raises(ReportError, match="no feature for US-SD"):
        outline.read(write(tmp_path, [feature(0, id="37")]), dakota)


def test_nothing_of_the_map_is_left_out(tmp_path: Path) -> None:
    """A feature that is no region is drawn without a value, a tiny ring keeps its shape."""
    tiny = {"type": "Feature", "properties": {"name": "islet"}, "geometry": square(20.0, 31.0, 1e-3)}
    found = outline.read(write(tmp_path, [feature(0, id="CN-BJ"), tiny]), REGIONS[:1])
    assert found.other_names == ("islet",)
    ring = found.others[0]["coordinates"][0][0]
    assert len(ring) >= 4
    assert len({tuple(point) for point in ring}) >= 3


def test_the_approval_number_is_given_or_stands_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, [feature(0, id="CN-BJ")], approval_number="in the file")
    assert outline.read(path, REGIONS[:1]).approval_number == "in the file"
    assert outline.read(path, REGIONS[:1], "given").approval_number == "given"
    assert outline.read(write(tmp_path, [feature(0, id="CN-BJ")]), REGIONS[:1]).approval_number == ""


def broken(**geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"id": "CN-BJ"}, "geometry": geometry or None}


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([broken()], "feature 1 of 1: geometry is None, expected Polygon"),
        (["text"], "feature 1 of 1: geometry is None"),
        ([broken(type="Point", coordinates=[1, 2])], "geometry is Point"),
        ([broken(type="Polygon", coordinates=[])], "not a list of rings"),
        ([broken(type="MultiPolygon", coordinates=[])], "no coordinates"),
        ([broken(type="Polygon", coordinates=[[[0, 0], [1, 0], [0, 0]]])], "fewer than four points"),
        ([broken(type="Polygon", coordinates=[[[0, 0], [1, 0], [1, 1], [0, 1]]])], "not closed"),
        ([broken(type="Polygon", coordinates=[[[0, 0], ["a", 0], [1, 1], [0, 0]]])], "not a pair of numbers"),
        ([broken(type="Polygon", coordinates=[[[0, 0], [math.nan, 0], [1, 1], [0, 0]]])], "not a pair of numbers"),
        ([broken(type="Polygon", coordinates=[[[0, 0], [4e6, 0], [1, 1], [0, 0]]])], "export the map in WGS 84"),
        ([feature(0, id="CN-BJ"), feature(1, name="北京")], "feature 2 of 2: region CN-BJ has a feature already"),
        ([feature(0, name="elsewhere")], r"no feature for CN-BJ \(Beijing\)"),
        ([], "FeatureCollection"),
    ],
)
def test_a_faulty_map_is_refused_with_place_and_remedy(tmp_path: Path, features: list[Any], message: str) -> None:
    path = write(tmp_path, features)
    with pytest.raises(ReportError, match=message) as error:
        outline.read(path, REGIONS[:1])
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{\n  oops", r":2:3: not GeoJSON"), (b"\xff\xfe", "not UTF-8"), (b"[1]", "FeatureCollection")],
)
def test_a_file_that_is_no_geojson_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=message):
        outline.read(path, REGIONS)
    with pytest.raises(ReportError, match="cannot read"):
        outline.read(tmp_path / "none", REGIONS)


def area(ring: list[list[float]]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))) / 2


@given(st.floats(-60, 40), st.floats(-100, 60))
def test_the_projection_keeps_areas(south: float, west: float) -> None:
    """Two cells of equal width: their areas are as the differences of the sines of their parallels."""
    at = outline.albers([(west, south), (west + 40, south + 20)])

    def cell(low: float, high: float) -> float:
        steps = [west + 20 + 0.01 * step for step in range(101)]
        edge = [(x, low) for x in steps] + [(x, high) for x in reversed(steps)]
        ring = [list(at(point)) for point in edge]
        return area([*ring, ring[0]])

    sines = [math.sin(math.radians(south + step)) for step in (0, 10, 20)]
    expected = (sines[1] - sines[0]) / (sines[2] - sines[1])
    assert cell(south, south + 10) / cell(south + 10, south + 20) == pytest.approx(expected, rel=1e-4)


def test_a_map_across_the_date_line_stays_in_one_piece(tmp_path: Path) -> None:
    west = {"type": "Feature", "id": "CN-BJ", "geometry": square(170, 50)}
    east = {"type": "Feature", "id": "CN-NX", "geometry": square(-178, 50)}
    found = outline.read(write(tmp_path, [west, east]), REGIONS[:2])
    first, second = (outline.middle(shape)[0] for shape in found.shapes.values())
    assert first < second
    narrower = math.cos(math.radians(52)) / math.cos(math.radians(50))
    assert (second - first) / outline.WIDTH == pytest.approx(12 / 16 * narrower, abs=0.01)


def test_the_middle_is_the_centroid_of_the_largest_part() -> None:
    big = [[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]
    small = [[90, 90], [91, 90], [91, 91], [90, 90]]
    assert outline.middle({"type": "MultiPolygon", "coordinates": [[small], [big[::-1]]]}) == (2.0, 1.0)


def test_maps_are_drawn_with_their_number(plan: Plan, tmp_path: Path) -> None:
    squares = [
        {
            "type": "Feature",
            "id": region["id"],
            "geometry": square(5.0 * region["tile"][0], 50 - 5.0 * region["tile"][1]),
        }
        for region in plan.summary["regions"]
    ]
    shapes = outline.read(write(tmp_path, squares), plan.summary["regions"], "made up (2026) 1")
    ctx = context([plan], language("zh"), outline=shapes)
    panel = region_map(ctx, {"CN-GD": 2.0}, str, "亿元", "#0b3c73")
    assert panel.spec["title"]["text"] == "审图号：made up (2026) 1"
    land, names = panel.spec["layer"]
    data = panel.spec["datasets"]
    labels = {row["label"] for row in data[land["data"]["name"]]}
    assert "广东省: 2.0 亿元" in labels
    assert len(data[names["data"]["name"]]) == len(squares)
    from planner.report.drawing import svg

    drawn = svg(panel.spec, 420)
    assert drawn.count("广东省: 2.0 亿元") >= 1
    assert "审图号：made up (2026) 1" in drawn
