"""What runs in a worker of a cluster: it starts `bench run` as a process of its own, tells how far it is, and ends it.

The functions are called from far away and answer at once. A run that nobody asks about any more is stopped, so that
a client that vanished leaves nothing behind; its finished cases stay on the host, and the same run goes on later.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.disk import journal_path
from bench.machine import Unknown, package_version
from bench.reading import known_name, suite_path
from bench.result import RESULT_SCHEMA
from bench.worker import THREAD_VARIABLES, end_with_parent

HOME = Path(__file__).resolve().parent.parent.parent
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LEASE_S = 60.0
SAME = ("innocap", "sources", "schema")
ALIKE = ("python", "numba", "numpy")


@dataclass(frozen=True)
class Request:
    """What a host is asked to run: text of a suite file, and the options of `bench run`."""

    suite: str
    kernels: tuple[str, ...] = ()
    threads: int | None = None
    peers: bool | None = None


def request_of(
    suite: str, known: Collection[str], kernels: tuple[str, ...], threads: int | None, peers: bool | None
) -> Request:
    """Options of `bench run` as a request.

    Args:
        suite: name or path, as in `bench.reading.read_suite`.
        known: names of all kernels.
        kernels: only these, if any are given.
        threads: this thread count instead of the suite's.
        peers: this answer instead of the suite's.

    Raises:
        InputError: no such suite, or an unknown kernel.
    """
    for name in kernels:
        known_name(name, known, "--kernel")
    return Request(suite_path(suite).read_text("utf-8-sig"), kernels, threads, peers)


@dataclass(frozen=True)
class Seen:
    """How far a run is: its last line of progress, whether it ended and with what code, and the text of its result."""

    line: str
    ended: bool
    code: int | None = None
    result: str | None = None


@dataclass
class Run:
    """A process that measures.

    looked_s  when somebody last asked about it, on the clock of this process
    stopped   it was interrupted, and ends as soon as its current batch allows
    """

    process: subprocess.Popen[str] | None
    output: Path
    line: str = ""
    looked_s: float = field(default_factory=time.monotonic)
    stopped: bool = False


RUNS: dict[str, Run] = {}


def identity() -> dict[str, str]:
    """Who this host is and what is installed there, as texts.

    `id` is the same for all processes, also in containers, that share a running kernel and so its processors.
    """
    name = socket.gethostname()
    try:
        boot = BOOT_ID.read_text().strip()
    except OSError:
        boot = name
    installed = {library: _version(library) for library in ("innocap", "numba", "numpy")}
    return {
        "id": boot,
        "name": name,
        "python": platform.python_version(),
        "sources": _digest_of_sources(),
        "schema": RESULT_SCHEMA,
        **installed,
    }


def start(token: str, name: str, request: Request) -> bool:
    """Start the run of this token, or go on with what is on the disk; does nothing where it runs already.

    False while an earlier process of the run, which was interrupted, has not ended yet: ask again.

    Args:
        token: name of the whole run, the same for all hosts.
        name: of this host.
        request: what to measure.
    """
    run = RUNS.get(token)
    if run is not None and run.process is not None and run.process.poll() is None:
        run.looked_s = time.monotonic()
        return not run.stopped
    output = _folder(token) / f"{name}.json"
    if output.exists() and not journal_path(output).exists():
        RUNS[token] = Run(None, output, "finished earlier")
        return True
    suite = output.with_suffix(".toml")
    suite.write_text(request.suite, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fleet.remote", str(os.getpid()), *_options(request, suite, output)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
        cwd=HOME, env=_environment(os.environ), start_new_session=True,
    )  # fmt: skip
    RUNS[token] = Run(process, output, "starting")
    for work in (_read, _watch):
        threading.Thread(target=work, args=(RUNS[token],), daemon=True).start()
    return True


def look(token: str) -> Seen:
    """How far the run is; asking keeps it alive."""
    run = RUNS.get(token)
    if run is None:
        return Seen("its worker was started anew and knows nothing of the run", ended=True)
    run.looked_s = time.monotonic()
    code = run.process.poll() if run.process else 0
    if code is None:
        return Seen(run.line, ended=False)
    finished = run.output.exists() and not journal_path(run.output).exists()
    return Seen(run.line, True, code, run.output.read_text("utf-8") if finished else None)


def stop(token: str) -> None:
    """Interrupt the run; finished cases stay on the disk of this host."""
    run = RUNS.get(token)
    if run is not None and run.process is not None and run.process.poll() is None:
        _interrupt(run.process, run)


def forget(token: str) -> None:
    """Remove what the run left on this host, after its result has been fetched."""
    run = RUNS.pop(token, None)
    if run is not None:
        for path in (run.output, run.output.with_suffix(".toml")):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            run.output.parent.rmdir()


def main(arguments: list[str]) -> None:
    """Entry point of the process: `bench` with these arguments, ended together with the process that asked for it."""
    end_with_parent(int(arguments[0]))
    from bench.cli import bench

    bench(arguments[1:])


def _options(request: Request, suite: Path, output: Path) -> list[str]:
    options = ["run", "--suite", str(suite), "-o", str(output), "--resume", "--force"]
    options += [word for name in request.kernels for word in ("--kernel", name)]
    options += ["--threads", str(request.threads)] if request.threads else []
    peers = {None: [], True: ["--peers"], False: ["--no-peers"]}[request.peers]
    return [*options, *peers]


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Clusters give each of their workers one thread; a run takes the machine."""
    return {name: value for name, value in environ.items() if name not in THREAD_VARIABLES}


def _folder(token: str) -> Path:
    """A folder that outlives this process, so that an interrupted run can go on."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for place in (home, Path(tempfile.gettempdir()) / f"innocap-{os.getuid()}"):
        with contextlib.suppress(OSError):
            folder = place / "innocap" / "fleet" / token
            folder.mkdir(parents=True, exist_ok=True)
            return folder
    raise OSError(f"neither {home} nor {tempfile.gettempdir()} can be written")


def _read(run: Run) -> None:
    assert run.process is not None
    assert run.process.stderr is not None
    for line in run.process.stderr:
        if line.strip():
            run.line = line.strip()[:200]


def _watch(run: Run) -> None:
    assert run.process is not None
    while run.process.poll() is None:
        if time.monotonic() - run.looked_s > LEASE_S:
            _interrupt(run.process, run)
        time.sleep(1.0)


def _interrupt(process: subprocess.Popen[str], run: Run) -> None:
    run.stopped = True
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)


def _version(library: str) -> str:
    try:
        return package_version(library)
    except Unknown:
        return "unknown"


def _digest_of_sources() -> str:
    """First digits of a checksum over the source of kernels and harness."""
    digest = hashlib.sha256()
    for path in sorted(path for package in ("bench", "kernels") for path in (HOME / package).rglob("*.py")):
        digest.update(str(path.relative_to(HOME)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


if __name__ == "__main__":
    main(sys.argv[1:])
