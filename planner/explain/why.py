"""Why a plan builds something, or does not: what it is worth there, what holds it, what else the money buys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.explain.conflict import Contradiction, contradiction
from planner.explain.flip import LOWEST, NOTHING, Flip, Question, ask, change_that_flips, checked, without_orders
from planner.explain.worth import Prices, Share, shares_of
from planner.scenario import Scenario
from planner.solve.search import ZeroRatioError
from planner.solving import Problem

ENDLESS, A_LITTLE = 100.0, 1e-3


@dataclass(frozen=True)
class Unit:
    """What one of the objective is in a unit that a reader knows."""

    size: float
    name: str


@dataclass(frozen=True)
class Year:
    """One year of an order, per million spent in the unit of the answer.

    worth    what a million more would bring, after what limits charge;  before  the same without those limits
    money    what a million is worth to the budgets that would pay it
    """

    year: int
    units: float
    capex_million: float
    worth: float
    before: float
    money: float
    open: bool


@dataclass(frozen=True)
class Held:
    """A limit that charges this build: what it takes per million spent, and what one more of its unit would bring."""

    words: str
    unit: str
    year: int
    takes: float
    per_unit: float


@dataclass(frozen=True)
class Rival:
    """The best other use of the same money that the plan makes."""

    region: str
    asset: str
    year: int
    capex_million: float
    worth: float


@dataclass(frozen=True)
class Answer:
    """All that explains one build or its absence; `shares` are per million spent in the year `told`.

    forced   what makes it be built at any price;  barred  what keeps it from being built at any price
    """

    region: str
    asset: str
    asset_unit: str
    module_units: float
    unit: Unit
    currency: str
    years: tuple[Year, ...]
    told: int
    shares: tuple[Share, ...]
    held: tuple[Held, ...]
    rival: Rival | None
    flip: Flip | None
    forced: Contradiction | None
    barred: Contradiction | None
    whole: bool
    no_end: bool


def answer(
    problem: Problem,
    region: int,
    asset: int,
    years: Sequence[int],
    unit: Unit,
    progress: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Solve a problem and explain its orders of one asset in one region in some years (positions in the horizon)."""
    scenario = problem.scenario
    question = ask(problem, region, asset, years)
    progress(f"solved: {question.built:,.4g} modules ordered")
    prices = question.prices
    rows = tuple(_year(prices, question, unit, v) for v in years)
    told = _telling(question, rows)
    flip, forced, barred, no_end = _flip(question, progress)
    return Answer(
        region=f"{scenario.regions[region].name} [{scenario.regions[region].id}]",
        asset=f"{scenario.assets[asset].name} [{scenario.assets[asset].id}]",
        asset_unit=scenario.assets[asset].unit,
        module_units=scenario.assets[asset].module_units,
        unit=unit,
        currency=scenario.currency,
        years=rows,
        told=scenario.years[told],
        shares=_per_million(prices, question, told, unit),
        held=_held(prices, question, told, unit),
        rival=_rival(prices, question, told, unit),
        flip=flip,
        forced=forced,
        barred=barred,
        whole=bool(problem.program.integer.any()),
        no_end=no_end,
    )


def unit_of(scenario: Scenario) -> Unit:
    """The unit of answers: innovation of the nation, or percent of whatever the objective looks at."""
    if scenario.objective.name == "total":
        base = sum(region.innovation for region in scenario.regions)
        return Unit(base, scenario.innovation_unit or "units of innovation per year")
    if scenario.objective.unit == "log points":
        return Unit(100.0, "percent of innovation")
    return Unit(100.0, f"hundredths of the objective ({scenario.objective.unit})")


def _year(prices: Prices, question: Question, unit: Unit, v: int) -> Year:
    instance, column = prices.instance, _column(question, v)
    capex = float(instance.costs.capex[question.region, question.asset, v])
    modules = max(float(prices.values[column]), 0.0)
    per_million = unit.size / capex if capex > 0 else 0.0
    limits = sum(s.worth for s in shares_of(prices, question.region, question.asset, v) if _charges_limit(prices, s))
    return Year(
        year=instance.scenario.years[v],
        units=modules * float(instance.module[question.asset]),
        capex_million=modules * capex,
        worth=float(prices.worth[column]) * per_million,
        before=(float(prices.worth[column]) - limits) * per_million,
        money=float(prices.cost[column]) * per_million,
        open=bool(question.problem.program.upper[column] > 0),
    )


def _column(question: Question, v: int) -> int:
    return int(question.problem.program.variables["order"].indices[question.region, question.asset, v])


def _charges_limit(prices: Prices, share: Share) -> bool:
    return share.cell is not None and share.worth < 0 and share.cell.limit.kind != "budget"


def _telling(question: Question, rows: Sequence[Year]) -> int:
    """The year to tell of: that of the largest order, or the one closest to being worth its money."""
    if question.built > NOTHING:
        best = max(range(len(rows)), key=lambda at: rows[at].capex_million)
    else:
        best = max(range(len(rows)), key=lambda at: (rows[at].open, rows[at].worth - rows[at].money))
    return question.years[best]


