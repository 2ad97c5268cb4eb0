"""GPU versions in the simulator: `python -m tests.kernels.gpu.runs NAME...` verifies them and says so line by line.

A process of its own, because the library decides when it is imported whether it simulates.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

os.environ["NUMBA_ENABLE_CUDASIM"] = "1"

import numpy as np

from bench.verify import check, prepare
from kernels import find
from kernels.arrays import poison
from kernels.cuda import SIMULATED, launchable
from kernels.gpu import VERSIONS, Version


def simulated(version: Version, size: Mapping[str, int], seed: int) -> dict[str, Any]:
    """Run every launch on fresh inputs; the verdict of the harness, as plain values."""
    kernel = find(version.kernel)
    trial = prepare(kernel, size, seed)
    arguments = {**trial.arrays}
    for name, (shape, dtype) in version.scratch(**size).items():
        arguments[name] = np.empty(shape, dtype)
        poison(arguments[name])
    for launch in version.launches(2, **size):
        taken = [arguments[name] for name in launch.arguments]
        launchable(launch.function, version.fastmath)[launch.blocks, launch.threads](*taken)
    verdict = check(kernel, trial)
    return {"kernel": version.kernel, "passed": verdict.passed, "reason": verdict.reason}


if __name__ == "__main__":
    assert SIMULATED
    for version in VERSIONS:
        if version.kernel in sys.argv[1:] and version.simulated is not None:
            print(json.dumps(simulated(version, version.simulated, seed=7)), flush=True)
