"""Elementary functions as polynomials, because calls of the C library keep a loop from being vectorised.

LLVM turns a plain loop over these into vector code. Their errors are stated and tested.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.compile import fast_part

LOG2_E = float(np.log2(np.e))
E1, E2, E3, E4, E5 = (np.float32(c) for c in (0.693147, 0.24022242, 0.055507336, 0.009671513, 0.0013264727))


@fast_part
def exp2(y: Any) -> Any:
    """2^y for -126 <= y <= 126 (lower is raised to -126): polynomial for the fraction, exponent bits for the rest."""
    y = max(y, np.float32(-126))
    whole = np.rint(y)
    x = y - whole
    fraction = np.float32(((((E5 * x + E4) * x + E3) * x + E2) * x + E1) * x + np.float32(1))
    bits = np.int32(fraction.view(np.int32) + np.int32(np.int32(whole) << np.int32(23)))
    return bits.view(np.float32)
