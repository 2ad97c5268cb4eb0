"""Groups of processes: they work together, sleep, fail with a reason, and end with the process that made them."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from kernels import find
from kernels.compile import HOME
from kernels.network import group as module
from kernels.network.collective import Collective
from kernels.network.group import MOST_PLANS, close_all, group_of
from kernels.network.shared import shared
from tests.kernels.network import steps

ALLREDUCE, HALO = find("allreduce"), find("halo_exchange")
WAIT_S = 20.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="ranks need Unix sockets"),
]


@pytest.fixture(autouse=True, scope="module")
def steps_can_be_imported():
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(HOME.parent))
        close_all()
        yield


def arrays(ranks, n=100):
    contribution, total = shared((ranks, n), np.float32), shared((ranks, n), np.float32)
    contribution[:] = np.random.default_rng(ranks).integers(-9, 9, (ranks, n))
    total[:] = np.nan
    return contribution, total


def assert_works(ranks):
    contribution, total = arrays(ranks)
    ALLREDUCE.cpu(contribution, total)
    assert np.array_equal(total, np.tile(contribution.sum(axis=0), (ranks, 1)))


def eventually(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pids(ranks):
    return [member.process.pid for member in group_of(ranks).members]


def test_two_groups_at_once():
    for _ in range(3):
        for ranks in (2, 3):
            assert_works(ranks)
    assert [len(pids(ranks)) for ranks in (2, 3)] == [1, 2]
    assert not set(pids(2)) & set(pids(3))
    group_of(3).close()
    assert_works(2)


def test_one_rank_needs_no_group(monkeypatch):
    monkeypatch.setattr("kernels.network.collective.group_of", None)
    assert_works(1)


def test_kernels_take_turns_in_one_group():
    table, field = shared((2, 6), np.int64), shared((2, 5, 6, 7), np.float32)
    table[:] = [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]]
    field[:] = np.random.default_rng(1).random(field.shape)
    expected = HALO.reference(table, field)["field"]
    before = pids(2)
    HALO.cpu(table, field)
    assert_works(2)
    assert np.array_equal(field, expected)
    assert pids(2) == before


def test_ranks_sleep_between_calls_and_wake_up():
    assert_works(2)
    (pid,) = pids(2)
    time.sleep(0.2)
    before = sum(psutil.Process(pid).cpu_times()[:2])
    time.sleep(0.5)
    assert sum(psutil.Process(pid).cpu_times()[:2]) - before <= 0.05
    assert_works(2)


def test_arrays_elsewhere_are_copied_in_and_out():
    contribution, total = (np.array(array) for array in arrays(2))
    call = ALLREDUCE.cpu.bind(contribution, total)
    for _ in range(2):
        contribution += 1
        call()
        assert np.array_equal(total, np.tile(contribution.sum(axis=0), (2, 1)))


def test_parts_of_shared_arrays_are_used_where_they_are(monkeypatch):
    monkeypatch.setattr(Collective, "_run_on_copies", None)
    contribution, _ = arrays(2, 50)
    memory = shared((203,), np.float32)
    memory[:] = -1
    total = memory[3:103].reshape(2, 50)
    ALLREDUCE.cpu(contribution, total)
    assert np.array_equal(total, np.tile(contribution.sum(axis=0), (2, 1)))
    assert (memory[:3] == -1).all()
    assert (memory[103:] == -1).all()


def test_tasks_come_and_go():
    kept = [arrays(2, n) for n in range(1, MOST_PLANS + 4)]
    for _ in range(2):
        for contribution, total in kept:
            total[:] = np.nan
            ALLREDUCE.cpu(contribution, total)
            assert np.array_equal(total[1], contribution.sum(axis=0))
    assert len(group_of(2)._plans) == MOST_PLANS
    del contribution, total
    kept.clear()
    assert_works(2)
    assert len(group_of(2)._plans) == 1


def test_threads_take_turns():
    def work(errors):
        try:
            for _ in range(20):
                assert_works(2)
        except BaseException as error:
            errors.append(error)

    errors = []
    workers = [threading.Thread(target=work, args=(errors,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []


def test_a_copy_of_this_process_has_no_group():
    assert_works(2)
    group = group_of(2)
    copy = os.fork()
    if not copy:
        group.close()
        os._exit(10 + group.is_open)
    _, status = os.waitpid(copy, 0)
    assert os.waitstatus_to_exitcode(status) == 10
    assert_works(2)
    assert group.is_open


def test_a_rank_that_was_killed_is_an_error_and_the_next_call_starts_another():
    assert_works(2)
    (pid,) = pids(2)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match=r"allreduce: rank 1 of 2 ended by signal SIGKILL; the next call starts"):
        assert_works(2)
    assert_works(2)
    assert pids(2) != [pid]


def test_a_rank_that_is_killed_at_work_is_an_error():
    box = shared((2, 1), np.int64)
    killer = threading.Thread(target=lambda: eventually(lambda: box[1, 0]) and os.kill(*pids(2), signal.SIGKILL))
    killer.start()
    with pytest.raises(RuntimeError, match="hold: rank 1 of 2 ended by signal SIGKILL"):
        Collective(steps.hold, ())(box)
    killer.join()


def test_a_rank_that_does_not_answer_is_an_error_and_is_ended(monkeypatch):
    assert_works(2)
    (pid,) = pids(2)
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(module, "LIMIT_S", 0.2)
    monkeypatch.setattr(module, "GOODBYE_S", 0.1)
    with pytest.raises(RuntimeError, match=r"allreduce: no answer from rank 1 of 2 for 0\.2 s; the next call starts"):
        assert_works(2)
    assert is_gone(pid)


def test_what_a_rank_cannot_import_is_an_error(monkeypatch, tmp_path, capfd):
    (tmp_path / "only_here.py").write_text(Path(steps.__file__).read_text())
    with monkeypatch.context() as patched:
        patched.syspath_prepend(tmp_path)
        step = importlib.import_module("only_here").hold
    with pytest.raises(RuntimeError, match="hold: rank 1 of 2 ended with code 1"):
        Collective(step, ())(shared((2, 1), np.int64))
    assert "No module named 'only_here'" in capfd.readouterr().err


def test_an_interrupt_ends_the_ranks():
    assert_works(2)
    group = group_of(2)

    class Interrupted:
        name = "allreduce"
        py_func = ALLREDUCE.cpu.dispatcher.py_func

        @property
        def dispatcher(self):
            raise KeyboardInterrupt

    task = module.task(ALLREDUCE.cpu.step, arrays(2))
    with pytest.raises(KeyboardInterrupt):
        group.run(module.Task(Interrupted(), task.arrays, task.key))
    assert not group.is_open
    assert all(is_gone(member.process.pid) for member in group.members)
    with pytest.raises(RuntimeError, match="its ranks were ended in the meantime"):
        group.run(task)


def test_too_many_ranks_are_refused():
    ranks = max(4 * os.cpu_count(), 8) + 1
    with pytest.raises(ValueError, match=f"allreduce: {ranks} ranks are too many for this machine"):
        ALLREDUCE.cpu(*(np.zeros((ranks, 3), np.float32) for _ in range(2)))


SCRIPT = """
import os, signal, sys, time
import numpy as np
from kernels.network.allreduce import ALLREDUCE
from kernels.network.group import group_of
from kernels.network.shared import shared
a, b = shared((2, 9), np.float32), shared((2, 9), np.float32)
ALLREDUCE.cpu(a, b)
print(*(member.process.pid for member in group_of(2).members), flush=True)
"""
ENDINGS = {
    "exit": ("sys.exit(3)", 3),
    "kill, while a copy of the process lives on": (
        "if os.fork(): os.kill(os.getpid(), signal.SIGKILL)\nprint(os.getpid(), flush=True)\ntime.sleep(30)",
        -signal.SIGKILL,
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_ranks_end_with_the_process_that_made_them_and_leave_nothing(name, tmp_path):
    """In a script without a main guard, from any directory."""
    ending, code = ENDINGS[name]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + ending)
    before = sorted(Path("/dev/shm").iterdir()) if Path("/dev/shm").exists() else []
    process = subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(HOME.parent)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    rank = int(process.stdout.readline())
    assert process.wait(WAIT_S) == code
    assert eventually(lambda: is_gone(rank))
    if "copy" in name:
        os.kill(int(process.stdout.readline()), signal.SIGKILL)
    assert process.stderr.read() == ""
    process.stdout.close()
    process.stderr.close()
    assert sorted(Path("/dev/shm").iterdir()) == before if before else True
