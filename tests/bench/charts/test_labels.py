"""Names beside points never lie upon another, nor outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.charts.labels import Box, Label, box_of, labels

pixels = st.floats(0, 300)
points = st.lists(st.tuples(st.text("abcdef_", min_size=1, max_size=12), pixels, pixels), max_size=30)


def apart(a: Box, b: Box) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@given(points)
def test_no_name_covers_another_or_leaves_the_frame(found: list[tuple[str, float, float]]) -> None:
    boxes = [box_of(label) for label in labels(found, 300, 300)]
    assert all(apart(a, b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])
    assert all(min(box) >= 0 and max(box) <= 300 for box in boxes)


@given(points)
def test_names_keep_clear_of_what_is_taken(found: list[tuple[str, float, float]]) -> None:
    taken = (100.0, 0.0, 200.0, 300.0)
    assert all(apart(box_of(label), taken) for label in labels(found, 300, 300, [taken]))


def test_a_lonely_name_stands_to_the_right_and_at_the_edge_to_the_left() -> None:
    assert labels([("name", 100, 100)], 300, 300) == [Label("name", 108, 100, "left")]
    assert labels([("name", 295, 100)], 300, 300) == [Label("name", 287, 100, "right")]


def test_a_name_without_room_is_left_out() -> None:
    assert labels([("name", 10, 10)], 20, 20) == []
