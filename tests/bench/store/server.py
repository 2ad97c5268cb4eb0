"""A PostgreSQL of our own: a private data folder, on the loopback only, never as root."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_S = 60


class Unavailable(Exception):  # noqa: N818
    """No server can be started here; the text says why."""


@contextmanager
def server() -> Iterator[str]:
    """URL of the superuser of a fresh server, which ends with the block. Raises Unavailable."""
    programs, prefix = _programs(), _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="innocap-postgresql-"))
    password, port = secrets.token_hex(16), _free_port()
    try:
        (home / "password").write_text(password)
        if prefix:
            for path in (home, home / "password"):
                shutil.chown(path, prefix[2])
        data = str(home / "data")
        _run(*prefix, str(programs / "initdb"), "-D", data, "-U", "tester", "--pwfile", str(home / "password"),
             "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C")  # fmt: skip
        settings = f"-c listen_addresses=127.0.0.1 -p {port} -k {home} -c fsync=off -c max_connections=20"
        control = [*prefix, str(programs / "pg_ctl"), "-D", data, "-w", "-t", str(WAIT_S)]
        _run(*control, "-l", str(home / "log"), "-o", settings, "start")
        try:
            yield f"postgresql://tester:{password}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, timeout=WAIT_S)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise Unavailable("PostgreSQL is not installed (Debian: apt-get install postgresql)")


def _unprivileged() -> tuple[str, ...]:
    """The server refuses to run as root; another user has to."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("runuser") is None:
        raise Unavailable("these tests run as root, and there is no runuser to start PostgreSQL as somebody else")
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return ("runuser", "-u", name, "--")
    raise Unavailable("these tests run as root, and there is no user postgres or nobody to start PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=WAIT_S * 2, check=False, cwd=tempfile.gettempdir()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"PostgreSQL cannot be started: {error}") from None
    if done.returncode != 0:
        raise Unavailable(f"PostgreSQL cannot be started: {(done.stderr or done.stdout).strip()[-300:]}")
