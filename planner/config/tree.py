"""YAML 1.2 as a tree in which every value and every key knows its place.

Scalars follow the YAML 1.2 core schema: `NO` is text, `010` is ten, `12:30` and `2026-01-01` are text.
Anchors, aliases and merge keys work. Duplicate keys, tags and malformed YAML are problems.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from planner.config.problems import Place, Problem, problem

Key = str | int
Scalar = str | int | float | bool | None
Path = tuple[Key, ...]

MOST_VALUES = 200_000
DEEPEST = 64

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INT = re.compile(r"[-+]?[0-9]+")
_BASED_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null"))
_IMPLICIT = frozenset(f"tag:yaml.org,2002:{name}" for name in ("timestamp", "merge", "value"))


@dataclass(frozen=True)
class Node:
    """A value with its place and the place of its key (or of its list item)."""

    value: Any
    place: Place
    key_place: Place

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, tuple)

    def items(self) -> Iterator[tuple[Key, Node]]:
        """Children with their keys; none for a scalar."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, tuple):
            yield from enumerate(self.value)

    def child(self, key: Key) -> Node | None:
        """The child under a key, an index or (in a list) an id; None where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(key)
        if not isinstance(self.value, tuple):
            return None
        children: tuple[Node, ...] = self.value
        if isinstance(key, int):
            return children[key] if 0 <= key < len(children) else None
        return next((item for item in children if item.id == key), None)

    @property
    def id(self) -> str | None:
        """The `id` of a mapping where it is text."""
        held = self.child("id") if self.is_mapping else None
        return held.value if held is not None and isinstance(held.value, str) else None


def plain(node: Node) -> Any:
    """The value without places: dict, tuple or scalar. A key whose value is null counts as not given."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items() if child.value is not None}
    if isinstance(node.value, tuple):
        return tuple(plain(child) for child in node.value)
    return node.value


def parse(text: str, file: str, problems: list[Problem]) -> Node | None:
    """Tree of one YAML document; None (and a problem) where there is none to be had."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        if root is None:
            problems.append(Problem(file, 1, 1, "", "the file holds no values", "write at least one key"))
            return None
        builder = _Builder(file, problems)
        place = builder.place(root)
        return builder.build(root, place, ())
    except MarkedYAMLError as error:
        problems.append(_malformed(error, file))
    except YAMLError as error:
        problems.append(_unreadable(error, text, file))
    except RecursionError:
        problems.append(Problem(file, 1, 1, "", "nested too deeply", f"keep to {DEEPEST} levels"))
    except _TooMuchError as error:
        problems.append(problem(error.place, "", error.message, error.remedy))
    return None


def dotted(path: Path) -> str:
    """Text of a path, as `--set` takes it."""
    return ".".join(map(str, path))


class _TooMuchError(Exception):
    def __init__(self, place: Place, message: str, remedy: str) -> None:
        self.place, self.message, self.remedy = place, message, remedy


@dataclass
class _Builder:
    """Turns composed YAML nodes into `Node`s, noting problems on the way."""

    file: str
    problems: list[Problem]
    count: int = field(default=0)

    def place(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def build(self, node: Any, key_place: Place, path: Path) -> Node:
        self.count += 1
        place = self.place(node)
        if self.count > MOST_VALUES:
            raise _TooMuchError(place, f"more than {MOST_VALUES} values", "put large tables into CSV files")
        if len(path) > DEEPEST:
            raise _TooMuchError(
                place, f"nested more than {DEEPEST} levels deep", "check the indentation and the brackets"
            )
        if str(node.tag) not in _TAGS | _IMPLICIT:
            self._report(place, path, f"tag {str(node.tag)!r} is not known", "write the value without a tag")
        if isinstance(node, MappingNode):
            return Node(self._mapping(node, path), place, key_place)
        if isinstance(node, SequenceNode):
            children = tuple(self.build(v, self.place(v), (*path, i)) for i, v in enumerate(node.value))
            return Node(children, place, key_place)
        return Node(self._scalar(node, place, path), place, key_place)

    def _mapping(self, node: MappingNode, path: Path) -> dict[Key, Node]:
        own: dict[Key, Node] = {}
        merged: dict[Key, Node] = {}
        for key_node, value_node in node.value:
            place = self.place(key_node)
            if isinstance(key_node, ScalarNode) and key_node.value == "<<" and key_node.style is None:
                for name, value in self._merged(value_node, place, path):
                    merged.setdefault(name, value)
                continue
            key = self._key(key_node, place, path)
            if key is None:
                continue
            if key in own:
                first = own[key].key_place.line
                self._report(place, (*path, key), f"key {key!r} appears twice (first in line {first})", "keep one")
            else:
                own[key] = self.build(value_node, place, (*path, key))
        return merged | own

    def _merged(self, node: Any, place: Place, path: Path) -> Iterator[tuple[Key, Node]]:
        for source in node.value if isinstance(node, SequenceNode) else [node]:
            if isinstance(source, MappingNode):
                yield from self.build(source, place, path).value.items()
            else:
                self._report(place, path, "'<<' merges mappings only", "give it an alias of a mapping")

    def _key(self, node: Any, place: Place, path: Path) -> Key | None:
        value = self._scalar(node, place, path) if isinstance(node, ScalarNode) else None
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._report(place, path, "a key must be text or a whole number", "write the key in quotes")
        return None

    def _scalar(self, node: ScalarNode, place: Place, path: Path) -> Scalar:
        text: str = node.value
        if node.style is not None or str(node.tag).endswith(":str"):
            return text
        value = scalar(text)
        if isinstance(value, float) and not math.isfinite(value):
            self._report(place, path, f"value {text} is not a finite number", "write a number")
        return value

    def _report(self, place: Place, path: Path, message: str, remedy: str) -> None:
        self.problems.append(problem(place, dotted(path), message, remedy))


def scalar(text: str) -> Scalar:
    """Value of an unquoted scalar by the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text) and len(text) < 400:
        return int(text)
    if _BASED_INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL_FLOAT.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


def _malformed(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    text = " ".join(str(part).strip() for part in (error.context, error.problem) if part)
    return Problem(file, line, column, "", f"malformed YAML: {text}", "check indentation, quotes, colons and brackets")


def _unreadable(error: YAMLError, text: str, file: str) -> Problem:
    at = int(getattr(error, "position", 0) or 0)
    before = text[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    return Problem(file, line, column, "", f"malformed YAML: {' '.join(str(error).split())}", "remove the character")
