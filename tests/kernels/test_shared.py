"""Shared functions: compiled once, with their first caller, and called by address."""

import subprocess
import sys

import numpy as np
import pytest
from numba import carray, njit, prange
from numba.core.errors import TypingError

from kernels.shared import shared


@shared({"n": "int64", "factor": "float64", "x": "floats", "y": "floats"})
def add_scaled_for_tests(n, factor, x, y):
    source, target = carray(x, n), carray(y, n)
    for i in range(n):
        target[i] += factor * source[i]


@njit
def add_twice(x, y):
    add_scaled_for_tests(x.size, 2, x, y)
    add_scaled_for_tests(x.size, 0.5, x, y)


@njit(parallel=True)
def add_rows(x, y):
    for i in prange(x.shape[0]):
        add_scaled_for_tests(x.shape[1], i, x[i], y[i])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_takes_arrays_of_any_rank_and_both_precisions(dtype):
    x = np.arange(24, dtype=dtype)
    for shape in ((24,), (4, 6), (2, 3, 4)):
        y = np.ones(shape, dtype)
        add_twice(x.reshape(shape), y)
        assert np.array_equal(y.ravel(), 1 + 2.5 * x)


def test_threads_may_call_it():
    x, y = np.ones((50, 7)), np.zeros((50, 7))
    add_rows(x, y)
    assert np.array_equal(y, np.repeat(np.arange(50.0), 7).reshape(50, 7))


def test_wrong_arguments_do_not_compile():
    x = np.ones(3)
    with pytest.raises(TypingError, match=r"expected 4 arguments \(n, factor, x, y\), not 3"):
        njit(lambda x, y: add_scaled_for_tests(3, x, y))(x, x)
    with pytest.raises(TypingError, match="all of one precision"):
        add_twice(x, x.astype(np.float32))
    with pytest.raises(TypingError, match="expected arrays of float32 or float64"):
        add_twice(np.arange(3), np.arange(3))
    with pytest.raises(TypingError, match="needs a C-contiguous array"):
        add_twice(x[::2], x[::2])


def test_a_function_that_does_not_compile_says_so_when_its_caller_is_compiled():
    @shared({"x": "floats"})
    def broken_for_tests(x):
        return no_such_name + x  # noqa: F821

    with pytest.raises(TypingError, match="no_such_name"):
        njit(lambda x: broken_for_tests(x))(np.ones(3))


def test_a_later_process_reads_the_cache(tmp_path):
    code = (
        "import numpy as np; from kernels import find; from numba.core import event;"
        "kernel = find('gemm_fp32'); arrays = kernel.inputs(1, m=2, n=2, k=2)\n"
        "with event.install_recorder('numba:compile') as seen: kernel.cpu(*arrays.values())\n"
        "print(len(seen.buffer), np.allclose(arrays['c'], arrays['a'] @ arrays['b']))"
    )
    environment = {"NUMBA_CACHE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment) for _ in range(2)
    ]
    (first, right), (second, right_again) = (run.stdout.split() for run in runs)
    assert (int(first) > 0, int(second)) == (True, 0)
    assert right == right_again == "True"
