"""`--set path=value`: one value laid upon a config from the command line."""

from __future__ import annotations

from collections.abc import Iterable

from planner.config.problems import FaultError, Place, Problem, nearest, problem
from planner.config.tree import Key, Node, dotted, parse


def apply(root: Node, overrides: Iterable[str], problems: list[Problem]) -> Node:
    """The tree with every override in it, later ones winning.

    A path is keys joined by dots; items of lists are named by `id` or by number from 0. Keys that are not there are
    added: whether they are allowed is for the schema to say. The value is YAML.
    """
    for override in overrides:
        place = Place(f"--set {override}")
        path, equals, text = override.partition("=")
        keys = path.strip().split(".")
        if not equals or not all(keys):
            problems.append(problem(place, "", "expected path=value", "write e.g. --set discount_rate=0.04"))
            continue
        found: list[Problem] = []
        value = parse(text, place.file, found) if text.strip() else Node(None, place, place)
        problems.extend(problem(place, path, p.message, p.remedy) for p in found)
        if value is None:
            continue
        try:
            root = _set(root, keys, 0, _placed(value, place))
        except FaultError as fault:
            problems.append(problem(place, path, fault.message, fault.remedy))
    return root


def _placed(node: Node, place: Place) -> Node:
    """The tree with one place throughout: an override has no lines."""
    if node.is_mapping:
        return Node({key: _placed(child, place) for key, child in node.items()}, place, place)
    if node.is_list:
        return Node(tuple(_placed(child, place) for _, child in node.items()), place, place)
    return Node(node.value, place, place)


def _set(node: Node, keys: list[str], depth: int, value: Node) -> Node:
    if depth == len(keys):
        return value
    if node.value is None:
        node = Node({}, value.place, value.place)
    if not (node.is_mapping or node.is_list):
        here = dotted(tuple(keys[:depth]))
        raise FaultError(f"{here} is the value {node.value!r}, it has no keys", f"set it whole: --set {here}=...")
    key = _item(node, keys, depth) if node.is_list else _key(node, keys[depth])
    under = node.child(key) or Node(None, value.place, value.place)
    child = _set(under, keys, depth + 1, value)
    if node.is_mapping:
        return Node(node.value | {key: child}, node.place, node.key_place)
    items = tuple(child if index == key else item for index, item in node.items())
    return Node(items, node.place, node.key_place)


def _key(node: Node, text: str) -> Key:
    return int(text) if text.isdecimal() and text not in node.value else text


def _item(node: Node, keys: list[str], depth: int) -> int:
    wanted, ids = keys[depth], [child.id for _, child in node.items()]
    if wanted in ids:
        return ids.index(wanted)
    if wanted.isdecimal() and int(wanted) < len(ids):
        return int(wanted)
    known = [name for name in ids if name is not None] or [str(index) for index in range(len(ids))]
    raise FaultError(f"there is no item {wanted!r} in {dotted(tuple(keys[:depth]))}", nearest(wanted, known))
