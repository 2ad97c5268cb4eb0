"""Fenchel's inequality, equality at the gradient, and the bound against exhaustive search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.innovation import index_of
from planner.instance import build_instance
from planner.solve.conjugate import most
from planner.solve.highs import hand_over
from planner.solve.live import change_costs, optimize
from planner.solve.tangents import SCALE, goal_of, most_at_prices, true_value
from planner.solving import program_of
from tests.planner.toys import tiny, trading

points = st.lists(st.floats(0.05, 50.0), min_size=3, max_size=3)
prices = st.lists(st.floats(0.001, 5.0), min_size=3, max_size=3)
elasticities = st.lists(st.floats(0.01, 0.3), min_size=3, max_size=3)
weights = st.floats(0.01, 10.0)


def cube(values: list[float]) -> np.ndarray:
    return np.array(values).reshape(1, 3, 1)


@settings(max_examples=200, deadline=None)
@given(elasticities, weights, prices, points)
def test_no_point_earns_more_than_the_conjugate(beta: list[float], weight: float, price: list[float], x: list[float]):
    b, w, mu, at = np.array(beta), np.array([[weight]]), cube(price), cube(x)
    paid = float((mu * at).sum())
    assert weight * float(b @ np.log(x)) - paid <= most(((w, 0.0),), b, mu) + 1e-9
    total = weight * float(index_of(b, at)[0, 0])
    assert total - paid <= most(((w, 1.0),), b, mu) * (1 + 1e-9) + 1e-9


@settings(max_examples=100, deadline=None)
@given(elasticities, weights, points)
def test_the_conjugate_is_reached_where_prices_are_marginal_returns(beta: list[float], weight: float, x: list[float]):
    b, w, at = np.array(beta), np.array([[weight]]), cube(x)
    mu = weight * b[None, :, None] / at
    assert most(((w, 0.0),), b, mu) == pytest.approx(weight * float(b @ np.log(x)) - float((mu * at).sum()), abs=1e-9)
    index = float(index_of(b, at)[0, 0])
    assert most(((w, 1.0),), b, mu * index) == pytest.approx(weight * index * (1 - b.sum()), rel=1e-9)


def test_a_factor_without_elasticity_earns_nothing():
    b, w = np.array([0.3, 0.0]), np.array([[1.0]])
    alone = most(((w, 0.0),), b[:1], np.full((1, 1, 1), 0.3))
    assert most(((w, 0.0),), b, np.array([0.3, 0.0]).reshape(1, 2, 1)) == pytest.approx(alone)
    product = most(((w, 1.0),), b[:1], np.full((1, 1, 1), 0.3))
    assert most(((w, 1.0),), b, np.array([0.3, 0.0]).reshape(1, 2, 1)) == pytest.approx(product)


def test_nothing_bounds_what_is_free_or_has_constant_returns():
    w, free = np.array([[1.0]]), np.array([0.3, 0.0]).reshape(1, 2, 1)
    assert most(((w, 0.0),), np.array([0.2, 0.2]), free) == np.inf
    assert most(((w, 1.0),), np.array([0.2, 0.2]), free) == np.inf
    assert most(((w, 1.0),), np.array([0.5, 0.5]), np.full((1, 2, 1), 0.4)) == np.inf


@pytest.mark.parametrize("objective", ["proportional", "total"])
@pytest.mark.parametrize("scenario", [tiny, trading])
def test_the_bound_of_any_program_is_above_every_point(scenario, objective: str):
    """Wrong weights make a poor plan and a loose bound, never a false one."""
    instance = build_instance(scenario(objective=objective))
    program = program_of(instance)
    goal, generator, bounds, values = goal_of(instance, program), np.random.default_rng(5), [], []
    for _ in range(6):
        highs = hand_over(program)
        change_costs(highs, np.arange(len(goal.linear)), SCALE * goal.linear)
        guess = goal.weight[:, None, :] * goal.beta[None, :, None] * generator.uniform(0.3, 3.0, goal.log.shape)
        change_costs(highs, goal.log, SCALE * guess)
        solved = optimize(highs, time_limit_s=60.0, how="dual")
        assert solved is not None
        bounds.append(most_at_prices(goal, solved))
        values.append(true_value(goal, solved.values))
    assert min(bounds) >= max(values)
