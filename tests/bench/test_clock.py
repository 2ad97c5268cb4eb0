"""The clocks: real ones move, and the scheduler's count is read from any layout of /proc."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.clock import SYSTEM, run_queue_wait_s


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
