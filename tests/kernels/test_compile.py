"""The on-disk cache and the argument checks of compiled kernels."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
from numba.core.caching import FunctionCache

from kernels import compile as kernel_compile
from kernels.compile import compiled, inlined_part

PROBE = """
import numpy as np
from kernels import find, simd
kernel = find("stream_triad")
arguments = kernel.inputs(1, n=1001)
kernel.cpu(*arguments.values())
assert np.allclose(arguments["a"], kernel.reference(**arguments)["a"])
stats = kernel.cpu.dispatcher.stats
print(simd.BITS, sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def probe(cache, bits):
    """(width, cache hits, cache misses) of one kernel call in a new process."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "INNOCAP_SIMD_BITS": str(bits)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))


def test_cache_serves_later_processes_of_the_same_width_only(tmp_path):
    assert probe(tmp_path, 128) == (128, 0, 1)
    assert probe(tmp_path, 256) == (256, 0, 1)
    assert probe(tmp_path, 128) == (128, 1, 0)


def test_a_cache_that_cannot_be_written_costs_time_only(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    @compiled(a="float64 n")
    def fill(a):
        a[:] = 1

    monkeypatch.setattr(FunctionCache, "save_overload", refuse)
    a = np.zeros(3)
    fill(a)
    assert a.tolist() == [1, 1, 1]


def test_a_kernel_is_made_of_its_file_and_all_that_it_imports():
    home = kernel_compile.HOME
    found = {path.relative_to(home).as_posix() for path in kernel_compile.sources(home / "training" / "attention.py")}
    assert {"training/attention.py", "elementary.py", "compile.py", "tile.py", "simd/memory.py", "arrays.py"} <= found
    assert "memory/stream.py" not in found


def test_the_fingerprint_follows_the_sources(tmp_path):
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("from kernels import tile\n")
    other.write_text("from kernels import tile\n\n")
    assert kernel_compile.fingerprint(one) != kernel_compile.fingerprint(other)
    assert len(kernel_compile.fingerprint(one)) == 64


@compiled(a="float64 rows+1", b="float64 rows 3", scale="float64", steps="int64", threads="threads")
def probe_kernel(a, b, scale, steps, threads):
    """Leaves its scalars in b."""
    b[0, 0] = a[0] * scale
    b[0, 1] = steps
    b[0, 2] = threads


@pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaPerformanceWarning")
def test_scalars_are_converted_and_threads_filled_in():
    b = np.zeros((2, 3))
    probe_kernel(np.ones(3), b, np.float32(2), np.int16(5))
    assert b[0, :2].tolist() == [2.0, 5.0]
    assert b[0, 2] >= 1
    assert len(probe_kernel.dispatcher.signatures) == 1
    probe_kernel(np.ones(3), b, 2, 5)
    assert len(probe_kernel.dispatcher.signatures) == 1


@pytest.mark.parametrize(
    ("a", "b", "scale", "steps", "kind", "message"),
    [
        (np.ones(2), np.ones((2, 3)), 1.0, 1, ValueError, r"b has shape \(2, 3\), expected \(rows, 3\) with .*1"),
        (np.ones(3), np.ones((2, 4)), 1.0, 1, ValueError, r"b has shape \(2, 4\), expected \(rows, 3\)"),
        (np.ones(3), np.ones((3, 2)).T, 1.0, 1, TypeError, r"b is not C-contiguous; pass numpy.ascontiguousarray\(b\)"),
        (np.ones(3, ">f8"), np.ones((2, 3)), 1.0, 1, TypeError, "a is a 1-d >f8 array, expected a 1-d float64"),
        ([1.0], np.ones((2, 3)), 1.0, 1, TypeError, "a is list"),
        (np.ones(3), np.ones((2, 3)), True, 1, TypeError, r"scale is bool True, expected a number \(float64\)"),
        (np.ones(3), np.ones((2, 3)), 1.0, 1.5, TypeError, r"steps is float 1.5, expected a number \(int64\)"),
    ],
)
def test_arguments_that_do_not_fit(a, b, scale, steps, kind, message):
    with pytest.raises(kind, match=f"probe_kernel: {message}"):
        probe_kernel(a, b, scale, steps)


def test_a_bound_call_is_checked_once_and_runs_as_often_as_wanted():
    @compiled(a="int64 n", step="int64", parallel=False)
    def add(a, step):
        a += step

    a = np.zeros(3, np.int64)
    call = add.bind(a, 5)
    assert a.tolist() == [0, 0, 0]
    call()
    call()
    assert a.tolist() == [10, 10, 10]
    with pytest.raises(TypeError, match="step is str 'x', expected a number"):
        add.bind(a, "x")


@inlined_part
def twice_of(x):
    return 2 * x


@njit
def uses_constants(x):
    return twice_of(x) + twice_of(3) + twice_of(4)


def test_an_inlined_part_is_compiled_once_for_all_constants():
    assert uses_constants(1) == 16
    assert len(twice_of.signatures) == 1
