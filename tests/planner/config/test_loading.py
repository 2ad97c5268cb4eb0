"""Files, `extends`, merging by id and overrides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.config import ConfigError, load, read
from planner.config.merging import merge
from planner.config.problems import Place
from planner.config.tree import Node, plain
from tests.planner.config.plans import PLAN, REGIONS, complaints, edited, write


def files(folder: Path, **texts: str) -> Path:
    """Files named by stem; the path of the one called `main`."""
    for stem, text in texts.items():
        path = folder / f"{stem.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return folder / "main.yaml"


def loaded(path: Path, *overrides: str) -> object:
    document = load(path, overrides)
    if document.inputs.problems:
        raise ConfigError(document.inputs.problems)
    return plain(document.root)


def errors(path: Path, *overrides: str) -> list[str]:
    try:
        loaded(path, *overrides)
    except ConfigError as error:
        return [str(problem).replace(f"{path.parent}/", "") for problem in error.problems]
    return []


def test_bases_merge_from_left_to_right_and_the_file_wins(tmp_path: Path) -> None:
    main = files(
        tmp_path,
        a="x: 1\ny: 1\nz: {p: 1, q: 1}\n",
        b="y: 2\nz: {q: 2}\nl: [1, 2]\n",
        main="extends: [a.yaml, b.yaml]\nz: {r: 3}\nl: [3]\n",
    )
    document = load(main)
    assert plain(document.root) == {"x": 1, "y": 2, "z": {"p": 1, "q": 2, "r": 3}, "l": (3,)}
    assert document.root.value["z"].value["q"].place == Place(str(tmp_path / "b.yaml"), 2, 8)
    assert document.root.value["z"].value["r"].place == Place(str(main), 2, 8)
    assert list(document.inputs.files) == ["main.yaml", "a.yaml", "b.yaml"]


def test_lists_merge_by_id(tmp_path: Path) -> None:
    main = files(
        tmp_path,
        base="l:\n  - {id: a, v: 1, w: 1}\n  - {id: b, v: 2}\n  - {id: c, v: 3}\n",
        main="extends: base.yaml\nl:\n  - {id: d, v: 4}\n  - {id: a, v: 9}\n  - {id: b, remove: true}\n",
    )
    assert loaded(main) == {"l": ({"id": "a", "v": 9, "w": 1}, {"id": "c", "v": 3}, {"id": "d", "v": 4})}


def test_an_empty_list_replaces(tmp_path: Path) -> None:
    assert loaded(files(tmp_path, base="l: [{id: a}]\n", main="extends: base.yaml\nl: []\n")) == {"l": ()}


def test_removing_what_is_not_there(tmp_path: Path) -> None:
    texts = {"base": "l:\n  - {id: alpha}\n", "main": "extends: base.yaml\nl:\n  - {id: alpa, remove: true}\n"}
    assert errors(files(tmp_path, **texts)) == [
        "main.yaml:3:5: l.alpa: no item 'alpa' is inherited that could be removed; did you mean 'alpha'?"
    ]
    assert errors(files(tmp_path, main="l:\n  - {id: a, remove: true}\n  - {id: b, remove: false}\n")) == [
        "main.yaml:2:5: l.a: no item 'a' is inherited that could be removed; "
        "remove it from the file that extends another"
    ]


def test_an_id_twice_in_one_list(tmp_path: Path) -> None:
    assert errors(files(tmp_path, main="l:\n  - {id: a}\n  - {v: 1, id: a}\nm: [{id: a}]\n")) == [
        "main.yaml:3:16: l.a: id 'a' appears twice (first in line 2); give it another id"
    ]


def test_a_cycle_is_named(tmp_path: Path) -> None:
    main = files(tmp_path, main="extends: b.yaml\n", b="x: 1\nextends: [c.yaml]\n", c="extends: b.yaml\n")
    assert errors(main) == ["c.yaml:1:10: extends: a cycle: b.yaml -> c.yaml -> b.yaml; take one of them out"]
    assert errors(files(tmp_path, main="extends: ./main.yaml\n")) == [
        "main.yaml:1:10: extends: a cycle: main.yaml -> main.yaml; take one of them out"
    ]


def test_one_base_by_two_ways_is_no_cycle(tmp_path: Path) -> None:
    texts = {"a": "extends: c.yaml\nx: 1\n", "b": "extends: c.yaml\ny: 1\n", "c": "z: 1\n"}
    assert loaded(files(tmp_path, main="extends: [a.yaml, b.yaml]\n", **texts)) == {"x": 1, "y": 1, "z": 1}


def test_bases_that_cannot_be_read(tmp_path: Path) -> None:
    main = files(tmp_path, base="x: 1\n", main="extends: [bse.yaml, 3, sub]\nx: 1\n", sub__a="x: 1\n")
    assert errors(main) == [
        f"main.yaml:1:11: extends: there is no file {str(tmp_path / 'bse.yaml')!r}; did you mean 'base.yaml'?".replace(
            f"{tmp_path}/", ""
        ),
        "main.yaml:1:21: extends: value 3 is not a file name; write the path of a YAML file",
        "main.yaml:1:24: extends: 'sub' is a folder, expected a file; name a file in it: a.yaml",
    ]


def test_file_names_count_from_the_file_that_holds_them(tmp_path: Path) -> None:
    base = "regions: {table: t.csv, also: [u.csv]}\nmixes: [../m/x.yaml]\nrecords: {box: r.json}\n"
    base += "sources: s.csv\nreferences: w.csv\n"
    main = files(tmp_path, base__plan=base, main="extends: base/plan.yaml\nmachines: [k.yaml]\n")
    assert loaded(main) == {
        "regions": {"table": "base/t.csv", "also": ("base/u.csv",)},
        "mixes": ("m/x.yaml",),
        "records": {"box": "base/r.json"},
        "sources": "base/s.csv",
        "references": "base/w.csv",
        "machines": ("k.yaml",),
    }


def test_a_plan_in_another_folder_reads_the_same(tmp_path: Path) -> None:
    write(tmp_path / "base")
    child = files(tmp_path, main="extends: base/plan.yaml\nid: child\nassets: [{id: hall, life: 9 years}]\n")
    scenario = read(child)
    assert [region.id for region in scenario.regions] == ["a", "b", "c"]
    hall = next(asset for asset in scenario.assets if asset.id == "hall")
    assert (hall.life_years.value, hall.life_years.place) == (9, "main.yaml:3")
    assert hall.capex.place == "base/plan.yaml:70"
    assert "base/parts/box.yaml" in scenario.files


EMPTY = "the file 'main.yaml' is empty; write something into it or name another file"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "there is no file '{p}'; did you mean 'man.yaml'?"),
        (lambda p: p.symlink_to(p), "cannot read '{p}': Too many levels of symbolic links; "
         "check the path and its permissions"),
        (lambda p: p.mkdir(), "'{p}' is a folder, expected a file; name a file"),
        (lambda p: p.write_bytes(b""), EMPTY),
        (lambda p: p.write_bytes(b" \r\n"), EMPTY),
        (lambda p: p.write_text("- 1\n"), "1:1: expected keys with values; write e.g. 'id: my_plan' in the first line"),
        (lambda p: p.write_text("a: 1", "utf-16"),
         "the file 'main.yaml' is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8)"),
        (lambda p: p.write_bytes(b"a: 1\nb: \xff\xff"),
         "the file 'main.yaml' is neither UTF-8 nor GB18030 (byte 8, line 2); save it as UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_config(tmp_path: Path, make: object, message: str) -> None:
    path = tmp_path / "main.yaml"
    (tmp_path / "man.yaml").write_text("a: 1")
    make(path)  # type: ignore[operator]
    with pytest.raises(ConfigError) as caught:
        load(path)
    separator = ":" if message.startswith("1:1") else ": "
    assert str(caught.value) == f"{path}{separator}{message.format(p=path)}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = files(tmp_path, main="a: 1\n")
    path.chmod(0)
    assert "Permission denied" in errors(path)[0]


def test_encodings(tmp_path: Path) -> None:
    plain_read = read(write(tmp_path / "utf8"))
    path = write(tmp_path / "other", plan="\ufeff" + PLAN)
    (path.parent / "regions.csv").write_bytes(REGIONS.encode("gb18030"))
    (path.parent / "drivers.csv").write_bytes(b"\xef\xbb\xbf" + (path.parent / "drivers.csv").read_bytes())
    scenario = read(path)
    assert scenario.notices == ("regions.csv: not UTF-8, read as GB18030; save it as UTF-8",)
    assert scenario.regions == plain_read.regions
    assert scenario.title_zh == "三个地区"
    path.write_bytes(PLAN.encode("gb18030"))
    assert read(path).title_zh == "三个地区"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_windows_and_old_macs(tmp_path: Path, end: str) -> None:
    path = write(tmp_path, plan=PLAN.replace("\n", "\r\n"), regions=REGIONS.replace("\n", end))
    assert [region.name for region in read(path).regions] == ["Alpha", "Beta", "Gamma, Inner"]
    write(tmp_path, regions=edited(REGIONS, "200", "2OO").replace("\n", end))
    assert complaints(path)[0].startswith("regions.csv:3:10: people: value '2OO' is not a number")


def test_overrides_win_in_order_and_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path)
    given_values = (
        "assets.station.capex=0.25",
        "tail.mode=none",
        "gap=1e-3",
        "assets.station.capex={value: 40 万元, low: 30 万元}",
        "demand.factory.drivers.0.share=0.75",
        "budgets.yearly.limit.2027=130",
        "geography.spillover_decay_km=400 km",
        "staff=",
    )
    scenario = read(path, given_values)
    station = scenario.assets[0]
    assert (station.capex.value, station.capex.low, station.capex.place) == (0.4, 0.3, f"--set {given_values[3]}")
    assert (scenario.tail.mode, scenario.gap, scenario.overrides) == ("none", 1e-3, given_values)
    assert scenario.budgets[0].limits == (100, 130, 150)
    assert scenario.geography.spillover_decay_km.value == 400
    assert scenario.staff is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("gap", "expected path=value; write e.g. --set discount_rate=0.04"),
        ("=3", "expected path=value; write e.g. --set discount_rate=0.04"),
        ("a..b=3", "expected path=value; write e.g. --set discount_rate=0.04"),
        ("assets.staton.capex=1", "assets.staton.capex: there is no item 'staton' in assets; did you mean 'station'?"),
        ("assets.9.capex=1", "assets.9.capex: there is no item '9' in assets; choose one of: hall, node, station"),
        ("demand.factory.drivers.5.share=1",
         "demand.factory.drivers.5.share: there is no item '5' in demand.factory.drivers; choose one of: 0, 1"),
        ("floor_share.low=1",
         "floor_share.low: floor_share is the value '5 %', it has no keys; set it whole: --set floor_share=..."),
        ("discount_rat=3", "discount_rat: unknown key 'discount_rat'; did you mean 'discount_rate'?"),
        ("assets.node.capx=3", "assets.node.capx: unknown key 'capx'; did you mean 'capex'?"),
        ("talk.mode=3", "talk: unknown key 'talk'; did you mean 'tail'?"),
        ("assets.node.capex=3 kW",
         "assets.node.capex: value '3 kW' has unit kW; expected money (CNY, 万元, 亿元, million CNY); "
         'write e.g. "0.6 million CNY"'),
        ("assets.node.capex=-1",
         "assets.node.capex: value -1 is negative; expected at least 0; write e.g. \"0.6 million CNY\""),
        ("gap=[1", "gap: malformed YAML: while parsing a flow sequence expected ',' or ']', but got '<stream end>'; "
         "check indentation, quotes, colons and brackets"),
        ("elasticities=centre", "elasticities: unknown elasticity set 'centre'; did you mean 'central'?"),
    ],
)  # fmt: skip
def test_wrong_overrides(tmp_path: Path, override: str, message: str) -> None:
    assert complaints(write(tmp_path), (override,)) == [f"--set {override}: {message}"]


leaves = st.integers() | st.text(max_size=3)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
)
PLACE = Place("x")


def node(value: object) -> Node:
    if isinstance(value, dict):
        return Node({key: node(item) for key, item in value.items()}, PLACE, PLACE)
    if isinstance(value, list):
        return Node(tuple(map(node, value)), PLACE, PLACE)
    return Node(value, PLACE, PLACE)


mappings = st.dictionaries(st.text(max_size=2), st.dictionaries(st.text(max_size=2), leaves, max_size=3), max_size=3)


@given(values)
def test_merging_a_tree_with_itself_changes_nothing(a: object) -> None:
    assert merge(node(a), node(a), []) == node(a)


@given(mappings, mappings, mappings)
def test_merging_mappings_is_associative(a: object, b: object, c: object) -> None:
    x, y, z = node(a), node(b), node(c)
    assert merge(merge(x, y, []), z, []) == merge(x, merge(y, z, []), [])


@given(
    st.dictionaries(st.text(max_size=2), values, max_size=4), st.dictionaries(st.text(max_size=2), leaves, max_size=4)
)
def test_every_scalar_of_the_upper_mapping_wins(a: dict[str, object], b: dict[str, object]) -> None:
    merged = plain(merge(node(a), node(b), []))
    assert all(merged[key] == value for key, value in b.items())
    assert set(merged) == set(a) | set(b)
