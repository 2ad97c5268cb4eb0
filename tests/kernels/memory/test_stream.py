"""Laws of the stream kernels."""

import numpy as np
import pytest

from kernels import find
from kernels.arrays import aligned, poisoned
from kernels.memory.stream import LEFT_OVER, STREAM_FROM_BYTES


@pytest.mark.parametrize("offset", range(9))
def test_every_alignment_and_length_is_written_completely(offset):
    kernel = find("stream_triad")
    for length in (*range(1, 20), *range(LEFT_OVER - 3, LEFT_OVER + 70, 3)):
        b, c = np.arange(length + 0.0), np.ones(length)
        buffer = poisoned(length + 16, np.float64)
        a = buffer[offset : offset + length]
        kernel.cpu(b, c, a, 0.5)
        assert np.array_equal(a, b + 0.5)
        assert np.isnan(buffer[:offset]).all()
        assert np.isnan(buffer[offset + length :]).all()


def test_long_arrays_take_the_streaming_path_at_any_alignment():
    length = STREAM_FROM_BYTES // 8 + 11
    buffer = aligned(length + 1, np.float64)
    source = np.random.default_rng(1).random(length)
    target = buffer[1:]
    target.fill(np.nan)
    find("stream_copy").cpu(source, target)
    assert np.array_equal(source, target)


def test_triad_combines_scale_and_add():
    n = 1003
    arrays = find("stream_triad").inputs(1, n=n)
    scaled, total = np.empty(n), np.empty(n)
    find("stream_scale").cpu(arrays["c"], scaled, 3.0)
    find("stream_add").cpu(arrays["b"], scaled, total)
    find("stream_triad").cpu(*arrays.values())
    assert np.allclose(arrays["a"], total, rtol=0, atol=4e-16 * 4)


def test_work_of_the_four():
    counts = {name: find(f"stream_{name}").work(n=10) for name in ("copy", "scale", "add", "triad")}
    assert {name: (work.flops, work.bytes_moved) for name, work in counts.items()} == {
        "copy": (0, 160),
        "scale": (10, 160),
        "add": (10, 240),
        "triad": (20, 240),
    }
