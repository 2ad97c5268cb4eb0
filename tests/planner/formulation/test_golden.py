"""Each rule alone on a small scenario, as text that a human has read: tests/golden/<rule>.lp."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from planner.compile import compile_program
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.instance import build_instance
from planner.linear_text import to_text
from planner.scenario import Scenario, Tail
from tests.planner.toys import threshold
from tests.planner.verify_cases import ruled

GOLDEN = Path(__file__).parents[2] / "golden"
ROOMS = ("constraints", "costs", "innovation", "policy", "projects", "thresholds")


def small() -> Scenario:
    """Every kind of budget, rule, limit, project and threshold; two years, one point of tail."""
    return ruled(tail=Tail("continue", 2, 1), thresholds=(threshold(1.6, 0.05), threshold(2.0, 0.1, "services")))


CASES = {rule.__name__: (rule, small()) for rule in RULES} | {
    "spending_is_within_budget.salvage": (
        next(rule for rule in RULES if rule.__name__ == "spending_is_within_budget"),
        ruled(tail=Tail("salvage", 0, 0)),
    ),
}


def same_as_golden(name: str, text: str, update: bool) -> None:
    path = GOLDEN / name
    if update:
        path.write_text(text, "utf-8")
    assert path.exists(), f"{path} is missing; read the rule, then run: pytest --update-golden"
    assert path.read_text("utf-8") == text, f"{name} changed; if it should, note why in tests/golden/README.md"


@pytest.mark.parametrize("name", CASES)
def test_rule_is_as_it_was_read(name, update_golden):
    rule, scenario = CASES[name]
    program = compile_program(declare(build_instance(scenario)), (rule,), lambda m: 0 * m.stock[0, 0, 0])
    same_as_golden(f"{name}.lp", to_text(program, [rule.__name__]), update_golden)
    assert program.shape[0] > 0, f"{name} has no rows in the small scenario, so its golden file says nothing"


def test_goal_is_as_it_was_read(update_golden):
    text = to_text(compile_program(declare(build_instance(small())), (), OBJECTIVE))
    goal, rest = text.split("subject to")
    one_term_a_line = goal.replace(" + ", "\n  + ").replace(" - ", "\n  - ").replace("\n \n", "\n")
    same_as_golden(f"{OBJECTIVE.__name__}.lp", f"{one_term_a_line}subject to{rest}", update_golden)


def test_no_golden_file_is_left_over():
    names = {path.name for path in GOLDEN.glob("*.lp")}
    assert names == {f"{name}.lp" for name in (*CASES, OBJECTIVE.__name__)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_says_its_formula_and_unit(rule):
    sentence, *rest = inspect.cleandoc(rule.__doc__).split("\n\n")
    assert sentence.endswith(".")
    assert any(relation in rest[0] for relation in ("<=", ">=", "=")), "a formula stands after the sentence"
    assert any(part.startswith("Unit: ") for part in rest)
    assert inspect.signature(rule).parameters.keys() > {"m"} or rule.over == ()


@pytest.mark.parametrize("room", ROOMS)
def test_every_rule_that_is_written_is_in_the_model(room):
    module = importlib.import_module(f"planner.formulation.{room}")
    tree = ast.parse(inspect.getsource(module))
    written = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.decorator_list]
    assert set(written) <= {rule.__name__ for rule in RULES}


def test_rules_carry_no_branch_on_an_index():
    for rule in (*RULES, OBJECTIVE):
        tree = ast.parse(inspect.getsource(rule))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.If | ast.IfExp | ast.Match)], rule.__name__
