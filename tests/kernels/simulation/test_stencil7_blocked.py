"""Several steps in one pass are the single steps done one after the other."""

import numpy as np
import pytest

from kernels import find
from tests.kernels.checks import error

BLOCKED, SINGLE = find("stencil7_blocked"), find("stencil7")


@pytest.mark.parametrize("extent", [(1, 2, 3), (5, 4, 9), (19, 33, 17)])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_steps_in_one_pass_equal_single_steps(extent, steps):
    arrays = BLOCKED.inputs(1, **dict(zip(BLOCKED.sizes["quick"], (*extent, steps), strict=True)))
    u, v = arrays["u"].copy(), np.empty_like(arrays["u"])
    for _ in range(steps):
        SINGLE.cpu(u, v, arrays["centre"], arrays["side"])
        u, v = v, u
    BLOCKED.cpu(*arrays.values())
    assert error(arrays["v"], u) <= 1e-15 * steps
