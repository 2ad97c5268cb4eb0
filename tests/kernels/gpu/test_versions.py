"""Every GPU version: its answer in the simulator, its instructions in PTX, its place beside the kernel."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from kernels import KERNELS, find
from kernels.cuda import ptx
from kernels.gpu import VERSIONS, Version, version_of

pytest.importorskip("numba_cuda", reason="numba-cuda is not installed (pip install '.[cuda]')")

CAPABILITIES = ((8, 0), (9, 0), (10, 0))
named = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.kernel)


def arguments_of(version: Version) -> dict[str, Any]:
    """Arguments and scratch of a small size."""
    size = version.simulated or version.compiled
    scratch = {name: np.empty(shape, dtype) for name, (shape, dtype) in version.scratch(**size).items()}
    return find(version.kernel).inputs(1, **size) | scratch


def holds(code: str, instruction: str) -> bool:
    """Whether PTX has an instruction.

    Newer compilers move numbers as plain bits, two fp32 numbers as one of 64, and say how atomics are ordered.
    """
    bits = re.sub(r"\.[fu](32|64)", r".b\1", instruction)
    forms = (instruction, bits, bits.replace(".v4.b32", ".v2.b64"))
    return any(form in code.replace(".relaxed.sys", "") for form in forms)


@named
def test_the_simulator_finds_the_answer_of_the_reference(version, verdicts):
    if version.simulated is None:
        pytest.skip(version.excluded)
    said = verdicts[version.kernel]
    assert said["passed"], said["reason"]


@named
@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda cc: f"cc{cc[0]}{cc[1]}")
def test_it_compiles_to_the_instructions_that_make_it_fast(version, capability):
    arguments, size = arguments_of(version), version.simulated or version.compiled
    codes = [
        ptx(launch.function, [arguments[name] for name in launch.arguments], capability, fastmath=version.fastmath)
        for launch in version.launches(4, **size)
    ]
    whole = "\n".join(codes)
    assert f".target sm_{capability[0]}{capability[1]}" in codes[0]
    assert [name for name in version.instructions if not holds(whole, name)] == []
    assert ".local" not in whole, "registers spill, or an array is indexed by what only the device knows"


@named
def test_it_belongs_to_a_kernel_and_takes_its_arguments(version):
    kernel, arguments = find(version.kernel), arguments_of(version)
    taken = {
        name for launch in version.launches(4, **(version.simulated or version.compiled)) for name in launch.arguments
    }
    assert taken <= set(arguments)
    assert set(kernel.outputs) <= taken
    assert version_of(version.kernel) is version
    assert (version.simulated is None) == bool(version.excluded)


@named
def test_standard_sizes_fit(version):
    for size in find(version.kernel).sizes.values():
        assert version.fits(size) == ""
        for launch in version.launches(132, **size):
            assert np.prod(launch.threads) <= 1024
            assert np.all(np.array(launch.blocks) >= 1)


def test_a_size_that_does_not_fit_says_what_would():
    assert version_of("gemm_fp32").fits({"m": 3, "n": 6, "k": 8}) == "n is 6, expected a multiple of 4"


def test_no_kernel_has_two_versions():
    names = [version.kernel for version in VERSIONS]
    assert len(names) == len(set(names))
    assert set(names) <= {kernel.name for kernel in KERNELS}
    assert version_of("bfs") is None or "bfs" in names
