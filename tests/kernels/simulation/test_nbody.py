"""Laws of gravity, the series inside, and what happens at the edges."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.nbody import SOFTENING, TOGETHER, inverse_cube_series, series_for
from tests.kernels.checks import error

FP32, FP64 = find("nbody_fp32"), find("nbody_fp64")
each_precision = pytest.mark.parametrize("kernel", [FP32, FP64], ids=lambda kernel: kernel.name)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def accelerations(kernel, position, mass, softening=SOFTENING):
    """(3, n) accelerations of bodies at (3, n) positions."""
    dtype = kernel.inputs(0, n=1)["x"].dtype
    x, y, z = (np.ascontiguousarray(axis, dtype) for axis in position)
    result = np.full((3, x.size), np.nan, dtype)
    kernel.cpu(x, y, z, np.asarray(mass, dtype), *result, softening)
    return result


def bodies(seed, n=40):
    """Positions (3, n) and masses."""
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (3, n)), random.uniform(0.5, 1.5, n)


@each_precision
@pytest.mark.parametrize("distance", [1e-3, 0.5, 40.0])
def test_two_bodies_in_closed_form(kernel, distance):
    found = accelerations(kernel, [[0, distance], [0, 0], [0, 0]], [2.0, 3.0])
    strength = distance / (distance**2 + SOFTENING**2) ** 1.5
    assert np.allclose(found[0], [3 * strength, -2 * strength], rtol=4 * np.finfo(found.dtype).eps, atol=0)
    assert not found[1:].any()


@each_precision
def test_a_body_does_not_pull_itself(kernel):
    assert not accelerations(kernel, [[0.3], [0.4], [-0.5]], [7.0]).any()
    assert not accelerations(kernel, np.full((3, 50), 0.25), np.ones(50)).any()


@each_precision
@given(seed=seeds)
@few
def test_action_equals_reaction(kernel, seed):
    position, mass = bodies(seed)
    forces = mass * accelerations(kernel, position, mass)
    assert np.abs(forces.sum(axis=1)).max() <= kernel.rtol * np.abs(forces).sum()


@given(seed=seeds, shift=st.floats(-4, 4))
@few
def test_a_common_shift_changes_nothing(seed, shift):
    position, mass = bodies(seed)
    assert error(accelerations(FP64, position + shift, mass), accelerations(FP64, position, mass)) < 1e-12


@given(seed=seeds)
@few
def test_accelerations_turn_with_the_bodies(seed):
    position, mass = bodies(seed)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    assert error(accelerations(FP64, turn @ position, mass), turn @ accelerations(FP64, position, mass)) < 1e-12


@given(seed=seeds)
@few
def test_the_order_of_bodies_does_not_matter(seed):
    position, mass = bodies(seed)
    order = np.random.default_rng(seed).permutation(mass.size)
    found = accelerations(FP64, position[:, order], mass[order])
    assert error(found, accelerations(FP64, position, mass)[:, order]) < 1e-14


def energy(position, velocity, mass):
    """Kinetic and softened potential energy."""
    d = position[:, :, None] - position[:, None]
    distance = np.sqrt((d**2).sum(axis=0) + 0.1**2)
    pairs = np.triu(np.outer(mass, mass) / distance, 1)
    return 0.5 * (mass * (velocity**2).sum(axis=0)).sum() - pairs.sum()


def leapfrog(position, velocity, mass, step, steps):
    """Position and velocity after some steps of kick, drift, kick."""
    acceleration = accelerations(FP64, position, mass, 0.1)
    for _ in range(steps):
        velocity = velocity + step / 2 * acceleration
        position = position + step * velocity
        acceleration = accelerations(FP64, position, mass, 0.1)
        velocity = velocity + step / 2 * acceleration
    return position, velocity


def test_leapfrog_conserves_momentum_and_spin_and_energy_to_second_order():
    position, mass = bodies(5, n=20)
    mass /= mass.sum()
    velocity = 0.1 * np.random.default_rng(6).standard_normal(position.shape)
    start = energy(position, velocity, mass)
    drift = []
    for step, steps in ((0.01, 160), (0.005, 320)):
        later, speed = leapfrog(position, velocity, mass, step, steps)
        drift.append(energy(later, speed, mass) - start)
        assert np.allclose(speed @ mass, velocity @ mass, atol=1e-14)
        spin = [np.cross(x.T, v.T).T @ mass for x, v in ((position, velocity), (later, speed))]
        assert np.allclose(*spin, atol=1e-14)
    assert abs(drift[0]) < 1e-3 * abs(start)
    assert 3.5 < drift[0] / drift[1] < 4.5


@each_precision
@pytest.mark.parametrize("n", [15, 16, 17, int(TOGETHER) - 1, int(TOGETHER), int(TOGETHER) + 1, 2 * int(TOGETHER) + 5])
def test_numbers_of_bodies_around_the_blocks(kernel, n):
    arguments = kernel.inputs(7, n=n)
    expected = kernel.reference(**arguments)
    kernel.cpu(*arguments.values())
    assert all(error(arguments[name], expected[name]) <= kernel.rtol for name in kernel.outputs)


@each_precision
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_body_that_is_nowhere_spoils_all_like_in_the_formula(kernel, bad):
    position, mass = bodies(8, n=21)
    position[0, 13] = bad
    assert np.isnan(accelerations(kernel, position, mass)[0]).all()


@each_precision
def test_no_softening_and_one_place_is_zero_over_zero(kernel):
    assert np.isnan(accelerations(kernel, np.zeros((3, 2)), [1.0, 1.0], softening=0.0)).all()


@pytest.mark.parametrize(("precision", "roundoff"), [("fp32", 2.0**-24), ("fp64", 2.0**-52)])
@pytest.mark.parametrize("bits", [10, 14])
def test_the_series_is_good_to_the_last_bit_or_two(precision, roundoff, bits):
    reach = 2.0 ** (1 - bits)
    d = np.linspace(-reach, reach, 1001)
    series = series_for(precision, bits)
    exact = (1 + d.astype(np.longdouble)) ** np.longdouble(-1.5)
    assert np.max(np.abs(np.polyval(series[::-1].astype(np.longdouble), d) / exact - 1)) < roundoff


def test_the_series_beats_taylor():
    d = np.linspace(-0.1, 0.1, 1001)
    exact = (1 + d) ** -1.5
    ours = np.abs(np.polyval(inverse_cube_series(2, 0.1)[::-1], d) - exact).max()
    taylor = np.abs(1 - 1.5 * d + 1.875 * d**2 - exact).max()
    assert ours < taylor / 2


def test_flops_of_one_pair():
    differences, distance, inverse_cube, mass, sums = 3, 3 + 2 + 1, 2 + 1 + 1, 1, 3 + 3
    assert FP32.work(n=1).flops == differences + distance + inverse_cube + mass + sums
    assert FP64.work(n=7).flops == 7 * 7 * FP64.work(n=1).flops
