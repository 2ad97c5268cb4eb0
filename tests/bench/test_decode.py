"""The strict reader: what goes out comes back, and whatever does not fit is named with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.decode import DecodeError, decode, dumps, encode


@dataclass(frozen=True)
class Leaf:
    length_m: float
    count: int
    name: str | None = None


@dataclass(frozen=True)
class Other:
    skipped: str


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf | Other, ...]
    table: Mapping[str, float]
    mood: Literal["calm", "wild"]
    anything: Any
    tall: bool = False
    row: tuple[float, ...] = ()


finite = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.one_of(
    st.builds(Leaf, finite, st.integers(), st.none() | st.text()),
    st.builds(Other, st.text()),
)
trees = st.builds(
    Tree,
    st.lists(leaves).map(tuple),
    st.dictionaries(st.text(), finite),
    st.sampled_from(["calm", "wild"]),
    st.none() | st.integers() | st.lists(st.text()),
    st.booleans(),
    st.lists(finite).map(tuple),
)


@given(trees)
def test_every_value_survives_a_round_trip(tree: Tree) -> None:
    assert decode(Tree, json.loads(dumps(tree))) == tree


def good() -> dict[str, Any]:
    return {
        "leaves": [{"length_m": 1.5, "count": 2}],
        "table": {"a": 1},
        "mood": "calm",
        "anything": [1, "x"],
    }


def test_defaults_fill_what_is_absent_and_whole_numbers_serve_as_numbers() -> None:
    tree = decode(Tree, good())
    assert tree == Tree((Leaf(1.5, 2, None),), {"a": 1.0}, "calm", [1, "x"], False)
    assert isinstance(tree.table["a"], float)


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        ({"mood": "sad"}, "mood", "one of calm, wild"),
        ({"table": {"a": "x"}}, "table.a", "a finite number"),
        ({"table": {"a": True}}, "table.a", "a finite number"),
        ({"table": {"a": float("inf")}}, "table.a", "a finite number"),
        ({"table": {"a": 10**400}}, "table.a", "a finite number"),
        ({"table": []}, "table", "an object"),
        ({"row": [1.0, float("nan")]}, "row[1]", "a finite number"),
        ({"row": [1.0, "x"]}, "row[1]", "a finite number"),
        ({"row": 1.0}, "row", "a list"),
        ({"leaves": {}}, "leaves", "a list"),
        ({"leaves": [3]}, "leaves[0]", "an object"),
        ({"leaves": [{"length_m": 1.0, "count": 1.5}]}, "leaves[0].count", "a whole number"),
        ({"leaves": [{"length_m": 1.0, "count": True}]}, "leaves[0].count", "a whole number"),
        ({"tall": 1}, "tall", "true or false"),
        ({"colour": "red"}, "top level", "only the keys of Tree"),
    ],
)
def test_a_misfit_is_named_with_place_and_expectation(change: dict[str, Any], place: str, expected: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(Tree, {**good(), **change})
    assert str(caught.value).startswith(place)
    assert expected in str(caught.value)


def test_a_missing_key_is_named() -> None:
    data = good()
    del data["mood"]
    with pytest.raises(DecodeError, match="the keys mood of Tree"):
        decode(Tree, data)


def test_a_long_misfit_is_shortened() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(Tree, {**good(), "mood": "x" * 1000})
    assert len(str(caught.value)) < 120


def test_numbers_that_json_lacks_are_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps(Leaf(float("nan"), 1))


def test_encode_leaves_plain_values_alone() -> None:
    assert encode({"a": (1, "b", None)}) == {"a": [1, "b", None]}
