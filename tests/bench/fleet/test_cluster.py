"""A suite on a cluster that is played by this process: one worker per host, resume, deaths, mismatches, interrupts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.decode import dumps
from bench.fleet import cluster as fleet
from bench.fleet import remote
from bench.fleet.cluster import Cluster, Host, Lost, Outcome, connected, hosts_of, mismatch, remarks, run_on_hosts
from bench.fleet.remote import Request, Seen
from bench.load import ResultError
from bench.reading import InputError
from tests.bench.toys import case, result

REQUEST = Request('id = "tiny"')
RESULT = dumps(result([case()]))
GONE = Lost("its worker died or left the cluster; start one and go on with --resume")
DONE = Seen("written", True, 0, RESULT)
HERE = {"innocap": "1", "sources": "ab", "schema": "s", "python": "3.11.1", "numba": "0.6", "numpy": "2"}


@dataclass
class Stage:
    """Workers by address, each with what it answers in turn; what was called is written down."""

    answers: Mapping[str, list[Any]]
    facts: Mapping[str, Any] = field(default_factory=dict)
    starts: list[bool] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def cluster(self) -> Cluster:
        return Cluster(lambda: sorted({*self.answers, *self.facts}), self.call)

    def call(self, address: str, function: Callable[..., Any], *arguments: Any) -> Any:
        self.calls.append((address, getattr(function, "__name__", "identify")))
        if function is remote.look:
            row = self.answers[address]
            found = row.pop(0) if len(row) > 1 else row[0]
        elif function is remote.start:
            found = self.starts.pop(0) if self.starts else True
        else:
            found = self.facts[address] if function is remote.identity else None
        if isinstance(found, BaseException):
            raise found
        return found


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_digest_of_sources", lambda: "ab")
    monkeypatch.setattr(remote, "identity", lambda: {"id": "me", "name": "me", **HERE})


def host(name: str, **facts: str) -> Host:
    return Host(name, f"tcp://{name}", 1, {"id": name, "name": name, **HERE, **facts})


def ran(stage: Stage, folder: Path, *names: str, **options: Any) -> dict[str, Outcome]:
    hosts = [host(name) for name in names]
    found = run_on_hosts(stage.cluster(), hosts, REQUEST, folder, look_every_s=0.01, **options)
    return {outcome.host: outcome for outcome in found}


def test_one_worker_per_host_is_used() -> None:
    facts = {
        "tcp://1": {"id": "boot-1", "name": "a", **HERE},
        "tcp://2": {"id": "boot-1", "name": "a-in-a-container", **HERE},
        "tcp://3": {"id": "boot-2", "name": "b", **HERE},
    }
    hosts, failed = hosts_of(Stage({}, facts).cluster(), remote.identity)
    assert [(entry.name, entry.address, entry.workers) for entry in hosts] == [("a", "tcp://1", 2), ("b", "tcp://3", 1)]
    assert failed == []
    assert remarks(hosts, HERE) == [
        "a has 2 workers; only tcp://1 is used, so that they do not disturb each other",
    ]


def test_hosts_of_one_name_are_told_apart_and_names_fit_into_files() -> None:
    facts = {
        "tcp://1": {"id": "11111111-x", "name": "node", **HERE},
        "tcp://2": {"id": "22222222-x", "name": "node", **HERE},
        "tcp://3": {"id": "3", "name": "../a b", **HERE},
    }
    hosts, _ = hosts_of(Stage({}, facts).cluster(), remote.identity)
    assert [entry.name for entry in hosts] == ["node-11111111", "node-22222222", "-a-b"]


def test_workers_that_cannot_say_who_they_are_are_failures() -> None:
    facts = {
        "tcp://1": ModuleNotFoundError("No module named 'bench'"),
        "tcp://2": GONE,
        "tcp://3": ValueError("first\nsecond"),
    }
    hosts, failed = hosts_of(Stage({}, facts).cluster(), remote.identity)
    assert hosts == []
    assert [outcome.problem for outcome in failed] == [
        "innocap is not installed in the Python of this worker (No module named 'bench'); install it there",
        "its worker died or left the cluster; start one and go on with --resume",
        "it does not say who it is: first",
    ]
    with pytest.raises(InputError, match="the cluster has no workers"):
        hosts_of(Stage({}).cluster(), remote.identity)


def test_a_run_that_is_still_ending_after_an_interrupt_is_waited_for(tmp_path: Path) -> None:
    lines: list[tuple[str, str]] = []
    stage = Stage({"tcp://a": [DONE]}, starts=[False, False, True])
    found = ran(stage, tmp_path / "out", "a", told=lambda *line: lines.append(line))
    assert found["a"].problem == ""
    assert [name for _, name in stage.calls] == ["start", "start", "start", "look", "forget"]
    assert lines[0] == ("a", "an interrupted run is still ending there")


def test_every_host_leaves_a_file(tmp_path: Path) -> None:
    lines: list[tuple[str, str]] = []
    stage = Stage({"tcp://a": [Seen("1/2 spmv", False), DONE], "tcp://b": [DONE]})
    found = ran(stage, tmp_path / "out", "a", "b", told=lambda *line: lines.append(line))
    assert {name: outcome.file for name, outcome in found.items()} == {
        name: tmp_path / "out" / f"{name}.json" for name in "ab"
    }
    assert (tmp_path / "out" / "a.json").read_text() == RESULT
    assert ("a", "1/2 spmv") in lines
    assert [name for address, name in stage.calls if address == "tcp://a"] == ["start", "look", "look", "forget"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([Seen("1/2 x", False), GONE], "its worker died or left the cluster; start one and go on with --resume"),
        ([Seen("error: the disk is full", True, 5, None)], "its run ended with 5: error: the disk is full"),
        ([Seen("its worker was started anew", True)], "its worker was started anew"),
        ([Seen("", True, 0, "{")], "its result cannot be read: "),
        ([Seen("", True, 0, "{}")], "its result cannot be read: "),
        ([RuntimeError("boom\nmore")], "RuntimeError: boom"),
    ],
)
def test_a_host_that_fails_says_why_and_the_others_are_kept(tmp_path: Path, answers: list[Any], words: str) -> None:
    found = ran(Stage({"tcp://a": answers, "tcp://b": [DONE]}), tmp_path, "a", "b")
    assert found["a"].file is None
    assert words in found["a"].problem
    assert "\n" not in found["a"].problem
    assert found["b"].file == tmp_path / "b.json"
    assert not (tmp_path / "a.json").exists()


def test_a_connection_that_breaks_for_a_moment_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ran(Stage({"tcp://a": [OSError("reset"), Seen("", False), OSError("reset"), DONE]}), tmp_path, "a")
    assert found["a"].file == tmp_path / "a.json"
    monkeypatch.setattr(fleet, "PATIENCE_S", 0.0)
    found = ran(Stage({"tcp://a": [OSError("reset")]}), tmp_path / "two", "a")
    assert found["a"].problem == "OSError: reset"


def test_another_innocap_is_refused_and_other_libraries_are_remarked(tmp_path: Path) -> None:
    old = host("old", innocap="0.9", sources="cd")
    found = run_on_hosts(Stage({}).cluster(), [old], REQUEST, tmp_path)
    assert found[0].problem == (
        "innocap 0.9 there, 1 here, sources cd there, ab here; install the same innocap on both"
    )
    assert remarks([host("x", numba="0.5")], HERE) == ["x: numba 0.5 there, 0.6 here; compare its figures with care"]
    assert mismatch({}, HERE, ("numpy",)) == "numpy unknown there, 2 here"


def test_what_is_finished_is_kept_when_the_run_goes_on(tmp_path: Path) -> None:
    ran(Stage({"tcp://a": [DONE], "tcp://b": [GONE]}), tmp_path, "a", "b")
    token = json.loads((tmp_path / "fleet.json").read_text())["run_id"]
    with pytest.raises(ResultError, match="holds a run with 1 finished hosts; go on with --resume"):
        ran(Stage({}), tmp_path, "a", "b")
    stage = Stage({"tcp://b": [DONE]})
    found = ran(stage, tmp_path, "a", "b", resume=True)
    assert {address for address, _ in stage.calls} == {"tcp://b"}
    assert [outcome.file for outcome in found.values()] == [tmp_path / "a.json", tmp_path / "b.json"]
    assert json.loads((tmp_path / "fleet.json").read_text())["run_id"] == token


def test_another_request_does_not_go_on_and_force_starts_afresh(tmp_path: Path) -> None:
    ran(Stage({"tcp://a": [DONE]}), tmp_path, "a")
    (tmp_path / "notes.json").write_text("mine")
    other = Request(REQUEST.suite, threads=1)
    hosts, stage = [host("a")], Stage({"tcp://a": [GONE]})
    with pytest.raises(ResultError, match="belongs to a run with other options"):
        run_on_hosts(stage.cluster(), hosts, other, tmp_path, resume=True)
    assert (tmp_path / "a.json").exists()
    run_on_hosts(stage.cluster(), hosts, other, tmp_path, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fleet.json", "notes.json"]


def test_results_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(RESULT)
    with pytest.raises(ResultError, match="holds a run with 1 finished hosts"):
        ran(Stage({}), tmp_path, "a", resume=True)
    (tmp_path / "fleet.json").write_text("{}")
    with pytest.raises(ResultError, match="not a manifest of `bench run --dask`"):
        ran(Stage({}), tmp_path, "a", resume=True)


def test_a_full_disk_stops_every_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage({"tcp://a": [DONE], "tcp://b": [Seen("", False)]})

    def full(path: Path, text: str) -> None:
        if path.name != "fleet.json":
            raise ResultError("the disk is full")

    monkeypatch.setattr("bench.disk.write_atomically", full)
    with pytest.raises(ResultError, match="the disk is full"):
        ran(stage, tmp_path, "a", "b")
    assert ("tcp://b", "stop") in stage.calls


@pytest.mark.parametrize("address", ["nonsense://x", "http://x:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed: pip install innocap[dask]")
    with pytest.raises(InputError, match=r"no address of a scheduler; expected tcp://HOST:8786"), connected(address):
        pass


def test_a_scheduler_that_is_not_there_is_named() -> None:
    pytest.importorskip("distributed", reason="distributed is not installed: pip install innocap[dask]")
    with (
        pytest.raises(InputError, match=r"no scheduler answers at 'tcp://127\.0\.0\.1:9'"),
        connected("tcp://127.0.0.1:9", timeout_s=0.5),
    ):
        pass


def test_without_distributed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r'pip install "innocap\[dask\]"'), connected("tcp://127.0.0.1:9"):
        pass
