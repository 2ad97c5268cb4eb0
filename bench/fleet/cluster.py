"""A suite on every host of a Dask cluster: one worker per host, one result file per host, resumable."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from bench import disk
from bench.decode import DecodeError, decode, dumps
from bench.fleet import remote
from bench.fleet.remote import ALIKE, SAME, Request
from bench.load import ResultError, load
from bench.reading import InputError
from bench.result import READABLE, Result
from bench.suite import now

FINISHED = "finished"
MANIFEST = "fleet.json"
MANIFEST_SCHEMA = "innocap.fleet/1"
SCHEMES = ("tcp", "tls", "ucx", "ws", "wss")
FIRST_LOOK_S = 0.3
LOOK_EVERY_S = 5.0
PATIENCE_S = 60.0


class Lost(Exception):  # noqa: N818
    """A worker is no longer part of the cluster, or the cluster is gone; the text says which and what to do."""


@dataclass(frozen=True)
class Cluster:
    """What is needed of a cluster: addresses of its workers, and a way to call a function in one of them."""

    workers: Callable[[], Sequence[str]]
    call: Callable[..., Any]


@dataclass(frozen=True)
class Host:
    """A machine of the cluster: its name, the worker that is used, how many it has, and what is installed there."""

    name: str
    address: str
    workers: int
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """First file in the folder: which run its results belong to."""

    schema: str
    run_id: str
    created: str
    request: Request


@dataclass(frozen=True)
class Outcome:
    """What came of a host: its result file, or why there is none."""

    host: str
    file: Path | None
    problem: str = ""


Told = Callable[[str, str], None]


@contextlib.contextmanager
def connected(address: str, timeout_s: float = 10.0) -> Iterator[Cluster]:
    """The cluster of a Dask scheduler.

    Raises:
        InputError: distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise InputError('--dask: the package distributed is not installed; pip install "innocap[dask]"') from None
    if "://" in address and address.partition("://")[0] not in SCHEMES:
        raise InputError(f"--dask: {address!r} is no address of a scheduler; expected tcp://HOST:8786")
    try:
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--dask: no scheduler answers at {address!r} ({_first_line(error)}); expected tcp://HOST:8786"
        ) from None

    def workers() -> list[str]:
        told = client.scheduler_info(n_workers=-1) if client.status == "running" else {}
        if "workers" in told:
            return sorted(told["workers"])
        if client.status == "closed":
            raise Lost("the scheduler is gone; start a cluster and go on with --resume")
        raise ConnectionError("the scheduler does not answer")

    def call(worker: str, function: Callable[..., Any], *arguments: Any) -> Any:
        if worker not in workers():
            raise Lost("its worker died or left the cluster; start one and go on with --resume")
        found = client.run(function, *arguments, workers=[worker], on_error="return")[worker]
        if isinstance(found, Exception):
            raise found
        return found

    try:
        yield Cluster(workers, call)
    finally:
        client.close()


def hosts_of(
    cluster: Cluster, identify: Callable[[], Mapping[str, str]] = remote.identity
) -> tuple[list[Host], list[Outcome]]:
    """The hosts of a cluster with one worker each, and those that cannot be used with the reason.

    Raises:
        InputError: the cluster has no workers.
    """
    addresses = cluster.workers()
    if not addresses:
        raise InputError("--dask: the cluster has no workers; start some with: dask worker SCHEDULER")
    with ThreadPoolExecutor(min(len(addresses), 64)) as pool:
        answers = list(pool.map(lambda address: _asked(cluster, address, identify), addresses))
    known: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    failed = []
    for address, answer in zip(addresses, answers, strict=True):
        if isinstance(answer, str):
            failed.append(Outcome(address, None, answer))
        else:
            known.setdefault(answer["id"], []).append((address, answer))
    names = [rows[0][1]["name"] for rows in known.values()]
    hosts = [Host(_own_name(rows[0][1], names), rows[0][0], len(rows), rows[0][1]) for rows in known.values()]
    return hosts, failed


def _asked(cluster: Cluster, address: str, identify: Callable[[], Mapping[str, str]]) -> Mapping[str, str] | str:
    try:
        found: Mapping[str, str] = cluster.call(address, identify)
        return found
    except Lost as error:
        return str(error)
    except ModuleNotFoundError as error:
        return f"innocap is not installed in the Python of this worker ({error}); install it there"
    except Exception as error:
        return f"it does not say who it is: {_first_line(error)}"


def _own_name(facts: Mapping[str, str], names: Sequence[str]) -> str:
    """Name of the host as part of a file name; where several share one, the start of the id sets them apart."""
    clean = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in facts["name"]).lstrip(".")
    return f"{clean}-{facts['id'][:8]}" if names.count(facts["name"]) > 1 else clean


def mismatch(facts: Mapping[str, str], here: Mapping[str, str], names: Sequence[str]) -> str:
    """What differs between a host and this machine among these facts, as one phrase; empty if nothing does."""
    return ", ".join(
        f"{name} {facts.get(name, 'unknown')} there, {here[name]} here"
        for name in names
        if facts.get(name) != here[name]
    )


