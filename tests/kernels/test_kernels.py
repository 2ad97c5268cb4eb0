"""What every kernel promises; a new kernel is tested by being in `KERNELS`."""

import re
import subprocess
import sys

import numba
import numpy as np
import pytest

from kernels import KERNELS, find
from kernels.arrays import is_poisoned
from tests.kernels.checks import SMALL_SIZES, arrays_of, error, small_size, solve

LAST_LEVEL_CACHE_BYTES = 32 * 2**20
LIBRARIES = {"best", "C", "numpy", "scipy", "torch"}

each_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)


@each_kernel
@pytest.mark.parametrize("kind", SMALL_SIZES)
def test_agrees_with_the_reference(kernel, kind):
    for seed in (1, 2):
        arguments = kernel.inputs(seed, **small_size(kernel, kind))
        expected = kernel.reference(**arguments)
        assert set(expected) == set(kernel.outputs) >= set(kernel.updates)
        for name, found in solve(kernel, arguments).items():
            assert error(found, expected[name]) <= kernel.rtol, name


@each_kernel
def test_agrees_with_the_reference_at_the_quick_size(kernel):
    arguments = kernel.inputs(3, **kernel.sizes["quick"])
    expected = kernel.reference(**arguments)
    kernel.cpu(*arguments.values())
    for name in kernel.outputs:
        assert error(arguments[name], expected[name]) <= kernel.rtol, name


@each_kernel
def test_writes_its_outputs_only(kernel):
    arguments = kernel.inputs(4, **small_size(kernel, "primes"))
    before = {name: array.copy() for name, array in arrays_of(arguments)}
    kernel.cpu(*arguments.values())
    changed = {name for name, array in arrays_of(arguments) if not np.array_equal(array, before[name], equal_nan=True)}
    assert changed - set(kernel.workspace) == set(kernel.outputs)


@each_kernel
def test_reference_allocates_its_own_result(kernel):
    arguments = kernel.inputs(5, **small_size(kernel, "primes"))
    before = {name: array.copy() for name, array in arrays_of(arguments)}
    results = kernel.reference(**arguments)
    for name, array in arrays_of(arguments):
        assert np.array_equal(array, before[name], equal_nan=True)
        assert not any(np.shares_memory(array, result) for result in results.values())


