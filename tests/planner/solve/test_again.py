"""Re-solving: what one scenario taught changes the way to an answer, never the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.objective import Objective
from planner.scenario import ElasticitySet, Scenario
from planner.solve.again import Again, Memory, blocks_of, solve_again
from planner.solve.live import InfeasibleError
from planner.solving import Problem, plan_of, problem_of, search
from planner.verify import verify
from tests.planner.toys import budget, tiny, trading
from tests.planner.toys import given as parameter

FACTOR = st.floats(0.5, 2.0)


def again(problem: Problem, memory: Memory | None) -> Again:
    return solve_again(problem.instance, problem.program, problem.goal, memory)


def changed(scenario: Scenario, money: float, price: float, demand: float, beta: float) -> Scenario:
    known = scenario.elasticity_sets[0]
    return replace(
        scenario,
        budgets=tuple(replace(b, limits=tuple(money * x for x in b.limits)) for b in scenario.budgets),
        assets=tuple(replace(a, capex=parameter(price * a.capex.value)) for a in scenario.assets),
        demand=tuple(replace(d, base_eflops=parameter(demand * d.base_eflops.value)) for d in scenario.demand),
        elasticity_sets=(
            ElasticitySet(known.id, known.name, {f: beta * b for f, b in known.beta.items()}, known.spillover, "", ""),
        ),
    )


def assert_certain(problem: Problem, found: Again) -> None:
    """The certificate holds, the verifier agrees, and a search from scratch says the same within both gaps."""
    outcome, cold = found.outcome, search(problem)
    assert outcome.status == "optimal"
    assert outcome.gap + 1e-9 >= 0
    assert outcome.gap <= problem.scenario.gap
    assert outcome.lower <= cold.upper + 1e-9
    assert cold.lower <= outcome.upper + 1e-9
    assert verify(problem.scenario, plan_of(problem, outcome)).broken is None


@pytest.fixture(scope="module")
def taught() -> dict[str, Memory]:
    found = {name: again(problem_of(toy), None).memory for name, toy in (("tiny", tiny()), ("trading", trading()))}
    assert all(found.values())
    return {name: memory for name, memory in found.items() if memory is not None}


@settings(max_examples=40, deadline=None)
@given(money=FACTOR, price=FACTOR, demand=FACTOR, beta=FACTOR, total=st.booleans())
def test_a_changed_scenario_has_the_answer_of_a_search_from_scratch(taught, money, price, demand, beta, total):
    scenario = changed(trading(), money, price, demand, min(beta, 1.4))
    if total:
        scenario = replace(scenario, objective=Objective("alpha", 0.0))
    problem = problem_of(scenario)
    try:
        found = again(problem, taught["trading"])
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            search(problem)
        return
    assert_certain(problem, found)


@settings(max_examples=40, deadline=None)
@given(money=st.floats(0.01, 100.0), price=st.floats(0.1, 10.0))
def test_budget_and_price_matter_only_by_their_quotient(taught, money, price):
    found = again(problem_of(changed(tiny(), money, price, 1.0, 1.0)), taught["tiny"])
    plain = search(problem_of(changed(tiny(), money / price, 1.0, 1.0, 1.0)))
    assert found.warm
    assert found.outcome.lower == pytest.approx(plain.lower, abs=2e-6)


def test_a_walk_that_comes_back_comes_back_to_the_first_answer():
    problem, memory = problem_of(trading()), None
    first = again(problem, memory)
    memory = first.memory
    for money in (1.1, 1.3, 0.9, 1.0):
        last = again(problem_of(changed(trading(), money, 1.0, 1.0, 1.0)), memory)
        memory = last.memory
    assert last.warm
    assert abs(last.outcome.lower - first.outcome.lower) <= trading().gap


def test_the_objective_may_change_on_the_way(taught):
    problem = problem_of(tiny(objective=Objective("alpha", 0.0)))
    found = again(problem, taught["tiny"])
    assert found.warm
    assert_certain(problem, found)


def test_another_structure_is_solved_from_scratch(taught):
    longer = tiny(years=(2026, 2027, 2028), budgets=(budget(100.0, years=3),))
    renamed = tiny(budgets=(budget(100.0), budget(90.0, id="second")))
    for scenario in (longer, renamed, trading()):
        problem = problem_of(scenario)
        assert blocks_of(problem.program) != taught["tiny"].blocks
        found = again(problem, taught["tiny"])
        assert not found.warm
        assert_certain(problem, found)


def test_a_scenario_without_a_plan_is_said_to_have_none(taught):
    with pytest.raises(InfeasibleError):
        again(problem_of(changed(trading(), 0.001, 1.0, 1.0, 1.0)), taught["trading"])


def test_whole_modules_and_the_worst_off_leave_no_memory(taught):
    whole = tiny(gap=1e-3, assets=tuple(replace(a, integer=True) for a in tiny().assets))
    worst = tiny(objective=Objective("max_min"))
    for scenario in (whole, worst):
        found = again(problem_of(scenario), taught["tiny"])
        assert (found.warm, found.memory) == (False, None)
        assert verify(scenario, plan_of(problem_of(scenario), found.outcome)).broken is None


def test_a_misleading_memory_misleads_nobody(taught):
    known = taught["trading"]
    wrong = replace(known, ratio=np.full_like(known.ratio, 50.0), busy=np.zeros_like(known.busy))
    problem = problem_of(trading())
    assert_certain(problem, again(problem, wrong))


def test_tangents_of_a_memory_touch_the_logarithm_from_above(taught):
    for memory in taught.values():
        x = np.linspace(0.05, 20.0, 50)[:, None]
        assert (np.log(memory.point) - 1.0 + x / memory.point >= np.log(x) - 1e-12).all()
        assert memory.log.max() < memory.ratio.size
