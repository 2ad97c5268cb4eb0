"""What runs in a worker: a process of its own, a lease, what is left on the disk."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.disk import journal_path
from bench.fleet import remote
from bench.fleet.remote import Request, Run, Seen
from bench.reading import InputError, suite_path
from bench.worker import THREAD_VARIABLES

NAMES = ("spmv", "stencil7")
TALK = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("1/2 spmv", file=sys.stderr, flush=True)
print(os.environ.get("OMP_NUM_THREADS"), sys.argv, file=sys.stderr, flush=True) if "-x" in sys.argv else None
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    for run in remote.RUNS.values():
        if run.process is not None:
            run.process.kill()
    remote.RUNS.clear()


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that say one line and wait, in the place of `bench run`."""
    script = tmp_path / "talk.py"
    script.write_text(TALK)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} {script} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def folder(tmp_path: Path, token: str = "t") -> Path:
    return tmp_path / "cache" / "innocap" / "fleet" / token


def test_a_host_says_who_it_is_and_what_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = remote.identity()
    assert {"id", "name", *remote.SAME, *remote.ALIKE} == found.keys()
    assert all(found.values())
    monkeypatch.setattr(remote, "BOOT_ID", tmp_path / "none")
    assert remote.identity()["id"] == found["name"]


def test_options_of_a_run_become_a_request() -> None:
    found = remote.request_of("quick", NAMES, ("spmv",), 2, False)
    assert found == Request(suite_path("quick").read_text(), ("spmv",), 2, False)
    with pytest.raises(InputError, match="--kernel: unknown kernel 'smpv'"):
        remote.request_of("quick", NAMES, ("smpv",), None, None)


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (Request("x"), []),
        (Request("x", NAMES, 3, True), ["--kernel", "spmv", "--kernel", "stencil7", "--threads", "3", "--peers"]),
        (Request("x", peers=False), ["--no-peers"]),
    ],
)
def test_a_request_becomes_options(request_: Request, options: list[str]) -> None:
    begin = ["run", "--suite", "s.toml", "-o", "r.json", "--resume", "--force"]
    assert remote._options(request_, Path("s.toml"), Path("r.json")) == begin + options


def test_a_cluster_does_not_decide_on_threads() -> None:
    given = {**dict.fromkeys(THREAD_VARIABLES, "1"), "HOME": "h"}
    assert remote._environment(given) == {"HOME": "h"}


@pytest.mark.usefixtures("talk")
def test_a_run_is_started_once_watched_and_stopped(tmp_path: Path) -> None:
    remote.start("t", "node", Request("text"))
    process = remote.RUNS["t"].process
    wait_for(lambda: remote.look("t").line == "1/2 spmv")
    remote.start("t", "node", Request("text"))
    assert remote.RUNS["t"].process is process
    assert (folder(tmp_path) / "node.toml").read_text() == "text"
    remote.stop("t")
    wait_for(lambda: remote.look("t").ended)
    assert remote.look("t") == Seen("1/2 spmv", True, 5, None)
    remote.stop("t")


def test_a_run_that_is_still_ending_cannot_be_joined() -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: None); print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    process.stdout.readline()
    remote.RUNS["t"] = Run(process, Path("node.json"))
    assert remote.start("t", "node", Request("text"))
    remote.stop("t")
    assert not remote.start("t", "node", Request("text"))
    assert remote.RUNS["t"].process is process


@pytest.mark.usefixtures("talk")
def test_a_stopped_run_is_started_again_once_it_has_ended() -> None:
    assert remote.start("t", "node", Request("text"))
    first = remote.RUNS["t"].process
    wait_for(lambda: remote.look("t").line == "1/2 spmv")
    remote.stop("t")
    wait_for(lambda: remote.start("t", "node", Request("text")))
    assert remote.RUNS["t"].process is not first
    assert not remote.look("t").ended


@pytest.mark.usefixtures("talk")
def test_a_run_that_nobody_asks_about_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "LEASE_S", 0.5)
    remote.start("t", "node", Request("text"))
    process = remote.RUNS["t"].process
    assert process is not None
    assert process.wait(timeout=20) in (5, -15)


def test_what_was_finished_earlier_is_not_run_again_and_is_forgotten_when_fetched(tmp_path: Path) -> None:
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "node.json").write_text("{}")
    remote.start("t", "node", Request("text"))
    assert remote.look("t") == Seen("finished earlier", True, 0, "{}")
    remote.forget("t")
    assert not folder(tmp_path).exists()
    remote.forget("t")


def test_a_result_beside_its_journal_is_not_finished(tmp_path: Path) -> None:
    output = tmp_path / "node.json"
    for path in (output, journal_path(output)):
        path.write_text("{}")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(5)"], text=True)
    process.wait()
    remote.RUNS["t"] = Run(process, output, "interrupted")
    assert remote.look("t") == Seen("interrupted", True, 5, None)


def test_a_worker_that_was_started_anew_knows_nothing() -> None:
    assert remote.look("t") == Seen("its worker was started anew and knows nothing of the run", ended=True)
    remote.stop("t")


def test_without_a_home_the_work_lies_in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))
    assert remote._folder("t").is_relative_to(tmp_path / "tmp")
