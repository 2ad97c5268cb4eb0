"""A ladder of budgets: what each step of money brings, and what it is spent on.

With V(s) the best objective where the chosen budgets are s times those of the config, V is concave and never falls. The
prices y of the rows of these budgets, whose limits are b, give its slope and with it a line that V never rises above:

    V(s') <= V(s) + (s' - s) * sum( y * b )

Money is counted in the widest of the chosen budgets, all its years together: billion currency units.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.figures import capital_million, key_figures, ordered_units
from planner.scenario import Budget, Scenario
from planner.solve.again import Memory, solve_again
from planner.solve.live import InfeasibleError, UnfinishedError
from planner.solve.tangents import Outcome
from planner.solving import Problem, problem_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rung:
    """One step: the budgets in percent of the config's, its figures, and what it buys, (R, A), where it has a plan."""

    percent: float
    row: dict[str, Any]
    capital_million: Floats | None = None
    units: Floats | None = None


def as_entry(rung: Rung) -> dict[str, Any]:
    """A rung as plain values, for a journal."""
    bought = {name: None if (x := getattr(rung, name)) is None else x.tolist() for name in _BOUGHT}
    return {"percent": rung.percent, "row": rung.row, **bought}


def from_entry(entry: Mapping[str, Any]) -> Rung:
    """The rung that `as_entry` wrote."""
    bought = (None if entry[name] is None else np.array(entry[name]) for name in _BOUGHT)
    return Rung(entry["percent"], dict(entry["row"]), *bought)


_BOUGHT = ("capital_million", "units")


def chosen_budgets(scenario: Scenario, ids: Sequence[str] = ()) -> tuple[Budget, ...]:
    """Budgets by id, or all of them. ValueError names one that is not there."""
    known = {budget.id: budget for budget in scenario.budgets}
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise ValueError(f"there is no budget {unknown[0]!r}; choose from: {', '.join(known)}")
    return tuple(known[name] for name in ids or known)


def scaled(scenario: Scenario, ids: Sequence[str], factor: float) -> Scenario:
    """The scenario with some budgets times a factor."""
    budgets = tuple(
        replace(b, limits=tuple(factor * limit for limit in b.limits)) if b.id in ids else b for b in scenario.budgets
    )
    return replace(scenario, budgets=budgets)


def climb(
    scenario: Scenario,
    percents: Sequence[float],
    ids: Sequence[str] = (),
    *,
    known: Sequence[Rung] = (),
    why: Callable[[Scenario], str] = lambda _: "no plan exists",
    progress: Callable[[Rung], None] = lambda _: None,
) -> list[Rung]:
    """The rungs from low to high; solved from the top, where plans exist, each with what the one above taught.

    `known` are rungs of an earlier run of the same question, `progress` is called with each new one, and `why` says in
    a line why a rung has no plan. A rung that could not be solved says so and ends nothing.
    """
    chosen = chosen_budgets(scenario, ids)
    names = [budget.id for budget in chosen]
    rungs, there = list(known), {rung.percent for rung in known}
    memory: Memory | None = None
    for percent in sorted(set(percents) - there, reverse=True):
        rung, memory = _rung(scaled(scenario, names, percent / 100.0), percent, names, memory, why)
        progress(rung)
        rungs.append(rung)
    return _with_slopes(sorted(rungs, key=lambda rung: rung.percent))


def _rung(
    asked: Scenario, percent: float, names: Sequence[str], memory: Memory | None, why: Callable[[Scenario], str]
) -> tuple[Rung, Memory | None]:
    problem = problem_of(asked)
    money = max(sum(b.limits) for b in asked.budgets if b.id in names) / 1e3
    row: dict[str, Any] = {"percent": percent, "budget_billion": money}
    try:
        found = solve_again(problem.instance, problem.program, problem.goal, memory)
    except InfeasibleError:
        return Rung(percent, row | {"status": "infeasible", "why": why(asked)}), memory
    except (TimeoutError, UnfinishedError) as error:
        return Rung(percent, row | {"status": "unfinished", "why": str(error)}), memory
    row |= key_figures(problem, found.outcome)
    row["marginal_per_billion"] = slope(problem, found.outcome, names) / money if money else float("nan")
    bought = capital_million(problem, found.outcome), ordered_units(problem, found.outcome)
    return Rung(percent, row | {"why": ""}, *bought), found.memory or memory