def run_on_hosts(
    cluster: Cluster,
    hosts: Sequence[Host],
    request: Request,
    folder: Path,
    *,
    resume: bool = False,
    force: bool = False,
    told: Told = lambda _host, _line: None,
    look_every_s: float = LOOK_EVERY_S,
) -> list[Outcome]:
    """Run the suite on all hosts at once and keep each result as soon as it is there.

    Args:
        cluster: where to run.
        hosts: one worker each.
        request: what to run.
        folder: gets one file per host, and a manifest.
        resume: keep the hosts that are finished, go on with the others.
        force: drop what an earlier run left in the folder.
        told: called with host and line of progress.
        look_every_s: longest pause between two questions to a host.

    Raises:
        ResultError: the folder holds another run, or cannot be written; every host is stopped.
        KeyboardInterrupt: every host is stopped, its finished cases stay there for the next time.
    """
    token = _opened(folder, request, resume, force).run_id
    waiting = [host for host in hosts if not (folder / f"{host.name}.json").exists()]
    kept = [Outcome(host.name, folder / f"{host.name}.json") for host in hosts if host not in waiting]
    here, stopping = remote.identity(), Event()

    def follow(host: Host) -> Outcome:
        wrong = mismatch(host.facts, here, SAME)
        if wrong:
            return Outcome(host.name, None, f"{wrong}; install the same innocap on both")
        return _followed(cluster, host, request, token, folder, stopping, told, look_every_s)

    with ThreadPoolExecutor(max(len(waiting), 1)) as pool:
        futures = [pool.submit(follow, host) for host in waiting]
        try:
            return kept + [future.result() for future in futures]
        finally:
            stopping.set()


def _opened(folder: Path, request: Request, resume: bool, force: bool) -> Manifest:
    path = folder / MANIFEST
    if path.exists() and resume:
        manifest = load(path, Manifest, (MANIFEST_SCHEMA,), "a manifest of `bench run --dask`")
        if manifest.request == request:
            return manifest
        if not force:
            raise ResultError(
                f"{folder}: belongs to a run with other options; give the same, or start afresh with --force"
            )
    old = _results_in(folder)
    if (old or path.exists()) and not force:
        raise ResultError(
            f"{folder}: holds a run with {len(old)} finished hosts; go on with --resume, or start afresh with --force"
        )
    for file in old:
        file.unlink()
    manifest = Manifest(MANIFEST_SCHEMA, str(uuid.uuid4()), now(), request)
    disk.write_atomically(path, dumps(manifest, indent=1) + "\n")
    return manifest


def _results_in(folder: Path) -> list[Path]:
    """Files that are results of a run."""
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        with contextlib.suppress(OSError, ValueError):
            data = json.loads(path.read_text("utf-8"))
            if isinstance(data, dict) and data.get("schema") in READABLE:
                found.append(path)
    return found


def _followed(
    cluster: Cluster,
    host: Host,
    request: Request,
    token: str,
    folder: Path,
    stopping: Event,
    told: Told,
    look_every_s: float,
) -> Outcome:
    try:
        pause_s = min(FIRST_LOOK_S, look_every_s)
        while not cluster.call(host.address, remote.start, token, host.name, request):
            told(host.name, "an interrupted run is still ending there")
            if stopping.wait(pause_s):
                return Outcome(host.name, None, "stopped before it began")
        seen = _looked(cluster, host, token, told)
        while not seen.ended:
            pause_s = min(1.5 * pause_s, look_every_s)
            if stopping.wait(pause_s):
                cluster.call(host.address, remote.stop, token)
                return Outcome(host.name, None, "stopped; its finished cases are kept there")
            seen = _looked(cluster, host, token, told)
    except Lost as error:
        return Outcome(host.name, None, str(error))
    except Exception as error:
        return Outcome(host.name, None, f"{type(error).__name__}: {_first_line(error)}")
    return _fetched(cluster, host, token, folder, seen)


def _looked(cluster: Cluster, host: Host, token: str, told: Told) -> remote.Seen:
    """Ask a host; a connection that breaks is tried again for PATIENCE_S while its worker is in the cluster."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            seen: remote.Seen = cluster.call(host.address, remote.look, token)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            told(host.name, seen.line if seen.result is None else FINISHED)
            return seen


def _fetched(cluster: Cluster, host: Host, token: str, folder: Path, seen: remote.Seen) -> Outcome:
    if seen.result is None:
        code = "" if seen.code is None else f"its run ended with {seen.code}: "
        return Outcome(host.name, None, code + seen.line)
    try:
        decode(Result, json.loads(seen.result))
    except (ValueError, DecodeError) as error:
        return Outcome(host.name, None, f"its result cannot be read: {_first_line(error)}")
    path = folder / f"{host.name}.json"
    disk.write_atomically(path, seen.result)
    with contextlib.suppress(Exception):
        cluster.call(host.address, remote.forget, token)
    return Outcome(host.name, path)


def remarks(hosts: Sequence[Host], here: Mapping[str, str]) -> list[str]:
    """Hosts with several workers, and hosts whose libraries differ from those here."""
    several = [
        f"{host.name} has {host.workers} workers; only {host.address} is used, so that they do not disturb each other"
        for host in hosts
        if host.workers > 1
    ]
    unlike = [(host.name, mismatch(host.facts, here, ALIKE)) for host in hosts]
    return several + [f"{name}: {what}; compare its figures with care" for name, what in unlike if what]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
