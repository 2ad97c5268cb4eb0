"""One line on why a scenario has no plan."""

from __future__ import annotations

from planner.scenario import Scenario


def first_repair(scenario: Scenario, time_limit_s: float = 60.0) -> str:
    """The first line of the cheapest repair; that there is none, where that is so."""
    from planner.explain.infeasible import explain
    from planner.solve.live import UnfinishedError
    from planner.solving import program_of

    try:
        found = explain(scenario, program_of, time_limit_s=time_limit_s).contradiction
    except TimeoutError:
        return "no plan exists; the time was up before a repair was found"
    except UnfinishedError as error:
        return f"no plan exists; no repair was found: {error}"
    if not found.repairs:
        return "no plan exists, and no change of limits alone makes one possible"
    return found.repairs[0].words
