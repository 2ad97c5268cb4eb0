"""The JSON schema: current, and in agreement with what the reader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.config import load, schema
from planner.config.tree import plain
from tests.planner.config.plans import PLAN, edited, write

CONFIGS = Path(__file__).parents[3] / "configs"


def as_json(path: Path) -> Any:
    return json.loads(json.dumps(plain(load(path).root)))


def complaints(value: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the report extra")
    return [error.message for error in jsonschema.Draft202012Validator(schema.json_schema()).iter_errors(value)]


def test_the_file_is_current(tmp_path: Path) -> None:
    schema.write(tmp_path / "new" / "plan.schema.json")
    written = (tmp_path / "new" / "plan.schema.json").read_text("utf-8")
    kept = (CONFIGS / "schema" / "plan.schema.json").read_text("utf-8")
    assert written == kept, "configs/schema/plan.schema.json is not current; write it again with: innocap schema"


def test_the_schema_is_one() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the report extra")
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())


@pytest.mark.parametrize("name", ["tiny/plan.yaml", "china/plan.yaml", "china/assets.yaml", "china/rules.yaml"])
def test_our_configs_fit(name: str) -> None:
    assert complaints(as_json(CONFIGS / name)) == []


def test_a_plan_with_every_part_fits(tmp_path: Path) -> None:
    assert complaints(as_json(write(tmp_path))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("objective: total", "objective: totl"),
        ("objective: total", "objectives: total"),
        ("capex: 200 万元", "capex: [1]"),
        ("capex: 200 万元", "capex: {value: 1, lo: 2}"),
        ("class: compute", "class: computing"),
        ("integer: true", "integer: yes"),
        ("served_by: [node]\n    mix: light\n    base: 2", "served_by: node\n    mix: light\n    base: 2"),
    ],
)
def test_what_the_reader_refuses_for_its_shape_does_not_fit(tmp_path: Path, old: str, new: str) -> None:
    assert complaints(as_json(write(tmp_path, plan=edited(PLAN, old, new))))


def test_quantities_are_numbers_or_text() -> None:
    definitions = schema.json_schema()["$defs"]
    name = "parameter_money_in_million_of_the_plan_s_currency"
    assert definitions[name]["anyOf"][0]["type"] == ["number", "string"]
    assert definitions["Asset"]["properties"]["capex"] == {"$ref": f"#/$defs/{name}"}
    assert definitions["Asset"]["required"] == ["id"]


def test_removal_and_extension_are_known() -> None:
    child = {"extends": ["base.yaml"], "assets": [{"id": "node", "remove": True}]}
    assert complaints(child) == []
    assert complaints({"assets": [{"capex": 1}]})
