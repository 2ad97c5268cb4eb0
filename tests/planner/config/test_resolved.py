"""The config as resolved reads back to the same values."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from planner.config import load, read, resolved, scenario
from planner.config.loading import Document, Inputs
from planner.config.problems import Place, Problem
from planner.config.tree import Node, parse, plain
from tests.planner.config.plans import write

CONFIGS = Path(__file__).parents[3] / "configs"


def test_china_reads_back(tmp_path: Path) -> None:
    document = load(CONFIGS / "china" / "plan.yaml", ("gap=1e-3",))
    text = resolved.text(document)
    again = tmp_path / "config.yaml"
    again.write_text(text, "utf-8")
    assert plain(load(again).root) == plain(document.root)
    assert str(CONFIGS) not in text
    assert "extends" not in text
    assert "# --set 'gap=1e-3'" in text.splitlines()


def test_a_resolved_config_gives_the_same_scenario(tmp_path: Path) -> None:
    document = load(write(tmp_path), ("assets.station.capex=0.25", "staff="))
    (tmp_path / "again.yaml").write_text(resolved.text(document), "utf-8")
    one, other = scenario(document), read(tmp_path / "again.yaml")
    assert one.staff is other.staff is None
    assert [a.capex.value for a in one.assets] == [a.capex.value for a in other.assets]
    assert (one.regions, one.groups, one.tail) == (other.regions, other.groups, other.tail)
    assert [b.limits for b in one.budgets] == [b.limits for b in other.budgets]


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
awkward = st.sampled_from(
    ["no", "NO", "null", "~", "1e3", "010", "- a", "a: b", "#", "'", '"', "", " x ", "=", "<<", "é\n"]
)
keys = st.text(min_size=1, max_size=4) | awkward | st.integers(0, 3000)
trees = st.recursive(
    scalars | awkward, lambda held: st.lists(held, max_size=4) | st.dictionaries(keys, held, max_size=4), max_leaves=12
)


def node(value: object) -> Node:
    place = Place("x")
    if isinstance(value, dict):
        return Node({key: node(item) for key, item in value.items()}, place, place)
    if isinstance(value, list):
        return Node(tuple(map(node, value)), place, place)
    return Node(value, place, place)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_any_tree_reads_back(held: dict[str | int, object]) -> None:
    root = node(held)
    if not plain(root):
        return
    text = resolved.text(Document(root, Path("x.yaml"), (), Inputs(Path())))
    problems: list[Problem] = []
    again = parse(text, "x", problems)
    assert problems == []
    assert again is not None
    assert json.dumps(plain(again)) == json.dumps(plain(root))