def slope(problem: Problem, outcome: Outcome, names: Sequence[str]) -> float:
    """What the objective gains per hundred percent more of these budgets, at the prices of the plan."""
    book, program = ledger(problem.instance), problem.program
    rows = {
        "spending_is_within_budget": [(g.budget, g.limit_million) for g in book.grants],
        "total_spending_is_within_budget": [(t.budget, t.limit_million) for t in book.totals],
        "tail_upkeep_is_within_last_grant": [(u.budget, u.limit_million) for u in book.upkeeps],
    }
    gained = 0.0
    for rule, limits in rows.items():
        prices = outcome.row_duals[program.rows[rule].indices]
        counted = [problem.scenario.budgets[b].id in names for b, _ in limits]
        billion = np.array([limit / 1e3 for _, limit in limits])
        gained += float((prices * billion * np.array(counted, float)).sum())
    return gained


def _with_slopes(rungs: list[Rung]) -> list[Rung]:
    """The rungs with the difference quotient to the rung below, where that has a plan."""
    for below, rung in itertools.pairwise(rungs):
        if "lower" not in below.row or "lower" not in rung.row:
            continue
        money = rung.row["budget_billion"] - below.row["budget_billion"]
        rung.row["difference_per_billion"] = (rung.row["lower"] - below.row["lower"]) / money
    return rungs


def bought_next(scenario: Scenario, rungs: Sequence[Rung]) -> Iterator[dict[str, Any]]:
    """What each rung buys more (or less) than the one below, region by region and asset by asset, dearest first."""
    for below, rung in itertools.pairwise(rungs):
        if below.capital_million is None or rung.capital_million is None:
            continue
        assert below.units is not None
        assert rung.units is not None
        money, units = rung.capital_million - below.capital_million, rung.units - below.units
        for r, a in sorted(np.argwhere(np.abs(money) > 0.5).tolist(), key=lambda cell: -money[cell[0], cell[1]]):
            yield {
                "from_percent": below.percent,
                "to_percent": rung.percent,
                "region": scenario.regions[r].id,
                "asset": scenario.assets[a].id,
                "more_capital_million": float(money[r, a]),
                "more_units": float(units[r, a]),
                "unit": scenario.assets[a].unit,
            }


def table(rungs: Sequence[Rung]) -> list[str]:
    """A short table of the rungs."""
    lines = [" budget  billion   objective   innovation    Gini   marginal per billion   difference per billion"]
    for rung in rungs:
        row, head = rung.row, f"{rung.percent:5g} %  {rung.row['budget_billion']:7,.5g}"
        if "lower" not in row:
            lines.append(f"{head}   {row['status']}: {row['why']}")
            continue
        quotient = row.get("difference_per_billion")
        lines.append(
            f"{head}  {row['lower']:10.6f}  {row['innovation_last_year_index']:11.4f}  {row['gini_last_year']:6.4f}"
            f"   {row['marginal_per_billion']:20.3e}   " + ("-" if quotient is None else f"{quotient:.3e}").rjust(22)
        )
    return lines


def next_table(scenario: Scenario, rows: Sequence[dict[str, Any]], shown: int = 3) -> list[str]:
    """The first things that each rung buys more of."""
    names = {r.id: r.name for r in scenario.regions}
    steps: dict[tuple[float, float], list[str]] = {}
    for row in rows:
        step = steps.setdefault((row["from_percent"], row["to_percent"]), [])
        if len(step) < shown and row["more_capital_million"] > 0:
            step.append(f"{names[row['region']]} {row['asset']} +{row['more_capital_million'] / 1e3:,.4g} bn")
    return [f"{low:5g} -> {high:g} %  {'; '.join(step)}" for (low, high), step in steps.items()]
