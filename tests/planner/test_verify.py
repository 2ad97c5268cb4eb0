"""The verifier accepts what holds, stands on its own, and says clearly what is wrong."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.plan import read, write
from planner.scenario import Scope, Tail
from planner.solving import solve
from planner.tables import table
from planner.verify import facts, thresholds, verify
from planner.verify.given import given as read_again
from planner.verify.innovation import spread
from planner.verify.policy import policies
from planner.verify.sides import together
from planner.verify.told import Told
from planner.verify.verdict import COUNTED, Cells, at_least, at_most, equal
from tests.planner.toys import tiny
from tests.planner.verify_cases import by_hand, problems, rich, rich_plan, rule, ruled, ruled_plan


def test_a_plan_solved_on_paper_holds():
    assert problems(verify(tiny(), by_hand())) == []


def test_a_plan_of_the_solver_holds():
    verdict = verify(rich(), rich_plan())
    assert problems(verdict) == []
    assert verdict.passed
    assert verdict.broken is None


def test_the_rich_case_gives_every_check_something_to_look_at():
    idle = {check.name for check in verify(rich(), rich_plan()).checks if check.rows == 0}
    idle &= {check.name for check in verify(ruled(), ruled_plan()).checks if check.rows == 0}
    elsewhere = {check.__name__.replace("_", " ") for check in (*facts.CHECKS, *thresholds.CHECKS)}
    assert idle - elsewhere == {"orders are whole"}


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "total"},
        {"tail": Tail("none", 0, 0)},
        {"tail": Tail("salvage", 0, 0)},
        {"tail": Tail("continue", 15, 6), "objective": "total"},
        {"price_year": 2023, "base_year": 2024},
        {"electricity": None, "staff": None},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_plans_of_other_questions_hold(changes: dict[str, Any]):
    scenario = rich(**changes)
    assert problems(verify(scenario, solve(scenario))) == []


def test_a_plan_read_back_from_its_folder_holds(tmp_path):
    write(rich_plan(), tmp_path / "plan")
    assert problems(verify(rich(), read(tmp_path / "plan"))) == []


def test_the_order_of_rows_does_not_matter():
    plan, chance = rich_plan(), random.Random(7)
    shuffled = {name: table(name, chance.sample(shown.rows, len(shown.rows))) for name, shown in plan.tables.items()}
    assert problems(verify(rich(), replace(plan, tables=shuffled))) == []


def test_the_message_says_place_value_and_expectation():
    cells = Cells("stocks.csv", "units", (["CN-BJ", "CN-SH"], ["macro_5g"], [2027, 2028]))
    expected = np.array([[[1.0, 134911.0]], [[2.0, 3.0]]])
    found = expected - np.array([[[0.0, 99.0]], [[0.0, 0.0]]])
    check = equal("stock", cells, found, expected, "from base stock and orders", tolerance=1e-6, unit=1.0)
    assert check.message == (
        "stocks.csv: CN-BJ, macro_5g, 2028: units is 134812, "
        "expected 134911 from base stock and orders (difference 0.073 %)"
    )
    assert "(difference 400 %)" in replace(check, found=5.0, expected=1.0).message
    assert (check.rows, check.found, check.expected) == (4, 134812.0, 134911.0)
    assert check.worst == pytest.approx(99 / 134912)


@pytest.mark.parametrize(
    ("compare", "found", "expected", "passed"),
    [
        (equal, 1.0, 1.0, True),
        (equal, 1.0 + 1e-8, 1.0, False),
        (equal, math.nan, 1.0, False),
        (equal, 1.0, math.nan, False),
        (equal, math.inf, math.inf, True),
        (equal, math.inf, 1.0, False),
        (at_most, 0.5, 1.0, True),
        (at_most, 1.1, 1.0, False),
        (at_most, 5.0, math.inf, True),
        (at_most, math.nan, 1.0, False),
        (at_least, 0.5, 1.0, False),
        (at_least, 1.5, 1.0, True),
        (at_least, -math.inf, 1.0, False),
    ],
)
def test_comparisons_take_nothing_for_granted(compare: Any, found: float, expected: float, passed: bool):
    cells = Cells("x.csv", "x", (["a"],))
    check = compare("c", cells, np.array([found]), np.array([expected]), "by hand", tolerance=COUNTED)
    assert check.passed is passed


def test_the_tail_is_cut_into_growing_blocks():
    now = read_again(rich(tail=Tail("continue", 6, 3)))
    assert now.moments == (2025, 2026, 2027, 2028, 2029, 2032)
    assert now.phases == ("base", "plan", "plan", "tail", "tail", "tail")
    each = [1.05**-k for k in range(8)]
    blocks = [0.0, each[0], each[1], each[2], each[3] + each[4], each[5] + each[6] + each[7]]
    np.testing.assert_allclose(now.weight, np.array(blocks) / sum(each))
    np.testing.assert_array_equal(now.growth, [0, 1, 2, 2, 2, 2])
    assert read_again(rich(tail=Tail("continue", 0, 6))).tail == ()


def test_spread_of_known_distributions():
    alike = spread(np.full(4, 7.0), np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(alike, (0.0, 0.0, 1.0, 0.2), atol=1e-12)
    gini, theil, ratio, worst = spread(np.array([9.0, 1.0]), np.array([1.0, 9.0]))
    assert gini == pytest.approx(0.4)
    assert theil == pytest.approx(0.5 * math.log(5) + 0.5 * math.log(5 / 9))
    assert (ratio, worst) == (9.0, pytest.approx(1 / 9))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)), min_size=2, max_size=8))
def test_spread_agrees_with_its_definition_over_pairs(cases: list[tuple[float, float]]):
    y, p = np.array(cases).T
    pairs = sum(p[i] * p[j] * abs(y[i] - y[j]) for i in range(len(y)) for j in range(len(y)))
    assert spread(y, p)[0] == pytest.approx(pairs / (2 * p.sum() * (p @ y)), abs=1e-12)


def test_a_limit_per_head_counts_the_people_of_its_regions():
    south = rule("south_masts", "floor", "stock", 2.0, Scope(("mast",), ("south",)), per_10k_people=True)
    scenario = rich(rules=(south,))
    found = together(policies(Told(rich_plan(), read_again(scenario))))
    np.testing.assert_allclose(found.limit, 2.0 * 100.0)


def test_the_verifier_stands_on_its_own():
    code = "import planner.verify, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    own = {
        f"planner.{name}"
        for name in ("instance", "budgets", "policies", "innovation", "timeline", "finance", "extract")
    }
    assert not loaded & {"pyomo", "highspy", "scipy", "pandas", "pydantic", "planner.formulation", *own}
