"""Every number that a plan rests on has a unit, and every column of a plan says its own."""

from __future__ import annotations

import dataclasses
import inspect
import typing

import pytest

from planner import scenario
from planner.parameter_units import UNITS, unit_of
from planner.scenario import Parameter
from planner.tables import SCHEMAS

UNIT_WORDS = (
    "million", "billion", "gwh", "gbps", "eflops", "pflops", "tflops", "ms", "fte", "units", "modules", "fraction",
    "year", "index", "ratio", "taken", "reached",
)  # fmt: skip


def parameter_fields() -> list[str]:
    """Names of all fields that hold a Parameter, alone or in a mapping."""
    found = []
    for _, kind in inspect.getmembers(scenario, dataclasses.is_dataclass):
        hints = typing.get_type_hints(kind)
        found += [name for name, hint in hints.items() if Parameter in (hint, *typing.get_args(hint))]
    return sorted(set(found))


def test_there_are_parameters_to_speak_of():
    assert {"capex", "peak_tflops", "discount_rate"} <= set(parameter_fields())


@pytest.mark.parametrize("name", parameter_fields())
def test_every_parameter_has_a_unit(name: str):
    assert UNITS[name]


def test_the_currency_is_that_of_the_plan():
    assert unit_of("assets.mast.capex", "USD") == "million USD per unit"
    assert unit_of("nothing.known", "USD") == "1"


@pytest.mark.parametrize("table", SCHEMAS, ids=lambda schema: schema.name)
def test_every_column_of_numbers_says_its_unit(table):
    """In its name, or in a column `unit` beside it."""
    names = {column.name for column in table.columns}
    for column in table.columns:
        if column.type is not str and "unit" not in names:
            assert any(word in column.name for word in UNIT_WORDS), column.name
