"""How fast a changed scenario is solved again: from memory, from the same arrays, and rebuilt by ordinary Pyomo.

    .venv/bin/python benchmarks/resolve.py [--config configs/china/plan.yaml] [--repeats 3] [--pyomo] [--walk 200]

CPU seconds of this process, medians; the three ways take turns on every change. Each answer is certified to the gap
of the config, and the bounds of all ways must overlap. `--walk N` solves N scenarios along a path of budgets, the time
that one core takes for them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from planner.compile import ordinary_model
from planner.compile import program_of as ordinary_program
from planner.config import read
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.instance import build_instance
from planner.ladder import scaled
from planner.scenario import Scenario
from planner.solve.again import Memory, solve_again
from planner.solve.goal import goal_of
from planner.solve.tangents import Outcome
from planner.solving import Problem, problem_of, search

CONFIG = Path(__file__).parents[1] / "configs" / "china" / "plan.yaml"


def dearer(scenario: Scenario, factor: float) -> Scenario:
    """Every asset's price times a factor."""
    assets = tuple(replace(a, capex=replace(a.capex, value=factor * a.capex.value)) for a in scenario.assets)
    return replace(scenario, assets=assets)


def changes(scenario: Scenario) -> dict[str, Scenario]:
    """Small changes of budgets and prices."""
    ids = [budget.id for budget in scenario.budgets]
    return {
        "budgets +2 %": scaled(scenario, ids, 1.02),
        "budgets -2 %": scaled(scenario, ids, 0.98),
        "budgets +5 %": scaled(scenario, ids, 1.05),
        "prices -5 %": dearer(scenario, 0.95),
        "prices +3 %": dearer(scenario, 1.03),
    }


def from_memory(scenario: Scenario, memory: Memory | None) -> Outcome:
    problem = problem_of(scenario)
    found = solve_again(problem.instance, problem.program, problem.goal, memory)
    assert found.warm
    return found.outcome


def from_scratch(scenario: Scenario) -> Outcome:
    return search(problem_of(scenario))


def by_pyomo(scenario: Scenario) -> Outcome:
    instance = build_instance(scenario)
    program = ordinary_program(ordinary_model(declare(instance), RULES, OBJECTIVE))
    return search(Problem(instance, program, goal_of(instance, program)))


def timed(way: Callable[[], Outcome]) -> tuple[float, Outcome]:
    started = time.process_time()
    outcome = way()
    return time.process_time() - started, outcome


def compare(scenario: Scenario, repeats: int, *, pyomo: bool) -> None:
    base = problem_of(scenario)
    memory = solve_again(base.instance, base.program, base.goal, None).memory
    print(f"{'change':14s} {'from memory':>12s} {'from scratch':>13s} {'Pyomo, cold':>12s}   ratios")
    for name, changed in changes(scenario).items():
        ways: dict[str, Callable[[], Outcome]] = {
            "memory": partial(from_memory, changed, memory),
            "scratch": partial(from_scratch, changed),
        }
        if pyomo:
            ways["pyomo"] = partial(by_pyomo, changed)
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(repeats):
            found = {way: timed(run) for way, run in ways.items()}
            for way, (spent, _) in found.items():
                seconds[way].append(spent)
            assert max(o.lower for _, o in found.values()) <= min(o.upper for _, o in found.values()) + 1e-9
        middle = {way: statistics.median(values) for way, values in seconds.items()}
        ratios = "  ".join(f"{middle[way] / middle['memory']:.1f}x" for way in list(ways)[1:])
        shown = f"{middle['pyomo']:10.2f} s" if pyomo else f"{'-':>12s}"
        print(f"{name:14s} {middle['memory']:10.2f} s {middle['scratch']:11.2f} s {shown}   {ratios}", flush=True)


def walk(scenario: Scenario, count: int) -> None:
    """Solve scenarios along a path of budgets, neighbours after each other."""
    ids = [budget.id for budget in scenario.budgets]
    memory: Memory | None = None
    started = time.process_time()
    for at in range(count):
        problem = problem_of(scaled(scenario, ids, 0.95 + 0.3 * at / max(count - 1, 1)))
        found = solve_again(problem.instance, problem.program, problem.goal, memory)
        assert found.outcome.status == "optimal"
        memory = found.memory
    spent = time.process_time() - started
    print(f"{count} scenarios: {spent:.1f} s of one core, {spent / count:.2f} s each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pyomo", action="store_true", help="also rebuild with ordinary Pyomo")
    parser.add_argument("--walk", type=int, default=0, metavar="N", help="then solve N scenarios one after the other")
    given = parser.parse_args()
    scenario = read(given.config)
    compare(scenario, given.repeats, pyomo=given.pyomo)
    if given.walk:
        walk(scenario, given.walk)


if __name__ == "__main__":
    main()
