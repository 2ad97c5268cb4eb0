"""GPU versions need the library, not a GPU."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kernels.gpu import VERSIONS

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def verdicts() -> dict[str, dict[str, Any]]:
    """What the simulator says of every version, by kernel: one process for all of them."""
    names = [version.kernel for version in VERSIONS if version.simulated is not None]
    command = [sys.executable, "-m", "tests.kernels.gpu.runs", *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {said["kernel"]: said for said in map(json.loads, done.stdout.splitlines())}
