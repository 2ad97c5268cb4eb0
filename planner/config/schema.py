"""JSON schema of plan configs, for editors: keys, words and quantities. Meaning is checked by `read` alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from planner.config.models import Plan

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema. Keys other than `id` are never required, since a file may extend another."""
    schema = _named(_relaxed(Plan.model_json_schema(by_alias=True)))
    schema["properties"]["extends"] = {
        "description": "file or files this one extends: mappings merge, lists merge by id",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    return {"$schema": DIALECT, "title": "innocap plan config", **{k: v for k, v in schema.items() if k != "title"}}


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(path: Path) -> None:
    """Write the schema file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), "utf-8", newline="\n")


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with parameters defined under a name that says what they measure."""
    names = {}
    for name, definition in schema["$defs"].items():
        what, is_parameter = definition.get("description", "").partition(", e.g.")[0], "anyOf" in definition
        names[name] = re.sub(r"[^a-z_]+", "_", what.lower()).strip("_") if is_parameter else name
    definitions = {names[name]: held for name, held in schema["$defs"].items()}
    return {key: _referring(item, names) for key, item in (schema | {"$defs": definitions}).items()}


def _referring(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_referring(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        head, _, name = node["$ref"].rpartition("/")
        return node | {"$ref": f"{head}/{names[name]}"}
    return {key: _referring(item, names) for key, item in node.items()}


def _relaxed(node: Any) -> Any:
    """The schema without titles, with `id` as the only required key and `remove` beside each `id`."""
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _relaxed(item) for key, item in node.items() if key not in ("required", "title", "default")}
    held = node.get("properties")
    if isinstance(held, dict):
        kept["properties"] = {name: _relaxed(item) for name, item in held.items()}
        if "id" in node.get("required", ()) and "schema" not in held:
            kept["required"] = ["id"]
            kept["properties"]["remove"] = {"type": "boolean", "description": "take an inherited item out"}
    return kept
