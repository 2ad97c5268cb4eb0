"""Laws of the lattice Boltzmann step, on both lattices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation import lbm_d2q9, lbm_d3q19
from kernels.simulation.lbm import LINE

LATTICES = [lbm_d2q9, lbm_d3q19]
each_lattice = pytest.mark.parametrize("lattice", LATTICES, ids=["d2q9", "d3q19"])
SHAPES = {lbm_d2q9: (6, 16), lbm_d3q19: (4, 5, 16)}


def kernel(lattice):
    return find("lbm_d2q9" if lattice is lbm_d2q9 else "lbm_d3q19")


def axes(lattice):
    """Directions of movement along each axis of the grid, slowest axis first."""
    return lattice.VELOCITY.T[: len(SHAPES[lattice])][::-1]


def step(lattice, f, omega=1.2, run=None):
    g = np.full_like(f, np.nan)
    (run or kernel(lattice).cpu)(np.ascontiguousarray(f), omega, g)
    return g


def equilibrium(lattice, rho, velocity):
    """Populations of density rho and velocity[x, y, z], Maxwell's distribution to second order."""
    f = np.empty((len(lattice.WEIGHT), *rho.shape))
    for q, weight in enumerate(lattice.WEIGHT):
        along = sum(c * u for c, u in zip(lattice.VELOCITY[q], velocity, strict=True))
        f[q] = weight * rho * (1 + 3 * along + 4.5 * along**2 - 1.5 * sum(u * u for u in velocity))
    return f


def flow_along_x(lattice, nx, ny, u0):
    """Density 1 and a velocity u0 sin(2 pi y / ny) along x, the same at every z."""
    shape = (ny, nx) if lattice is lbm_d2q9 else (2, ny, nx)
    ux = np.broadcast_to(u0 * np.sin(2 * np.pi * np.arange(ny) / ny)[:, None], shape)
    return equilibrium(lattice, np.ones(shape), (ux, np.zeros(shape), np.zeros(shape)))


@each_lattice
def test_the_lattice_has_the_moments_of_a_fluid(lattice):
    c, w = lattice.VELOCITY, lattice.WEIGHT
    assert np.isclose(w.sum(), 1)
    assert np.array_equal(c[1::2], -c[2::2])
    used = c.any(axis=0)
    second = np.einsum("q,qa,qb->ab", w, c, c)
    assert np.allclose(second, np.diag(used / 3))
    fourth = np.einsum("q,qa,qb,qc,qd->abcd", w, c, c, c, c)
    d = np.diag(used.astype(float))
    expected = np.einsum("ab,cd->abcd", d, d) + np.einsum("ac,bd->abcd", d, d) + np.einsum("ad,bc->abcd", d, d)
    assert np.allclose(fourth, expected / 9)
    assert not c[-2:, 0].any()


@each_lattice
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_mass_and_momentum_are_conserved(lattice, data):
    shape = tuple(data.draw(st.integers(1, 21)) for _ in SHAPES[lattice])
    f = np.random.default_rng(data.draw(st.integers(0, 99))).random((len(lattice.WEIGHT), *shape)) + 0.5
    g = step(lattice, f, data.draw(st.floats(0.1, 1.9)))
    total = f.reshape(len(f), -1).sum(axis=1), g.reshape(len(f), -1).sum(axis=1)
    assert np.isclose(total[1].sum(), total[0].sum(), rtol=1e-13)
    assert np.allclose(total[1] @ lattice.VELOCITY, total[0] @ lattice.VELOCITY, rtol=0, atol=1e-13 * f.sum())


@each_lattice
def test_uniform_flow_stays(lattice):
    shape = SHAPES[lattice]
    f = equilibrium(lattice, np.full(shape, 1.1), [np.full(shape, u) for u in (0.05, -0.03, 0.0)])
    assert np.allclose(step(lattice, f), f, rtol=1e-14)


@each_lattice
def test_without_relaxation_populations_only_travel(lattice):
    f = np.random.default_rng(1).random((len(lattice.WEIGHT), *SHAPES[lattice])) + 0.5
    found = step(lattice, f, omega=0.0)
    for q in range(len(f)):
        moved = np.roll(f[q], axes(lattice)[:, q], tuple(range(f.ndim - 1)))
        assert np.allclose(found[q], moved, rtol=1e-14)


