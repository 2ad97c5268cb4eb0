"""A real Dask cluster on the loopback: one worker per host, a death, an interrupt and a resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.fleet import remote
from bench.fleet.cluster import connected, hosts_of, run_on_hosts
from bench.fleet.remote import Request
from bench.result import read_result
from bench.spawn import HOME

distributed = pytest.importorskip("distributed", reason="distributed is not installed: pip install innocap[dask]")

SUITE = """
id = "tiny"
kernels = ["stream_triad"]
preset = "quick"
threads = 1
interval = 0.5
min_samples = 3
min_time_s = 0.01
time_cap_s = 0.1
"""


def two_hosts(dask_worker: Any) -> dict[str, str]:
    """Workers 0 and 2 as if on one host, worker 1 on another, all with the sources of this one."""
    name = f"host{int(dask_worker.name) % 2}"
    return {**remote.identity(), "id": name, "name": name, "pid": str(os.getpid()), "sources": "same"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def address(cache: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        with distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
        ) as local:
            yield local.scheduler_address


@pytest.fixture(autouse=True)
def same_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_digest_of_sources", lambda: "same")


def test_every_host_runs_once_in_a_process_of_its_own(address: str, tmp_path: Path, cache: Path) -> None:
    with connected(address) as cluster:
        hosts, failed = hosts_of(cluster, two_hosts)
        assert failed == []
        assert {host.name: host.workers for host in hosts} == {"host0": 2, "host1": 1}
        found = run_on_hosts(cluster, hosts, Request(SUITE), tmp_path, look_every_s=0.2)
    assert {outcome.host: outcome.problem for outcome in found} == {"host0": "", "host1": ""}
    results = [read_result(tmp_path / f"host{number}.json") for number in range(2)]
    assert [{case.kernel for case in result.cases} for result in results] == [{"stream_triad"}] * 2
    assert len({result.run_id for result in results}) == 2
    assert not list(cache.rglob("*.json"))


def test_a_worker_that_dies_takes_its_run_along_and_the_other_host_is_kept(address: str, tmp_path: Path) -> None:
    with connected(address) as cluster:
        hosts, _ = hosts_of(cluster, two_hosts)
        doomed, other = sorted(hosts, key=lambda host: host.name)
        victim = psutil.Process(int(doomed.facts["pid"]))
        children: list[psutil.Process] = []

        def told(host: str, line: str) -> None:
            if host == doomed.name and not children:
                children.extend(victim.children(recursive=True))
                victim.kill()

        found = run_on_hosts(cluster, [doomed, other], Request(SUITE), tmp_path, told=told, look_every_s=0.2)
    lost, kept = found
    assert lost.file is None
    assert "its worker died or left the cluster" in lost.problem
    assert children
    assert psutil.wait_procs(children, timeout=20)[1] == []
    assert kept.file == tmp_path / f"{other.name}.json"
    assert len(read_result(kept.file).cases) == 1


def started(address: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    suite = folder / "tiny.toml"
    suite.write_text(SUITE.replace('["stream', '["stream_copy", "stream'))
    command = [sys.executable, "-m", "bench", "run", "--dask", address, "--suite", str(suite)]
    command += ["-o", str(folder / "out"), *options]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOME,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_an_interrupted_command_goes_on_later(address: str, tmp_path: Path, cache: Path) -> None:
    before = set(cache.rglob("*.journal"))
    first = started(address, tmp_path)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and before == set(cache.rglob("*.journal")) and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 5, said
    assert f"error: interrupted; finished hosts are kept in {tmp_path / 'out'}, go on with --resume" in said
    assert "Traceback" not in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["fleet.json"]

    second = started(address, tmp_path, "--resume", "--json")
    out, said = second.communicate(timeout=120)
    assert second.returncode == 0, said
    assert "only tcp://127.0.0.1:" in said
    assert "1 of 1 hosts finished" in said
    (told,) = json.loads(out)["hosts"].values()
    assert told["problem"] == ""
    assert len(read_result(Path(told["file"])).cases) == 2
