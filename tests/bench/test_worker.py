"""The worker process: limits before imports, a clean answer, failures as words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.decode import dumps
from bench.result import Case
from bench.spawn import HOME, spawn, understood
from bench.worker import THREAD_VARIABLES, cores_to_use, physical_cores, thread_environment
from tests.bench.toys import REQUEST, case

COPY = replace(REQUEST, kernel="stream_copy", time_cap_s=0.2)


def siblings(root: Path, *groups: str) -> Path:
    for group in groups:
        for cpu in group.split(","):
            folder = root / f"devices/system/cpu/cpu{cpu}/topology"
            folder.mkdir(parents=True)
            (folder / "thread_siblings_list").write_text(group + "\n")
    return root


def test_every_library_gets_the_same_number_of_threads() -> None:
    found = thread_environment(3)
    assert found["OMP_THREAD_LIMIT"] == "3"
    assert all(found[name] == "3" for name in THREAD_VARIABLES)


def test_threads_take_whole_cores_before_siblings(tmp_path: Path) -> None:
    root = siblings(tmp_path, "0,4", "1,5", "2,6", "3,7")
    everything = set(range(8))
    assert cores_to_use(2, everything, root) == {0, 1}
    assert cores_to_use(4, everything, root) == {0, 1, 2, 3}
    assert cores_to_use(6, everything, root) == {0, 1, 2, 3, 4, 5}
    assert cores_to_use(2, {2, 6, 7}, root) == {2, 7}
    assert physical_cores(everything, root) == 4
    assert physical_cores({2, 6, 7}, root) == 2


def test_without_topology_every_cpu_is_a_core(tmp_path: Path) -> None:
    assert cores_to_use(2, {1, 3, 5}, tmp_path) == {1, 3}
    assert physical_cores({1, 3, 5}, tmp_path) == 3


def test_a_worker_limits_itself_before_any_numerical_library_is_loaded() -> None:
    code = (
        "import sys, os; from bench.worker import settle; "
        "assert not {'numpy', 'numba', 'torch'} & set(sys.modules); settle(1); "
        "import numba; print(numba.config.NUMBA_NUM_THREADS, len(os.sched_getaffinity(0)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    assert done.stdout.split() == ["1", "1"]


def test_a_real_worker_runs_a_real_kernel() -> None:
    found = spawn(COPY, 120)
    assert isinstance(found, Case)
    assert found.verification.passed
    assert (found.kernel, found.threads, found.size) == ("stream_copy", 1, "quick")
    assert found.gb_per_s is not None
    assert found.gb_per_s > 0.1
    assert found.compile_s is not None
    assert found.threading_layer


def test_the_answer_is_not_mixed_with_what_a_kernel_prints(tmp_path: Path) -> None:
    code = (
        "import bench.case, bench.worker, os\n"
        "def noisy(*_, **__):\n"
        "    print('hello from a kernel'); os.write(1, b'and from C')\n"
        "    return {'answer': 42}\n"
        "bench.case.run_case = noisy\n"
        "bench.worker.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=dumps(COPY), capture_output=True, text=True, check=True, cwd=HOME
    )
    assert json.loads(done.stdout) == {"answer": 42}
    assert "and from C" in done.stderr


def test_a_worker_that_takes_too_long_is_ended() -> None:
    assert "ended after 0.01 s; allow more with limit_s" in str(spawn(COPY, 0.01))


def test_a_worker_that_dies_says_its_last_words_and_leaves_the_parent_its_cores() -> None:
    before = os.sched_getaffinity(0)
    found = spawn(replace(COPY, kernel="no_such_kernel"), 60)
    assert isinstance(found, str)
    assert found.startswith("the worker ended with 1: ")
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("code", "answer", "complaint", "text"),
    [
        (-11, "", "", "the worker died of signal SIGSEGV"),
        (-9, "", "", "the worker died of signal SIGKILL"),
        (3, "", "", "the worker ended with 3: it said nothing"),
        (1, "", "Traceback\nMemoryError: no room", "the worker ended with 1: MemoryError: no room"),
        (0, "half {", "", "the worker's answer cannot be read"),
        (0, "{}", "", "the worker's answer cannot be read"),
    ],
)
def test_every_way_to_fail_is_put_into_words(code: int, answer: str, complaint: str, text: str) -> None:
    assert str(understood(code, answer, complaint)).startswith(text)


def test_a_good_answer_is_a_case() -> None:
    assert understood(0, dumps(case()), "a warning") == case()


PARENT = """
import os, subprocess, sys
child = f"from bench.worker import end_with_parent; end_with_parent({os.getpid()})"
subprocess.run([sys.executable, "-c", child + "; import os, time; print(os.getpid(), flush=True); time.sleep(60)"])
"""


def running(process: int) -> bool:
    """Whether a process lives; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_worker_ends_when_the_process_that_started_it_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=HOME) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert running(worker)
        parent.kill()
    deadline = time.monotonic() + 10
    while running(worker) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not running(worker)


def test_an_orphan_does_not_even_begin() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker", "1"], input="", capture_output=True, text=True, cwd=HOME
    )
    assert done.returncode == 1
    assert "the process that asked for this has ended" in done.stderr


def test_a_fast_end_runs_what_was_left_to_do_at_the_end() -> None:
    code = "import atexit; from bench.worker import leave; atexit.register(print, 'tidied', flush=True); leave()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOME)
    assert (done.returncode, done.stdout) == (0, "tidied\n")


def test_scipy_is_loaded_for_peers_only() -> None:
    code = (
        "import sys; from bench.worker import do_without_scipy; do_without_scipy()\n"
        "from kernels import find; k = find('gemm_fp64'); k.cpu(*k.inputs(0, m=9, n=9, k=9).values())\n"
        "print([name for name in sys.modules if name.startswith('scipy.linalg.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    assert done.stdout == "[]\n"
