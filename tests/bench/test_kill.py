"""Runs that are really killed, at random moments: nothing finished is lost, nothing counted twice, nobody survives."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.decode import dumps
from bench.disk import journal_path
from bench.load import ResultError
from bench.result import Result, read_result
from bench.spawn import HOME
from tests.bench.toys import case, result

SUITE = """
id = "tiny"
kernels = ["stream_copy", "stream_scale"]
preset = "quick"
threads = 1
processes = 2
interval = 0.5
min_samples = 3
min_time_s = 0.01
time_cap_s = 0.05
"""
DRIVER = """
import json, os, random, resource, signal, sys, time
from pathlib import Path
from bench import suite
from bench.disk import DiskFull, journal_path
from bench.settings import Settings
from tests.bench.test_kill import jobs_in
from tests.bench.test_suite import KERNELS, NAMES, Workers
from tests.bench.toys import sources

SETTINGS = Settings("quick", "quick", NAMES, (1, 2), 4, 0.03, 7, 0.2, 1.0, 120.0, False)
FULL = 9

def worker(request, limit_s):
    time.sleep(0.004)
    return Workers()(request, limit_s)

def measured(folder, machine):
    suite.run(SETTINGS, KERNELS, folder / "r.json", machine, resume=True, worker=worker, compiler=lambda *_: {})

def in_a_child(folder, kill_after_s=None, limit_bytes=None):
    machine = sources("epyc_vm", folder / "machine")
    child = os.fork()
    if not child:
        if limit_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        try:
            measured(folder, machine)
        except DiskFull as error:
            print(json.dumps({"said": str(error)}), flush=True)
            os._exit(FULL)
        except BaseException as error:
            print(json.dumps({"said": repr(error)}), flush=True)
            os._exit(1)
        os._exit(0)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps({"ended": ended, "kept": jobs_in(journal_path(folder / "r.json"))}), flush=True)
"""
KILLS = """
chance = random.Random(11)
for _ in range(30):
    in_a_child(Path(sys.argv[1]), kill_after_s=chance.uniform(0.0, 0.03))
in_a_child(Path(sys.argv[1]))
"""
FULL_DISKS = """
for limit_bytes in (1, 700, 3000, 9000, 20000):
    folder = Path(sys.argv[1]) / str(limit_bytes)
    in_a_child(folder, limit_bytes=limit_bytes)
    in_a_child(folder)
"""
JOBS = 4 * 2 * 4


def jobs_in(journal: Path) -> list[str]:
    """Jobs of the whole lines of a journal, without touching it."""
    lines = journal.read_bytes().split(b"\n")[1:-1] if journal.exists() else []
    return [json.loads(line)["job"] for line in lines]


def alive(marker: str) -> Iterator[int]:
    """Processes of other programs whose command line holds a text."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (entry / "cmdline").read_bytes():
                yield int(entry.name)
        except OSError:
            continue


def wait_until_gone(marker: str, limit_s: float = 10) -> list[int]:
    deadline = time.monotonic() + limit_s
    while (left := list(alive(marker))) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def assert_whole(result: Result, processes: int) -> None:
    """Every case once, with the samples of every process."""
    assert len({case.id for case in result.cases}) == len(result.cases)
    assert all(len(case.samples_per_process) in (processes, processes + 1) for case in result.cases)
    assert all(sum(case.samples_per_process) == len(case.samples_s) for case in result.cases)


def told(script: str, folder: Path) -> list[dict[str, Any]]:
    """What a process that runs the driver and a script prints, line by line."""
    command = [sys.executable, "-c", DRIVER + script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HOME)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_thirty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    lines, output = told(KILLS, tmp_path), tmp_path / "r.json"
    assert [line["ended"] for line in lines if "ended" in line] == [-signal.SIGKILL] * 30 + [0], lines
    kept: list[str] = []
    for line in lines[:-1]:
        before, kept = kept, line["kept"]
        assert kept[: len(before)] == before
        assert len(set(kept)) == len(kept)
    assert 0 < len(kept) <= JOBS
    found = read_result(output)
    assert len(found.cases) == 8
    assert_whole(found, 4)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["machine", "r.json"]


def start(suite: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench", "run", "--suite", str(suite), "-o", str(output), *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=HOME, start_new_session=True)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
def test_a_real_run_that_is_killed_again_and_again_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    chance, suite, output = random.Random(5), tmp_path / "tiny.toml", tmp_path / "r.json"
    suite.write_text(SUITE)
    kept: list[str] = []
    for number in range(60):
        with start(suite, output, "--resume") as process:
            marker = f"bench.worker\0{process.pid}\0"
            try:
                process.wait(timeout=chance.uniform(0.3, 4.0) if number < 8 else 200)
            except subprocess.TimeoutExpired:
                process.kill()
            _, said = process.communicate()
        assert wait_until_gone(marker) == [], "a worker outlived its run"
        if process.returncode in (0, 4) and output.exists():
            break
        assert process.returncode == -signal.SIGKILL, said
        before, kept = kept, jobs_in(journal_path(output))
        assert kept[: len(before)] == before
        assert len(set(kept)) == len(kept)
    found = read_result(output)
    assert {case.id for case in found.cases} == {f"{name}/quick/t1" for name in ("stream_copy", "stream_scale")}
    assert all(case.verification.passed and case.median_s for case in found.cases)
    assert_whole(found, 2)
    assert not journal_path(output).exists()


@pytest.mark.slow
def test_the_second_of_two_runs_is_told_so_and_the_first_goes_on(tmp_path: Path) -> None:
    suite, output = tmp_path / "tiny.toml", tmp_path / "r.json"
    suite.write_text(SUITE)
    with start(suite, output) as first:
        deadline = time.monotonic() + 60
        while not journal_path(output).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        with start(suite, output, "--resume") as second:
            _, said = second.communicate(timeout=100)
        assert second.returncode == 2
        assert f"process {first.pid} on " in said
        assert "Traceback" not in said
        first.communicate(timeout=200)
    assert first.returncode in (0, 4)
    assert_whole(read_result(output), 2)


def test_a_disk_that_fills_up_at_any_write_keeps_what_is_finished(tmp_path: Path) -> None:
    """A limit on the size of files makes the system refuse the rest of a write, as a full disk does."""
    lines = told(FULL_DISKS, tmp_path)
    for said, full, again in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        assert "the disk is full; free some space and run again, finished cases are kept" in said["said"]
        assert (full["ended"], again["ended"]) == (9, 0)
    kept = [len(line["kept"]) for line in lines[1::3]]
    assert kept == sorted(kept)
    assert (kept[0], kept[-1] > 3) == (0, True)
    for folder in tmp_path.iterdir():
        found = read_result(folder / "r.json")
        assert len(found.cases) == 8
        assert_whole(found, 4)
        assert sorted(entry.name for entry in folder.iterdir()) == ["machine", "r.json"]


def test_a_result_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    """What a power loss could leave of a result that is not replaced in one step would be refused."""
    output = tmp_path / "r.json"
    whole = dumps(result([case()]), indent=1).encode()
    chance = random.Random(3)
    for cut in [0, 1, len(whole) // 2, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(50))]:
        output.write_bytes(whole[:cut])
        with pytest.raises(ResultError):
            read_result(output)
