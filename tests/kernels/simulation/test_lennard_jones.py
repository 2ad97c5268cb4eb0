"""Lennard-Jones forces: brute force, gradient, symmetry, and energy over many steps."""

from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.cells import PADDING
from kernels.simulation.lennard_jones import CUTOFF, PER_CELL, SIDE, lattice
from tests.kernels.checks import error, solve

KERNEL = find("lennard_jones")
few = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def run(position, shape, side=SIDE, call=KERNEL.cpu):
    """(3, n) forces and the energy of particles at (3, n) positions."""
    n = position.shape[1]
    force, energy = np.full((3, n), np.nan), np.full(1, np.nan)
    cell, order = np.empty(n, np.uint32), np.empty(n, np.uint32)
    ordered, end = np.full((3, n + PADDING), np.nan), np.empty(shape, np.uint32)
    call(np.ascontiguousarray(position), side, force, energy, cell, end, order, ordered, np.empty(shape))
    return force, energy[0]


def brute_force(position, shape, side=SIDE):
    """Every particle with every image of every one in the 27 boxes around."""
    box = np.array(shape) * side
    shift = 4 * (CUTOFF**-12 - CUTOFF**-6)
    force, energy = np.zeros_like(position), 0.0
    for i, step in product(range(position.shape[1]), product((-1, 0, 1), repeat=3)):
        d = position[:, i, None] - position - (box * step)[:, None]
        d -= 3 * box[:, None] * np.rint(d / (3 * box[:, None]))
        r = np.sqrt((d**2).sum(axis=0))
        acts = (r > 0) & (r < CUTOFF)
        r, d = r[acts], d[:, acts]
        force[:, i] += ((48 * r**-13 - 24 * r**-7) * d / r).sum(axis=1)
        energy += (4 * (r**-12 - r**-6) - shift).sum() / 2
    return force, energy


def liquid(seed, shape=(2, 2, 2)):
    """A disturbed crystal, which fills every cell with 16."""
    return KERNEL.inputs(seed, **dict(zip(("nx", "ny", "nz"), shape, strict=True)))["position"]


def gas(seed, n, shape):
    """Particles anywhere in the box, none closer than 0.85 to another: cells of very different numbers."""
    random, box = np.random.default_rng(seed), np.array(shape) * SIDE
    found = np.empty((0, 3))
    while len(found) < n:
        new = random.uniform(0, 1, 3) * box
        d = found - new
        d -= box * np.rint(d / box)
        if ((d**2).sum(axis=1) > 0.85**2).all():
            found = np.vstack([found, new])
    return found.T


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 3), (3, 2, 2)])
def test_brute_force_says_the_same(shape):
    position = liquid(1, shape)
    force, energy = run(position, shape)
    expected, total = brute_force(position, shape)
    assert error(force, expected) < 1e-13
    assert energy == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("n", "shape"), [(1, (1, 1, 1)), (2, (1, 1, 2)), (30, (3, 3, 3)), (60, (2, 4, 3))])