def _per_million(prices: Prices, question: Question, v: int, unit: Unit) -> tuple[Share, ...]:
    """Shares of the same words in one, per million spent, largest first; the price of the order is left out."""
    capex = float(prices.instance.costs.capex[question.region, question.asset, v])
    sums: dict[str, Share] = {}
    for share in shares_of(prices, question.region, question.asset, v):
        if not share.words.startswith("price of the order"):
            known = sums.get(share.words, replace(share, worth=0.0))
            sums[share.words] = replace(known, worth=known.worth + share.worth * unit.size / capex)
    small = 1e-4 * max((abs(share.worth) for share in sums.values()), default=0.0)
    shown = [share for share in sums.values() if abs(share.worth) > small]
    return tuple(sorted(shown, key=lambda share: -share.worth))


def _held(prices: Prices, question: Question, v: int, unit: Unit) -> tuple[Held, ...]:
    capex = float(prices.instance.costs.capex[question.region, question.asset, v])
    held = []
    for share in shares_of(prices, question.region, question.asset, v):
        if share.cell is not None and _charges_limit(prices, share):
            row = next(at for at, cell in prices.cells.items() if cell is share.cell)
            per_unit = abs(float(prices.duals[row])) / share.cell.size * unit.size
            named = share.cell.unit if share.cell.kept is None else ""
            held.append(Held(share.cell.limit.words, named, share.year, -share.worth * unit.size / capex, per_unit))
    return tuple(sorted(held, key=lambda h: -h.takes))[:5]


def _rival(prices: Prices, question: Question, v: int, unit: Unit) -> Rival | None:
    """The largest worth per million among other orders of the year that the budgets of this order pay alone."""
    instance, order = prices.instance, question.problem.program.variables["order"].indices[:, :, v]
    capex = instance.costs.capex[:, :, v]
    spent = np.maximum(prices.values[order], 0.0) * capex
    spent[question.region, question.asset] = 0.0
    column, each = _column(question, v), np.where(capex > 0, capex, 1.0)
    money = prices.cost[column] / each[question.region, question.asset]
    shared = np.isin(order, _same_money(prices, column)) & (prices.cost[order] / each <= money * (1 + 1e-6))
    bought = (spent > 1e-3 * max(float(spent.max()), 1e-9)) & shared
    if not bought.any():
        return None
    worth = np.where(bought, prices.worth[order] / each, -np.inf)
    best = worth >= worth.max() * (1 - 1e-4)
    r, a = (int(i) for i in np.unravel_index(np.where(best, spent, -1.0).argmax(), spent.shape))
    region, asset = instance.scenario.regions[r], instance.scenario.assets[a]
    year = instance.scenario.years[v]
    return Rival(
        f"{region.name} [{region.id}]",
        f"{asset.name} [{asset.id}]",
        year,
        float(spent[r, a]),
        float(worth[r, a]) * unit.size,
    )


def _same_money(prices: Prices, column: int) -> np.ndarray:
    """Columns in a budget row that has a price and pays for the column."""
    program = prices.program
    rows = np.searchsorted(program.starts, np.flatnonzero(program.columns == column), side="right") - 1
    paying = [row for row in rows if prices.charges[row] and abs(prices.duals[row]) > 0]
    parts = [program.columns[program.starts[row] : program.starts[row + 1]] for row in paying]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def _flip(
    question: Question, progress: Callable[[str], None]
) -> tuple[Flip | None, Contradiction | None, Contradiction | None, bool]:
    """The price that flips the build; or what forces it, what bars it; or that no price ends it."""
    try:
        barred = without_orders(question)
    except ZeroRatioError:
        return None, None, None, True
    if barred is None:
        return None, _forced(question), None, False
    change = change_that_flips(question, barred)
    if question.built > NOTHING and (change is None or change > ENDLESS):
        return None, None, None, True
    if change is None:
        return None, None, _barred(question), False
    if change <= LOWEST:
        return Flip(change, None, 0.0, None), None, None, False
    flip = checked(question, change, progress)
    held = flip.below is None and question.built <= NOTHING
    return flip, None, _barred(question) if held else None, False


def _forced(question: Question) -> Contradiction:
    """What contradicts a plan without the orders."""
    program = question.problem.program
    upper = program.upper.copy()
    upper[question.columns] = 0.0
    return contradiction(question.problem.instance, replace(program, upper=upper))


def _barred(question: Question) -> Contradiction | None:
    """What contradicts a plan with a little ordered in the first year it may; None where nothing does."""
    program = question.problem.program
    open_ = question.columns[program.upper[question.columns] > 0]
    if not len(open_):
        return None
    lower = program.lower.copy()
    lower[open_[0]] = A_LITTLE
    found = contradiction(question.problem.instance, replace(program, lower=lower))
    return None if found.feasible else found
