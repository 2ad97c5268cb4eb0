"""Laws of the chains of bfloat16 products."""

import numpy as np
import pytest

from kernels import find
from kernels.bfloat16 import encode
from kernels.simulation.fma_peak_bf16 import CHAINS

PEAK = find("fma_peak_bf16")


@pytest.mark.parametrize("steps", [0, 1, 1000, 16000])
def test_every_step_is_counted(steps):
    arrays = PEAK.inputs(1, elements=1000, steps=steps)
    PEAK.cpu(*arrays.values())
    assert np.array_equal(arrays["result"], arrays["values"] + 4 * steps)


@pytest.mark.parametrize("elements", [1, CHAINS * 16 - 1, CHAINS * 16, CHAINS * 16 + 1])
def test_elements_that_fill_no_group_count_too(elements):
    arrays = PEAK.inputs(2, elements=elements, steps=3)
    PEAK.cpu(*arrays.values())
    assert np.array_equal(arrays["result"], arrays["values"] + 12)


def test_each_number_meets_its_partner():
    arrays = PEAK.inputs(3, elements=50, steps=7)
    arrays["left"][:] = encode(np.array([5, -7], np.float32))
    arrays["right"][:] = encode(np.array([11, 13], np.float32))
    expected = arrays["values"] + 7 * (5 * 11 - 7 * 13)
    PEAK.cpu(*arrays.values())
    assert np.array_equal(arrays["result"], expected)
    assert np.array_equal(PEAK.reference(**arrays)["result"], expected)


def test_flops_of_two_products_and_two_sums():
    assert PEAK.work(elements=10, steps=7).flops == 10 * 7 * (2 + 2)
