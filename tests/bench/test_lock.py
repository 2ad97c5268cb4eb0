"""One run per output: who holds the lock is told, a dead holder's lock is taken over."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load import ResultError
from bench.lock import lock_path, locked
from bench.spawn import HOME

HOLD = """
import sys
from pathlib import Path
from bench.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(output: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until it is killed."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(output)], stdin=pipe, stdout=pipe, text=True, cwd=HOME)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_run_is_told_who_is_at_it(tmp_path: Path) -> None:
    output = tmp_path / "r.json"
    with holder(output) as process:
        told = f"process {process.pid} on .* is writing this result; wait for it"
        with pytest.raises(ResultError, match=told), locked(output):
            pass
        process.kill()


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    output = tmp_path / "r.json"
    with holder(output) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lock_path(output).exists()
        with locked(output):
            assert json.loads(lock_path(output).read_text())["pid"] == os.getpid()
    assert not lock_path(output).exists()


def test_other_outputs_in_the_same_folder_are_free(tmp_path: Path) -> None:
    with locked(tmp_path / "a.json"), locked(tmp_path / "b.json"):
        assert lock_path(tmp_path / "a.json") != lock_path(tmp_path / "b.json")


def test_a_lock_of_another_host_is_never_taken(tmp_path: Path) -> None:
    output = tmp_path / "r.json"
    lock_path(output).write_text(json.dumps({"pid": 12, "host": "node7.example"}))
    told = r"process 12 on node7\.example .* if it has ended, delete .*r\.json"
    with pytest.raises(ResultError, match=told), locked(output):
        pass
    assert lock_path(output).exists()


@pytest.mark.parametrize("text", ["", "rubbish", "[1]", '{"pid": "x"}'])
def test_an_unreadable_signature_of_a_free_lock_is_no_obstacle(tmp_path: Path, text: str) -> None:
    lock_path(tmp_path / "r.json").write_text(text)
    with locked(tmp_path / "r.json"):
        assert "pid" in json.loads(lock_path(tmp_path / "r.json").read_text())


@pytest.mark.parametrize(
    ("pid", "free"), [(os.getpid(), False), (2**22 + 1, True), (None, True)], ids=["alive", "dead", "unknown"]
)
def test_without_kernel_locks_the_process_number_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pid: int | None, free: bool
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    lock_path(tmp_path / "r.json").write_text(json.dumps({"pid": pid}))
    if free:
        with locked(tmp_path / "r.json"):
            pass
    else:
        with pytest.raises(ResultError, match="is writing this result"), locked(tmp_path / "r.json"):
            pass


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), locked(tmp_path / "r.json"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_half_written_files_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    stale = [tmp_path / ".r.json.abcd1234.part", tmp_path / ".r.json.journal.abcd1234.part"]
    others = [tmp_path / ".r.json.swp", tmp_path / ".r2.json.abcd1234.part"]
    for path in (*stale, *others):
        path.write_text("x")
    with locked(tmp_path / "r.json"):
        pass
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("a file")
    with pytest.raises(ResultError, match="cannot be written"), locked(tmp_path / "none" / "r.json"):
        pass
