"""The straight line from a scenario to a plan: arrays, program, point, tables."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planner.binding import rule_rows
from planner.compile import compile_program
from planner.extract import point_of, tables_of
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.freeze import with_facts
from planner.instance import Instance, build_instance
from planner.linear import LinearProgram
from planner.missed import missed_in_fact
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solve.bonuses import with_bonuses
from planner.solve.highs import hand_over
from planner.solve.integers import maximize_whole
from planner.solve.tangents import Goal, Outcome, Round, goal_of, maximize
from planner.solve.ties import shortest_flows
from planner.summary import summary_of
from planner.tables import table
from planner.vanishing import check_floors, zeros_named


@dataclass(frozen=True)
class Problem:
    """A scenario made ready to be solved: its arrays, its linear program, and what is maximized over it."""

    instance: Instance
    program: LinearProgram
    goal: Goal

    @property
    def scenario(self) -> Scenario:
        return self.instance.scenario


def problem_of(scenario: Scenario) -> Problem:
    """The problem of a scenario.

    Raises RuleError where a rule of the model does not fit its data, FloorError where a factor is bound to be zero.
    """
    instance = build_instance(scenario)
    check_floors(instance)
    program = program_of(instance)
    return Problem(instance, program, goal_of(instance, program))


def program_of(instance: Instance) -> LinearProgram:
    """The linear program of an instance, all rules expanded, facts laid upon it."""
    return with_facts(instance, compile_program(declare(instance), RULES, OBJECTIVE))


def solve(
    scenario: Scenario,
    config: str = "",
    *,
    config_path: str = "",
    progress: Callable[[Round], None] = lambda _: None,
    read_s: float = 0.0,
) -> Plan:
    """Solve a scenario to its certified gap, or to its time limit.

    `config` is the resolved config to keep with the plan, `config_path` where it was read from, relative to the plan
    folder. Raises InfeasibleError where no plan exists; planner.explain says why.
    """
    started = clock.perf_counter()
    problem = problem_of(scenario)
    built = clock.perf_counter()
    outcome = search(problem, progress)
    spent = {"read": read_s, "build": built - started, "solve": clock.perf_counter() - built}
    return plan_of(problem, outcome, config, config_path=config_path, seconds=spent)


def search(problem: Problem, progress: Callable[[Round], None] = lambda _: None) -> Outcome:
    """The best point of a problem, with its certificate. Raises InfeasibleError, TimeoutError, FloorError."""
    with zeros_named(problem.instance):
        return _search(problem, progress)


def _search(problem: Problem, progress: Callable[[Round], None]) -> Outcome:
    scenario, program, goal = problem.scenario, problem.program, problem.goal
    gap, time_limit_s = scenario.gap, scenario.time_limit_s
    if program.integer.any():
        found = maximize_whole(program, goal, gap=gap, time_limit_s=time_limit_s, progress=progress)
        return with_bonuses(problem.instance, program, goal, found)
    return maximize(hand_over(program), goal, gap=gap, time_limit_s=time_limit_s, progress=progress)


def plan_of(
    problem: Problem,
    outcome: Outcome,
    config: str = "",
    *,
    config_path: str = "",
    seconds: Mapping[str, float] = {},
) -> Plan:
    """The plan at the point that a search found: shortest flows, tables, summary. `seconds` are those spent before."""
    started = clock.perf_counter()
    instance, program = problem.instance, problem.program
    values = shortest_flows(instance, program, outcome.values)
    point = point_of(program, values, outcome.row_duals[: len(program.row_lower)])
    tables = tables_of(instance, point)
    tables["rules"] = missed_in_fact(instance.scenario, table("rules", rule_rows(instance, point)))
    spent = {**(seconds or {}), "tables": clock.perf_counter() - started}
    summary = summary_of(instance, program, outcome, spent | {"total": sum(spent.values())})
    return Plan(summary | {"config": config_path}, tables, config)
