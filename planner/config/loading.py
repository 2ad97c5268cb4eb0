"""Config files as one tree: `extends` followed, overrides laid on, relative paths counted from one folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from planner.config import merging, overrides
from planner.config.files import read_text
from planner.config.problems import ConfigError, FaultError, Place, Problem, problem
from planner.config.tree import Node, parse
from planner.config.tree import Path as KeyPath

FILE_KEYS: tuple[tuple[str, ...], ...] = (
    ("regions", "table"),
    ("regions", "also", "*"),
    ("distances", "table"),
    ("mixes", "*"),
    ("machines", "*"),
    ("records", "*"),
    ("actuals", "table"),
    ("actuals", "stocks"),
    ("actuals", "upkeep"),
    ("sources",),
    ("references",),
)


@dataclass
class Inputs:
    """The files a config is made of: opened from one folder, hashed, with what was noticed on the way."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Path of a file named relative to the folder."""
        return Path(os.path.normpath(self.folder / name))

    def relative(self, path: Path) -> str:
        """The name of a file relative to the folder, with forward slashes."""
        return Path(os.path.relpath(path, self.folder)).as_posix()

    def text(self, path: Path) -> str:
        """Text of a file; FaultError where it cannot be read."""
        read = read_text(path)
        self.files[self.relative(path)] = read.sha256
        if read.notice is not None and read.notice not in self.notices:
            self.notices.append(read.notice)
        return read.text


@dataclass(frozen=True)
class Document:
    """One config as read: its tree, its main file, the overrides in it and the files it came from."""

    root: Node
    file: Path
    overrides: tuple[str, ...]
    inputs: Inputs

    def label(self, place: Place) -> str:
        """Text of a place that is the same wherever the config lies."""
        if place.file.startswith("--set "):
            return place.file
        return f"{self.inputs.relative(Path(place.file))}:{place.line}"


def load(path: str | os.PathLike[str], values: Iterable[str] = ()) -> Document:
    """Read a config with everything it extends. Raises ConfigError when no tree can be had."""
    file = Path(os.path.normpath(path))
    inputs = Inputs(file.parent)
    given = tuple(values)
    root = load_tree(file, inputs, Place(str(file)), "")
    if root is None:
        raise ConfigError(inputs.problems)
    return Document(overrides.apply(root, given, inputs.problems), file, given, inputs)


def load_tree(file: Path, inputs: Inputs, named_at: Place, named_by: str) -> Node | None:
    """Tree of one file with what it extends; None (and a problem) where there is none.

    named_at, named_by: place and key path of the text that names the file
    """
    root = _chain(file, inputs, named_at, named_by, ())
    return None if root is None else merging.without_removals(root, inputs.problems)


def find(root: Node, path: KeyPath) -> tuple[Node, KeyPath]:
    """The deepest node on a path and its path; parts that the tree does not have are passed over."""
    node, walked = root, ()  # type: Node, KeyPath
    for part in path:
        child = node.child(part)
        if child is not None:
            node, walked = child, (*walked, part)
    return node, walked


def named(root: Node, path: KeyPath) -> str:
    """Text of a path with list items named by their ids."""
    node: Node | None = root
    parts: list[str] = []
    for part in path:
        node = None if node is None else node.child(part)
        identity = node.id if node is not None and isinstance(part, int) else None
        parts.append(identity or str(part))
    return ".".join(parts)


def _chain(file: Path, inputs: Inputs, at: Place, by: str, above: tuple[Path, ...]) -> Node | None:
    try:
        text = inputs.text(file)
    except FaultError as fault:
        inputs.problems.append(problem(at, by, fault.message, fault.remedy))
        return None
    own = parse(text, str(file), inputs.problems)
    if own is None or not _is_config(own, inputs.problems):
        return None
    merging.check_ids(own, inputs.problems)
    own = _rebased(own, file.parent, inputs)
    bases = _bases(own, file, inputs, (*above, file.resolve()))
    return reduce(lambda low, high: merging.merge(low, high, inputs.problems), [*bases, own])


def _is_config(root: Node, problems: list[Problem]) -> bool:
    if root.is_mapping:
        return True
    problems.append(problem(root.place, "", "expected keys with values", "write e.g. 'id: my_plan' in the first line"))
    return False


def _bases(own: Node, file: Path, inputs: Inputs, chain: tuple[Path, ...]) -> list[Node]:
    extends = own.value.pop("extends", None)
    trees = []
    for item in () if extends is None else (extends.value if extends.is_list else (extends,)):
        tree = _base(item, file, inputs, chain)
        if tree is not None:
            trees.append(tree)
    return trees


def _base(item: Node, file: Path, inputs: Inputs, chain: tuple[Path, ...]) -> Node | None:
    if not isinstance(item.value, str):
        message = f"value {item.value!r} is not a file name"
        inputs.problems.append(problem(item.place, "extends", message, "write the path of a YAML file"))
        return None
    base = Path(os.path.normpath(file.parent / item.value))
    if base.resolve() in chain:
        shown = " -> ".join(name.name for name in (*chain[chain.index(base.resolve()) :], base))
        inputs.problems.append(problem(item.place, "extends", f"a cycle: {shown}", "take one of them out"))
        return None
    return _chain(base, inputs, item.place, "extends", chain)


def _rebased(root: Node, folder: Path, inputs: Inputs) -> Node:
    if folder.resolve() == inputs.folder.resolve():
        return root
    for keys in FILE_KEYS:
        root = _rebase(root, keys, folder, inputs)
    return root


def _rebase(node: Node, keys: tuple[str, ...], folder: Path, inputs: Inputs) -> Node:
    if not keys:
        if not isinstance(node.value, str):
            return node
        return Node(inputs.relative(folder / node.value), node.place, node.key_place)
    held = dict(node.items())
    for key, child in held.items():
        if keys[0] in ("*", key):
            held[key] = _rebase(child, keys[1:], folder, inputs)
    if node.is_mapping:
        return Node(held, node.place, node.key_place)
    return Node(tuple(held.values()), node.place, node.key_place) if node.is_list else node
