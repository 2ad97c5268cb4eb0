"""Monte Carlo prices against Black and Scholes, the laws of its random numbers and of options."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.monte_carlo import TOGETHER, normals
from tests.kernels.checks import error

KERNEL = find("monte_carlo")
PATHS = 40_000


def run(paths=PATHS, steps=4, seed=1, **changed):
    """Arguments after a run."""
    arguments = KERNEL.inputs(seed, paths=paths, steps=steps) | changed
    KERNEL.cpu(*arguments.values())
    return arguments


def black_scholes(a):
    """European call and put in closed form."""
    spread = a["volatility"] * math.sqrt(a["years"])
    d = (math.log(a["spot"] / a["strike"]) + (a["rate"] + a["volatility"] ** 2 / 2) * a["years"]) / spread
    below = [(1 + math.erf(x / math.sqrt(2))) / 2 for x in (d, d - spread)]
    discounted = a["strike"] * math.exp(-a["rate"] * a["years"])
    call = a["spot"] * below[0] - discounted * below[1]
    return call, call - a["spot"] + discounted


def standard_errors(a):
    """Of the four values."""
    payoffs = [np.maximum(s * (p - a["strike"]), 0) for p in (a["final"], a["average"]) for s in (1, -1)]
    return math.exp(-a["rate"] * a["years"]) * np.std(payoffs, axis=1) / math.sqrt(a["final"].size)


@pytest.mark.parametrize("steps", [1, 5, 16])
@pytest.mark.parametrize("strike", [80.0, 105.0, 130.0])
def test_european_options_cost_what_black_and_scholes_say(steps, strike):
    a = run(steps=steps, strike=strike)
    assert (np.abs(a["value"][:2] - black_scholes(a)) < 4 * standard_errors(a)[:2]).all()


@given(rate=st.floats(-0.05, 0.2), volatility=st.floats(0.01, 0.8), strike=st.floats(50, 200), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_put_call_parity_on_the_same_paths(rate, volatility, strike, seed):
    a = run(paths=1003, rate=rate, volatility=volatility, strike=strike, seed=seed)
    discount = math.exp(-rate * a["years"])
    for (call, put), prices in ((a["value"][:2], a["final"]), (a["value"][2:], a["average"])):
        assert call - put == pytest.approx(discount * (prices.mean() - strike), rel=1e-11, abs=1e-11)


def test_the_discounted_price_is_a_fair_game():
    a = run(steps=8)
    discounted = math.exp(-a["rate"] * a["years"]) * a["final"]
    assert abs(discounted.mean() - a["spot"]) < 4 * discounted.std() / math.sqrt(PATHS)


def test_without_volatility_the_price_grows_with_interest():
    a = run(paths=17, steps=10, volatility=0.0)
    growth = a["spot"] * np.exp(a["rate"] * a["years"] * np.arange(1, 11) / 10)
    assert np.allclose(a["final"], growth[-1], rtol=1e-14)
    assert np.allclose(a["average"], growth.mean(), rtol=1e-14)


def test_an_asian_option_costs_less_than_a_european_one():
    value = run(steps=12)["value"]
    assert value[2] < value[0]
    assert value[3] < value[1]


def test_with_one_step_the_mean_is_the_last_price():
    a = run(paths=100, steps=1)
    assert np.allclose(a["average"], a["final"], rtol=1e-15)


def test_normal_numbers_have_the_moments_of_the_normal_distribution():
    z = np.array(normals(np.arange(50_000, dtype=np.uint64), 3, np.array([7, 8], np.uint32)))
    count = z.size
    for power, moment, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - moment) < 4 * math.sqrt(spread / count)
    correlation = np.corrcoef(z) - np.eye(4)
    assert np.abs(correlation).max() < 4 / math.sqrt(z.shape[1])


def test_logarithms_of_prices_are_normal_with_the_right_spread():
    a = run(steps=6)
    returns = np.log(a["final"] / a["spot"])
    spread = a["volatility"] * math.sqrt(a["years"])
    expected = (a["rate"] - a["volatility"] ** 2 / 2) * a["years"]
    assert abs(returns.mean() - expected) < 4 * spread / math.sqrt(PATHS)
    assert abs(returns.var() / spread**2 - 1) < 4 * math.sqrt(2 / PATHS)


def test_a_path_depends_on_its_number_and_the_key_only():
    a, b = run(paths=1000, steps=9), run(paths=3000, steps=9)
    assert np.array_equal(a["final"], b["final"][:1000])
    other = run(paths=1000, steps=9, seed=2)
    assert not np.isin(other["final"], a["final"]).any()


def test_threads_change_no_bit():
    everything = run(paths=5000, steps=7)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = run(paths=5000, steps=7)
    finally:
        numba.set_num_threads(threads)
    assert all(np.array_equal(everything[name], alone[name]) for name in KERNEL.outputs)


@pytest.mark.parametrize("paths", [1, 15, 16, 17, TOGETHER - 1, TOGETHER, TOGETHER + 1])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 8])
def test_ragged_numbers_of_paths_and_steps(paths, steps):
    arguments = KERNEL.inputs(3, paths=paths, steps=steps)
    expected = KERNEL.reference(**arguments)
    KERNEL.cpu(*arguments.values())
    assert all(error(arguments[name], expected[name]) <= KERNEL.rtol for name in KERNEL.outputs)


@pytest.mark.parametrize("name", ["spot", "rate", "volatility"])
def test_a_market_that_is_no_number_has_no_prices(name):
    a = run(paths=20, steps=4, **{name: math.nan})
    assert np.isnan(a["final"]).all()
    assert np.isnan(a["average"]).all()


def test_flops_counted_one_by_one():
    flops, paths, steps = 0, 3, 4
    for _ in range(paths):
        for _ in range(steps // 2):
            uniforms = 2 * (1 + 1)
            flops += uniforms + len(("log", "times -2", "root", "angle", "cosine", "sine")) + 2
            for _ in range(2):
                flops += len(("scale", "drift", "sum", "exponential", "mean"))
        flops += len(("last price", "mean price", "last - strike", "mean - strike")) + 4
    assert KERNEL.work(paths=paths, steps=steps).flops == flops
