"""A search over one live linear program: solve, note bounds, cut the logarithms where the program cheats."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.innovation import own_logs
from planner.nest import Blend, local_shares, log_blend
from planner.solve.goal import SCALE, Goal, most_at_prices, slopes, true_value
from planner.solve.live import INF, Method, Solved, UnboundedError, add_tangents, approach, change_costs, optimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A row may be missed by 1e-7; what a function is exceeded by within twice that, no further tangent takes away.
ROW_TOLERANCE = 2e-7


# What counts as nothing left of a factor: logarithms are told from here on.
NOTHING_LEFT = 1e-9


class ZeroRatioError(Exception):
    """All points of a search leave a factor at zero; cell is its region, factor and time (numbers)."""

    def __init__(self, cell: tuple[int, int, int]) -> None:
        super().__init__("a factor falls to zero, where innovation has no logarithm; set floor_share above 0")
        self.cell = cell


@dataclass(frozen=True)
class Round:
    """One linear program solved: bounds so far, their gap, seconds since the start."""

    number: int
    method: Method | Literal["whole"]
    upper: float
    lower: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class Level:
    """One level of `leximin`: no plan raises these regions (numbers) above upper; lower is kept to half the gap."""

    regions: tuple[int, ...]
    upper: float
    lower: float


@dataclass(frozen=True)
class Outcome:
    """The best point found, the duals of the program that found it, certified bounds, and how it went."""

    values: Floats
    row_duals: Floats
    upper: float
    lower: float
    status: Literal["optimal", "limit"]
    rounds: tuple[Round, ...]
    levels: tuple[Level, ...] = ()
    relaxation: float | None = None

    @property
    def gap(self) -> float:
        return self.upper - self.lower


@dataclass
class Search:
    """A search under way: the live program, the point x0 that gains are developed at, the best point and bounds.

    worth and bound of a point solved are those of the goal unless a climb has its own; shown are the bounds that rounds
    tell where they are not those of this search.
    """

    highs: Any
    goal: Goal
    gap: float
    deadline: float
    progress: Callable[[Round], None]
    at: Floats
    started: float = field(default_factory=clock.perf_counter)
    last: Solved | None = None
    best: Solved | None = None
    upper: float = float("inf")
    lower: float = float("-inf")
    rounds: list[Round] = field(default_factory=list)
    worth: Callable[[Solved], float] | None = None
    bound: Callable[[Solved], float] | None = None
    shown: tuple[float, float] | None = None

    @property
    def ratio(self) -> Floats:
        """Ratios (R, F, T) of the last point."""
        assert self.last is not None
        return np.maximum(self.last.values[self.goal.ratio], 1e-9)

    @property
    def log(self) -> Floats:
        """Logarithms (R, F, T) that the program claims at the last point."""
        assert self.last is not None
        return self.last.values[self.goal.log]


def solve_once(search: Search, method: Method, *, certifies: bool = True) -> bool:
    """Solve, note bounds; False where the gap is closed or the time is up."""
    goal = search.goal
    solved = _optimum(search, method)
    if solved is None:
        return False
    lower = search.worth(solved) if search.worth else true_value(goal, solved.values)
    search.last = solved
    if len(zeros(search)):
        lower = -INF
    if lower > search.lower:
        search.best, search.lower = solved, lower
    if certifies:
        search.upper = min(search.upper, search.bound(solved) if search.bound else most_at_prices(goal, solved))
    _note(search, method)
    return search.upper - search.lower > search.gap


def zeros(search: Search) -> Ints:
    """Region, factor and time (N, 3) where the last point leaves a factor that counts at zero: such a point is no plan.

    The function is continued below by its value there, which is more than it is worth and would not be concave.
    """
    assert search.last is not None
    at = search.last.values[search.goal.ratio]
    return np.argwhere((at <= NOTHING_LEFT) & (search.goal.beta > 0)[None, :, None])


def _note(search: Search, method: Method) -> None:
    upper, lower = search.shown or (search.upper, search.lower)
    seconds = clock.perf_counter() - search.started
    search.rounds.append(Round(len(search.rounds) + 1, method, upper, lower, upper - lower, seconds))
    search.progress(search.rounds[-1])


def solve_nearby(search: Search) -> bool:
    """First solve, with near hosts only: a feasible point, no bound."""
    far = search.goal.far.astype(np.int32)
    zero = np.zeros(len(far))
    search.highs.changeColsBounds(len(far), far, zero, zero)
    goes_on = solve_once(search, "interior", certifies=False)
    search.highs.changeColsBounds(len(far), far, zero, np.full(len(far), INF))
    return goes_on


def _optimum(search: Search, method: Method) -> Solved | None:
    """The program's optimum; with tangents further out where money is soft and those there are climb for ever."""
    solve = approach if method in ("rough", "fine") else optimize
    for reach in (1e1, 1e2, 1e3, 1e4):
        try:
            return solve(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)
        except UnboundedError:
            _add_tangents(search, reach * search.at, np.ones(search.at.shape, bool))
    return solve(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)


