"""Laws of the multiply-add chains."""

import numpy as np
import pytest

from kernels import find

each_precision = pytest.mark.parametrize("kernel", [find("fma_peak_fp32"), find("fma_peak_fp64")], ids=lambda k: k.name)


@each_precision
@pytest.mark.parametrize("steps", [0, 1, 1000, 16000])
def test_every_step_is_counted(kernel, steps):
    arrays = kernel.inputs(1, elements=1000, steps=steps)
    kernel.cpu(*arrays.values())
    assert np.array_equal(arrays["result"], arrays["values"] + steps)


@each_precision
def test_geometric_series(kernel):
    arrays = kernel.inputs(2, elements=777, steps=20)
    arrays.update(multiplier=0.5, addend=4.0)
    kernel.cpu(*arrays.values())
    expected = arrays["values"].astype(np.float64) * 0.5**20 + 4 * (1 - 0.5**20) / (1 - 0.5)
    assert np.allclose(arrays["result"], expected, rtol=1e-6)
    assert np.allclose(kernel.reference(**arrays)["result"], expected, rtol=1e-12)


def test_flops_of_a_multiply_add():
    assert find("fma_peak_fp32").work(elements=10, steps=7).flops == 140
