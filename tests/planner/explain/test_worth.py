"""What a module is worth: optimality conditions, closed forms, and parts that sum to the whole."""

from __future__ import annotations

import numpy as np
import pytest

from planner.explain.flip import ask
from planner.explain.worth import shares_of
from planner.scenario import Growth, Scenario, Scope
from planner.solving import plan_of, problem_of
from planner.verify import verify
from tests.planner.explain.builds import one_asset
from tests.planner.toys import budget, tiny, trading
from tests.planner.verify_cases import problems, rich, rule

CASES = {"tiny": tiny(), "one": one_asset(), "trading": trading(), "rich": rich()}


@pytest.mark.parametrize("scenario", CASES.values(), ids=CASES)
def test_what_is_ordered_is_worth_its_cost_and_nothing_is_worth_more(scenario: Scenario):
    problem = problem_of(scenario)
    question = ask(problem, 0, 0, [0])
    assert problems(verify(scenario, plan_of(problem, question.optimum))) == []
    prices, order = question.prices, problem.program.variables["order"].indices.ravel()
    slack = prices.cost[order] - prices.worth[order]
    size = np.maximum(prices.cost[order], 1e-6)
    may = problem.program.upper[order] > 0
    assert (slack / size)[may].min() >= -1e-5
    built = prices.values[order] > 1e-6
    assert built.any()
    assert np.abs(slack / size)[built].max() <= 1e-5


@pytest.mark.parametrize("scenario", CASES.values(), ids=CASES)
def test_parts_sum_to_worth_less_cost(scenario: Scenario):
    question = ask(problem_of(scenario), 0, 0, [0])
    prices, order = question.prices, question.problem.program.variables["order"].indices
    for (r, a, v), column in np.ndenumerate(order):
        total = sum(share.worth for share in shares_of(prices, r, a, v))
        assert total == pytest.approx(prices.worth[column] - prices.cost[column], rel=1e-6, abs=1e-9)


def test_a_million_is_worth_the_same_in_both_regions():
    """0.3 * 3/4 / (m + 1.5) / 2 in the north, weighted by the first year: 1 / (1 + 1 / 1.05)."""
    question = ask(problem_of(one_asset()), 0, 0, [0])
    prices, order = question.prices, question.problem.program.variables["order"].indices
    masts = prices.values[order[:, 0, 0]]
    assert masts == pytest.approx([7.5, 2.5], rel=1e-3)
    expected = 0.3 / (1 + 1 / 1.05) * np.array([0.75 / (masts[0] + 1.5), 0.25 / (masts[1] + 0.5)]) / 2
    assert expected[0] == pytest.approx(expected[1], rel=1e-2)
    assert prices.worth[order[:, 0, 0]] / 2 == pytest.approx(expected, rel=1e-2)


def test_words_name_where_worth_comes_from_and_what_limits_take():
    """All that a growth limit takes is what the north would be worth beyond the price of money."""
    slow = Growth("slow", ("mast",), 0.5, 0.0, "by hand", "rules.yaml:4")
    question = ask(problem_of(one_asset(growth_limits=(slow,))), 0, 0, [0])
    shares = {share.words: share for share in shares_of(question.prices, 0, 0, 0)}
    assert shares["innovation through network in North"].worth > 0
    taken = shares["growth limit on Mast [slow] (rules.yaml:4)"]
    assert taken.worth < 0
    assert taken.cell is not None
    assert (taken.cell.limit.id, taken.cell.region, taken.cell.year) == ("slow", 0, 2026)


def test_spillovers_are_told_apart_from_home():
    question = ask(problem_of(trading()), 0, 0, [0])
    words = {share.words for share in shares_of(question.prices, 0, 0, 0)}
    assert "innovation through network in North" in words
    assert "innovation through network in neighbours of North" in words


def test_rules_that_count_money_are_part_of_the_price():
    """A floor on money pulls: what it gives lowers the cost, not the worth."""
    money = rule("money", "floor", "capex", 10.0, Scope(("mast",), ("south",)))
    question = ask(problem_of(one_asset(factor=9.0, rules=(money,))), 1, 0, [0])
    prices, column = question.prices, int(question.columns[0])
    assert question.built == pytest.approx(10.0 / 18.0)
    assert prices.cost[column] == pytest.approx(prices.worth[column], rel=1e-5)
    free = ask(problem_of(one_asset(factor=9.0)), 1, 0, [0])
    assert prices.cost[column] < free.prices.cost[column]


def test_budgets_of_upkeep_are_told_as_such():
    scenario = trading(budgets=(budget(4000.0), budget(1000.0, id="operation", kinds=("opex", "energy"))))
    question = ask(problem_of(scenario), 0, 0, [1])
    words = [s.words for s in shares_of(question.prices, 0, 0, 1)]
    assert any(w.startswith("upkeep and electricity, paid by budget") for w in words)


def test_what_stands_gives_room_for_later_orders():
    """Orders of 2027 are limited by the stock of 2026, so a mast of 2026 is worth room in 2027."""
    slow = Growth("slow", ("mast",), 0.5, 0.05, "by hand", "")
    question = ask(problem_of(one_asset(growth_limits=(slow,))), 0, 0, [0])
    later = [s for s in shares_of(question.prices, 0, 0, 0) if s.words.startswith("room for later orders")]
    assert [share.year for share in later] == [2026]
    assert later[0].worth > 0
