"""Objectives that look to those who have less, over columns and rows of their own in the live program.

    alpha > 1          gain[r,t] <= gain(L0) + gain'(L0) * (L - L0)              tangents, as the gain is concave in L
    max_min, leximin   least <= level[r] + sum_t weight[t] L[r,t]                one row per region
    sen                welfare[t] <= sum_r c[r,t] income[r,t]                    one row per order of regions met
                       income[r,t] <= weight[r,t] exp(L0) (1 + L - L0)           a minorant, moved as the search climbs

with L[r,t] = sum_f beta[f] log_ratio[r,f,t]. The duals of these rows say how regions weigh at the optimum; with these
weights the certificate is that of a weighted sum (conjugate.py). All of it is taken out of the program at the end.

`leximin` climbs level by level (Ogryczak and Sliwinski): regions whose rows carry a price at the optimum cannot be
raised by any plan that keeps the levels below; they stay where they are, and the least of the others is maximized.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.solve.goal import (
    SCALE,
    gains,
    log_index,
    most_at_prices,
    outcomes,
    sen_weights,
    slopes,
    support,
    true_value,
)
from planner.solve.live import INF, Method, Solved, UnfinishedError, change_costs
from planner.solve.search import ROW_TOLERANCE, Level, Search, cut, log_costs, move, solve_nearby, solve_once

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# First tangents of a concave gain, in log points around the point it is developed at.
SPREAD = (-1.0, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0)

# A region whose row has at least this part of all prices cannot be raised; one with less is found at a later level.
BLOCKED = 1e-3

# The last point of a level is feasible for the next, so the primal simplex goes on from it.
METHODS: tuple[Method, ...] = ("primal", "interior")

# What is smaller than this is noise of the solver, not a price.
NOISE = 1e-5


def climb_concave(search: Search, first: Method, *, known: bool) -> None:
    """Maximize a sum of gains that are concave in L (alpha > 1)."""
    goal = search.goal
    columns = _add_columns(search, goal.weight)
    rows = [_add_gain_tangents(search, columns, log_index(goal, search.at) + step) for step in SPREAD]
    try:
        _climb_tangents(search, columns, rows, _begin(search, first, known=known))
    finally:
        _remove(search, columns, np.concatenate(rows))


def _climb_tangents(search: Search, columns: Ints, rows: list[Ints], goes_on: bool) -> None:
    """Cut logarithms and gains where the program cheats; the rows added are noted in `rows`."""
    goal = search.goal
    while goes_on:
        tightened = cut(search)
        claimed = _claimed_index(search)
        over = _values(search)[columns] - np.exp(goal.power * claimed) / goal.power
        chosen = (goal.weight * over > 0.2 * search.gap / over.size) & (over > ROW_TOLERANCE)
        rows.append(_add_gain_tangents(search, columns, claimed, chosen))
        goes_on = (tightened or bool(chosen.any())) and solve_once(search, "dual")


def _add_gain_tangents(search: Search, columns: Ints, at: Floats, chosen: NDArray[np.bool_] | None = None) -> Ints:
    """Tangents of the gain at L (R, T), for the chosen regions and times."""
    r, t = np.nonzero(np.ones(at.shape, bool) if chosen is None else chosen)
    point, power = at[r, t], search.goal.power
    slope = np.exp(power * point)
    return _add_rows(search, columns[r, t], (np.arange(len(r)), r, t), slope, slope * (1.0 / power - point))


def climb_sen(search: Search, first: Method, *, known: bool) -> None:
    """Maximize Sen welfare: climb on the minorant of levels, under every order of regions that a point has."""
    goal = search.goal
    if not known:
        weights = support(goal, gains(goal, search.at))[1]
        change_costs(search.highs, goal.log, SCALE * log_costs(search) * (weights / goal.weight)[:, None])
        solve_nearby(search)
        if search.last is None:
            return
        cut(search)
        move(search)
        change_costs(search.highs, goal.log, np.zeros(goal.log.shape))
    sen = _sen_rows(search)
    search.bound = lambda solved: _sen_bound(search, sen, solved)
    try:
        _add_orders(search, sen, goal.weight * gains(goal, search.at))
        _climb_orders(search, sen, solve_once(search, first if known else "interior"))
    finally:
        _remove(search, np.append(sen.income, sen.welfare), np.append(sen.minorant, sen.rows))


def _climb_orders(search: Search, sen: SenRows, goes_on: bool) -> None:
    """Add tangents and orders, move the minorant, until certified or until nothing moves."""
    while goes_on:
        before = search.lower, search.upper
        tightened = cut(search) | _add_orders(search, sen, _values(search)[sen.income])
        goes_on = solve_once(search, "dual")
        if goes_on:
            move(search)
            _move_minorant(search, sen)
            goes_on = solve_once(search, "dual")
        goes_on = goes_on and (tightened or before != (search.lower, search.upper))


@dataclass
class SenRows:
    """Columns income (R, T) and welfare (T,); the rows minorant (R, T) of income, and one row per order met.

    weights (R,) and time of each order; rows are their numbers in the program.
    """

    income: Ints
    welfare: Ints
    minorant: Ints
    rows: list[int] = field(default_factory=list)
    weights: list[Floats] = field(default_factory=list)
    times: list[int] = field(default_factory=list)


def _sen_rows(search: Search) -> SenRows:
    regions, times = search.goal.weight.shape
    income = _add_columns(search, np.zeros((regions, times)))
    welfare = _add_columns(search, np.ones(times))
    r, t = (index.ravel() for index in np.indices((regions, times)))
    slope, constant = _minorant(search)
    rows = _add_rows(search, income.ravel(), (np.arange(len(r)), r, t), slope.ravel(), constant.ravel())
    return SenRows(income, welfare, rows.reshape(regions, times))


def _minorant(search: Search) -> tuple[Floats, Floats]:
    """Slope in L and constant of the minorant of levels, (R, T)."""
    slope = search.goal.weight * slopes(search.goal, search.at)
    return slope, slope * (1.0 - log_index(search.goal, search.at))


def _move_minorant(search: Search, sen: SenRows) -> None:
    """Give the rows of the minorant the coefficients of the point x0."""
    goal, (slope, constant) = search.goal, _minorant(search)
    for (r, t), row in np.ndenumerate(sen.minorant):
        for f in np.flatnonzero(goal.beta > 0):
            search.highs.changeCoeff(int(row), int(goal.log[r, f, t]), -float(slope[r, t] * goal.beta[f]))
        search.highs.changeRowBounds(int(row), -INF, float(constant[r, t]))


def _add_orders(search: Search, sen: SenRows, income: Floats) -> bool:
    """Add the order of regions of every time where welfare is claimed above it; whether there was any."""
    weights = sen_weights(search.goal.share, income)
    worth = (weights * income).sum(axis=0)
    claimed = _values(search)[sen.welfare] if sen.rows else np.full(len(worth), INF)
    added = [t for t in range(len(worth)) if claimed[t] > worth[t] + ROW_TOLERANCE]
    for t in added:
        columns = np.append(sen.welfare[t], sen.income[:, t]).astype(np.int32)
        sen.rows.append(search.highs.getNumRow())
        search.highs.addRow(-INF, 0.0, len(columns), columns, np.append(1.0, -weights[:, t]))
        sen.weights.append(weights[:, t])
        sen.times.append(t)
    return bool(added)


def _sen_bound(search: Search, sen: SenRows, solved: Solved) -> float:
    """Upper bound with the mixture of orders that the duals choose at every time."""
    goal = search.goal
    dual = np.maximum(solved.row_duals[sen.rows], 0.0)
    total = np.bincount(sen.times, dual, minlength=len(sen.welfare))
    if (total <= 0).any():
        return INF
    weights = np.zeros_like(goal.weight)
    for order, t, price in zip(sen.weights, sen.times, dual / total[sen.times], strict=True):
        weights[:, t] += price * order
    return most_at_prices(goal, solved, weight=weights * goal.weight)


@dataclass
class Ladder:
    """The least of regions under way: its column, the row of every region, levels kept so far (R,), -inf where none.

    A level is kept but for `slack` in the program, as rows without room are hard to solve, and no point counts that
    misses what was promised (R,). kept is the linear part that must not fall, in row `linear_row`; None before the
    second level.
    """

    column: int
    rows: Ints
    floor: Floats
    promised: Floats
    slack: float
    kept: float = 0.0
    linear_row: int | None = None

    @property
    def free(self) -> NDArray[np.bool_]:
        return np.isneginf(self.floor)


def climb_levels(search: Search, first: Method, *, known: bool) -> tuple[Level, ...]:
    """Maximize the least of regions; for `leximin` then the least of those that can still be raised, and so on."""
    goal, asked = search.goal, search.gap
    lexical = goal.objective.measure == "leximin"
    ladder = _ladder(search, asked / 10)
    search.gap = asked / 4 if lexical else asked
    search.worth = lambda solved: _least(search, ladder, solved)
    search.bound = lambda solved: _least_bound(search, ladder, solved)
    try:
        upper, best, levels = _climb_ladder(search, ladder, _begin(search, first, known=known))
    finally:
        rows = ladder.rows if ladder.linear_row is None else np.append(ladder.rows, ladder.linear_row)
        _remove(search, np.array([ladder.column]), rows)
    search.upper, search.best, search.gap = upper, best, asked
    if best is None:
        return ()
    search.lower = true_value(goal, best.values)
    return tuple(levels)


def _climb_ladder(search: Search, ladder: Ladder, goes_on: bool) -> tuple[float, Solved | None, list[Level]]:
    """The bound of the first level, the last point, and the levels kept, where the goal is lexicographic."""
    _cut_and_solve(search, goes_on)
    levels: list[Level] = []
    upper, best = search.upper, search.best
    lexical = search.goal.objective.measure == "leximin"
    while lexical and search.best is not None and ladder.free.any() and np.isfinite(search.upper):
        levels.append(Level(tuple(map(int, _keep(search, ladder))), search.upper, search.lower))
        if not ladder.free.any():
            break
        search.shown = search.shown or (search.upper, search.lower)
        search.upper, search.lower, search.best = INF, -INF, None
        if not _settled(search):
            break
        best = search.best or best
    return upper, best, levels


def _ladder(search: Search, slack: float) -> Ladder:
    goal = search.goal
    column = int(_add_columns(search, np.ones(1))[0])
    r, t = (index.ravel() for index in np.indices(goal.weight.shape))
    regions = len(goal.level)
    rows = _add_rows(search, np.full(regions, column), (r, r, t), goal.weight.ravel(), goal.level)
    return Ladder(column, rows, np.full(regions, -INF), np.full(regions, -INF), slack)


def _settled(search: Search) -> bool:
    """Solve a level from the point of the last one; cold where that ends nowhere. False where HiGHS finds no end."""
    for method in METHODS:
        try:
            _cut_and_solve(search, solve_once(search, method))
        except UnfinishedError:
            continue
        return True
    return False


def _cut_and_solve(search: Search, goes_on: bool) -> None:
    while goes_on:
        goes_on = cut(search) and solve_once(search, "dual")


def _least(search: Search, ladder: Ladder, solved: Solved) -> float:
    """Least true outcome of the free regions; -inf where a level kept is missed."""
    goal = search.goal
    found = outcomes(goal, gains(goal, solved.values[goal.ratio]))
    if (found < ladder.promised).any():
        return -INF
    return float(found[ladder.free].min()) + float(goal.linear @ solved.values[: len(goal.linear)])


def _least_bound(search: Search, ladder: Ladder, solved: Solved) -> float:
    """Upper bound with the weights of regions that the duals choose: those of the free ones sum to one."""
    goal, free = search.goal, ladder.free
    dual = _row_prices(ladder, solved)
    total = dual[free].sum()
    if total <= 0:
        return INF
    dual[free] /= total
    constant = float(dual[free] @ goal.level[free] + dual[~free] @ (goal.level - ladder.promised)[~free])
    more = 0.0
    if ladder.linear_row is not None:
        more = max(-float(solved.row_duals[ladder.linear_row]), 0.0)
        constant -= more * ladder.kept / SCALE
    return most_at_prices(goal, solved, constant, dual[:, None] * goal.weight, 1.0 + more)


def _row_prices(ladder: Ladder, solved: Solved) -> Floats:
    price = solved.row_duals[ladder.rows] / SCALE
    return np.where(price > NOISE, price, 0.0)


def _keep(search: Search, ladder: Ladder) -> Ints:
    """Keep the regions that cannot be raised at their level, and the linear part; their numbers."""
    goal, best, highs = search.goal, search.best, search.highs
    assert best is not None
    assert search.last is not None
    price = np.where(ladder.free, _row_prices(ladder, search.last), 0.0)
    blocked = np.flatnonzero(price > BLOCKED * price.sum())
    linear = float(goal.linear @ best.values[: len(goal.linear)])
    level = search.lower - linear - ladder.slack
    if not len(blocked):
        blocked = np.flatnonzero(ladder.free)
    ladder.floor = np.minimum(ladder.floor, outcomes(goal, gains(goal, best.values[goal.ratio])))
    ladder.floor[blocked], ladder.promised[blocked] = level, level - 3 * ladder.slack
    for r in blocked:
        highs.changeCoeff(int(ladder.rows[r]), ladder.column, 0.0)
    for r in np.flatnonzero(~ladder.free):
        highs.changeRowBounds(int(ladder.rows[r]), -INF, float(goal.level[r] - ladder.floor[r]))
    if ladder.linear_row is None and goal.linear.any():
        used = np.flatnonzero(goal.linear).astype(np.int32)
        ladder.linear_row, ladder.kept = highs.getNumRow(), SCALE * (linear - ladder.slack)
        highs.addRow(ladder.kept, INF, len(used), used, SCALE * goal.linear[used])
    return blocked


def _begin(search: Search, first: Method, *, known: bool) -> bool:
    """First bounds: from near hosts only and then all, or at once where a point is known."""
    if known:
        return solve_once(search, first)
    if not solve_nearby(search):
        return False
    cut(search)
    move(search)
    return solve_once(search, "interior")


def _values(search: Search) -> Floats:
    assert search.last is not None
    return search.last.values


def _claimed_index(search: Search) -> Floats:
    """L (R, T) of the logarithms that the program claims."""
    return np.asarray(np.einsum("f,rft->rt", search.goal.beta, search.log))


def _add_columns(search: Search, costs: Floats) -> Ints:
    """Free columns with costs, in the shape of the costs."""
    start, count, none = search.highs.getNumCol(), costs.size, np.zeros(0, np.int32)
    free = np.full(count, INF)
    search.highs.addCols(count, SCALE * costs.ravel(), -free, free, 0, none, none, none)
    return np.asarray(start + np.arange(count).reshape(costs.shape))


def _add_rows(search: Search, column: Ints, where: tuple[Ints, Ints, Ints], weight: Floats, most: Floats) -> Ints:
    """Rows k:  column[k] - sum of weight * L[r,t] over the entries (k, r, t) of `where`  <= most[k]; their numbers."""
    goal, (k, r, t) = search.goal, where
    used = np.flatnonzero(goal.beta > 0)
    logs = goal.log[r[:, None], used[None], t[:, None]]
    row = np.concatenate([np.arange(len(column)), np.repeat(k, len(used))])
    order = np.argsort(row, kind="stable")
    columns = np.concatenate([column, logs.ravel()])[order].astype(np.int32)
    values = np.concatenate([np.ones(len(column)), -(weight[:, None] * goal.beta[used]).ravel()])[order]
    starts = np.searchsorted(row[order], np.arange(len(column))).astype(np.int32)
    first = int(search.highs.getNumRow())
    count = len(column)
    search.highs.addRows(count, np.full(count, -INF), most.astype(float), len(values), starts, columns, values)
    return first + np.arange(count)


def _remove(search: Search, columns: Ints, rows: Ints) -> None:
    search.highs.deleteRows(rows.size, np.sort(rows.ravel()).astype(np.int32))
    search.highs.deleteCols(columns.size, np.sort(columns.ravel()).astype(np.int32))
