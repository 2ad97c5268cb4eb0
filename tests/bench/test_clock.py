"""The clocks: real ones move, and the scheduler's count is read from any layout of /proc."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.clock import SYSTEM, family_cpu_s, run_queue_wait_s


def threads(root: Path, *texts: str) -> Path:
    for number, text in enumerate(texts):
        folder = root / "self" / "task" / str(100 + number)
        folder.mkdir(parents=True)
        (folder / "schedstat").write_text(text)
    return root


def test_waiting_is_summed_over_threads(tmp_path: Path) -> None:
    proc = threads(tmp_path, "5000000000 250000000 10\n", "1000000000 1750000000 3\n")
    assert run_queue_wait_s(proc) == pytest.approx(2.0)


@pytest.mark.parametrize("text", ["0 0 1\n", "\n", "12\n"])
def test_a_system_that_does_not_count_gives_none(tmp_path: Path, text: str) -> None:
    assert run_queue_wait_s(threads(tmp_path, text)) is None


def test_a_system_without_proc_gives_none(tmp_path: Path) -> None:
    assert run_queue_wait_s(tmp_path) is None


def test_real_clocks_move_forward() -> None:
    wall, cpu = SYSTEM.wall_s(), SYSTEM.cpu_s()
    assert sum(range(10000)) > 0
    assert SYSTEM.wall_s() > wall
    assert SYSTEM.cpu_s() >= cpu


BUSY = """
import time
while time.process_time() < 0.2: pass
print("done", flush=True)
input()
"""


def test_cpu_time_of_children_counts_while_they_live_and_after() -> None:
    before, own = family_cpu_s(), time.process_time()
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        alive = family_cpu_s() - before
        child.communicate("\n")
    after = family_cpu_s() - before
    assert alive >= 0.15 + (time.process_time() - own) / 2
    assert after >= alive - 0.02
