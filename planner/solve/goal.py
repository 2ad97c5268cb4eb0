"""What is maximized, in columns of the program: gains of regions and times, and the welfare that they make together.

With L[r,t] = sum_f beta[f] ln x[r,f,t] the gain of a region at a time is

    gain = exp(s L) / s        s = goal.power;  L where s = 0

concave in x where s * sum_f beta[f] <= 1. Welfare is their weighted sum; or the least of the regions' sums
level[r] + sum_t weight[r,t] gain[r,t]; or sum_t sum_rs share[r] share[s] min(weight gain of r, of s) for `sen`.
Every such welfare is concave and monotone: it is the least of weighted sums, its supports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.innovation import own_logs
from planner.instance import Instance
from planner.linear import Block, LinearProgram
from planner.nest import Blend, local_shares
from planner.objective import Objective
from planner.solve.conjugate import most
from planner.solve.live import Solved

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# HiGHS works to absolute tolerances of 1e-7, and a module moves the national index by about that much.
SCALE = 1e3

# The first solve only places tangents and weights, so it may leave out far hosts; it is then a quarter of the work.
NEAREST_HOSTS = 3

NOTHING = np.zeros(0)


@dataclass(frozen=True)
class Goal:
    """What is maximized, in columns of the program, shapes (R, F, T).

    power s and weight (R, T) of the gain, exogenous drift included; beta (F,) of the factors; ratio_row are the rows
    that define the ratios, in which they stand with ratio_size (R, F, 1); constant is the part no decision moves;
    linear (n,) is the cost of all other columns; far are the flows that the first solve leaves out. level (R,) is what
    a region has before any gain (least of regions), share (R,) its part of the people (`sen`); blend the nest of
    factors, whose log columns all stand for the logarithm of its composite. Thresholds come last among the factors.
    """

    objective: Objective
    ratio: Ints
    log: Ints
    ratio_row: Ints
    ratio_size: Floats
    beta: Floats
    weight: Floats
    constant: float
    linear: Floats
    far: Ints
    power: float = 0.0
    level: Floats = field(default_factory=lambda: NOTHING)
    share: Floats = field(default_factory=lambda: NOTHING)
    blend: Blend | None = None

    @property
    def is_sum(self) -> bool:
        """Whether welfare is the weighted sum of the gains."""
        return self.objective.measure == "alpha"


def goal_of(instance: Instance, program: LinearProgram) -> Goal:
    """The objective of an instance in terms of its program."""
    inn = instance.innovation
    log = _beside(program.variables, "log_ratio", "bonus_log")
    linear = program.cost.copy()
    linear[log] = 0.0
    return Goal(
        objective=instance.scenario.objective,
        ratio=_beside(program.variables, "ratio", "bonus_ratio"),
        log=log,
        ratio_row=_beside(program.rows, "ratio_follows_levels", "bonus_follows_what_is_reached"),
        ratio_size=np.concatenate([inn.base_total, np.ones(inn.bonus.needed.shape)], axis=1)[:, :, None],
        beta=np.concatenate([inn.beta, inn.bonus.beta]),
        linear=linear,
        blend=instance.innovation.blend,
        far=program.variables["flow"].indices[_far_arcs(instance)].ravel(),
        **_welfare(instance),
    )


def _beside(blocks: Mapping[str, Block], factors: str, thresholds: str) -> Ints:
    """Columns or rows of factors, then those of thresholds, which act as factors: (R, F, T)."""
    return np.concatenate([blocks[factors].indices, blocks[thresholds].indices], axis=1)


def _welfare(instance: Instance) -> dict[str, Any]:
    """Power, weight, constant, level and share of the objective."""
    asked, inn, time = instance.scenario.objective, instance.innovation, instance.timeline
    start, share = starting(instance), shares(instance)
    if asked.measure == "alpha":
        power = 1.0 - asked.alpha
        weight = (share * start**power / (share @ start**power))[:, None] * time.weight[None]
        if power == 0.0:
            return {"power": power, "weight": weight, "constant": float((weight * np.log(inn.drift)).sum())}
        constant = 0.0 if power == 1.0 else -1.0 / power
        return {"power": power, "weight": weight * inn.drift**power, "constant": constant}
    if asked.measure == "sen":
        weight = (start / (share @ start))[:, None] * inn.drift * time.weight[None]
        return {"power": 1.0, "weight": weight, "constant": 0.0, "share": share}
    weight = np.broadcast_to(time.weight, inn.drift.shape)
    level = np.log(start / start.min()) + (weight * np.log(inn.drift)).sum(axis=1)
    return {"power": 0.0, "weight": weight, "constant": 0.0, "level": level}


def starting(instance: Instance) -> Floats:
    """What is compared, in the base year (R,): innovation per head over the national mean, or one."""
    inn, people = instance.innovation, instance.population
    if instance.scenario.objective.of == "index":
        return np.ones(len(people))
    return np.asarray((inn.base / people) / (inn.base.sum() / people.sum()))


def shares(instance: Instance) -> Floats:
    """Weights of regions, summing to one (R,)."""
    asked = instance.scenario.objective
    known = {
        "population": instance.population,
        "innovation": instance.innovation.base,
        "equal": np.ones(len(instance.population)),
    }
    values = np.array(asked.column) if asked.column else known[asked.weights]
    return np.asarray(values / values.sum())


def _far_arcs(instance: Instance) -> NDArray[np.bool_]:
    """Arcs (N,) beyond the nearest hosts of their user and class."""
    net = instance.network
    pair = net.demand_class * len(instance.scenario.regions) + net.user
    order = np.lexsort((net.delay_ms, pair))
    rank = np.empty(len(pair), np.int64)
    rank[order] = np.arange(len(pair)) - np.searchsorted(pair[order], pair[order])
    return rank >= NEAREST_HOSTS


def log_index(goal: Goal, at: Floats) -> Floats:
    """L (R, T) at ratios (R, F, T)."""
    return np.asarray(np.einsum("f,rft->rt", goal.beta, own_logs(at, goal.blend)))


def elasticities(goal: Goal, at: Floats) -> Floats:
    """What L grows by per percent of each ratio, (R, F, T), at ratios (R, F, T): beta, or its part of a nest."""
    found = np.broadcast_to(goal.beta[None, :, None], at.shape).copy()
    if goal.blend is not None:
        found[:, goal.blend.members] = goal.blend.beta * local_shares(goal.blend, np.log(np.maximum(at, 1e-9)))
    return found


def slopes(goal: Goal, at: Floats) -> Floats:
    """What a gain grows by per unit of L, (R, T), at ratios (R, F, T); by x[f] it is slope * elasticity[f] / x[f]."""
    return np.asarray(np.exp(goal.power * log_index(goal, at)))


def gains(goal: Goal, at: Floats) -> Floats:
    """Gain of every region and time (R, T) at ratios (R, F, T)."""
    return slopes(goal, at) / goal.power if goal.power else log_index(goal, at)


def support(goal: Goal, gain: Floats) -> tuple[float, Floats]:
    """A weighted sum of gains that is never below welfare, and is welfare at `gain` (R, T): constant and weights."""
    if goal.is_sum:
        return 0.0, goal.weight
    weights = np.zeros_like(gain)
    if goal.objective.measure == "sen":
        return 0.0, goal.weight * sen_weights(goal.share, goal.weight * gain)
    least = int(np.argmin(outcomes(goal, gain)))
    weights[least] = goal.weight[least]
    return float(goal.level[least]), weights


def welfare(goal: Goal, gain: Floats) -> float:
    """What gains (R, T) are worth together, without constant and linear part."""
    constant, weights = support(goal, gain)
    return constant + float((weights * gain).sum())


def first_supports(goal: Goal, gain: Floats) -> list[tuple[float, Floats]]:
    """Supports to begin with: those of every region, of which the least counts; else the one at `gain`."""
    if goal.objective.measure not in ("max_min", "leximin"):
        return [support(goal, gain)]
    each = np.eye(len(goal.level))
    return [(float(level), goal.weight * one[:, None]) for level, one in zip(goal.level, each, strict=True)]


def outcomes(goal: Goal, gain: Floats) -> Floats:
    """Level of every region (R,), of which the least counts."""
    return np.asarray(goal.level + (goal.weight * gain).sum(axis=1))


def sen_weights(share: Floats, value: Floats) -> Floats:
    """Weights c (R, T) with sum_r c[r,t] value[r,t] = sum_rs share[r] share[s] min(value[r,t], value[s,t]).

    c[r] = share[r] * (2 * share of all that have more + share[r]); the worst-off weigh most.

    >>> sen_weights(np.array([0.5, 0.5]), np.array([[1.0], [3.0]])).ravel().tolist()
    [0.75, 0.25]
    """
    order = np.argsort(value, axis=0, kind="stable")
    part = share[order]
    more = 1.0 - np.cumsum(part, axis=0)
    weights = np.empty_like(value)
    np.put_along_axis(weights, order, part * (2.0 * more + part), axis=0)
    return weights


def true_value(goal: Goal, values: Floats) -> float:
    """The objective itself at a point, no tangents involved."""
    gained = welfare(goal, gains(goal, values[goal.ratio]))
    return goal.constant + gained + float(goal.linear @ values[: len(goal.linear)])


def most_at_prices(
    goal: Goal, solved: Solved, constant: float = 0.0, weight: Floats | None = None, linear: float = 1.0
) -> float:
    """Upper bound of the objective over all points, from the prices of a program that leaves nothing out.

    Where welfare is no sum, `constant` and `weight` (R, T) are those of a weighted sum of gains that is never below it;
    `linear` is what the linear part counts for there. Infinite where they are needed and not given.
    """
    if weight is None and not goal.is_sum:
        return float("inf")
    price = (goal.ratio_size * solved.row_duals[goal.ratio_row] + solved.column_duals[goal.ratio]) / SCALE
    worth = linear * float(goal.linear @ solved.values[: len(goal.linear)])
    worth += float((price * solved.values[goal.ratio]).sum())
    weights = goal.weight if weight is None else weight
    return goal.constant + constant + worth + most(((weights, goal.power),), goal.beta, price, goal.blend)
