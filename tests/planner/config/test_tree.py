"""YAML as a tree: YAML 1.2 values, exact places, and everything malformed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.config.problems import Place, Problem
from planner.config.tree import MOST_VALUES, Node, parse, plain, scalar
from tests.planner.config.plans import MARK, marked


def tree(text: str) -> Node:
    problems: list[Problem] = []
    root = parse(text, "x.yaml", problems)
    assert not problems
    assert root is not None
    return root


def problems_of(text: str) -> list[Problem]:
    problems: list[Problem] = []
    parse(text, "x.yaml", problems)
    return problems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("12:30", "12:30"),
        ("1:20:30", "1:20:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("1e-6", 1e-6),
        ("1.0e-6", 1e-6),
        (".5", 0.5),
        ("5.", 5.0),
        ("-3", -3),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'010'", "010"),
        ('"true"', "true"),
        ("500 万元", "500 万元"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    child = tree(f"a: {text}").child("a")
    assert child is not None
    assert child.value == value
    assert type(child.value) is type(value)


@given(st.integers())
def test_integers_round_trip(value: int) -> None:
    assert scalar(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip(value: float) -> None:
    assert scalar(repr(value)) == value


def test_places_of_keys_and_values() -> None:
    root = tree("a: 1\nb:\n  - id: x\n    c: [2, 3]\n  - y\n")
    items = root.value["b"]
    c = items.value[0].value["c"]
    assert root.value["a"].place == Place("x.yaml", 1, 4)
    assert root.value["b"].key_place == Place("x.yaml", 2, 1)
    assert items.value[0].place == Place("x.yaml", 3, 5)
    assert (c.key_place, c.value[1].place) == (Place("x.yaml", 4, 5), Place("x.yaml", 4, 12))
    assert items.child("x") is items.value[0]
    assert items.child(1).value == "y"
    assert items.child(2) is None
    assert items.child("z") is None
    assert root.value["a"].child("b") is None


def test_windows_line_ends_keep_places() -> None:
    root = tree("a: 1\r\nb:\r\n  c: 2\r\n")
    assert root.value["b"].value["c"].place == Place("x.yaml", 3, 6)
    assert plain(root) == {"a": 1, "b": {"c": 2}}


def test_anchors_aliases_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\ncopy: *b\nmore: {<<: *b, y: 3}\ntwo:\n  <<: [{z: 0, x: 5}, *b]\n"
    assert plain(tree(text)) == {
        "base": {"x": 1, "y": 2},
        "copy": {"x": 1, "y": 2},
        "more": {"x": 1, "y": 3},
        "two": {"z": 0, "x": 5, "y": 2},
    }


MALFORMED = [
    ("a: 1\nb: 2\n§a: 3\n", "key 'a' appears twice (first in line 1)"),
    ("a:\n  b: {x: 1, §x: 2}\n", "key 'x' appears twice (first in line 2)"),
    ("a: [1, 2\nb§: :\n", "malformed YAML"),
    ("a: 1\n b§: 2\n", "malformed YAML"),
    ("a: 1\n§\tb: 2\n", "malformed YAML"),
    ('a: "1\n', "malformed YAML"),
    ("a: §*b\n", "malformed YAML"),
    ("a: 1\n§--- \nb: 2\n", "malformed YAML"),
    ("a: §!thing 1\n", "tag '!thing' is not known"),
    ("a: §!!python/object:os.system 1\n", "is not known"),
    ("§[1]: 2\n", "a key must be text or a whole number"),
    ("§1.5: 2\n", "a key must be text or a whole number"),
    ("a: §.inf\n", "is not a finite number"),
    ("a: §1e999\n", "is not a finite number"),
    ("a: {§<<: 3}\n", "'<<' merges mappings only"),
    ("a: b§\x00\n", "malformed YAML"),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_malformed(text: str, message: str) -> None:
    clean, line, column = marked(text) if MARK in text else (text, 0, 0)
    found = problems_of(clean)
    assert len(found) == 1
    assert message in found[0].message
    assert found[0].remedy
    if line:
        assert (found[0].line, found[0].column) == (line, column)


def test_a_file_of_comments_holds_no_values() -> None:
    assert problems_of("# nothing\n") == [
        Problem("x.yaml", 1, 1, "", "the file holds no values", "write at least one key")
    ]


@pytest.mark.parametrize("levels", [80, 400, 20_000])
def test_deep_nesting_is_refused(levels: int) -> None:
    found = problems_of("a: " + "[" * levels + "]" * levels)
    assert len(found) == 1
    assert "nested" in found[0].message


def test_deepest_that_is_read() -> None:
    assert tree("a: " + "[" * 60 + "]" * 60)


def test_a_recursive_alias_is_refused() -> None:
    assert "nested" in problems_of("a: &a [*a]\n")[0].message


def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert f"more than {MOST_VALUES} values" in problems_of("\n".join(lines))[0].message


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@, \n\t01", max_size=40))
def test_any_text_gives_a_tree_or_a_problem(text: str) -> None:
    problems: list[Problem] = []
    assert parse(text, "x.yaml", problems) is not None or problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
