"""`bench run --dask` on a played cluster: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.cli import bench
from bench.cli.fleet import _share
from bench.decode import dumps
from bench.fleet import cluster, remote
from bench.fleet.cluster import Cluster
from bench.fleet.remote import Seen
from tests.bench.fleet.test_cluster import GONE, HERE, Stage
from tests.bench.fleet.test_stragglers import host
from tests.bench.toys import case, result

Go = Callable[..., Result]


def done(factor: float = 1.0) -> Seen:
    return Seen("written", True, 0, dumps(host(factor)))


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    def start(answers: dict[str, Any], *options: str) -> Result:
        facts = {address: {"id": address, "name": address, **HERE} for address in answers}
        stage = Stage({address: [answer] for address, answer in answers.items()}, facts)

        @contextlib.contextmanager
        def connected(address: str) -> Iterator[Cluster]:
            assert address == "tcp://x:1"
            yield stage.cluster()

        monkeypatch.setattr(cluster, "connected", connected)
        monkeypatch.setattr(cluster, "hosts_of", lambda played: real(played, remote.identity))
        command = ["run", "--dask", "tcp://x:1", "-o", str(tmp_path / "out"), *options]
        return CliRunner().invoke(bench, command)

    real = cluster.hosts_of
    monkeypatch.setattr(remote, "identity", lambda: {"id": "me", "name": "me", **HERE})
    return start


def test_every_host_is_told_of_and_none_is_slow(go: Go, tmp_path: Path) -> None:
    found = go({"a": done(), "b": done(1.02)})
    assert found.exit_code == 0, found.stderr
    assert found.stdout == ""
    assert "a: finished\n" in found.stderr
    assert "no stragglers" in found.stderr
    assert f"2 of 2 hosts finished; results are in {tmp_path / 'out'}" in found.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "b.json", "fleet.json"]


def test_stragglers_and_failures_are_named(go: Go, tmp_path: Path) -> None:
    found = go({"a": done(), "b": done(), "slow": done(2.0), "dead": GONE}, "--json")
    assert found.exit_code == 4
    assert "slow is a straggler: 50.0% of the typical speed" in found.stderr
    assert "dead failed: its worker died or left the cluster" in found.stderr
    assert "3 of 4 hosts finished" in found.stderr
    told = json.loads(found.stdout)
    assert told["stragglers"] == ["slow"]
    assert told["hosts"]["a"] == {"file": str(tmp_path / "out" / "a.json"), "problem": ""}
    assert told["hosts"]["dead"]["file"] == ""


def test_one_host_alone_is_not_compared(go: Go) -> None:
    found = go({"a": done()})
    assert found.exit_code == 0
    assert "straggler" not in found.stderr
    assert "1 of 1 hosts finished" in found.stderr


@pytest.mark.parametrize(
    ("line", "share"),
    [("3/12 spmv ok", 0.25), ("12/12 kernels compiled", 0.0), ("finished", 1.0), ("starting", 0.0), ("0/0 x", 0.0)],
)
def test_the_bar_follows_the_cases(line: str, share: float) -> None:
    assert _share(line) == share


def test_a_host_with_a_wrong_kernel_ends_with_4(go: Go) -> None:
    wrong = Seen("", True, 4, dumps(result([replace(case(), verdict="wrong")])))
    assert go({"a": done(), "b": wrong}).exit_code == 4


def test_an_interrupt_ends_with_5_and_says_how_to_go_on(go: Go, tmp_path: Path) -> None:
    found = go({"a": KeyboardInterrupt()})
    assert found.exit_code == 5
    assert f"error: interrupted; finished hosts are kept in {tmp_path / 'out'}, go on with --resume" in found.stderr
    assert go({"a": done()}).exit_code == 2
    assert go({"a": done()}, "--resume").exit_code == 0


def test_bad_options_are_refused_before_anything_starts(go: Go, tmp_path: Path) -> None:
    for options in (("--suite", "quik"), ("--kernel", "smpv")):
        assert go({"a": done()}, *options).exit_code == 2
    assert not (tmp_path / "out").exists()