def test_cells_of_any_number_of_particles(n, shape):
    position = gas(2, n, shape)
    expected, total = brute_force(position, shape)
    for call in (KERNEL.cpu, KERNEL.simple):
        force, energy = run(position, shape, call=call)
        assert np.allclose(force, expected, atol=1e-11 * max(1, np.abs(expected).max()))
        assert energy == pytest.approx(total, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("distance", [0.9, 1.0, 2 ** (1 / 6), 1.7, 2.4999])
def test_two_particles_in_closed_form(distance):
    position = np.array([[1.0, 1.0 + distance], [2.0, 2.0], [3.0, 3.0]])
    force, energy = run(position, (3, 3, 3))
    strength = 48 * distance**-13 - 24 * distance**-7
    assert np.allclose(force, [[-strength, strength], [0, 0], [0, 0]], atol=1e-12)
    shift = 4 * (CUTOFF**-12 - CUTOFF**-6)
    assert energy == pytest.approx(4 * (distance**-12 - distance**-6) - shift, abs=1e-13)


@pytest.mark.parametrize("distance", [CUTOFF, 2.6, 3.9])
def test_nothing_acts_beyond_the_cutoff(distance):
    force, energy = run(np.array([[1.0, 1.0 + distance], [2.0, 2.0], [3.0, 3.0]]), (3, 3, 3))
    assert not force.any()
    assert energy == 0


def test_neighbours_across_the_corner_of_the_box():
    box = 3 * SIDE
    force, energy = run(np.array([[0.3, box - 0.3], [0.3, box - 0.3], [0.3, box - 0.3]]), (3, 3, 3))
    apart, same = run(np.array([[4.0, 3.4], [4.0, 3.4], [4.0, 3.4]]), (3, 3, 3))
    assert np.allclose(force, apart, rtol=1e-12)
    assert energy == pytest.approx(same, rel=1e-12)


@given(seed=seeds)
@few
def test_forces_sum_to_zero(seed):
    force, _ = run(liquid(seed), (2, 2, 2))
    assert np.abs(force.sum(axis=1)).max() < 1e-13 * np.abs(force).sum()


@given(seed=seeds, shift=st.tuples(*[st.floats(-30, 30)] * 3))
@few
def test_a_common_shift_changes_nothing(seed, shift):
    position = liquid(seed)
    force, energy = run(position, (2, 2, 2))
    moved, same = run(position + np.array(shift)[:, None], (2, 2, 2))
    assert error(moved, force) < 1e-11
    assert same == pytest.approx(energy, rel=1e-11)


@given(seed=seeds)
@few
def test_the_order_of_particles_does_not_matter(seed):
    position = liquid(seed)
    order = np.random.default_rng(seed).permutation(position.shape[1])
    force, energy = run(position, (2, 2, 2))
    shuffled, same = run(position[:, order], (2, 2, 2))
    assert error(shuffled, force[:, order]) < 1e-13
    assert same == pytest.approx(energy, rel=1e-13)


@given(seed=seeds)
@few
def test_force_is_minus_the_gradient_of_the_energy(seed):
    position = liquid(seed)
    direction = np.random.default_rng(seed).standard_normal(position.shape)
    h = 1e-6
    up, down = (run(position + sign * h * direction, (2, 2, 2))[1] for sign in (1, -1))
    force, _ = run(position, (2, 2, 2))
    slope = (up - down) / (2 * h)
    assert slope == pytest.approx(-(force * direction).sum(), abs=1e-5 * np.abs(force * direction).sum())


def test_verlet_conserves_energy_and_momentum():
    shape, step = (2, 2, 2), 0.002
    position = lattice(*shape) + np.random.default_rng(3).uniform(-0.02, 0.02, (3, 128))
    velocity = np.random.default_rng(4).standard_normal(position.shape)
    velocity -= velocity.mean(axis=1, keepdims=True)
    force, potential = run(position, shape)
    energies = [potential + (velocity**2).sum() / 2]
    for _ in range(300):
        velocity += step / 2 * force
        position += step * velocity
        force, potential = run(position, shape)
        velocity += step / 2 * force
        energies.append(potential + (velocity**2).sum() / 2)
    kinetic = (velocity**2).sum() / 2
    assert np.ptp(energies) < 2e-3 * kinetic
    assert np.abs(velocity.sum(axis=1)).max() < 1e-10
    assert (np.abs(position - lattice(*shape)) > 0.3).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_particle_that_is_nowhere_acts_on_nobody_and_spoils_the_energy(bad):
    position = liquid(5)
    position[1, 77] = bad
    force, energy = run(position, (2, 2, 2))
    others = np.delete(np.arange(128), 77)
    expected, _ = run(np.ascontiguousarray(position[:, others]), (2, 2, 2))
    assert np.isnan(force[:, 77]).all()
    assert error(force[:, others], expected) < 1e-13
    assert np.isnan(energy)


def test_particles_in_one_place_do_not_act_on_each_other():
    position = np.full((3, 5), 1.25)
    force, energy = run(position, (1, 1, 1), side=3.0)
    assert not force.any()
    assert energy == 0


@pytest.mark.parametrize("side", [2.4999, 0.0, -3.0, np.nan])
@pytest.mark.parametrize("call", [KERNEL.cpu, KERNEL.simple], ids=["fast", "simple"])
def test_a_cell_below_the_cutoff_is_refused(side, call):
    with pytest.raises(ValueError, match="the side of a cell is below the cutoff"):
        run(liquid(6), (2, 2, 2), side=side, call=call)


def test_more_threads_change_no_bit():
    arguments = KERNEL.inputs(7, nx=3, ny=3, nz=3)
    alone = solve(KERNEL, arguments)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    everything = solve(KERNEL, arguments)
    assert all(np.array_equal(alone[name], everything[name]) for name in KERNEL.outputs)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4)])
def test_inputs_fill_each_cell_alike_so_that_candidates_are_known(shape):
    arguments = KERNEL.inputs(8, **dict(zip(("nx", "ny", "nz"), shape, strict=True)))
    KERNEL.cpu(*arguments.values())
    assert (np.diff(arguments["end"].ravel(), prepend=0) == PER_CELL).all()
    density = arguments["order"].size / (np.prod(shape) * SIDE**3)
    assert density == pytest.approx(0.84375)


def test_flops_counted_one_by_one():
    per_candidate = 3 + (3 + 2) + 1 + 2 + (1 + 2) + 2 * 3 + (1 + 1 + 1 + 1)
    cells = np.ones((2, 1, 3)) * PER_CELL
    candidates = sum(
        cells[i, j, k] * cells[(i + a) % 2, (j + b) % 1, (k + c) % 3]
        for i, j, k in np.ndindex(cells.shape)
        for a, b, c in product((-1, 0, 1), repeat=3)
    )
    assert KERNEL.work(nx=2, ny=1, nz=3).flops == per_candidate * candidates
