"""A machine that a test disturbs on purpose: the run must call it noisy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.result import read_result
from bench.spawn import HOME

SUITE = """
id = "one"
kernels = ["stream_copy"]
preset = "quick"
threads = 1
interval = 0.02
min_samples = 10
min_time_s = 0.3
time_cap_s = 1.0
limit_s = 60
"""
LOOP = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); print('busy', flush=True)\nwhile True: pass"
RUN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv.pop(1))}); from planner.cli import main; main()"

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system ties no process to a core, so none can be disturbed"
)


@pytest.fixture
def busy_cpu() -> Iterator[int]:
    """A CPU on which another process computes without end."""
    cpu = max(os.sched_getaffinity(0))
    with subprocess.Popen([sys.executable, "-c", LOOP, str(cpu)], stdout=subprocess.PIPE, text=True) as loop:
        try:
            assert loop.stdout is not None
            if loop.stdout.readline() != "busy\n":
                pytest.skip(f"this system does not let a process be tied to CPU {cpu}")
            yield cpu
        finally:
            loop.kill()


def test_a_run_beside_a_busy_loop_on_the_same_core_is_called_noisy(busy_cpu: int, tmp_path: Path) -> None:
    suite, output = tmp_path / "one.toml", tmp_path / "r.json"
    suite.write_text(SUITE)
    command = [sys.executable, "-c", RUN, str(busy_cpu), "bench", "run", "--suite", str(suite), "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HOME, timeout=120)
    assert done.returncode == 0, done.stderr
    result = read_result(output)
    (case,) = result.cases
    assert case.verdict == "noisy"
    assert result.environment.verdict == "noisy"
    assert case.conditions is not None
    waited = case.conditions["waited_share"]
    assert waited is not None
    assert waited > 0.1
    assert ": close" in case.remedy
    assert "noisy" in done.stderr
    assert any("close" in remedy for remedy in result.environment.remedies)
