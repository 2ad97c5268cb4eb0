"""The model's table of contents: sets, parameters, variables, and the rules in reading order."""

from __future__ import annotations

import numpy as np

from planner.budgets import Ledger, ledger
from planner.formulation.constraints import CONSTRAINTS
from planner.formulation.costs import COSTS
from planner.formulation.innovation import INNOVATION, weighted_innovation
from planner.formulation.params import given
from planner.formulation.policy import POLICY
from planner.formulation.policy_symbols import policy_symbols
from planner.formulation.project_symbols import project_symbols
from planner.formulation.projects import PROJECTS
from planner.formulation.sets import index_sets, subset_families
from planner.formulation.threshold_symbols import threshold_symbols
from planner.formulation.thresholds import THRESHOLDS
from planner.instance import Instance
from planner.policies import policies
from planner.projects import portfolio
from planner.symbols import Symbols, Variable

RULES = (*CONSTRAINTS, *COSTS, *INNOVATION, *POLICY, *PROJECTS, *THRESHOLDS)
OBJECTIVE = weighted_innovation

INF = float("inf")


def declare(instance: Instance) -> Symbols:
    """All symbols of the model for one instance."""
    book = ledger(instance)
    rules = policy_symbols(instance, policies(instance))
    projects = project_symbols(instance, book, portfolio(instance))
    bonus = threshold_symbols(instance)
    return Symbols(
        sets=(*index_sets(instance, book), *rules.sets, *projects.sets, *bonus.sets),
        subsets=(*subset_families(instance, book), *rules.subsets, *projects.subsets, *bonus.subsets),
        params=(*given(instance, book), *rules.params, *projects.params, *bonus.params),
        variables=(
            *_variables(instance),
            *_slacks(instance, book),
            *rules.variables,
            *projects.variables,
            *bonus.variables,
        ),
    )


def _variables(instance: Instance) -> tuple[Variable, ...]:
    whole = np.array([asset.integer for asset in instance.scenario.assets])[None, :, None]
    return (
        Variable(
            "order", ("regions", "assets", "years"), 0.0, _order_limit(instance), whole, "modules", "what is ordered"
        ),
        Variable("stock", ("regions", "assets", "times"), 0.0, INF, False, "modules", "what stands"),
        Variable("flow", ("arcs", "times"), 0.0, INF, False, "EFLOPS", "compute made in one region for another"),
        Variable("work", ("posts", "times"), 0.0, INF, False, "modules", "machines busy with a class"),
        Variable("unmet", ("regions", "classes", "times"), 0.0, INF, False, "EFLOPS", "demand left unmet"),
        Variable("level", ("regions", "factors", "times"), 0.0, INF, False, "percent", "usable level of a factor"),
        Variable("ratio", ("regions", "factors", "times"), 0.0, INF, False, "", "level with spillovers, base year = 1"),
        Variable(
            "log_ratio", ("regions", "factors", "times"), -INF, INF, False, "log points", "logarithm of the ratio"
        ),
    )


def _order_limit(instance: Instance) -> np.ndarray:
    """Orders that would never serve before the last point of time are not placed: upper bound zero."""
    first_service = instance.timeline.year[None, : instance.timeline.orders] + instance.lead[:, None]
    return np.where(first_service <= instance.timeline.year[-1], INF, 0.0)[None]


def _slacks(instance: Instance, book: Ledger) -> tuple[Variable, ...]:
    budgets = instance.scenario.budgets
    carries = [0.0 if budgets[g.budget].carry_over_interest is None else INF for g in book.grants]
    soft = [0.0 if budgets[g.budget].price is None else INF for g in book.grants]
    soft_total = [0.0 if budgets[t.budget].price is None else INF for t in book.totals]
    soft_tail = [0.0 if budgets[u.budget].price is None else INF for u in book.upkeeps]
    unmatched = [0.0 if match.price is None else INF for match in book.matches]
    return (
        Variable("carried", ("grants",), 0.0, np.array(carries), False, "billion", "what a year leaves for the next"),
        Variable("exceeded", ("grants",), 0.0, np.array(soft), False, "billion", "spent above a soft budget"),
        Variable(
            "exceeded_total", ("totals",), 0.0, np.array(soft_total), False, "billion", "spent above a soft total"
        ),
        Variable(
            "exceeded_upkeep", ("upkeeps",), 0.0, np.array(soft_tail), False, "billion", "upkeep above a soft budget"
        ),
        Variable("unmatched", ("matches",), 0.0, np.array(unmatched), False, "billion", "spent beyond what matches it"),
    )