@each_kernel
def test_result_does_not_depend_on_the_number_of_threads_or_the_alignment(kernel):
    arguments = kernel.inputs(6, **small_size(kernel, "primes"))
    shifted = {name: shift(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()}
    everything = solve(kernel, arguments)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        kernel.cpu(*shifted.values())
    finally:
        numba.set_num_threads(threads)
    for name, found in everything.items():
        assert error(shifted[name], found) <= kernel.rtol, name


def shift(array):
    """The same values one element after a cache line starts."""
    buffer = np.empty(array.size + 64, array.dtype)
    start = -buffer.ctypes.data % 64 // array.itemsize + 1
    moved = buffer[start : start + array.size].reshape(array.shape)
    moved[...] = array
    return moved


@each_kernel
def test_outputs_start_as_poison_unless_they_are_read(kernel):
    arguments = kernel.inputs(7, **small_size(kernel, "primes"))
    for name, array in arrays_of(arguments):
        assert is_poisoned(array) == (name in {*kernel.outputs, *kernel.workspace} - {*kernel.updates}), name
        assert is_poisoned(array) or not np.isnan(array).any()


@each_kernel
def test_inputs_follow_the_seed(kernel):
    size = small_size(kernel, "primes")
    first, again, other = (kernel.inputs(seed, **size) for seed in (8, 8, 9))
    same = [np.array_equal(array, again[name], equal_nan=True) for name, array in arrays_of(first)]
    differs = [not np.array_equal(array, other[name], equal_nan=True) for name, array in arrays_of(first)]
    assert all(same)
    assert any(differs)


@each_kernel
@pytest.mark.parametrize("kind", SMALL_SIZES)
def test_work_counts_the_bytes_of_the_arrays(kernel, kind):
    size = small_size(kernel, kind)
    arrays = dict(arrays_of(kernel.inputs(10, **size)))
    only_written = {*kernel.outputs, *kernel.workspace} - {*kernel.updates}
    read = sum(array.nbytes for name, array in arrays.items() if name not in only_written)
    written = sum(arrays[name].nbytes for name in kernel.outputs)
    work = kernel.work(**size)
    if kernel.moves_once:
        assert (work.bytes_read, work.bytes_written) == (read, written)
    assert work.bytes_moved > 0
    assert work.flops >= 0
    assert "flops = " in work.formula
    assert "bytes = " in work.formula


@each_kernel
def test_presets_grow_and_leave_the_cache(kernel):
    assert tuple(kernel.sizes) == ("quick", "standard", "full")
    works = [kernel.work(**size) for size in kernel.sizes.values()]
    effort = [work.flops + work.bytes_moved for work in works]
    assert effort == sorted(set(effort))
    if kernel.limit == "memory":
        assert works[0].bytes_moved > 2 * LAST_LEVEL_CACHE_BYTES


@each_kernel
def test_rejects_arrays_that_are_not_contiguous(kernel):
    arguments = kernel.inputs(11, **small_size(kernel, "twos"))
    for name, array in arrays_of(arguments):
        strided = np.repeat(array, 2, axis=-1)[..., ::2]
        if strided.flags.c_contiguous:
            continue
        assert_rejected(kernel, arguments, name, strided, TypeError, "not C-contiguous")


@each_kernel
def test_rejects_other_types_and_shapes(kernel):
    arguments = kernel.inputs(12, **small_size(kernel, "twos"))
    for name, array in arrays_of(arguments):
        assert_rejected(kernel, arguments, name, np.zeros(array.shape, np.int16), TypeError, "int16 array, expected")
        assert_rejected(kernel, arguments, name, array[None], TypeError, f"a {array.ndim + 1}-d")
        assert_rejected(kernel, arguments, name, None, TypeError, "None, expected")
    for name in set(arguments) - dict(arrays_of(arguments)).keys():
        assert_rejected(kernel, arguments, name, "3", TypeError, "'3', expected a number")


@each_kernel
def test_rejects_lengths_that_do_not_fit_together(kernel):
    arguments = kernel.inputs(13, **small_size(kernel, "twos"))
    for name in kernel.outputs:
        array = arguments[name]
        length = kernel.cpu.parameters[name][1]
        others = {text for other, (_, *rest) in kernel.cpu.parameters.items() if other != name for text in rest}
        if not length.isdigit() and length not in {text.partition("+")[0] for text in others}:
            continue
        longer = np.concatenate([array, array])
        assert_rejected(kernel, arguments, name, longer, ValueError, "has shape")


def assert_rejected(kernel, arguments, name, value, kind, message):
    changed = {**arguments, name: value}
    with pytest.raises(kind, match=re.escape(message)) as caught:
        kernel.cpu(*changed.values())
    assert kernel.cpu.name in str(caught.value)


@each_kernel
def test_rejects_a_wrong_number_of_arguments(kernel):
    with pytest.raises(TypeError, match="1 arguments were given"):
        kernel.cpu(None)


@each_kernel
def test_says_what_it_is(kernel):
    assert re.fullmatch(r"[a-z0-9_]+", kernel.name)
    assert kernel.story.endswith(".")
    assert kernel.tolerance
    assert kernel.source
    assert kernel.limit in ("compute", "memory", "latency", "network")
    assert kernel.goals
    assert all(library in LIBRARIES and ratio > 0 for library, ratio in kernel.goals.items())


@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS if kernel.simple], ids=lambda kernel: kernel.name)
def test_the_simple_version_agrees_too(kernel):
    arguments = kernel.inputs(14, **small_size(kernel, "primes"))
    expected = kernel.reference(**arguments)
    kernel.simple(*arguments.values())
    for name in kernel.outputs:
        assert error(arguments[name], expected[name]) <= kernel.rtol, name


def test_names_are_unique_and_found():
    assert len({kernel.name for kernel in KERNELS}) == len(KERNELS)
    assert all(find(kernel.name) is kernel for kernel in KERNELS)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(KeyError, match="did you mean 'gemm_fp32'"):
        find("gem_fp32")


def test_importing_compiles_nothing():
    code = "import kernels; assert not any(k.cpu.dispatcher.signatures for k in kernels.KERNELS)"
    subprocess.run([sys.executable, "-c", code], check=True)
