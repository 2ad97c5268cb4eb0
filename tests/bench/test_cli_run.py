"""`bench run` on fake workers: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import errno
import functools
import json
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench import disk, suite
from bench.case import blank
from bench.cli import bench
from bench.disk import journal_path, read_journal
from bench.reading import read_suite
from bench.result import Case, PeerTime, Verification, WorkCount, read_result
from bench.worker import Request
from kernels import find
from tests.bench.toys import case

PEAK = WorkCount(flops=1e9, bytes_read=0, bytes_written=0, formula="f")
STREAM = WorkCount(flops=0, bytes_read=2e8, bytes_written=2e8, formula="f")
WRONG = Verification(False, 0.3, 1e-5, "t", 1, "c is off by 0.3, allowed is 1e-05")


def answer(request: Request, limit_s: float) -> Case | str:
    """A plausible case for any kernel: 100 GFLOP/s peaks, 40 GB/s streams, workloads far below."""
    if request.kernel.startswith("fma"):
        return case(request.kernel, work=PEAK, precision=request.kernel[-4:], threads=request.threads)
    if request.kernel.startswith("stream"):
        return case(request.kernel, work=STREAM, threads=request.threads)
    return case(request.kernel, seconds=0.05, threads=request.threads)


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    real = suite.run

    def start(*options: str, worker: Any = answer) -> Result:
        monkeypatch.setattr(suite, "run", functools.partial(real, worker=worker, compiler=lambda *_: {}))
        return CliRunner().invoke(bench, ["run", "-o", str(tmp_path / "r.json"), *options])

    return start


def but(kernel: str, special: Any) -> Callable[[Request, float], Case | str]:
    """Workers that answer as usual, except for one kernel."""

    def worker(request: Request, limit_s: float) -> Case | str:
        if request.kernel != kernel:
            return answer(request, limit_s)
        if isinstance(special, BaseException):
            raise special
        found = special(request) if callable(special) else special
        assert isinstance(found, (Case, str))
        return found

    return worker


def test_a_run_prints_plain_progress_and_a_table_and_writes_the_file(go: Callable[..., Result], tmp_path: Path) -> None:
    found = go()
    assert found.exit_code == 0, found.stderr
    assert found.stdout == ""
    assert " 1/12 stream_copy" in found.stderr
    assert "12/12 " in found.stderr
    assert f"written to {tmp_path / 'r.json'}" in found.stderr
    assert "\x1b" not in found.stderr
    assert max(len(line) for line in found.stderr.splitlines() if str(tmp_path) not in line) <= 120
    assert len(read_result(tmp_path / "r.json").cases) == 12


def test_json_goes_to_standard_output_and_is_the_file(go: Callable[..., Result], tmp_path: Path) -> None:
    found = go("--json", "--kernel", "spmv")
    assert json.loads(found.stdout) == json.loads((tmp_path / "r.json").read_text())


def test_only_the_named_kernels_run(go: Callable[..., Result], tmp_path: Path) -> None:
    assert go("--kernel", "spmv", "--kernel", "gemm_fp64", "--threads", "1").exit_code == 0
    cases = read_result(tmp_path / "r.json").cases
    assert {(entry.kernel, entry.threads) for entry in cases} == {("spmv", 1), ("gemm_fp64", 1)}
    assert all(entry.fraction_of_ceiling is None for entry in cases)


@pytest.mark.parametrize(("option", "asked"), [("--peers", True), ("--no-peers", False)])
def test_peers_are_asked_for_on_demand(go: Callable[..., Result], option: str, asked: bool) -> None:
    seen: list[bool] = []

    def worker(request: Request, limit_s: float) -> Case | str:
        seen.append(request.peers)
        return answer(request, limit_s)

    go(option, "--kernel", "spmv", worker=worker)
    assert seen == [asked]


def test_the_best_peer_stands_beside_its_kernel(go: Callable[..., Result]) -> None:
    peer = PeerTime("numpy BLAS", "numpy 2.4.6, openblas", (0.05,), 0.05, 1.03, 1.0, 1.1)
    found = go(worker=but("gemm_fp64", lambda request: replace(answer(request, 1), peers=(peer,))))
    line = next(line for line in found.stderr.splitlines() if line.startswith("gemm_fp64"))
    assert "1.03 numpy BLAS" in line
    assert "numpy BLAS: numpy 2.4.6, openblas" in found.stderr


def test_requests_carry_the_suite_and_a_fresh_seed_each(go: Callable[..., Result]) -> None:
    seen: list[Request] = []

    def worker(request: Request, limit_s: float) -> Case | str:
        seen.append(request)
        return answer(request, limit_s)

    go(worker=worker)
    quick = read_suite("quick", [request.kernel for request in seen])
    assert {(r.size, r.interval, r.min_samples, r.time_cap_s) for r in seen} == {
        (quick.preset, quick.interval, quick.min_samples, quick.time_cap_s)
    }
    assert len({request.seed for request in seen}) == len(seen)


def test_a_wrong_kernel_ends_with_4_and_no_time(go: Callable[..., Result], tmp_path: Path) -> None:
    def wrong(request: Request) -> Case:
        return replace(blank(find("gemm_fp32"), request), verification=WRONG, verdict="wrong", remedy="")

    found = go(worker=but("gemm_fp32", wrong))
    assert found.exit_code == 4
    assert "gemm_fp32 is wrong: c is off by 0.3, allowed is 1e-05; it has no time" in found.stderr
    entry = next(entry for entry in read_result(tmp_path / "r.json").cases if entry.kernel == "gemm_fp32")
    assert (entry.median_s, entry.samples_s, entry.gflops) == (None, (), None)


def test_a_dead_worker_ends_with_4_and_the_others_are_kept(go: Callable[..., Result], tmp_path: Path) -> None:
    found = go(worker=but("attention", "the worker died of signal SIGSEGV"))
    assert found.exit_code == 4
    assert "attention is failed: the worker died of signal SIGSEGV" in found.stderr
    assert sum(entry.verdict == "ok" for entry in read_result(tmp_path / "r.json").cases) == 11


def test_a_result_above_its_ceiling_is_refused_with_4(go: Callable[..., Result]) -> None:
    found = go(worker=but("spmv", lambda request: case("spmv", seconds=0.001, threads=request.threads)))
    assert found.exit_code == 4
    assert "spmv is refused: " in found.stderr
    assert "above 105%" in found.stderr


def test_a_noisy_result_is_kept_and_said_to_be_noisy(go: Callable[..., Result]) -> None:
    noisy = but("spmv", lambda request: case("spmv", seconds=0.05, spread=0.3, threads=request.threads))
    found = go(worker=noisy)
    assert found.exit_code == 0
    assert "1 noisy, the least certain is spmv: its interval is +-30.0%, wider than" in found.stderr


def test_an_interrupt_ends_with_5_and_keeps_what_is_finished(go: Callable[..., Result], tmp_path: Path) -> None:
    found = go(worker=but("stream_triad", KeyboardInterrupt()))
    assert found.exit_code == 5
    journal = journal_path(tmp_path / "r.json")
    assert f"error: interrupted; finished cases are kept in {journal}, go on with --resume" in found.stderr
    assert [entry["case"]["kernel"] for entry in read_journal(journal)[1]] == [
        "stream_copy",
        "stream_scale",
        "stream_add",
    ]
    assert go("--resume").exit_code == 0


def test_a_full_disk_ends_with_5_and_keeps_what_is_finished(
    go: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = disk.append, [0]

    def append(path: Path, entry: Any) -> None:
        count[0] += 1
        if count[0] > 2:
            raise disk.failure(path, OSError(errno.ENOSPC, "full"))
        real(path, entry)

    monkeypatch.setattr(disk, "append", append)
    found = go()
    assert found.exit_code == 5
    assert "the disk is full; free some space and run again, finished cases are kept" in found.stderr
    assert len(read_journal(journal_path(tmp_path / "r.json"))[1]) == 2


def test_an_unfinished_journal_asks_what_to_do(go: Callable[..., Result]) -> None:
    go(worker=but("stream_add", KeyboardInterrupt()))
    found = go()
    assert found.exit_code == 2
    assert (
        "an unfinished run with 2 finished measurements; go on with --resume, or start afresh with --force"
        in found.stderr
    )
    assert "other settings (peers False there, True here)" in go("--resume", "--peers").stderr
    assert go("--force").exit_code == 0


def test_another_package_named_kernels_is_noticed(
    go: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = types.ModuleType("kernels")
    stranger.__file__ = str(tmp_path / "kernels" / "__init__.py")
    monkeypatch.setitem(sys.modules, "kernels", stranger)
    found = go()
    assert found.exit_code == 2
    assert "python finds another package named kernels, at" in found.stderr


def test_a_suite_of_ones_own(go: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\nkernels = ["spmv", "stencil7"]\npreset = "standard"\nthreads = 1\ntime_cap_s = 1\n')
    seen: list[str] = []

    def worker(request: Request, limit_s: float) -> Case | str:
        seen.append(request.size)
        return replace(answer(request, limit_s), size=request.size)

    assert go("--suite", str(path), worker=worker).exit_code == 0
    assert seen == ["standard", "standard"]
    assert read_result(tmp_path / "r.json").suite == "mine"