def develop(search: Search) -> None:
    """Move x0 to the last point and set the costs of the logarithms there."""
    move(search)
    change_costs(search.highs, search.goal.log, SCALE * log_costs(search))


def move(search: Search) -> None:
    """Move x0 to the last point."""
    if search.last is not None:
        search.at = search.ratio


def log_costs(search: Search) -> Floats:
    """Cost (R, F, T) of the logarithms, developed at x0: what a log point is worth there, each region for itself."""
    goal = search.goal
    return (goal.weight * slopes(goal, search.at))[:, None, :] * goal.beta[None, :, None]


def cut(search: Search) -> bool:
    """Add tangents where the program claims more than the logarithm gives; False where it nowhere does."""
    ratio = search.ratio
    excess = search.log - own_logs(ratio, search.goal.blend)
    worth = log_costs(search) * excess
    counted = worth.size if search.goal.is_sum else worth[0].size
    chosen = (worth > 0.2 * search.gap / counted) & (excess > ROW_TOLERANCE)
    _add_tangents(search, ratio, chosen)
    return bool(chosen.any())


def _add_tangents(search: Search, at: Floats, chosen: NDArray[np.bool_]) -> None:
    add_log_tangents(search.highs, search.goal, at, chosen)


def add_log_tangents(highs: Any, goal: Goal, at: Floats, chosen: NDArray[np.bool_]) -> None:
    """Tangents of the chosen logarithms (R, F, T) at ratios: of ln x, or of ln D for the factors of a nest."""
    plain = chosen.copy()
    if goal.blend is not None:
        plain[:, goal.blend.members] = False
        _add_blend_tangents(highs, goal, goal.blend, at, chosen[:, goal.blend.members])
    point = at[plain]
    add_tangents(highs, goal.log[plain], goal.ratio[plain], np.log(point) - 1.0, 1.0 / point)


def _add_blend_tangents(highs: Any, goal: Goal, blend: Blend, at: Floats, chosen: NDArray[np.bool_]) -> None:
    """Rows  log <= ln D(p) - 1 + sum_n share[n](p) x[n] / p[n]  for the chosen factors of the nest (R, N, T)."""
    (r, n, t), members = np.nonzero(chosen), np.array(blend.members)
    logs = np.log(np.maximum(at, 1e-9))
    slope = (local_shares(blend, logs) / np.exp(logs[:, members]))[r, :, t]
    inside = goal.ratio[r[:, None], members[None], t[:, None]]
    columns = np.concatenate([goal.log[r, members[n], t][:, None], inside], axis=1).astype(np.int32)
    values = np.concatenate([np.ones((len(r), 1)), -slope], axis=1)
    starts = np.arange(0, columns.size, columns.shape[1], dtype=np.int32)
    most = log_blend(blend, logs)[r, t] - 1.0
    free = np.full(len(r), -INF)
    highs.addRows(len(r), free, most, columns.size, starts, columns.ravel(), values.ravel())
