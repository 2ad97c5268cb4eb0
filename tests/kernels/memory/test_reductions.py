"""Laws of the dot product and the sum."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find, simd
from kernels.memory.reductions import BLOCK

ROUNDING = 2.0**-53


def dot(x, y, blocks=1):
    """The dot product by the kernel."""
    result = np.full(1, np.nan)
    find("dot").cpu(x, y, np.full(blocks, np.nan), result)
    return result[0]


def total(x, blocks=1):
    """The sum by the kernel."""
    result = np.full(1, np.nan)
    find("sum").cpu(x, np.full(blocks, np.nan), result)
    return result[0]


def additions(n, blocks):
    """Most additions that an element passes through, as the docstring counts them."""
    lanes = simd.BITS // 64
    return (n / blocks + blocks) / (4 * lanes) + 10 * lanes


@pytest.mark.parametrize("blocks", [1, 2, 3, 7, 64])
def test_every_element_is_counted_once(blocks):
    for n in (*range(1, 80), 997, 1024):
        powers = np.arange(n) % 30
        assert total(2.0**powers, blocks) == sum(2 ** int(power) for power in powers)
        assert dot(2.0**powers, np.arange(n) + 1.0, blocks) == sum(2 ** int(p) * (i + 1) for i, p in enumerate(powers))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 3000), blocks=st.integers(1, 40))
def test_error_bound_holds_for_terms_of_any_sign_and_size(seed, n, blocks):
    random = np.random.default_rng(seed)
    x, y = random.standard_normal((2, n)) * 10.0 ** random.integers(-8, 8, (2, n))
    products = [float(np.longdouble(a) * np.longdouble(b)) for a, b in zip(x, y, strict=True)]
    bound = (additions(n, blocks) + 2) * ROUNDING
    assert abs(total(x, blocks) - math.fsum(x)) <= bound * np.abs(x).sum()
    assert abs(dot(x, y, blocks) - math.fsum(products)) <= bound * np.abs(x * y).sum()


def test_tolerance_covers_the_largest_preset_on_the_narrowest_vectors():
    n = find("sum").sizes["full"]["n"]
    blocks = n // BLOCK
    assert ((n / blocks + blocks) / 8 + 20 + 1) * ROUNDING < find("sum").rtol == find("dot").rtol


@pytest.mark.parametrize("name", ["dot", "sum"])
def test_every_bit_is_the_same_for_any_number_of_threads(name):
    kernel = find(name)
    arrays = kernel.inputs(1, n=5 * BLOCK + 17)
    threads = numba.get_num_threads()
    found = set()
    for count in range(1, threads + 1):
        numba.set_num_threads(count)
        kernel.cpu(*arrays.values())
        found.add(arrays["result"][0])
    numba.set_num_threads(threads)
    assert len(found) == 1


def test_large_and_small_cancel_exactly_in_one_lane():
    x = np.zeros(8 * simd.BITS // 64)
    x[[0, 4 * simd.BITS // 64]] = 1e300, -1e300
    x[1] = 1.0
    assert total(x) == 1.0
    assert dot(x, np.ones_like(x)) == 1.0


@pytest.mark.parametrize("position", [0, 5, 77, 200])
def test_nan_and_infinity_propagate(position):
    x, y = np.ones((2, 201))
    x[position] = np.nan
    assert math.isnan(total(x, 3))
    assert math.isnan(dot(x, y, 3))
    x[position] = np.inf
    assert total(x, 3) == dot(x, y, 3) == np.inf
    y[position] = 0
    assert math.isnan(dot(x, y, 3))
    x[(position + 1) % 201] = -np.inf
    assert math.isnan(total(x, 3))


def test_dot_is_symmetric_and_bilinear_in_powers_of_two():
    x, y = np.random.default_rng(1).standard_normal((2, 1001))
    assert dot(x, y, 2) == dot(y, x, 2)
    assert dot(4 * x, y, 2) == 4 * dot(x, y, 2)


def test_work_counts_the_operations_of_the_loops():
    n, flops = 7, 0
    for _ in range(n):
        flops += 2
    assert (find("dot").work(n=n).flops, find("dot").work(n=n).bytes_moved) == (flops, 2 * 8 * n + 8)
    assert (find("sum").work(n=n).flops, find("sum").work(n=n).bytes_moved) == (flops // 2, 8 * n + 8)
