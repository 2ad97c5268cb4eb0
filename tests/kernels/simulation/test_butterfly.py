"""The parts of the Fourier transforms: what is loaded, turned, transformed and stored, value by value."""

import numba
import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels.simulation import butterfly
from kernels.simulation.butterfly import LANES, LINES, ROW
from kernels.simulation.lines import first_radix, line_twiddles, reversed_digits, roots


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def random_rows(seed, count):
    """`count` rows of the layout that butterflies read."""
    return np.random.default_rng(seed).uniform(-1, 1, (count, ROW))


def numbers(rows):
    """The complex numbers of rows."""
    return rows[:, :LINES] + 1j * rows[:, LINES:]


def through(radix, change):
    """Rows loaded `radix` at a time, changed and stored."""

    @njit
    def run(rows, twiddles, result):
        for lane in range(0, LINES, LANES):
            butterfly.store(change(butterfly.load(rows, radix, lane, ROW), twiddles, lane), result, lane, ROW)

    return run


def applied(radix, change, rows, twiddles):
    """Result of `through` as complex numbers."""
    result = np.full(rows.shape, np.nan)
    through(radix, njit(change))(rows, twiddles, result)
    return numbers(result)


@pytest.mark.parametrize("radix", [1, 2, 4, 8])
def test_transform_equals_the_definition(radix):
    rows = random_rows(radix, radix)
    found = applied(radix, lambda points, twiddles, lane: butterfly.transform(points), rows, rows)
    assert np.allclose(found, np.fft.fft(numbers(rows), axis=0), rtol=0, atol=1e-15 * radix)


def test_twist_multiplies_vectors_by_one_number_each():
    rows, factors = random_rows(1, 4), roots(7, np.arange(5))
    change = lambda points, twiddles, lane: butterfly.twist(points, twiddles, 2)  # noqa: E731
    found = applied(4, change, rows, factors.view(np.float64))
    expected = numbers(rows) * factors[1:, None]
    expected[0] = numbers(rows)[0]
    assert np.allclose(found, expected, rtol=0, atol=1e-15)


def test_twist_lanes_multiplies_by_two_rows():
    rows, factors = random_rows(2, 4), random_rows(3, 9)
    change = lambda points, twiddles, lane: butterfly.twist_lanes(points, twiddles, lane, 2 * ROW + lane)  # noqa: E731
    found = applied(4, change, rows, factors)
    steps = numbers(factors)[2:6]
    steps[0] = 1
    assert np.allclose(found, numbers(rows) * steps * numbers(factors)[0], rtol=0, atol=1e-14)


def test_transposed_exchanges_lanes_and_vectors():
    rows = random_rows(4, LANES)
    result = np.full((LANES, ROW), np.nan)

    @njit
    def run(rows, result):
        butterfly.store(butterfly.transposed(butterfly.load(rows, LANES, 0, ROW)), result, 0, ROW)

    run(rows, result)
    assert np.array_equal(numbers(result)[:, :LANES], numbers(rows)[:, :LANES].T)


def test_complex_numbers_are_taken_apart_and_put_together():
    x = np.random.default_rng(5).uniform(-1, 1, (4, 3 * ROW))
    rows, copies = np.full((4, ROW), np.nan), np.full((4, ROW), np.nan)

    @njit
    def run(x, rows, copies):
        for lane in range(0, LINES, LANES):
            points = butterfly.load_complex(x, 4, 6 + 2 * lane, 3 * ROW)
            butterfly.store(points, rows, lane, ROW)
            butterfly.store_complex(points, copies, 2 * lane, ROW)

    run(x, rows, copies)
    assert np.array_equal(copies, x[:, 6 : 6 + ROW])
    assert np.array_equal(numbers(rows), copies.view(np.complex128))


def test_wrong_types_and_radices_are_refused():
    rows = np.zeros((8, ROW))
    for wrong in (
        lambda a: butterfly.load(a, 3, 0, ROW),
        lambda a: butterfly.transform(a),
        lambda a: butterfly.transposed(butterfly.load(a, 1, 0, ROW)),
    ):
        with pytest.raises(TypingError, match=r"expected a constant 1, 2, 4 or 8|expected a butterfly|is not square"):
            njit(wrong)(rows)
    with pytest.raises(TypingError, match="need arrays of float64"):
        njit(lambda a: butterfly.load(a, 8, 0, ROW))(rows.astype(np.float32))


@pytest.mark.parametrize("n", [8, 16, 32, 64, 128, 512, 1024, 4096])
def test_passes_are_of_radix_8_but_the_first(n):
    rest = n // first_radix(n)
    while rest > 8:
        assert rest % 8 == 0
        rest //= 8
    assert rest == 8
    assert first_radix(n) in (1, 2, 4, 8)


def test_twiddles_of_a_line():
    first = roots(32, np.outer(np.arange(8), np.arange(4))).ravel()
    found = line_twiddles(32).view(np.complex128)
    assert found.size == 64
    assert np.array_equal(found[:32], first)
    assert not found[32:].any()
    assert np.array_equal(line_twiddles(1024).view(np.complex128)[1024 : 1024 + 512 : 8], np.ones(64))


@pytest.mark.parametrize("piece", [8, 64, 512])
def test_reversed_digits_are_a_permutation_that_undoes_itself(piece):
    found = [reversed_digits(i, piece) for i in range(piece // 8)]
    assert sorted(found) == list(range(piece // 8))
    assert [found[i] for i in found] == list(range(piece // 8))
    if piece == 512:
        assert found[1] == 8
