"""Deep merge of config trees: mappings by key, lists of mappings by `id`, everything else replaced.

The place of the winning value is kept. In a list merged by `id` an item with `remove: true` deletes its namesake.
"""

from __future__ import annotations

from planner.config.problems import Problem, nearest, problem
from planner.config.tree import Key, Node, Path, dotted


def merge(base: Node, over: Node, problems: list[Problem], path: Path = ()) -> Node:
    """`over` laid upon `base`."""
    if base.is_mapping and over.is_mapping:
        merged = dict(base.value)
        for key, child in over.value.items():
            under = merged.get(key)
            merged[key] = child if under is None else merge(under, child, problems, (*path, key))
        return Node(merged, over.place, over.key_place)
    if _by_id(base) and _by_id(over):
        return Node(_merged_items(base, over, problems, path), over.place, over.key_place)
    return over


def check_ids(node: Node, problems: list[Problem], path: Path = ()) -> None:
    """Note every `id` that appears twice in one list of one file."""
    seen: dict[str, Node] = {}
    for key, child in node.items():
        identity = child.id if node.is_list else None
        if identity is not None:
            _note_twice(identity, child, seen, problems, path)
            seen.setdefault(identity, child)
        check_ids(child, problems, (*path, identity or key))


def without_removals(node: Node, problems: list[Problem], path: Path = ()) -> Node:
    """The tree without `remove` marks; one that had nothing to remove is a problem."""
    if not (node.is_mapping or node.is_list):
        return node
    kept: dict[Key, Node] = {}
    for key, child in node.items():
        if node.is_list and _removes(child):
            _note_nothing_to_remove(child, (), problems, path)
        elif not (node.is_mapping and key == "remove" and path and "id" in node.value):
            kept[key] = without_removals(child, problems, (*path, child.id or key))
    return Node(kept if node.is_mapping else tuple(kept.values()), node.place, node.key_place)


def _by_id(node: Node) -> bool:
    return node.is_list and bool(node.value) and all(item.id is not None for item in node.value)


def _removes(node: Node) -> bool:
    mark = node.child("remove") if node.is_mapping else None
    return mark is not None and mark.value is True


def _merged_items(base: Node, over: Node, problems: list[Problem], path: Path) -> tuple[Node, ...]:
    items: dict[str, Node] = {str(item.id): item for item in base.value}
    for item in over.value:
        identity = str(item.id)
        if _removes(item):
            if items.pop(identity, None) is None:
                _note_nothing_to_remove(item, tuple(items), problems, path)
        elif identity in items:
            items[identity] = merge(items[identity], item, problems, (*path, identity))
        else:
            items[identity] = item
    return tuple(items.values())


def _note_nothing_to_remove(item: Node, known: tuple[str, ...], problems: list[Problem], path: Path) -> None:
    remedy = nearest(item.id or "", known) if known else "remove it from the file that extends another"
    message = f"no item {item.id!r} is inherited that could be removed"
    problems.append(problem(item.place, dotted((*path, item.id or "")), message, remedy))


def _note_twice(identity: str, child: Node, seen: dict[str, Node], problems: list[Problem], path: Path) -> None:
    if identity in seen:
        at = child.value["id"].place
        message = f"id {identity!r} appears twice (first in line {seen[identity].value['id'].place.line})"
        problems.append(problem(at, dotted((*path, identity)), message, "give it another id"))
