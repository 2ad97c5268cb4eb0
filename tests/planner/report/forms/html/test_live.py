"""From a panel to a still and a live drawing: what may be zoomed, what data may hold."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("vl_convert", reason="the report extra is not installed")

from planner.report.blocks import Panel
from planner.report.forms.html.live import as_json, scaled, specification, still, zooms
from tests.planner.report.forms.specimen import PANEL, SPEC

JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def encoded(mark: str, **encoding: Any) -> Panel:
    """The specimen's drawing with another mark, other axes."""
    return replace(PANEL, spec={**SPEC, "mark": mark, "encoding": {**SPEC["encoding"], **encoding}})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("panel", "axes"),
    [
        (PANEL, "xy"),
        (encoded("point", x={"field": "x", "type": "quantitative", "scale": {"type": "log"}}), "xy"),
        (encoded("line", x={"field": "x", "type": "ordinal"}), "y"),
        (encoded("bar", x={"field": "x", "type": "nominal"}), ""),
        (encoded("rect", x={"field": "x", "type": "nominal"}), ""),
        (encoded("point", **{at: {"field": at, "type": "quantitative", "axis": None} for at in "xy"}), ""),
    ],
)
def test_axes_zoom_where_no_bar_is_cut(panel: Panel, axes: str) -> None:
    assert zooms(panel) == axes
    spec = specification(panel)
    assert sorted(s["name"] for s in spec["signals"] if s["name"].startswith("zoom_")) == [f"zoom_{a}" for a in axes]
    zoomed = {scale["name"] for scale in spec["scales"] if "domainRaw" in scale}
    assert zoomed == set(axes)


def test_a_drawing_without_axes_is_a_map() -> None:
    assert scaled(encoded("point", **{at: {"field": at, "type": "quantitative", "axis": None} for at in "xy"}))
    assert not scaled(PANEL)


def test_ids_inside_a_drawing_begin_with_its_name() -> None:
    """Two drawings of one kind on a page must not take each other's clip paths and gradients."""
    grey = {"field": "y", "type": "quantitative", "legend": {"type": "gradient"}}
    panel = encoded("point", color=grey)
    one, other = still(panel, "one-1"), still(panel, "two-1")
    assert one != other
    assert one.replace("one-1-", "") == other.replace("two-1-", "")
    assert one.startswith("<svg")
    assert "xmlns" not in one
    for found in one.split("url(#")[1:]:
        assert f'id="{found.split(")")[0]}"' in one


@given(JSON)
def test_json_in_a_script_reads_back_and_cannot_leave_it(value: Any) -> None:
    text = as_json([value])
    assert json.loads(text) == [value]
    assert not set("<>&\u2028\u2029") & set(text)


def test_names_in_data_stay_data() -> None:
    """A name that is an expression of Vega, or a closing tag, comes back as the same text, and no signal holds it."""
    name = "</script>'+datum.x+'"
    values = [{"x": name, "y": 1.0}]
    panel = replace(
        encoded("line", x={"field": "x", "type": "ordinal"}),
        spec={**encoded("line", x={"field": "x", "type": "ordinal"}).spec, "data": {"values": values}},
    )
    spec = specification(panel)
    assert json.loads(as_json(spec)) == spec
    assert any(datum.get("x") == name for data in spec["data"] for datum in data.get("values", ()))
    assert name not in json.dumps([spec["signals"], spec["scales"], spec["marks"], spec["axes"]])
