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


powers = st.one_of(st.just(0.0), st.floats(-8.0, -0.01), st.floats(0.01, 1.0))


@settings(max_examples=200, deadline=None)
@given(elasticities, st.lists(st.tuples(weights, powers), min_size=1, max_size=3), prices, points)
def test_no_point_earns_more_than_several_terms(
    beta: list[float], terms: list[tuple[float, float]], price: list[float], x: list[float]
):
    b, mu = np.array(beta), cube(price)
    told = [(np.array([[weight]]), power) for weight, power in terms]
    at = float(b @ np.log(x))
    gained = sum(w * at if s == 0 else w * np.exp(s * at) / s for w, s in terms)
    paid = float(np.array(price) @ np.array(x))
    assert gained - paid <= most(told, b, mu) + 1e-8 * (1 + abs(gained))


@settings(max_examples=100, deadline=None)
@given(elasticities, st.lists(st.tuples(weights, powers), min_size=1, max_size=3), points)
def test_several_terms_are_reached_at_marginal_returns(
    beta: list[float], terms: list[tuple[float, float]], x: list[float]
):
    b, at = np.array(beta), float(np.array(beta) @ np.log(x))
    slope = sum(w * np.exp(s * at) for w, s in terms)
    mu = slope * b / np.array(x)
    gained = sum(w * at if s == 0 else w * np.exp(s * at) / s for w, s in terms)
    told = [(np.array([[weight]]), power) for weight, power in terms]
    assert most(told, b, cube(list(mu))) == pytest.approx(gained - slope * b.sum(), rel=1e-7, abs=1e-9)


def test_a_general_optimizer_finds_no_more_than_two_terms_earn():
    optimize_any = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of this test").minimize
    b, mu, terms = np.array([0.2, 0.3]), np.array([0.4, 0.1]), ((2.0, 1.0), (0.5, -2.0))

    def loss(logs: np.ndarray) -> float:
        at = b @ logs
        return float(mu @ np.exp(logs) - sum(w * np.exp(s * at) / s for w, s in terms))

    found = optimize_any(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-10})
    told = [(np.array([[weight]]), power) for weight, power in terms]
    assert most(told, b, mu.reshape(1, 2, 1)) == pytest.approx(-found.fun, rel=1e-8)


def test_what_is_free_is_worth_nothing_more_to_those_who_are_sated():
    """A negative power: the gain never exceeds zero, and a weight of zero asks for nothing."""
    free = np.zeros((1, 2, 1))
    b = np.array([0.2, 0.2])
    assert most(((np.array([[1.0]]), -2.0),), b, free) == 0.0
    assert most(((np.array([[0.0]]), 0.0),), b, free) == 0.0
