"""A factor that falls to zero is told at once, and no bound ever lies below the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.instance import build_instance
from planner.scenario import Asset, Scenario
from planner.solve.highs import hand_over
from planner.solve.search import ZeroRatioError
from planner.solve.tangents import maximize
from planner.solving import problem_of, solve
from planner.vanishing import FloorError, check_floors
from planner.verify import verify
from tests.planner.solve.test_integers import whole
from tests.planner.toys import asset, budget, given, tiny, trading
from tests.planner.verify_cases import SERVERS, problems, project, rule

OBJECTIVES = ["total", "proportional", "max_min", "sen"]
WITHOUT_FLOOR = given(0.0)


def with_servers(server: Asset, **changes: object) -> Scenario:
    return tiny(assets=(tiny().assets[0], server), **changes)


LATE = asset("server", {"services": 1.0}, 5.0, [1.0, 1.0], lead_years=given(1), life_years=given(1))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nothing_can_serve_in_the_first_year(objective: str) -> None:
    with pytest.raises(FloorError) as error:
        solve(with_servers(LATE, objective=objective, floor_share=replace(WITHOUT_FLOOR, place="plan.yaml:42")))
    assert str(error.value).startswith(
        "plan.yaml:42: floor_share: value 0 leaves factor 'services' of region 'north' at zero in 2026, where "
        "innovation has no logarithm; write floor_share: 5 %"
    )


def test_with_a_floor_it_is_a_plan() -> None:
    question = with_servers(LATE, floor_share=given(0.05))
    plan = solve(question)
    assert problems(verify(question, plan)) == []


def test_a_region_without_anything_in_the_base_year() -> None:
    servers = replace(tiny().assets[1], base_stock=np.array([1.0, 0.0]))
    with pytest.raises(FloorError, match="factor 'services' of region 'south' at zero in 2025"):
        solve(with_servers(servers))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_what_only_a_rule_forbids_is_told_after_the_search(objective: str) -> None:
    """No server in the south: the arrays say one could stand there, the rule says none does."""
    ban = rule("none", "cap", "stock", 0.0, replace(SERVERS, regions=("south",)))
    with pytest.raises(FloorError, match=r"factor 'services' of region 'south' at zero in 202[67]"):
        solve(tiny(objective=objective, rules=(ban,)))


def test_whole_modules_that_nobody_can_pay() -> None:
    with pytest.raises(FloorError, match="at zero in"):
        solve(whole(tiny(budgets=(budget(4.0),)), "mast", "server"))


def test_a_project_or_old_stock_or_neighbours_are_enough() -> None:
    old = replace(LATE, life_years=given(3))
    check_floors(build_instance(with_servers(old)))
    campus = (project("campus", "north", {"server": 2.0}), project("park", "south", {"server": 2.0}))
    check_floors(build_instance(with_servers(LATE, projects=campus)))
    one = (project("campus", "north", {"server": 2.0}),)
    with pytest.raises(FloorError, match="region 'south'"):
        check_floors(build_instance(with_servers(LATE, projects=one)))
    near = tuple(replace(e, spillover=0.2) for e in tiny().elasticity_sets)
    check_floors(build_instance(with_servers(LATE, projects=one, elasticity_sets=near)))


def test_a_factor_that_does_not_count_may_be_zero() -> None:
    idle = tuple(replace(e, beta={"network": 0.3}) for e in tiny().elasticity_sets)
    question = with_servers(LATE, elasticity_sets=idle)
    plan = solve(question)
    assert plan.summary["status"] == "optimal"
    assert plan.summary["bounds"]["lower"] <= plan.summary["bounds"]["upper"]


def test_what_demand_feeds_is_no_zero() -> None:
    check_floors(build_instance(trading(floor_share=WITHOUT_FLOOR)))


def test_a_point_at_zero_is_never_a_lower_bound() -> None:
    """By the value that continues the function below, no server anywhere would be worth more than the bound."""
    ban = rule("none", "cap", "stock", 0.0, SERVERS)
    problem = problem_of(tiny(objective="total", rules=(ban,)))
    seen: list[float] = []
    with pytest.raises(ZeroRatioError, match="floor_share above 0"):
        maximize(
            hand_over(problem.program),
            problem.goal,
            gap=1e-6,
            time_limit_s=20.0,
            progress=lambda r: seen.append(r.lower),
        )
    assert set(seen) == {-np.inf}
