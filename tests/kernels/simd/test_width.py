"""Which width is chosen, and that every width computes the same."""

import os
import subprocess
import sys

import pytest

from kernels import simd


@pytest.mark.parametrize(
    ("features", "bits"),
    [({"avx512f", "avx2", "avx"}, 512), ({"avx2", "avx"}, 256), ({"sse2"}, 128), ({"neon"}, 128), (set(), 128)],
)
def test_width_follows_the_processor(features, bits):
    assert simd.choose_bits({}, features) == bits


def test_width_can_be_overridden():
    assert simd.choose_bits({"INNOCAP_SIMD_BITS": "256"}, {"avx512f"}) == 256
    with pytest.raises(ValueError, match="INNOCAP_SIMD_BITS is '64', expected one of"):
        simd.choose_bits({"INNOCAP_SIMD_BITS": "64"}, set())


@pytest.mark.skipif("INNOCAP_SIMD_BITS" in os.environ, reason="this is already a run with a chosen width")
@pytest.mark.timeout(1200)
def test_every_kernel_computes_the_same_at_every_other_width():
    """Both widths side by side, because most of their time is compiling."""
    kernels = "agrees_with_the_reference and primes and not reversed"
    chosen = f"not quick and not other_width and (simd/ or test_tile.py or ({kernels}))"
    command = [sys.executable, "-m", "pytest", "tests/kernels", "-k", chosen, "-p", "no:cacheprovider"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    widths = [str(width) for width in simd.WIDTHS if width != simd.BITS]
    running = [subprocess.Popen(command, env={**os.environ, "INNOCAP_SIMD_BITS": bits}, **pipes) for bits in widths]
    for bits, process in zip(widths, running, strict=True):
        told, _ = process.communicate()
        assert process.returncode == 0, f"{bits} bits\n{told}"