@each_lattice
def test_full_relaxation_gives_equilibrium(lattice):
    found = step(lattice, np.random.default_rng(2).random((len(lattice.WEIGHT), *SHAPES[lattice])) + 0.5, omega=1.0)
    rho = found.sum(axis=0)
    velocity = np.tensordot(lattice.VELOCITY.T, found, 1) / rho
    assert np.allclose(found, equilibrium(lattice, rho, velocity), rtol=0, atol=1e-14)


@each_lattice
def test_a_mirrored_fluid_moves_mirrored(lattice):
    f = np.random.default_rng(3).random((len(lattice.WEIGHT), *SHAPES[lattice])) + 0.5
    velocities = [tuple(c) for c in lattice.VELOCITY]
    twin = [velocities.index((-x, y, z)) for x, y, z in velocities]
    mirrored = np.ascontiguousarray(f[twin, ..., ::-1])
    assert np.allclose(step(lattice, mirrored)[twin, ..., ::-1], step(lattice, f), rtol=1e-13)


@each_lattice
@pytest.mark.parametrize("omega", [0.8, 1.5])
def test_shear_decays_with_the_viscosity_of_theory(lattice, omega):
    ny, steps = 32, 60
    f = flow_along_x(lattice, 8, ny, 1e-3)
    start = momentum_amplitude(lattice, f)
    for _ in range(steps):
        f = step(lattice, f, omega)
    viscosity = (1 / omega - 0.5) / 3
    expected = np.exp(-viscosity * (2 * np.pi / ny) ** 2 * steps)
    assert np.isclose(momentum_amplitude(lattice, f) / start, expected, rtol=0.01)


def momentum_amplitude(lattice, f):
    return np.abs(np.tensordot(lattice.VELOCITY[:, 0], f, 1)).max()


@each_lattice
@pytest.mark.parametrize("nx", [1, 2, LINE - 1, LINE, LINE + 1, 2 * LINE - 1, 2 * LINE, 5 * LINE])
def test_rows_of_any_length_agree_with_the_plain_loops(lattice, nx):
    f = np.random.default_rng(nx).random((len(lattice.WEIGHT), *SHAPES[lattice][:-1], nx)) + 0.5
    assert np.allclose(step(lattice, f), step(lattice, f, run=kernel(lattice).simple), rtol=0, atol=1e-14)


@each_lattice
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("x", [0, 7, 15])
def test_what_is_not_finite_spoils_only_the_cells_that_pull_it(lattice, bad, x):
    f = np.random.default_rng(4).random((len(lattice.WEIGHT), *SHAPES[lattice])) + 0.5
    q, place = 1, (*[1] * (f.ndim - 2), x)
    clean = step(lattice, f)
    f[q][place] = bad
    found = step(lattice, f)
    spoilt = tuple((p + c) % n for p, c, n in zip(place, axes(lattice)[:, q], f.shape[1:], strict=True))
    assert not np.isfinite(found[(slice(None), *spoilt)]).any()
    found[(slice(None), *spoilt)] = clean[(slice(None), *spoilt)]
    assert np.array_equal(found, clean)


@each_lattice
def test_a_cell_without_mass_becomes_nan(lattice):
    found = step(lattice, np.zeros((len(lattice.WEIGHT), *SHAPES[lattice])))
    assert np.isnan(found).all()


@pytest.mark.parametrize(("lattice", "dimensions", "diagonals"), [(lbm_d2q9, 2, 2), (lbm_d3q19, 3, 6)])
def test_work_counts_every_operation_of_a_cell(lattice, dimensions, diagonals):
    directions = len(lattice.WEIGHT)
    pairs = (directions - 1) // 2
    sums_and_differences = 2 * pairs
    density = pairs
    momentum = sum(int(np.count_nonzero(c)) for c in lattice.VELOCITY[1::2].T if c.any()) - dimensions
    velocity = 1 + dimensions
    square = dimensions + (dimensions - 1) + 2
    shares_and_rest = 2 + 4
    relaxation = pairs * (6 + 3 + 2) + diagonals
    flops = sums_and_differences + density + momentum + velocity + square + shares_and_rest + relaxation
    size = dict(zip(kernel(lattice).sizes["quick"], SHAPES[lattice], strict=True))
    cells = np.prod(SHAPES[lattice])
    assert kernel(lattice).work(**size).flops == flops * cells
    assert kernel(lattice).work(**size).bytes_moved == 2 * 8 * directions * cells


@each_lattice
def test_presets_spread_the_directions_over_the_cache(lattice):
    for size in kernel(lattice).sizes.values():
        assert size["nx"] % LINE == 0
        assert np.prod(list(size.values())) // LINE % 2 == 1
