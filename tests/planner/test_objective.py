"""Words of objectives and what plan.json says of them."""

from __future__ import annotations

import pytest

from planner.objective import WORDS, Objective, objective_named
from tests.planner.toys import tiny


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_told_as_it_is(word: str):
    assert objective_named(word).told == word == str(objective_named(word))


@pytest.mark.parametrize(
    ("objective", "told", "name"),
    [
        (Objective(alpha=0.5), {"alpha": 0.5}, "alpha 0.5"),
        (Objective(alpha=0.0, weights="equal"), {"alpha": 0.0, "weights": "equal"}, "alpha 0.0, weights equal"),
        (Objective(alpha=1.0, of="index"), {"alpha": 1.0, "of": "index"}, "alpha 1.0, of index"),
        (Objective("sen", of="index"), {"measure": "sen", "of": "index"}, "measure sen, of index"),
    ],
)
def test_what_differs_is_told(objective: Objective, told: object, name: str):
    assert objective.told == told
    assert objective.name == name


@pytest.mark.parametrize(
    ("objective", "unit"),
    [
        (Objective(alpha=0.0), "index"),
        (Objective(alpha=1.0), "log points"),
        (Objective(alpha=2.0), "alpha-fair log points"),
        (Objective("sen"), "index"),
        (Objective("leximin"), "log points"),
    ],
)
def test_units(objective: Objective, unit: str):
    assert objective.unit == unit


def test_a_scenario_takes_a_word():
    assert tiny(objective="max_min").objective == Objective("max_min")
    with pytest.raises(KeyError):
        tiny(objective="best")
