"""A config as resolved: one YAML text after `extends` and overrides, file names relative to the config's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from planner.config.loading import Document
from planner.config.tree import Key, plain, scalar

_WIDTH = 110


def text(document: Document) -> str:
    """YAML text that reads back to the same values; comments are gone, lists are merged, keys keep their order."""
    files = ", ".join(document.inputs.files)
    head = [f"# Resolved from {document.file.name}; file names are relative to its folder. Read from: {files}"]
    head += [f"# --set {value!r}" for value in document.overrides]
    return "\n".join([*head, *_mapping(plain(document.root), 0)]) + "\n"


def _mapping(held: dict[Key, Any], depth: int) -> Iterator[str]:
    for key, value in held.items():
        yield from _entry(f"{'  ' * depth}{_word(key)}:", value, depth)


def _entry(start: str, value: Any, depth: int) -> Iterator[str]:
    flow = f"{start} {_flow(value)}"
    if not isinstance(value, dict | tuple) or not value or (depth and len(flow) <= _WIDTH and not _nested(value)):
        yield flow
        return
    yield start
    if isinstance(value, dict):
        yield from _mapping(value, depth + 1)
    else:
        yield from _items(value, depth + 1)


def _items(values: tuple[Any, ...], depth: int) -> Iterator[str]:
    for value in values:
        lines = list(_mapping(value, depth + 1)) if isinstance(value, dict) and value else None
        if lines is None:
            yield f"{'  ' * depth}- {_flow(value)}"
        else:
            yield f"{'  ' * depth}- {lines[0].lstrip()}"
            yield from lines[1:]


def _nested(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict | tuple) for item in inner)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _word(value)


def _quoted(text: str) -> str:
    """Text in double quotes, what cannot be seen escaped."""
    return re.sub(r"[^ -~]", _escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _word(value: Any) -> str:
    """A scalar as YAML 1.2 reads it back: text in quotes unless it is plainly a word."""
    if isinstance(value, str):
        plain_word = value.replace("_", "").replace("-", "").isalnum() and value[0].isalpha() and value.isascii()
        return value if plain_word and scalar(value) == value else _quoted(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return repr(value)
